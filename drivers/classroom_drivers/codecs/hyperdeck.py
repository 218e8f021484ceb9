"""Blackmagic HyperDeck Ethernet protocol: commands to bytes, bytes to replies. No I/O.

A command is a line, ``play`` or ``slot info: slot id: 1``. A reply begins with a number: 1xx is a
refusal, 2xx an answer, 5xx news. Where its first line ends in a colon, lines ``name: value`` follow
up to an empty one.

Source: Blackmagic Design, HyperDeck Ethernet Protocol (HyperDeckEthernetProtocol.pdf), "Response
syntax", "Successful response codes", "Failure response codes", "Asynchronous response codes".
"""

import re
from dataclasses import dataclass

from classroom_drivers.codecs.garbage import Garbage

LINE_MAX = 1024
LINES_MAX = 256
OK, SLOT, DEVICE, TRANSPORT, NOTIFY, REMOTE = 200, 202, 204, 208, 209, 210
GREETING, NEWS = 500, 300  # news of a thing: its answer's number and 300
REJECTED, LOCKED_OUT, NO_ENTRY = 120, 111, (121, 122)
REFUSALS = {
    100: "syntax error",
    101: "unsupported parameter",
    102: "invalid value",
    103: "unsupported",
    104: "the disk is full",
    105: "no disk",
    106: "disk error",
    107: "nothing to play",
    108: "internal error",
    109: "out of range",
    110: "no input signal",
    111: "remote control is switched off at the recorder",
    112: "clip not found",
    120: "another controller is connected",
    121: "wrong user or password",
    122: "it wants a user and password",
    150: "not in this state",
    151: "invalid codec",
    160: "invalid format",
    161: "invalid token",
    162: "the disk is not prepared",
}


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply: an answer, a refusal or news."""

    code: int
    title: str
    fields: tuple[tuple[str, str], ...] = ()

    def named(self) -> dict[str, str]:
        """Give the fields by name; the last of several counts."""
        return dict(self.fields)


def encode(command: str, **parameters: object) -> bytes:
    """Spell a command; parameter names have spaces where Python has underscores."""
    words = [f"{name.replace('_', ' ')}: {_spell(value)}" for name, value in parameters.items()]
    return f"{': '.join([command, ' '.join(words)]) if words else command}\n".encode()


def encode_reply(reply: Reply) -> bytes:
    """Spell what a recorder says."""
    if not reply.fields:
        return f"{reply.code} {reply.title}\r\n".encode()
    lines = "".join(f"{name}: {value}\r\n" for name, value in reply.fields)
    return f"{reply.code} {reply.title}:\r\n{lines}\r\n".encode()


def _spell(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


class ReplyDecoder:
    """Turns what a recorder sends, however it was cut, into replies. Never raises."""

    def __init__(self) -> None:
        self._rest = b""
        self._head: tuple[int, str] | None = None  # of a reply whose end has not come
        self._fields: list[tuple[str, str]] = []

    def feed(self, data: bytes) -> list[Reply | Garbage]:
        """Take bytes as they arrive; give what they complete, noise included."""
        *lines, rest = (self._rest + data).split(b"\n")
        found: list[Reply | Garbage] = []
        for line in lines:
            found += self._take(line.strip(b"\r"))
        if len(rest) >= LINE_MAX:
            found.append(Garbage(rest))
            rest = b""
        self._rest = rest
        return found

    def _take(self, line: bytes) -> list[Reply | Garbage]:
        text = line.decode("utf-8", "replace")
        head = re.fullmatch(r"([125]\d\d) ([^:]{1,60})(:?)", text)
        if head and not head[3]:
            return [*self._close(), Reply(int(head[1]), head[2])]
        if head:
            before = self._close()
            self._head = (int(head[1]), head[2])
            return before
        name, colon, value = text.partition(":")
        if self._head and colon and len(self._fields) < LINES_MAX:
            self._fields.append((name.strip(), value.strip()))
            return []
        if not text:
            return self._close()
        return [Garbage(line)]

    def _close(self) -> list[Reply | Garbage]:
        if self._head is None:
            return []
        reply = Reply(*self._head, tuple(self._fields))
        self._head, self._fields = None, []
        return [reply]


@dataclass(frozen=True, slots=True)
class Command:
    """One command, as the recorder reads it."""

    name: str
    parameters: tuple[tuple[str, str], ...] = ()

    def named(self) -> dict[str, str]:
        """Give the parameters by name."""
        return dict(self.parameters)


PARAMETERS = (
    "dropped frames",
    "display timecode",
    "timeline position",
    "configuration",
    "single clip",
    "dynamic range",
    "transport",
    "playrange",
    "override",
    "clip id",
    "slot id",
    "period",
    "enable",
    "remote",
    "speed",
    "cache",
    "slate",
    "clips",
    "count",
    "name",
    "loop",
    "slot",
    "disk",
)
_PARAMETER = re.compile(rf"({'|'.join(PARAMETERS)}): ?")


class CommandDecoder:
    """The recorder's side: lines to commands; parameters may also stand on lines of their own."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Command | Garbage]:
        """Take bytes as they arrive; give what they complete, noise included."""
        found: list[Command | Garbage] = []
        rest = (self._rest + data).replace(b"\r", b"")
        while b"\n" in rest:
            end = b"\n\n" if rest.split(b"\n", 1)[0].endswith(b":") else b"\n"
            text, mark, after = rest.partition(end)
            if not mark:
                break
            rest = after
            if text.strip():
                found.append(_parse(text.strip()))
        if len(rest) >= LINE_MAX:
            found.append(Garbage(rest))
            rest = b""
        self._rest = rest
        return found


def _parse(text: bytes) -> Command | Garbage:
    try:
        name, _, words = text.decode("ascii").replace("\n", " ").partition(":")
    except UnicodeDecodeError:
        return Garbage(text)
    _, *pieces = _PARAMETER.split(words)
    pairs = zip(pieces[::2], pieces[1::2], strict=True)
    return Command(name.strip(), tuple((key, value.strip()) for key, value in pairs))
