"""Watches the sounds of a room for echoes: whoever is heard here, in everybody else's microphone.

A room elsewhere that hears itself in this room's microphone says: our loudspeaker is too loud. This
room, heard in what another sends, says so of theirs. Two microphones of this room hear the same
people, and are not compared.
"""

from collections import deque
from collections.abc import Iterable
from itertools import permutations
from typing import Final

import numpy as np

from classroom_media.levels import RATE_HZ, Samples
from classroom_media.messages import Echo
from classroom_media.sound import echo
from classroom_media.sound.echo import EchoWatch, Mono
from classroom_media.workers.specs import DirectorSource

EACH: Final = RATE_HZ  # samples between two looks
THINNING: Final = RATE_HZ // echo.RATE_HZ
WAITING: Final = 400  # blocks, 8 s; a look that is later than that goes on without some


class Echoes:
    """Every pair of sounds of which one at least comes from elsewhere.

    `listen` is called with each block, for all sounds in turn; `look` by one thread, which may be
    another, once a second or more often.
    """

    def __init__(self, sources: Iterable[DirectorSource]) -> None:
        heard = [one for one in sources if one.sound]
        self._watches = {
            (far.id, near.id): EchoWatch()
            for far, near in permutations(heard, 2)
            if far.remote or near.remote
        }
        names = {name for pair in self._watches for name in pair}
        self._blocks = {name: deque[Samples](maxlen=WAITING) for name in names}
        self._heard = {name: np.zeros(echo.WINDOW, np.float32) for name in names}

    def listen(self, source: str, samples: Samples) -> None:
        """Take a block of a source's sound, (2, n) float32 at 48 kHz."""
        if source in self._blocks:
            self._blocks[source].append(samples)

    def look(self) -> tuple[Echo, ...]:
        """Compare what was heard since the last look, if that is a second; give what echoes."""
        count = min((len(blocks) for blocks in self._blocks.values()), default=0)
        one = next(iter(self._blocks.values()), ())
        if sum(block.shape[1] for block in list(one)[:count]) >= EACH:
            for name, blocks in self._blocks.items():
                self._take(name, [blocks.popleft() for _ in range(count)])
            for (far, near), watch in self._watches.items():
                watch.take(echo.look(self._heard[far], self._heard[near]))
        return tuple(
            Echo(source=far, heard_in=near, delay_ms=watch.delay_ms)
            for (far, near), watch in self._watches.items()
            if watch.delay_ms is not None
        )

    def _take(self, name: str, blocks: list[Samples]) -> None:
        mono = np.concatenate(blocks, axis=1).mean(axis=0)
        whole = mono[: mono.size // THINNING * THINNING]
        thin: Mono = whole.reshape(-1, THINNING).mean(axis=1)
        self._heard[name] = np.concatenate([self._heard[name], thin])[-echo.WINDOW :]
