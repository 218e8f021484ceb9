"""What a camera must be like for its own packets to become the programme's. Pure.

Every player must be able to go on from the encoder's pictures to the camera's and back within
one file: pictures of one size, in a profile that all know, shown in the order of decoding. And
it must be worth while: neither too many bits nor keyframes so rare that the way back is long.

Source: ITU-T H.264, 7.4.1.2.4: an IDR picture refers to nothing before it, and may bring other
parameter sets under the same number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median_low
from typing import Final

from classroom_media.api import NS
from classroom_media.packets import Coded
from classroom_media.sources.annexb import SPS, kind_of, units
from classroom_media.sources.sps import BT709, UNTOLD, SequenceParameters, labelled, read

PROFILES: Final = frozenset({66, 77, 100})  # baseline, main, high: every player decodes them
SLICE: Final = 1  # type of NAL unit
IDR: Final = 5  # of an IDR picture's slice
LONGEST_NS: Final = 4 * NS  # of a group of pictures: so much is decoded at once on the way back
FASTER: Final = 1.25  # a camera may have so many times the programme's pictures
CALM: Final = 0.8  # of the greatest bit rate: below it, one that took too much is passed again


@dataclass(frozen=True, slots=True)
class Group:
    """A whole group of pictures, from one keyframe to the next, in figures."""

    length_ns: int
    pictures: int
    size: int  # bytes
    in_order: bool  # they are shown as they are decoded
    step_ns: int  # from one picture to the next, as most are: there may be a hole in it

    @property
    def kbps(self) -> float:
        """Its bit rate."""
        return self.size * 8e6 / self.length_ns

    @property
    def fps(self) -> float:
        """Its pictures a second."""
        return self.pictures * NS / self.length_ns


def group_of(packets: Sequence[Coded], following: Coded) -> Group:
    """Measure a group; `following` is the keyframe after it."""
    steps = [b.pts_ns - a.pts_ns for a, b in pairwise((*packets, following))]
    return Group(
        length_ns=max(1, following.pts_ns - packets[0].pts_ns),
        pictures=len(packets),
        size=sum(len(packet.data) for packet in packets),
        in_order=all(step > 0 for step in steps),
        step_ns=median_low(steps),
    )


@dataclass(frozen=True, slots=True)
class Terms:
    """What the programme asks of a camera that is to be passed."""

    width: int
    height: int
    fps: int
    most_kbps: int

    def on_group(self, group: Group | None, *, passing: bool) -> str:
        """Tell what speaks against a camera, by its last whole group; "" = nothing."""
        if group is None:
            return "its keyframes are not known yet"
        if not group.in_order:
            return "its pictures are reordered"
        if group.length_ns > LONGEST_NS:
            return f"its keyframes are {group.length_ns / NS:.1f} s apart"
        if group.fps > self.fps * FASTER:
            return f"it has {group.fps:.0f} pictures a second"
        if group.kbps > self.most_kbps * (1 if passing else CALM):
            return f"it takes {group.kbps:.0f} kbit/s"
        return ""

    def on_sets(self, sets: SequenceParameters | None) -> str:
        """Tell what speaks against a camera's parameters; "" = nothing."""
        if sets is None or sets.profile not in PROFILES:
            return "its profile is not known to every player"
        if (sets.width, sets.height) != (self.width, self.height):
            return f"its size is {sets.width}x{sets.height}"
        if (sets.chroma_format, sets.bit_depth, sets.progressive) != (1, 8, True):
            return "its pictures are not 4:2:0, 8 bit and progressive"
        if not sets.square or sets.full_range or sets.colours not in {BT709, UNTOLD}:
            return "its pixels or colours are not the programme's"
        return "its pictures may be reordered" if sets.reorder else ""


@dataclass(frozen=True, slots=True)
class Keyframe:
    """A keyframe as it is passed: labelled as the programme's (see `sources.sps`)."""

    data: bytes
    sets: SequenceParameters | None  # None: unreadable, or more than one
    is_fresh: bool  # nothing after it refers to anything before it


class KeyframeReader:
    """Reads a camera's keyframes, most of which have the parameters of the one before."""

    def __init__(self) -> None:
        self._unit = self._labelled = b""
        self._sets: SequenceParameters | None = None

    def read(self, data: bytes) -> Keyframe:
        """Read a keyframe; never raises."""
        found = [(kind_of(unit), unit) for unit in units(data)]
        sets = [unit for kind, unit in found if kind == SPS]
        if len(sets) != 1:
            return Keyframe(data, None, is_fresh=False)
        unit, kinds = sets[0], {kind for kind, _ in found}
        if unit != self._unit:
            self._unit, self._sets = unit, read(unit)
            self._labelled = labelled(unit) if self._sets else unit
        is_fresh = IDR in kinds and SLICE not in kinds
        return Keyframe(data.replace(unit, self._labelled, 1), self._sets, is_fresh)
