"""How models of VISCA cameras spell places, speeds and the numbers of presets."""

from dataclasses import dataclass

from classroom_drivers.api import UnsupportedError
from classroom_drivers.codecs import visca

DIGITS = {8: (4, 4), 9: (5, 4), 10: (5, 5)}  # of pan and tilt, by the length of an answer
SECOND_PAGE = 128  # presets from here on have other commands, where there are pages


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointing:
    """How a model spells where it points. Positive is right and up, unless it is mirrored."""

    units_per_deg: float
    mirrored: bool  # pan counts to the left
    one_speed: bool  # places have one speed for both; the second is 00

    def units(self, pan_deg: float, tilt_deg: float) -> tuple[int, int]:
        """Turn degrees into the camera's units."""
        sign = -1 if self.mirrored else 1
        return round(sign * pan_deg * self.units_per_deg), round(tilt_deg * self.units_per_deg)

    def degrees(self, place: bytes) -> tuple[float, float]:
        """Read where it points."""
        digits, _ = DIGITS[len(place)]
        pan = visca.from_nibbles(place[:digits]) * (-1 if self.mirrored else 1)
        tilt = visca.from_nibbles(place[digits:])
        return round(pan / self.units_per_deg, 2), round(tilt / self.units_per_deg, 2)

    def speeds(self, speed: float) -> tuple[int, int]:
        """Turn a share of full speed into the steps of pan and tilt."""
        tilt = 0 if self.one_speed else max(round(speed * visca.TILT_SPEED_MAX), 1)
        return max(round(speed * visca.PAN_SPEED_MAX), 1), tilt


@dataclass(frozen=True, slots=True, kw_only=True)
class PresetNumbers:
    """Which presets a model has, and how it spells them."""

    numbers: frozenset[int]  # as people count them
    first: int  # what people call the camera's preset 0
    pages: bool  # those from 128 on are on a second page

    def spell(self, command: bytes, number: int) -> bytes:
        """Put a number into a command that was made for preset 0.

        Raises:
            UnsupportedError: the camera has no such preset.
        """
        if number not in self.numbers:
            raise UnsupportedError(f"number: there is no preset {number}")
        code = number - self.first
        if self.pages and code >= SECOND_PAGE:
            command, code = visca.on_second_page(command), code - SECOND_PAGE
        return command[:-1] + bytes([code])
