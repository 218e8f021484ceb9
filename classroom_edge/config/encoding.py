"""From the bytes of a file to text, whatever a Windows editor made of it. No I/O.

Notepad's "UTF-8" may begin with a byte order mark, which means nothing and is dropped. Its
"ANSI" is GBK on a Chinese Windows, its "Unicode" UTF-16: both are read, so that every other
mistake is found too, and told.
"""

import codecs

from classroom_edge.config.mistakes import Position, Slip

SIZE_MAX = 128 * 1024  # bytes; a large school's room has about 10 KiB


def decode(data: bytes) -> tuple[str, list[Slip]]:
    """Give the text with plain line ends, and what is wrong with its encoding. Never raises."""
    if len(data) > SIZE_MAX:
        return "", [Slip("too-large", Position(1), {"kib": SIZE_MAX // 1024})]
    text, slips = _decoded(data)
    return text.replace("\r\n", "\n").replace("\r", "\n"), slips


def _decoded(data: bytes) -> tuple[str, list[Slip]]:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace"), [_encoded_as("UTF-16", Position(1))]
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        place = _place(data, error.start)
    try:
        return data.decode("gbk"), [_encoded_as("GBK", place)]
    except UnicodeDecodeError:
        return data.decode("utf-8-sig", "replace"), [Slip("not-text", place)]


def _encoded_as(name: str, place: Position) -> Slip:
    return Slip("encoding", place, {"encoding": name})


def _place(data: bytes, offset: int) -> Position:
    before = data[:offset]
    start = before.rfind(b"\n") + 1
    line = before[start:].decode("utf-8-sig", "replace")
    return Position(before.count(b"\n") + 1, len(line) + 1)
