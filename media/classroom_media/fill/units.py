"""What of a coded picture is the picture: its slices. Pure.

In an MP4 the units of a picture follow each other with their lengths before them. On the way from
one school to another delimiters and hints may fall away and parameter sets be repeated; the
slices arrive as they were sent, or the picture is broken.

Source: ISO/IEC 14496-10, 7.4.1 (kinds of units); 14496-15, 5.3.4 (samples); Annex B.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Final

from classroom_media.api import RecordError
from classroom_media.fill.outline import DIGEST_BYTES

LENGTH_BYTES: Final = 4  # as our muxer writes them
START: Final = b"\x00\x00\x00\x01"
_SLICES: Final = range(1, 6)
_KIND: Final = 0x1F


def units(sample: bytes) -> Iterator[bytes]:
    """Give the units of a picture as an MP4 has it.

    Raises:
        RecordError: the lengths do not add up.
    """
    at = 0
    while at < len(sample):
        begin = at + LENGTH_BYTES
        at = begin + int.from_bytes(sample[at:begin])
        if at > len(sample) or at == begin:
            raise RecordError("a picture whose units do not add up")
        yield sample[begin:at]


def looks(samples: Iterable[bytes]) -> bytes:
    """Give the digest of the slices of some pictures. Raises RecordError."""
    digest = hashlib.blake2b(digest_size=DIGEST_BYTES)
    for sample in samples:
        for unit in units(sample):
            if unit[0] & _KIND in _SLICES:
                digest.update(len(unit).to_bytes(LENGTH_BYTES))
                digest.update(unit)
        digest.update(START)  # here a picture ends
    return digest.digest()


def in_annex_b(sample: bytes) -> bytes:
    """Give a picture as it travels between our processes. Raises RecordError."""
    return b"".join(START + unit for unit in units(sample))
