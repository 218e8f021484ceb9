"""From an edit to the order that the editor's process carries out."""

from dataclasses import dataclass
from typing import Final

from classroom_edge.library.editing.edit import Edit, Passage
from classroom_edge.library.editing.facts import Facts
from classroom_edge.library.editing.refusals import refused
from classroom_edge.library.editing.takes import Find, Recorded, chapters, placed, slides
from classroom_edge.words import words
from classroom_media.api import Card
from classroom_media.edit.orders import (
    R128_LUFS,
    FilmOrder,
    Opening,
    PackageOrder,
    SlidesOrder,
    SoundOrder,
)
from classroom_media.record.manifest import PROGRAMME

OPENING_S: Final = 5.0
COVER_S: Final = 60.0  # of the film: by then everybody has sat down
LINES_MOST: Final = 4  # of a card, its title left out


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """Makes orders for one recording."""

    find: Find
    language: str
    logo: str = ""  # path, as room.toml has it; so is the picture behind a card
    picture: str = ""

    def film(self, edit: Edit, into: str) -> FilmOrder:
        """Order the film of an edit. Raises Refused."""
        stretches = placed(edit, self.find)
        return FilmOrder(
            takes=tuple(one.take for one in stretches),
            into=into,
            opening=self._opening(edit.opening),
            lufs=edit.lufs if edit.loudness else None,
            chapters=chapters(stretches, self._said("chapter.page")),
            of=edit.digest,
        )

    def sound(self, film: FilmOrder, into: str) -> SoundOrder:
        """Order the sound of a film alone. Raises Refused."""
        if not any(one.sound for one in film.takes):
            raise refused("export-no-sound")
        return SoundOrder(film=film, into=into)

    def slides(self, edit: Edit, into: str) -> SlidesOrder:
        """Order the slides of an edit alone. Raises Refused."""
        found = slides(placed(edit, self.find))
        if not found:
            raise refused("export-no-slides")
        caption = f"{self._said('chapter.page')}    {{time}}"
        return SlidesOrder(slides=found, into=into, caption=caption)

    def package(self, film: FilmOrder, edit: Edit, facts: Facts, into: str) -> PackageOrder:
        """Order a package."""
        metadata = facts.metadata | ({"title": edit.title} if edit.title else {})
        return PackageOrder(
            film=film, into=into, metadata=metadata, cover_s=min(COVER_S, edit.length_s / 2)
        )

    def _opening(self, said: str) -> Opening | None:
        title, *lines = [line.strip() for line in said.splitlines() if line.strip()] or [""]
        if not title:
            return None
        card = Card(title=title, lines=tuple(lines[:LINES_MOST]), picture=self.picture)
        return Opening(card=card, length_s=OPENING_S, logo=self.logo)

    def _said(self, key: str) -> str:
        return words("panel").say(key, self.language, page="{page}")


def whole(recorded: Recorded, *, opening: str = "", lufs: float | None = None) -> Edit:
    """Give the edit that leaves everything as it was recorded, for those who made none.

    Raises:
        Refused: nothing is to be seen in it.
    """
    seen = [one.name for one in recorded.manifest.tracks if one.width]
    if not seen:
        raise refused("edit-no-track", name=PROGRAMME, there_are="-")
    track = PROGRAMME if PROGRAMME in seen else seen[0]
    passage = Passage(from_s=0.0, to_s=recorded.manifest.duration_s, track=track)
    return Edit(
        title=recorded.manifest.title,
        passages=(passage,),
        opening=opening,
        loudness=lufs is not None,
        lufs=R128_LUFS if lufs is None else lufs,
    )
