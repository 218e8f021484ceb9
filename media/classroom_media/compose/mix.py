"""The sound mixer: the sound of all sources in, the programme's sound and its levels out."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

import numpy as np

from classroom_media.api import Strip
from classroom_media.compose.inputs import SoundInput
from classroom_media.compose.meters import ProgrammeMeter
from classroom_media.compose.spares import Spare
from classroom_media.encode.aac import FRAME
from classroom_media.levels import CHANNELS, Samples
from classroom_media.messages import Level, StandIn
from classroom_media.packets import Coded
from classroom_media.sound.limiter import AHEAD, Limiter
from classroom_media.workers.specs import DirectorSource

BLOCK: Final = FRAME
SOUND: Final = "-sound"
PLAIN: Final = Strip()

Sounded = Callable[[str, Samples], None]  # a source, and its sound before it is mixed


class SoundMixer:
    """Adds up the sound of sources in blocks of `BLOCK` samples on the timeline's grid.

    Those that are not `mixed` are measured all the same. `strips` may be replaced at any time,
    from any thread; the next block goes over to the new ones.
    """

    def __init__(
        self,
        sources: Iterable[DirectorSource],
        strips: Mapping[str, Strip],
        sounded: Sounded = lambda _source, _samples: None,
    ) -> None:
        heard = [source for source in sources if source.sound]
        self._sounded = sounded
        self.strips: Mapping[str, Strip] = dict(strips)
        self._inputs = {
            one.id: SoundInput(one.id, self._strip(one.id), heard=not one.spare_of) for one in heard
        }
        self._mixed = [one.id for one in heard if one.mixed]
        self._spares = [Spare(one.spare_of, one.id) for one in heard if one.spare_of]
        self._meter = ProgrammeMeter()
        self._limiter = Limiter()
        self._at: int | None = None  # the sample up to which all was added up
        self.parts: dict[str, Samples] = {}  # what was added up last, of each source: (2, n)

    @property
    def stand_ins(self) -> tuple[StandIn, ...]:
        """Tell which spare microphones are heard now."""
        return tuple(one.stand_in for one in self._spares if one.stand_in)

    def feed(self, packet: Coded, now_ns: int) -> None:
        """Take a packet of any source's sound; of unknown ones it is dropped."""
        if packet.stream.endswith(SOUND):
            source = self._inputs.get(packet.stream.removesuffix(SOUND))
            if source is not None:
                source.feed(packet, now_ns)

    def newest_ns(self) -> dict[str, int]:
        """Tell how far each source has come on the timeline; 0 = it was never heard."""
        return {source: one.newest_ns() for source, one in self._inputs.items()}

    def awaited(self, block: int) -> list[int]:
        """Give when each source was last heard whose sound is late for this block.

        Also of those that are not heard in the mix: what comes too late is not measured either.
        """
        end = (block + 1) * BLOCK + AHEAD
        return [
            one.heard_ns
            for source, one in self._inputs.items()
            if one.is_late(end, self._strip(source))
        ]

    def mix(self, block: int) -> Samples:
        """Give the sound of a block, (2, 1024) float32; missing sound is silence.

        Its `parts` are those of a block that begins `AHEAD` samples later.
        """
        start = block * BLOCK
        if self._at != start + AHEAD:  # the limiter has to know what comes
            self._limiter = Limiter()
            self._limiter.process(self._sum(start, AHEAD))
        self._at = start + AHEAD + BLOCK
        mixed = self._limiter.process(self._sum(start + AHEAD, BLOCK))
        self._meter.add(mixed, self._limiter.true_peak)
        return mixed

    def measure_anew(self) -> None:
        """Let the integrated loudness begin now; may be called from any thread."""
        self._meter.begin_anew()

    def levels(self) -> tuple[Level, ...]:
        """Give every sound's level since the last call."""
        return (*(one.level() for one in self._inputs.values()), self._meter.level())

    def _sum(self, start: int, count: int) -> Samples:
        for source, one in self._inputs.items():
            one.take(start, count)
            self._sounded(source, one.raw)
        for spare in self._spares:
            spare.look(self._inputs[spare.main], self._inputs[spare.spare])
        silent = self._silent()
        self.parts = {
            source: self._inputs[source].pass_through(
                start, self._strip(source), heard=source not in silent
            )
            for source in self._mixed
        }
        total: Samples = np.zeros((CHANNELS, count), np.float32)
        for part in self.parts.values():
            total += part
        return total

    def _silent(self) -> set[str]:
        """Name those that are not heard now: a spare at rest, or what it stands in for.

        Who mutes a microphone mutes its spare with it.
        """
        silent = set()
        for one in self._spares:
            silent.add(one.main if one.stand_in else one.spare)
            if self._strip(one.main).muted:
                silent.add(one.spare)
        return silent

    def _strip(self, source: str) -> Strip:
        return self.strips.get(source, PLAIN)
