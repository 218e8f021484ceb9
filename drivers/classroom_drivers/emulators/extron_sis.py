"""A switcher or matrix that speaks Extron's Simple Instruction Set.

A command is carried out at its last letter, without a line's end. One that is not completed within
10 s is forgotten without a word. Over the network every connection is greeted, and a password is
asked for again and again until it is right; nothing is told unasked until verbose mode is set.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from classroom_drivers.codecs.extron_sis import PROMPT, CommandDecoder
from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.emulators.news import NEWS_S, Ear, News
from classroom_drivers.emulators.session import NEVER

FORGET_S = 10.0
BAD_INPUT, BAD_COMMAND, BAD_OUTPUT, BAD_VALUE, BUSY, DENIED = 1, 10, 12, 13, 22, 24
TIES = {"!": "All", "%": "Vid", "&": "RGB", "$": "Aud"}
MUTES = {"B": "Vmt", "Z": "Amt"}
_TIE = re.compile(r"(\d*)(?:(\*)(\d*))?([!%&$])")
_LEVEL = re.compile(r"(\d*)(?:(\*)(\d*))?([BZV])")


@dataclass(kw_only=True)
class ExtronEmulator:
    """The device; sessions share it."""

    inputs: int = 4
    outputs: int = 1
    model: str = "SW4 HD 4K PLUS"
    part: str = "60-1604-01"
    firmware: str = "1.02"
    password: str = ""
    user_password: str = ""  # may look, may not change the settings
    greets: bool = False  # a network device
    verbose: int = 1  # of a new connection
    plain: bool = False  # too old for verbose modes and model names
    volume_max: int = 0
    busy_s: float = 0.0  # after a tie
    pictures: dict[int, int] = field(default_factory=dict)  # output -> input
    sounds: dict[int, int] = field(default_factory=dict)
    levels: dict[tuple[str, int], int] = field(default_factory=dict)
    changes: int = field(default=0, init=False)
    forgotten: int = field(default=0, init=False)  # commands that took too long
    news: News = field(default_factory=News, init=False)
    _busy_until_s: float = field(default=0.0, init=False)

    def session(self, now_s: float) -> "ExtronSession":
        """Begin a connection."""
        return ExtronSession(self, now_s)

    def touch(self, command: str, now_s: float) -> None:
        """Do something at the front panel; connections in verbose mode hear of it."""
        self.news.tell(_line(self.obey(command, now_s, tagged=True)))

    def obey(self, command: str, now_s: float, *, tagged: bool) -> str:
        """Do a command and give the line that answers it."""
        if now_s < self._busy_until_s:
            return _failure(BUSY)
        if match := _TIE.fullmatch(command):
            return self._tie(match, now_s, tagged=tagged)
        if match := _LEVEL.fullmatch(command):
            return self._level(match, tagged=tagged)
        return self._tell(command, tagged=tagged)

    def _tie(self, match: re.Match[str], now_s: float, *, tagged: bool) -> str:
        first, star, second, mark = match.groups()
        matrix = self.outputs > 1
        if (bool(star) if matrix else bool(first)) and first:
            self._busy_until_s = now_s + self.busy_s
            return self._set_tie(int(first), second or "", mark)
        if star or (matrix and not first):
            return _failure(BAD_COMMAND)
        output = int(first or 1)
        if not 1 <= output <= self.outputs:
            return _failure(BAD_OUTPUT)
        plane = self.sounds if mark == "$" else self.pictures
        source = plane.get(output, 0)
        place = f"Out{output:02} " if matrix else ""
        return f"{place}In{source:02} {TIES[mark]}" if tagged else f"{source:02}"

    def _set_tie(self, source: int, output: str, mark: str) -> str:
        if source > self.inputs:
            return _failure(BAD_INPUT)
        if output and not 1 <= int(output) <= self.outputs:
            return _failure(BAD_OUTPUT)
        self.changes += 1
        for place in [int(output)] if output else range(1, self.outputs + 1):
            if mark != "$":
                self.pictures[place] = source
            if mark in "!$":
                self.sounds[place] = source
        place_name = f"Out{int(output):02} " if output else ""
        return f"{place_name}In{source:02} {TIES[mark]}"

    def _level(self, match: re.Match[str], *, tagged: bool) -> str:
        first, star, second, letter = match.groups()
        if letter == "V" and not self.volume_max:
            return _failure(BAD_COMMAND)
        if self.outputs == 1:
            place, value = "1", first
        elif star:
            place, value = (first, second) if second else ("", first)
        else:
            place, value = first, ""
        if place and not 1 <= int(place) <= self.outputs:
            return _failure(BAD_OUTPUT)
        if not place and not value:
            return _failure(BAD_COMMAND)
        if value:
            return self._set_level(letter, place, int(value))
        level = self.levels.get((letter, int(place)), 0)
        return self._level_line(letter, place, level) if tagged else str(level)

    def _set_level(self, letter: str, place: str, level: int) -> str:
        if level > (self.volume_max if letter == "V" else 2):
            return _failure(BAD_VALUE)
        self.changes += 1
        for output in [int(place)] if place else range(1, self.outputs + 1):
            self.levels[letter, output] = level
        return self._level_line(letter, place, level)

    def _level_line(self, letter: str, place: str, level: int) -> str:
        named = bool(place) and self.outputs > 1
        if letter == "V":
            return f"Out{int(place):02} Vol{level:02}" if named else f"Vol{level:02}"
        return f"{MUTES[letter]}{int(place)}*{level}" if named else f"{MUTES[letter]}{level}"

    def _tell(self, command: str, *, tagged: bool) -> str:
        match command:
            case "Q":
                return f"Ver01*{self.firmware}" if tagged else self.firmware
            case "N":
                return f"Pno{self.part}" if tagged else self.part
            case "1I" if not self.plain:
                return f"Inf01*{self.model}" if tagged else self.model
        return _failure(BAD_COMMAND)


class ExtronSession:
    """One connection: greeting, password, commands, news."""

    def __init__(self, device: ExtronEmulator, now_s: float) -> None:
        self.closed = False
        self._device = device
        self._decoder = CommandDecoder()
        self._greeted = not device.greets
        self._rank = "Administrator" if not device.password else ""
        self._typed = b""
        self._verbose = device.verbose
        self._ear = Ear(device.news)
        self._heard_s = now_s

    def due_s(self) -> float:
        """Look for news now and then; forget a command that is not completed."""
        if self._decoder.waiting:
            return self._heard_s + FORGET_S
        return self._heard_s + NEWS_S if self._verbose in {1, 3} and self._rank else NEVER

    def receive(self, data: bytes, now_s: float) -> list[bytes]:
        """Take what arrived; give what the device says."""
        said: list[bytes] = []
        if not self._greeted:
            self._greeted = True
            said += self._greet()
        if self._decoder.waiting and now_s >= self._heard_s + FORGET_S:
            self._decoder.abort()
            self._device.forgotten += 1
        if data or not self._decoder.waiting:
            self._heard_s = now_s
        if not self._rank:
            return said + self._check(data)
        fresh = self._ear.fresh()
        said += fresh if self._verbose in {1, 3} else []
        for found in self._decoder.feed(data):
            text = "" if isinstance(found, Garbage) else found
            said.append(_line(self._answer(text, now_s)))
        return said

    def _greet(self) -> list[bytes]:
        device = self._device
        hello = f"(c) Copyright 2012, Extron Electronics, {device.model}, V{device.firmware}"
        said = [_line(f"\r\n{hello}, {device.part}"), _line("Thu, 12 Jan 2012 10:11:12")]
        return said if self._rank else [*said, b"\r\n" + PROMPT]

    def _check(self, data: bytes) -> list[bytes]:
        *lines, self._typed = (self._typed + data).replace(b"\n", b"").split(b"\r")
        self._typed = self._typed[-128:]
        said: list[bytes] = []
        for line in lines:
            ranks = {self._device.user_password: "User", self._device.password: "Administrator"}
            ranks.pop("", None)
            self._rank = ranks.get(line.decode("ascii", "replace"), "")
            if self._rank:
                return [*said, _line(f"\r\nLogin {self._rank}")]
            said.append(b"\r\n" + PROMPT)
        return said

    def _answer(self, command: str, now_s: float) -> str:
        device, tagged = self._device, self._verbose in {2, 3}
        if command.startswith("W"):
            return self._long(command[1:])
        before = device.changes
        line = device.obey(command.upper(), now_s, tagged=tagged)
        if device.changes > before:
            self._ear.tell(_line(line))
        return line

    def _long(self, words: str) -> str:
        match = re.fullmatch(r"([0-3]?)CV", words.upper())
        if not match or self._device.plain:
            return _failure(BAD_COMMAND)
        if match[1] and self._rank == "User":
            return _failure(DENIED)
        self._verbose = int(match[1] or self._verbose)
        return f"Vrb{self._verbose}"


def _line(text: str) -> bytes:
    return f"{text}\r\n".encode()


def _failure(code: int) -> str:
    return f"E{code:02}"


MODELS: Mapping[str, Callable[[], ExtronEmulator]] = MappingProxyType(
    {
        "sw-4k-plus": ExtronEmulator,
        "mav-88": lambda: ExtronEmulator(
            inputs=8,
            outputs=8,
            model="MAV Plus 88 AV",
            part="60-000-01",
            greets=True,
            verbose=0,
            volume_max=64,
        ),
        "sw4-av": lambda: ExtronEmulator(model="SW4 AV", part="60-000-00", plain=True),
    }
)
