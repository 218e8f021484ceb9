"""AAC in ADTS, as transport streams carry it: the header, and what it says. No I/O.

Source: ISO/IEC 14496-3, 1.A.2 (ADTS) and 1.6.2.1 (AudioSpecificConfig).
"""

from dataclasses import dataclass
from typing import Final

RATES_HZ: Final = (
    96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AdtsHeader:
    """What stands before every access unit."""

    object_type: int  # 2 = AAC-LC
    rate_index: int
    channels: int
    size: int  # bytes of the header itself

    @property
    def sample_rate_hz(self) -> int:
        """Give the sample rate."""
        return RATES_HZ[self.rate_index]

    def specific_config(self) -> bytes:
        """Spell the same facts as an AudioSpecificConfig, two bytes."""
        bits = self.object_type << 11 | self.rate_index << 7 | self.channels << 3
        return bits.to_bytes(2, "big")


def parse(data: bytes) -> AdtsHeader | None:
    """Read the header at the start of `data`; None when there is none."""
    if len(data) < 7 or data[0] != 0xFF or data[1] & 0xF6 != 0xF0:
        return None
    rate_index = data[2] >> 2 & 0x0F
    if rate_index >= len(RATES_HZ):
        return None
    return AdtsHeader(
        object_type=(data[2] >> 6) + 1,
        rate_index=rate_index,
        channels=(data[2] & 1) << 2 | data[3] >> 6,
        size=7 if data[1] & 1 else 9,
    )
