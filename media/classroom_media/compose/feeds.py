"""Clean feeds: the programme's sound without some sources, for those who talk back.

Who takes part from elsewhere must not hear itself come back from here (mix-minus). Each feed is
mixed from what the programme's own sound was added up from, and encoded once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from classroom_media.api import CleanFeed, MediaError
from classroom_media.encode.aac import FRAME
from classroom_media.encode.opus import OpusEncoder
from classroom_media.levels import CHANNELS, Samples
from classroom_media.packets import Coded, feed_of
from classroom_media.sound.limiter import AHEAD, Limiter

FEEDS_MAX: Final = 64  # each takes about a hundredth of a core


@dataclass(slots=True)
class _Mix:
    """One feed at work."""

    encoder: OpusEncoder
    limiter: Limiter = field(default_factory=Limiter)


class CleanFeeds:
    """All mixes that are made besides the programme's own.

    `order` may be called from any thread; the rest belongs to the thread of the programme.
    """

    def __init__(self) -> None:
        self._wanted: tuple[CleanFeed, ...] = ()
        self._mixes: dict[str, _Mix] = {}  # by stream

    @property
    def streams(self) -> dict[str, str]:
        """Tell which stream each feed that was asked for is, by its name."""
        return {one.name: feed_of(one.name) for one in self._wanted}

    def order(self, wanted: Iterable[CleanFeed]) -> None:
        """Make these from the next block on, and no others.

        Raises:
            MediaError: a name is given twice, or there are too many.
        """
        wanted = tuple(wanted)
        if len({one.name for one in wanted} - {""}) < len(wanted) or len(wanted) > FEEDS_MAX:
            raise MediaError(f"clean feeds need names of their own, and {FEEDS_MAX} are the most")
        self._wanted = wanted

    def mix(self, parts: Mapping[str, Samples], start: int) -> list[Coded]:
        """Encode what each feed makes of a block: (2, 1024) float32 of each source, at `start`."""
        wanted = self._wanted
        for gone in self._mixes.keys() - {feed_of(one.name) for one in wanted}:
            del self._mixes[gone]
        made: list[Coded] = []
        for one in wanted:
            stream = feed_of(one.name)
            mix = self._mixes.get(stream) or self._begin(stream)
            heard = [part for source, part in parts.items() if source not in one.without]
            made += mix.encoder.encode(mix.limiter.process(_sum(heard)), start - AHEAD)
        return made

    def _begin(self, stream: str) -> _Mix:
        mix = self._mixes[stream] = _Mix(OpusEncoder(stream))
        return mix


def _sum(heard: list[Samples]) -> Samples:
    total: Samples = np.zeros((CHANNELS, FRAME), np.float32)
    for part in heard:
        total += part
    return total
