"""What is noticed of a lesson while it goes on: small pictures and sounds in, signs out."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import av
import numpy as np

from classroom_media.direct.blocks import Blocks
from classroom_media.direct.floor import Floor
from classroom_media.direct.following import FollowWatch, Spot
from classroom_media.direct.luma import Luma
from classroom_media.direct.signs import LOOKS_A_SECOND, Role, Seen, Sign, Source
from classroom_media.direct.voice import Heard, VoiceWatch
from classroom_media.direct.watches import NOWHERE, Regions, watch_for
from classroom_media.levels import RATE_HZ, Samples

LIKELY: Final = 0.5  # of being sure that somebody moves
HEARD_FOR: Final = LOOKS_A_SECOND  # looks for which a sound counts that delivers no more


class _Eye:
    """Watches one source; where its camera turns, what it sees then is no movement."""

    def __init__(self, source: Source, boards: Regions, *, turns: bool) -> None:
        self._source = source
        self._board = boards.get(source.id)
        self._follow = FollowWatch() if turns else None
        self._turned = False
        self._signs: set[Sign] = set()
        self._begin()

    def look(self, luma: Luma, *, anew: bool) -> Spot | None:
        if anew:
            self._begin()
        spot = self._follow.look(luma) if self._follow else None
        if spot and spot.turning:
            self._turned = True
            if self._source.role is Role.TEACHER and spot.sure > LIKELY:
                self._signs.add(Sign.WALKING)  # why else would it be followed
            return spot
        if self._turned:
            self._begin()  # it looks elsewhere now
        self._signs |= self._watch.look(luma).signs
        return spot

    def signs(self) -> frozenset[Sign]:
        """Give what was noticed since the last call."""
        signs, self._signs = frozenset(self._signs), set()
        return signs

    def _begin(self) -> None:
        self._watch = watch_for(self._source.role, self._board)
        self._turned = False


class _Ear:
    """Listens to one source."""

    def __init__(self) -> None:
        self._voice = VoiceWatch()
        self._blocks = Blocks()
        self._heard: Heard | None = None
        self._silent = 0  # looks without a new block

    def listen(self, samples: Samples) -> None:
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), "fltp", "stereo")
        frame.sample_rate = RATE_HZ
        for block in self._blocks.feed(frame):
            self._heard, self._silent = self._voice.look(block), 0

    def heard(self) -> Heard | None:
        """Give what was heard last, unless that is long ago."""
        self._silent += 1
        return self._heard if self._silent <= HEARD_FOR else None


class Senses:
    """Everything that is noticed of all sources."""

    def __init__(
        self,
        sources: Sequence[Source],
        *,
        boards: Regions = NOWHERE,
        turning: Collection[str] = (),
        sounds: Collection[str] = (),
    ) -> None:
        """Watch `sources`, listen to `sounds`; the cameras of `turning` can be moved."""
        self._eyes = {
            one.id: _Eye(one, boards, turns=one.id in turning) for one in sources if one.picture
        }
        self._ears = {source: _Ear() for source in sounds}
        self._floor = Floor()

    def look(self, source: str, luma: Luma, *, anew: bool = False) -> Spot | None:
        """Take a source's next small picture; give where somebody moves, if its camera can.

        `anew`: it is not to be compared with the one before.
        """
        return self._eyes[source].look(luma, anew=anew)

    def listen(self, source: str, samples: Samples) -> None:
        """Take the next samples of a source, (2, count) float32, 48 kHz."""
        self._ears[source].listen(samples)

    def seen(self, there: Collection[str]) -> Seen:
        """Give what was noticed since the last call, of the sources that are there."""
        seen: dict[str, frozenset[Sign]] = dict.fromkeys(there, frozenset())
        for source, eye in self._eyes.items():
            signs = eye.signs()
            if source in seen:
                seen[source] = signs
        speaker = self._floor.decide(self._heard(seen))
        if speaker is not None:
            seen[speaker] |= {Sign.SPEECH}
        return seen

    def _heard(self, there: Mapping[str, object]) -> dict[str, Heard]:
        heard = {source: ear.heard() for source, ear in self._ears.items()}
        return {source: one for source, one in heard.items() if one and source in there}
