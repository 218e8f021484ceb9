"""The programme's sound: mixed, measured and coded, block after block on a grid."""

from typing import Final

from classroom_media.api import NS
from classroom_media.compose.deadline import Deadline
from classroom_media.compose.feeds import CleanFeeds
from classroom_media.compose.mix import BLOCK, SoundMixer
from classroom_media.compose.outlet import Outlet, give
from classroom_media.encode.aac import SoundEncoder
from classroom_media.levels import RATE_HZ
from classroom_media.messages import Levels
from classroom_media.sound.limiter import AHEAD
from classroom_media.workers.specs import DirectorSpec

SOUND: Final = "programme-sound"  # its stream
SECOND: Final = RATE_HZ // BLOCK  # in blocks
LEVELS_HZ: Final = 10


class SoundLine:
    """Makes the sound of one programme; `mixer` and `feeds` say themselves who may ask them."""

    def __init__(self, spec: DirectorSpec, outlet: Outlet, deadline: Deadline) -> None:
        self._outlet = outlet
        self._deadline = deadline
        self.mixer = SoundMixer(spec.sources, spec.strips, sounded=outlet.sounded)
        self.feeds = CleanFeeds()
        self._encoder = SoundEncoder(SOUND)
        self._block = 0  # the next one

    @property
    def made_ns(self) -> int:
        """Tell up to where it is made."""
        return self._block * BLOCK * NS // RATE_HZ

    def go_to(self, at_ns: int) -> None:
        """Go on with the block at an instant, unless that was made already."""
        self._block = max(self._block, at_ns * RATE_HZ // NS // BLOCK)

    def advance(self, now_ns: int) -> int:
        """Make the blocks that are due, a `SECOND` of them at most; tell how many."""
        for made in range(SECOND):
            if (end_ns := (self._block + 1) * BLOCK * NS // RATE_HZ) > now_ns:
                return made
            late = self.mixer.awaited(self._block)
            if not all(self._deadline.over(end_ns, heard) for heard in late):
                return made
            self._make()
        return SECOND

    def begin_anew(self) -> None:
        """Code what comes apart from what was: nothing between the two was made."""
        self.finish()
        self._encoder = SoundEncoder(SOUND)

    def finish(self) -> None:
        """Give out what the encoder still holds."""
        give(self._outlet, self._encoder.flush())

    def _make(self) -> None:
        start = self._block * BLOCK
        give(self._outlet, self._encoder.encode(self.mixer.mix(self._block), start))
        give(self._outlet, self.feeds.mix(self.mixer.parts, start + AHEAD))
        self._block += 1
        tenth = RATE_HZ // LEVELS_HZ
        if self._block * BLOCK // tenth > start // tenth:
            self._outlet.levels(Levels(levels=self.mixer.levels()))
