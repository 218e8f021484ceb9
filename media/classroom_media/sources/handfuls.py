"""Packets by the handful: what arrives together is worked on together.

Waking up costs ten times what the work on one packet takes: by then the caches belong to the
encoder. There are twice as many blocks of sound as pictures, and nobody needs them sooner than
the picture beside them.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Final, TypeVar

import av

from classroom_media.api import NS, SourceError

GATHER_NS: Final = NS // 25  # of sound that waits for a picture; what is longer goes without

Packet = TypeVar("Packet")


def handfuls(
    packets: Iterable[tuple[int, int, Packet]], pictures: Collection[int]
) -> Iterator[list[Packet]]:
    """Gather packets, given with their stream and an instant; one of `pictures` ends a handful.

    What was there before the source was lost is given before its error is raised.
    """
    held: list[Packet] = []
    since_ns = 0
    try:
        for stream, at_ns, packet in packets:
            since_ns = since_ns if held else at_ns
            held.append(packet)
            if stream in pictures or at_ns - since_ns >= GATHER_NS:
                yield held
                held = []
    except (av.FFmpegError, SourceError):
        if held:
            yield held
        raise
    if held:
        yield held
