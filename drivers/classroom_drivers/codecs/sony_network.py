"""Sony's camera IP setting protocol, as far as it asks who is there: UDP port 52380. No I/O.

The question goes to everybody in the segment; cameras answer with lines such as ``MODEL:SRG-X400``,
each ended by FF, between 02 and 03. What changes settings is left out: nobody should do that from
a classroom.

Source: Sony, SRG-H40UH Command List, p42; SRG-120DU Technical Manual, p32 ("IP Related Setting
Command").
"""

from collections.abc import Mapping

PORT = 52380
STX, ETX, END = b"\x02", b"\x03", b"\xff"
ASK = STX + b"ENQ:network" + END + ETX


def encode(fields: Mapping[str, str]) -> bytes:
    """Spell an answer."""
    lines = (f"{name}:{text}".encode() + END for name, text in fields.items())
    return STX + b"".join(lines) + ETX


def fields_of(data: bytes) -> dict[str, str]:
    """Read an answer: MAC, MODEL, SOFTVERSION, IPADR, NAME and others; nothing if it is none."""
    if not (data.startswith(STX) and data.endswith(ETX)):
        return {}
    lines = (line.decode("utf-8", "replace") for line in data[1:-1].split(END))
    pairs = (line.partition(":") for line in lines if ":" in line)
    found = {name: text.strip() for name, _, text in pairs}
    return found if "IPADR" in found else {}
