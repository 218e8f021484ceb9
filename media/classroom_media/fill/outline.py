"""What is in a film, without its bytes: groups of pictures, each with the sound beside it. Pure.

Times are nanoseconds from where the outline begins; the first group may begin before that, because
a decoder needs its keyframe. A lesson of 45 minutes takes some hundred kilobytes.
"""

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

import msgspec

from classroom_media.api import RecordError, StreamFormat

VERSION: Final = 1
DIGEST_BYTES: Final = 16
DECODED_MAX: Final = 128 << 20  # bytes of an outline: a day of a lesson is a tenth of it


@dataclass(frozen=True, slots=True)
class Slot:
    """One sample: when it is decoded, for how long, how much later it is shown, how large it is."""

    dts_ns: int
    duration_ns: int
    lag_ns: int
    size: int


class Run(msgspec.Struct, frozen=True, array_like=True):
    """Samples of one kind in a row, and the digest of their bytes."""

    at_ns: int
    durations_ns: tuple[int, ...]
    lags_ns: tuple[int, ...]
    sizes: tuple[int, ...]
    digest: bytes

    @property
    def size(self) -> int:
        """Bytes of all of them."""
        return sum(self.sizes)

    @property
    def end_ns(self) -> int:
        """When the last of them is over."""
        return self.at_ns + sum(self.durations_ns)

    def slots(self) -> Iterator[Slot]:
        """Give them one by one."""
        begins = accumulate(self.durations_ns, initial=self.at_ns)
        for values in zip(begins, self.durations_ns, self.lags_ns, self.sizes, strict=False):
            yield Slot(*values)


class Group(msgspec.Struct, frozen=True, array_like=True):
    """Pictures from a keyframe on, up to the next, and the sound that lies beside them.

    `looks` is the digest of the pictures alone, however they were carried (see `units.looks`).
    """

    looks: bytes
    pictures: Run
    sound: Run | None = None

    @property
    def runs(self) -> tuple[Run, ...]:
        """Both."""
        return (self.pictures,) if self.sound is None else (self.pictures, self.sound)


class Outline(msgspec.Struct, frozen=True, array_like=True):
    """A film, or a stretch of one."""

    version: int
    formats: tuple[StreamFormat, ...]
    groups: tuple[Group, ...]

    @property
    def size(self) -> int:
        """Bytes of its pictures and its sound."""
        return sum(run.size for group in self.groups for run in group.runs)

    @property
    def duration_ns(self) -> int:
        """How long it lasts."""
        return max((run.end_ns for group in self.groups for run in group.runs), default=0)


_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder(Outline)


def digest_of(data: bytes) -> bytes:
    """Give what names bytes, wherever they lie."""
    return hashlib.blake2b(data, digest_size=DIGEST_BYTES).digest()


def encoded(outline: Outline) -> bytes:
    """Spell an outline."""
    return zlib.compress(_encoder.encode(outline))


def decoded(data: bytes) -> Outline:
    """Read an outline.

    Raises:
        RecordError: it is none, one of a later version, or larger than any film's.
    """
    unpacker = zlib.decompressobj()
    try:
        plain = unpacker.decompress(data, DECODED_MAX)
        outline = _decoder.decode(plain)
    except (zlib.error, msgspec.DecodeError) as error:
        raise RecordError(f"no outline: {error}") from error
    if not unpacker.eof or outline.version != VERSION:
        raise RecordError(f"an outline of version {outline.version}, or too large")
    return outline
