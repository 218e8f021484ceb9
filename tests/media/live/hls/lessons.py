"""A short lesson in numbered pictures and beeps, as a director would send it."""

from collections.abc import Iterable, Iterator
from functools import cache
from heapq import merge
from pathlib import Path

import msgspec

from classroom_media.api import NS, Kind
from classroom_media.emulate import inspection
from classroom_media.emulate.inspection import Seen
from classroom_media.emulate.reel import Look, Reel, Voice, film
from classroom_media.live.hls.package import Head, Packager, Part
from classroom_media.packets import Coded

BEGIN_NS = 70 * NS  # on the timeline
PICTURES = 200  # eight seconds
SOUND_FIRST_NS = NS // 5
PLACE = 0xFFFF  # of what a picture bears; the rest is the camera

Sent = tuple[Kind, Coded]


@cache
def reel(*, gop: int = 50, bframes: int = 0, size: tuple[int, int] = (320, 180)) -> Reel:
    """Film eight seconds."""
    look = Look(size, gop=gop, bframes=bframes, preset="veryfast")
    return film("programme", 1, look, Voice(), count=PICTURES)


def sent(reel: Reel, begin_ns: int = BEGIN_NS) -> Iterator[Sent]:
    """Give a reel's packets on the timeline, in the order in which they are ready."""
    pictures = ((Kind.PICTURE, packet) for packet in reel.pictures)
    sounds = ((Kind.SOUND, packet) for packet in reel.sound)
    for kind, packet in merge(pictures, sounds, key=_ready_ns):
        pts_ns, dts_ns = packet.pts_ns + begin_ns, packet.dts_ns + begin_ns
        yield kind, msgspec.structs.replace(packet, pts_ns=pts_ns, dts_ns=dts_ns)


def _ready_ns(one: Sent) -> int:
    kind, packet = one
    return packet.dts_ns - (SOUND_FIRST_NS if kind is Kind.SOUND else 0)


def packaged(packets: Iterable[Sent]) -> list[Head | Part]:
    """Give all heads and parts of a lesson."""
    packager = Packager()
    pieces = [piece for kind, packet in packets for piece in packager.feed(kind, packet)]
    return [*pieces, *packager.end()]


def played(path: Path, data: bytes) -> list[Seen]:
    """Decode a film's pictures; give their places in the reel."""
    path.write_bytes(data)
    return [
        Seen(one.at_s, None if one.number is None else one.number & PLACE)
        for one in inspection.pictures(path)
    ]
