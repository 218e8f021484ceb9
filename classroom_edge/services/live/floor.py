"""Who has the floor is seen and heard: in the programme's picture, and in its sound.

The layout changes with the floor and at no other moment, so that a hand in between stays. What
was shown before comes back once the floor is empty, if nobody has chosen otherwise since.
"""

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

import msgspec

from classroom_edge.room import ActionView, ChoiceView
from classroom_edge.words import LANGUAGES, words
from classroom_media.api import NS, Directing, Layout, Strip

HELD_NS: Final = 3600 * NS  # the rules wait while somebody has the floor
WITH_ONE: Final = "picture-in-picture"  # who speaks, and small the room
WITH_MORE: Final = "grid"
ALONE: Final = "single"
UNDO: Final = "/api/v1/live/layout/undo"
JOINED: Final = {"zh-CN": "、", "en": ", "}

logger = logging.getLogger(__name__)


class Programme(Protocol):
    """What is shown and heard, and who chooses it."""

    @property
    def layout(self) -> Layout:
        """What is shown."""

    @property
    def directing(self) -> Directing:
        """Who chooses."""

    @property
    def strips(self) -> Mapping[str, Strip]:
        """How the sounds are mixed."""

    async def show(self, layout: Layout) -> None:
        """Show another layout."""

    async def direct(self, directing: Directing) -> None:
        """Let a person or the rules choose."""

    async def mix(self, strips: dict[str, Strip]) -> None:
        """Mix the sounds so."""


@dataclass(kw_only=True)
class Floor:
    """Follows the floor. `remotes` are the sources that are rooms elsewhere."""

    programme: Programme
    remotes: frozenset[str]
    pictures: frozenset[str]  # sources with a picture
    usual: Layout  # where it is not known what was shown before
    changed: Callable[[], None]
    clock: Callable[[], int] = time.monotonic_ns
    chosen: Layout | None = field(default=None, init=False)  # because of the floor
    _before: Layout | None = field(default=None, init=False)
    _holders: tuple[str, ...] | None = field(default=None, init=False)  # None: no session is on

    async def follow(self, holders: tuple[str, ...] | None) -> None:
        """Show and hear these sources, if they are others than before; None = no session."""
        if holders == self._holders:
            return
        self._holders = holders
        await self._let_speak(holders)
        seen = tuple(one for one in holders or () if one in self.pictures)
        if seen:
            await self._show(seen)
        else:
            await self._put_back()

    async def undo(self) -> bool:
        """Show again what was shown before the floor changed it; tell whether it had."""
        had = self.chosen is not None
        await self._put_back()
        return had

    async def _let_speak(self, holders: tuple[str, ...] | None) -> None:
        """Mix in the rooms that have the floor, and no others; without a session, all of them."""
        strips = dict(self.programme.strips)
        for source in self.remotes & strips.keys():
            muted = holders is not None and source not in holders
            strips[source] = msgspec.structs.replace(strips[source], muted=muted)
        if strips != self.programme.strips:
            await self.programme.mix(strips)

    async def _show(self, seen: tuple[str, ...]) -> None:
        shown = self.programme.layout
        if shown != self.chosen:
            self._before = shown
        self.chosen = arranged(seen, self._room_of(self._before or shown))
        if self.chosen == shown:  # left by an earlier daemon
            self._before = self.usual
        if self.programme.directing.by_rules:
            await self._leave_to_rules(self.clock() + HELD_NS)
        await self.programme.show(self.chosen)
        logger.info("layout %s %s shown for the floor", self.chosen.name, self.chosen.sources)
        self.changed()

    async def _put_back(self) -> None:
        if self.chosen is None:
            return
        if self.programme.layout == self.chosen and self._before is not None:
            await self.programme.show(self._before)
        if self.programme.directing.by_rules:
            await self._leave_to_rules(0)
        self.chosen = self._before = None
        self.changed()

    async def _leave_to_rules(self, held_until_ns: int) -> None:
        await self.programme.direct(Directing(by_rules=True, held_until_ns=held_until_ns))

    def _room_of(self, layout: Layout) -> str:
        """Give the first picture of this room itself in a layout, or ""."""
        own = (source for source in layout.sources if source not in self.remotes)
        return next(own, "")


def choice_of(chosen: Layout | None, names: Iterable[str]) -> ChoiceView | None:
    """Show a layout that the floor has chosen, and how to have the one before."""
    if chosen is None:
        return None
    say = words("live").both
    because = {
        language: words("live").say("chosen.floor", language, names=JOINED[language].join(names))
        for language in LANGUAGES
    }
    return ChoiceView(chosen.name, chosen.sources, because, ActionView(say("chosen.undo"), UNDO))


def arranged(seen: tuple[str, ...], room: str) -> Layout:
    """Give a layout with all who have the floor, and the room itself if there is a place."""
    if not room:
        return Layout(WITH_MORE, seen) if len(seen) > 1 else Layout(ALONE, seen)
    if len(seen) == 1:
        return Layout(WITH_ONE, (*seen, room))
    return Layout(WITH_MORE, (*seen, room)[:6])
