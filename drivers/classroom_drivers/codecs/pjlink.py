"""PJLink class 1 on the wire: commands to bytes, bytes to replies. No I/O.

A projector greets every connection: ``PJLINK 0`` wants no password, ``PJLINK 1`` and a random
number wants the first command to begin with MD5(random + password) in hex; ``PJLINK ERRA`` says
that it was wrong. A command is ``%1``, four letters, a space and a parameter. Its reply repeats
the letters, with ``=`` for the space. All end in CR; letters may be of either case.

Source: JBMIA, PJLink Specifications (class 1), https://pjlink.jbmia.or.jp/english/
"""

from dataclasses import dataclass
from hashlib import md5

from classroom_drivers.codecs.garbage import Garbage

LINE_MAX = 136  # bytes, CR included
DIGEST_LENGTH = 32  # hex digits
REFUSALS = {
    "ERR1": "undefined command",
    "ERR2": "parameter out of range",
    "ERR3": "not available now",
    "ERR4": "projector failure",
}


@dataclass(frozen=True, slots=True)
class Greeting:
    """The first line of a connection; `random` is empty where no password is wanted."""

    random: str


@dataclass(frozen=True, slots=True)
class Denied:
    """The password was wrong or missing."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer, still in the protocol's own words."""

    command: str
    parameter: str


@dataclass(frozen=True, slots=True)
class Command:
    """One command, as the projector reads it."""

    command: str
    parameter: str
    digest: str = ""


def encode(command: str, parameter: str, digest: str = "") -> bytes:
    """Spell a command; ``?`` as the parameter asks for the present value."""
    return f"{digest}%1{command} {parameter}\r".encode("ascii")


def encode_reply(reply: Reply | Greeting | Denied) -> bytes:
    """Spell what a projector says."""
    match reply:
        case Reply(command, parameter):
            return f"%1{command}={parameter}\r".encode()
        case Greeting(random):
            return f"PJLINK 1 {random}\r".encode() if random else b"PJLINK 0\r"
        case Denied():
            return b"PJLINK ERRA\r"


def digest_of(random: str, password: str) -> str:
    """Prove that one knows the password, as the specification wants it."""
    return md5(f"{random}{password}".encode(), usedforsecurity=False).hexdigest()


class ReplyDecoder:
    """Turns what a projector sends, however it was cut, into replies. Never raises."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Reply | Greeting | Denied | Garbage]:
        """Take bytes as they arrive; give what they complete, noise included."""
        lines, self._rest = _cut(self._rest + data)
        return [line if isinstance(line, Garbage) else _parse(line) for line in lines]


class ControllerCodec:
    """The controller's side of one connection: proves the password with its first command."""

    def __init__(self, password: str) -> None:
        self._password = password
        self._decoder = ReplyDecoder()
        self._digest = ""

    def spell(self, data: bytes) -> list[bytes]:
        """Put the proof before the first command."""
        digest, self._digest = self._digest, ""
        return [digest.encode() + data]

    def feed(self, data: bytes) -> list[Reply | Greeting | Denied | Garbage]:
        """Take bytes as they arrive; give what they complete, noise included."""
        found = self._decoder.feed(data)
        for reply in found:
            if isinstance(reply, Greeting) and reply.random:
                self._digest = digest_of(reply.random, self._password)
        return found


class CommandDecoder:
    """The projector's side: turns what a controller sends into commands. Never raises."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Command | Garbage]:
        """Take bytes as they arrive; give what they complete, noise included."""
        lines, self._rest = _cut(self._rest + data)
        return [line if isinstance(line, Garbage) else _parse_command(line) for line in lines]


def _cut(data: bytes) -> tuple[list[bytes | Garbage], bytes]:
    *lines, rest = data.split(b"\r")
    found: list[bytes | Garbage] = [line.removeprefix(b"\n") for line in lines]
    if len(rest) >= LINE_MAX:
        return [*found, Garbage(rest)], b""
    return found, rest


def _parse(line: bytes) -> Reply | Greeting | Denied | Garbage:
    match line.upper().split(b" "):
        case [b"PJLINK", b"0"]:
            return Greeting("")
        case [b"PJLINK", b"1", random] if len(random) == 8 and random.isalnum():
            return Greeting(line[9:].decode())
        case [b"PJLINK", b"ERRA"]:
            return Denied()
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return Garbage(line)
    letters = text[2:6]
    if text[:2] != "%1" or text[6:7] != "=" or not (letters.isascii() and letters.isalnum()):
        return Garbage(line)
    return Reply(command=letters.upper(), parameter=text[7:])


def _parse_command(line: bytes) -> Command | Garbage:
    digest, mark, body = line.partition(b"%1")
    letters = body[:4]
    if (
        not mark
        or len(digest) not in {0, DIGEST_LENGTH}
        or body[4:5] != b" "
        or not (line.isascii() and letters.isalnum())
    ):
        return Garbage(line)
    return Command(letters.decode().upper(), body[5:].decode(), digest.decode())
