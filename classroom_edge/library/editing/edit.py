"""What is to be made of recordings: passages, one after the other, and how they sound. Values."""

import hashlib
from typing import Final

import msgspec

from classroom_media.edit.orders import R128_LUFS
from classroom_media.record.manifest import PROGRAMME

PASSAGES_MOST: Final = 200
SHORTEST_S: Final = 0.04  # of a passage: a picture


class Passage(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of a recording, in its file time, as one of its tracks shows it."""

    from_s: float
    to_s: float  # excluded
    track: str = PROGRAMME
    recording: str = ""  # "" = the one that the edit belongs to

    @property
    def length_s(self) -> float:
        """Say how long it is."""
        return self.to_s - self.from_s


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """A film that is to be made."""

    title: str = ""
    passages: tuple[Passage, ...] = ()
    sound: str = ""  # the track that is heard; "" = the programme
    opening: str = ""  # words of a card before it: a line that is large, and more under it
    loudness: bool = False  # brought to `lufs`
    lufs: float = R128_LUFS

    @property
    def length_s(self) -> float:
        """Say how long it is, its card left out."""
        return sum(one.length_s for one in self.passages)

    @property
    def digest(self) -> str:
        """Tell one edit from another, for those who ask whether a film was made of it."""
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()[:16]
