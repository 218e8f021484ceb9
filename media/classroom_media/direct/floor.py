"""Decides between microphones which of them the speaker is nearest to: who has the floor.

Every microphone of a room hears everyone; the nearest hears them loudest.
"""

from collections.abc import Mapping
from typing import Final

from classroom_media.direct.voice import Heard


class Floor:
    """Gives the word to the loudest microphone; another must be clearly louder to take it."""

    MARGIN_DB: Final = 4.0
    KEEPS: Final = 5  # looks without a voice for which the margin still counts: 1 s
    SMOOTH: Final = 0.7  # of the newest level

    def __init__(self, gains_db: Mapping[str, float] | None = None) -> None:
        self._gains_db = dict(gains_db or {})  # what a microphone's level lacks
        self._levels: dict[str, float] = {}
        self._speaker: str | None = None
        self._silent = 0

    def decide(self, heard: Mapping[str, Heard]) -> str | None:
        """Give the source that is spoken into now, or None."""
        for source, one in heard.items():
            level_db = one.level_db + self._gains_db.get(source, 0.0)
            before = self._levels.get(source, level_db)
            self._levels[source] = before + self.SMOOTH * (level_db - before)
        speaking = [source for source, one in heard.items() if one.speech]
        if not speaking:
            self._silent += 1
            return None
        if self._silent > self.KEEPS:
            self._speaker = None
        self._silent = 0
        loudest = max(heard, key=lambda source: self._levels[source])
        if self._takes(loudest, heard):
            self._speaker = loudest
        return self._speaker

    def _takes(self, loudest: str, heard: Mapping[str, Heard]) -> bool:
        if self._speaker is None or self._speaker not in heard:
            return True
        return self._levels[loudest] > self._levels[self._speaker] + self.MARGIN_DB
