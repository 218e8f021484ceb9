"""Opus in RTP: a packet is a payload as it is; how long it sounds stands in its first byte.

Source: RFC 7587, 4.1 (48 kHz clock, always) and 4.2; RFC 6716, 3.1 (TOC byte) and 3.2 (frames).
"""

from typing import Final

CLOCK_HZ: Final = 48_000
STEREO: Final = 4  # the bit in the first byte
_SILK: Final = (480, 960, 1920, 2880)  # samples of a frame: 10, 20, 40, 60 ms
_HYBRID: Final = (480, 960)
_CELT: Final = (120, 240, 480, 960)  # 2.5, 5, 10, 20 ms
LONGEST: Final = 5760  # 120 ms


def duration(packet: bytes) -> int:
    """Give the samples at 48 kHz that a packet holds; 0 for what is no Opus."""
    if not packet:
        return 0
    configuration, code = packet[0] >> 3, packet[0] & 3
    if code == 3 and len(packet) < 2:
        return 0
    frames = (1, 2, 2, packet[1] & 0x3F if len(packet) > 1 else 0)[code]
    samples = frames * _frame(configuration)
    return samples if samples <= LONGEST else 0


def _frame(configuration: int) -> int:
    if configuration < 12:
        return _SILK[configuration & 3]
    if configuration < 16:
        return _HYBRID[configuration & 1]
    return _CELT[configuration & 3]
