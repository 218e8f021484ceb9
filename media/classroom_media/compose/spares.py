"""A spare microphone in the mixer: it listens all the time, and speaks when it must."""

from typing import Final

import numpy as np

from classroom_media.compose.inputs import SoundInput
from classroom_media.direct.voice import BLOCK, VoiceWatch
from classroom_media.direct.voice import RATE_HZ as VOICE_HZ
from classroom_media.levels import RATE_HZ, Samples
from classroom_media.messages import StandIn
from classroom_media.sound.spare import Ear, SpareSwitch

THINNING: Final = RATE_HZ // VOICE_HZ  # samples that become one


class Spare:
    """Two inputs of which one is heard."""

    def __init__(self, main: str, spare: str) -> None:
        self.main, self.spare = main, spare
        self._switch = SpareSwitch()
        self._voice = VoiceWatch()
        self._heard: Samples = np.zeros(0, np.float32)  # mono, until it is a block of voice
        self._speech = False

    @property
    def stand_in(self) -> StandIn | None:
        """Tell that the spare is heard, and why."""
        why = self._switch.why
        return StandIn(source=self.main, spare=self.spare, why=why) if why else None

    def look(self, main: SoundInput, spare: SoundInput) -> None:
        """Listen to what both have taken, and decide."""
        self._listen(spare.raw)
        self._switch.look(
            Ear(main.momentary_lufs, main.dead),
            Ear(spare.momentary_lufs, spare.dead, speech=self._speech),
            spare.raw.shape[1] / RATE_HZ,
        )

    def _listen(self, samples: Samples) -> None:
        self._heard = np.concatenate([self._heard, samples.mean(axis=0)])
        if self._heard.size >= BLOCK * THINNING:
            block, self._heard = np.split(self._heard, [BLOCK * THINNING])
            self._speech = self._voice.look(block.reshape(-1, THINNING).mean(axis=1)).speech
