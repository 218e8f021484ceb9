"""PJLink on the wire, class 1 and 2: commands to bytes, bytes to replies. No I/O.

A projector greets every connection: ``PJLINK 0`` wants no password, ``PJLINK 1`` and a random
number wants the first command to begin with MD5(random + password) in hex; ``PJLINK ERRA`` says
that it was wrong. Since 2024 a controller may ask for a better proof with ``PJLINK 2``: the
projector gives 32 hex digits, the controller puts 32 of its own before SHA-256(both, XORed, in hex
+ password). A command is ``%1`` or ``%2`` for its class, four letters, a space and a parameter. Its
reply repeats the letters, with ``=`` for the space. All end in CR; letters may be of either case.
In class 2 a projector also sends such replies of its own accord, by UDP: LKUP when it has come onto
the network, POWR, INPT and ERST when they changed; and answers the search ``%2SRCH`` with ACKN.

Some pad every packet with zeros, and some announce themselves (LKUP) on a TCP connection too.

Source: JBMIA, PJLink Specifications class 1 (1.04, 2013-12-10) and class 2 (2.00, 2.10),
https://pjlink.jbmia.or.jp/english/. Class 2 is known from four independent implementations of it
only: pjlink-advance, aiopjlink2, Zulu-Inuoe/pjlink and ioBroker.pjlink-class2.
"""

from dataclasses import dataclass
from hashlib import md5, sha256

from classroom_drivers.codecs.garbage import Garbage

LINE_MAX = 136  # bytes, CR included
RANDOM_LENGTH = 32  # hex digits of the better proof's random numbers
PROOF_LENGTHS = frozenset({0, 32, 96})  # hex digits before a command: none, MD5, random + SHA-256
COMMAND_MAX = LINE_MAX + max(PROOF_LENGTHS)
REFUSALS = {
    "ERR1": "undefined command",
    "ERR2": "parameter out of range",
    "ERR3": "not available now",
    "ERR4": "projector failure",
}
CLASS_2 = frozenset(
    {"SNUM", "SVER", "INNM", "IRES", "RRES", "FILT", "RLMP", "RFIL", "SVOL", "MVOL", "FREZ"}
)
EITHER = frozenset({"INPT", "INST"})  # inputs of kind 6 or of index A to Z in class 2 only
SEARCH = b"%2SRCH\r"
ASK_BETTER = b"PJLINK 2\r"


@dataclass(frozen=True, slots=True)
class Greeting:
    """The first line of a connection; `random` is empty where no password is wanted."""

    random: str


@dataclass(frozen=True, slots=True)
class Challenge:
    """What the better proof is made from."""

    random: str


@dataclass(frozen=True, slots=True)
class Denied:
    """The password was wrong or missing."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer, or news by UDP, still in the protocol's own words."""

    command: str
    parameter: str
    in_class: int = 1


@dataclass(frozen=True, slots=True)
class Command:
    """One command, as the projector reads it."""

    command: str
    parameter: str
    digest: str = ""
    in_class: int = 1


Heard = Reply | Greeting | Challenge | Denied


def encode(command: str, parameter: str, digest: str = "", *, in_class: int = 1) -> bytes:
    """Spell a command; ``?`` as the parameter asks for the present value."""
    return f"{digest}%{in_class}{command} {parameter}\r".encode("ascii")


def encode_reply(reply: Heard) -> bytes:
    """Spell what a projector says."""
    match reply:
        case Reply(command, parameter, in_class):
            return f"%{in_class}{command}={parameter}\r".encode()
        case Greeting(random):
            return f"PJLINK 1 {random}\r".encode() if random else b"PJLINK 0\r"
        case Challenge(random):
            return f"PJLINK 2 {random}\r".encode()
        case Denied():
            return b"PJLINK ERRA\r"


def digest_of(random: str, password: str) -> str:
    """Prove that one knows the password, as the specification of class 1 wants it."""
    return md5(f"{random}{password}".encode(), usedforsecurity=False).hexdigest()


def better_digest_of(theirs: str, ours: str, password: str) -> str:
    """Prove it as version 2.10 of class 2 does, our random number first; both are hex."""
    mixed = f"{int(theirs, 16) ^ int(ours, 16):0{RANDOM_LENGTH}x}"
    return ours + sha256(f"{mixed}{password}".encode()).hexdigest()


