"""What a frame of a code sheet computes from its own bytes: checksums and lengths. No I/O.

A rule has a name and says what it is computed over: the ``body`` (what the command itself says),
everything ``before`` or ``after`` the checksum, or the whole ``frame``, the checksum's own bytes
taken as zero. ``skip`` leaves out so many bytes at the beginning; ``plus`` is added at the end.

Source: Modbus over Serial Line V1.02, appendix B (crc16-modbus); ITU-T V.41 and the catalogue of
CRC parameters by G. Cook (crc16-ccitt is CRC-16/IBM-3740, crc16-xmodem, crc8 is CRC-8/SMBUS).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import xor
from types import MappingProxyType

LENGTH = "length"
OVER = ("body", "before", "after", "frame")


def crc16_modbus(data: bytes) -> int:
    """Compute CRC-16 with the polynomial A001, reflected, from FFFF."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc


def _crc(data: bytes, width: int, polynomial: int, start: int) -> int:
    top, mask, crc = 1 << width - 1, (1 << width) - 1, start
    for byte in data:
        crc ^= byte << width - 8
        for _ in range(8):
            crc = (crc << 1 ^ (polynomial if crc & top else 0)) & mask
    return crc


CHECKSUMS: Mapping[str, Callable[[bytes], int]] = MappingProxyType(
    {
        LENGTH: len,
        "sum8": lambda data: sum(data) & 0xFF,
        "sum16": lambda data: sum(data) & 0xFFFF,
        "sum8-negated": lambda data: -sum(data) & 0xFF,  # two's complement: with it, all is 0
        "sum8-inverted": lambda data: ~sum(data) & 0xFF,
        "xor8": lambda data: reduce(xor, data, 0),
        "crc8": lambda data: _crc(data, 8, 0x07, 0),
        "crc16-modbus": crc16_modbus,
        "crc16-ccitt": lambda data: _crc(data, 16, 0x1021, 0xFFFF),
        "crc16-xmodem": lambda data: _crc(data, 16, 0x1021, 0),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One computed part of a frame."""

    name: str  # among CHECKSUMS
    over: str = "before"
    skip: int = 0
    plus: int = 0

    def compute(self, data: bytes, own: slice, body: slice) -> int:
        """Give the value, from the frame and where in it the checksum and the body are."""
        parts = {
            "body": data[body],
            "before": data[: own.start],
            "after": data[own.stop :],
            "frame": data[: own.start] + bytes(own.stop - own.start) + data[own.stop :],
        }
        return CHECKSUMS[self.name](parts[self.over][self.skip :]) + self.plus