class ReplyDecoder:
    """Turns what a projector sends, however it was cut, into replies. Never raises."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Heard | Garbage]:
        """Take bytes as they arrive; give what they complete, noise included."""
        lines, self._rest = _cut(self._rest + data, LINE_MAX)
        return [line if isinstance(line, Garbage) else _parse(line) for line in lines]


class ControllerCodec:
    """The controller's side of one connection: proves the password with its first command.

    `random` is our random number for the better proof; without, MD5 is given as the proof.
    """

    def __init__(self, password: str, random: str = "") -> None:
        self._password = password
        self._random = random
        self._decoder = ReplyDecoder()
        self._digest = ""  # for the next command
        self._shown = ""  # with the last one

    def spell(self, data: bytes) -> list[bytes]:
        """Put the proof before the first command."""
        if data == ASK_BETTER:
            return [data]
        digest, self._digest = self._digest, ""
        self._shown = digest
        return [digest.encode() + data]

    def secrets(self) -> list[bytes]:
        """Give the proof, from which a weak password could be found."""
        return [self._shown.encode()] if self._shown else []

    def feed(self, data: bytes) -> list[Heard | Garbage]:
        """Take bytes as they arrive; give what they complete, noise included."""
        found = self._decoder.feed(data)
        for heard in found:
            match heard:
                case Greeting(random) if random:
                    self._digest = digest_of(random, self._password)
                case Challenge(random) if self._random:
                    self._digest = better_digest_of(random, self._random, self._password)
        return found


class CommandDecoder:
    """The projector's side: turns what a controller sends into commands. Never raises.

    What asks for the better proof comes out as the command PJLINK 2.
    """

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Command | Garbage]:
        """Take bytes as they arrive; give what they complete, noise included."""
        lines, self._rest = _cut(self._rest + data, COMMAND_MAX)
        return [line if isinstance(line, Garbage) else _parse_command(line) for line in lines]


def _cut(data: bytes, most: int) -> tuple[list[bytes | Garbage], bytes]:
    *lines, rest = data.split(b"\r")
    found: list[bytes | Garbage] = [line.lstrip(b"\0\n") for line in lines]
    rest = rest.lstrip(b"\0\n")
    if len(rest) >= most:
        return [*found, Garbage(rest)], b""
    return found, rest


def _parse(line: bytes) -> Heard | Garbage:
    return _parse_reply(line) if line[:1] == b"%" else _parse_greeting(line)


def _parse_greeting(line: bytes) -> Heard | Garbage:
    match line.upper().split(b" "):
        case [b"PJLINK", b"0"]:
            return Greeting("")
        case [b"PJLINK", b"1", random] if len(random) == 8 and random.isalnum():
            return Greeting(line[9:].decode())
        case [b"PJLINK", b"2", random] if len(random) == RANDOM_LENGTH and _is_hex(random):
            return Challenge(line[9:].decode())
        case [b"PJLINK", b"ERRA"]:
            return Denied()
    return Garbage(line)


def _parse_reply(line: bytes) -> Reply | Garbage:
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return Garbage(line)
    in_class, letters = text[1:2], text[2:6]
    word = letters.isascii() and letters.isalnum()
    if in_class not in {"1", "2"} or text[6:7] != "=" or not word:
        return Garbage(line)
    return Reply(letters.upper(), text[7:], int(in_class))


def _parse_command(line: bytes) -> Command | Garbage:
    if line.upper() + b"\r" == ASK_BETTER:
        return Command("PJLINK", "2")
    digest, mark, body = line.partition(b"%")
    letters = body[1:5]
    if (
        not mark
        or len(digest) not in PROOF_LENGTHS
        or body[:1] not in {b"1", b"2"}
        or body[5:6] != b" "
        or not (line.isascii() and letters.isalnum())
    ):
        return Garbage(line)
    command, parameter = letters.decode().upper(), body[6:].decode()
    return Command(command, parameter, digest.decode(), int(body[:1]))


def _is_hex(digits: bytes) -> bool:
    return all(digit in b"0123456789ABCDEF" for digit in digits)
