"""Lets a lesson leave its room by the timetable: a session with other rooms, or a broadcast.

Both are begun once. Where one of that name goes on already (the daemon died after it had begun it,
before it could note it), that is the lesson's own.
"""

import logging
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Protocol

from classroom_edge.room import BroadcastView, Refused, Who
from classroom_edge.services.broadcast import BroadcastService
from classroom_edge.services.day.acts import Aired
from classroom_edge.services.refusals import refused
from classroom_edge.sessions import commands as c
from classroom_edge.sessions import local
from classroom_edge.sessions.forms import Kind, usual_style
from classroom_edge.sessions.state import TITLE_MAX
from classroom_schedules import Occurrence
from classroom_schedules.rules import Live, Rule

AFTER_BELL_S: Final = 2.0  # the lesson's recording begins before its session does
SESSION: Final = "session:"
BROADCAST: Final = "broadcast:"
HUB: Final = "hub"

logger = logging.getLogger(__name__)


class Sessions(Protocol):
    """Where sessions are asked for."""

    async def ask(self, who: Who, request: local.AnyRequest) -> local.Reply:
        """Ask something of the link with other schools. Raises Refused."""
        ...


class Outlets(Protocol):
    """Where broadcasts are."""

    @property
    def broadcast(self) -> BroadcastService:
        """The broadcasts. Raises Refused: room.toml asks for none."""

    @property
    def broadcast_view(self) -> BroadcastView | None:
        """What the room's state shows of them."""


@dataclass(frozen=True, kw_only=True)
class OnAir:
    """A room's ways out, for whoever carries the timetable out."""

    sessions: Sessions
    outlets: Outlets

    async def begin(self, who: Who, lesson: Occurrence, rule: Rule, in_s: float) -> Aired:
        """Begin all that a rule asks for; the bell rings in so many real seconds. Raises Refused.

        What has begun stays when another part is refused.
        """
        begun, without = list[str](), tuple[str, ...]()
        for way in rule.live:
            try:
                if way is Live.BROADCAST:
                    begun.append(await self._broadcast(who, lesson))
                else:
                    session, without = await self._session(who, lesson, rule, in_s)
                    begun += [session] if session else []
            except Refused as error:
                if not begun:
                    raise
                logger.warning("%s: %s: %s", lesson.id, way, error)
        return Aired(" ".join(begun), without)

    async def end(self, who: Who, aired: str) -> None:
        """End what was begun, as far as nobody has ended it."""
        for name in aired.split():
            with suppress(Refused):
                if name.startswith(SESSION):
                    ended = local.Do(session=name.removeprefix(SESSION), command=c.End())
                    await self.sessions.ask(who, ended)
                elif self.outlets.broadcast.wanted == name.removeprefix(BROADCAST):
                    await self.outlets.broadcast.stop(who)

    async def _broadcast(self, who: Who, lesson: Occurrence) -> str:
        title, view = title_of(lesson), self.outlets.broadcast_view
        if view and view.state != "off" and view.title == title:
            return BROADCAST + view.lesson
        return BROADCAST + await self.outlets.broadcast.start(who, title=title)

    async def _session(
        self, who: Who, lesson: Occurrence, rule: Rule, in_s: float
    ) -> tuple[str, tuple[str, ...]]:
        """Give the session, "" at a site: its hub begins it; and the sites that nobody enrolled."""
        status = await self.sessions.ask(who, local.Status())
        if status.role != HUB:
            return "", ()
        title = title_of(lesson)
        if known := [one.id for one in status.sessions if one.title == title]:
            return SESSION + known[0], ()
        told = await self.sessions.ask(who, local.Groups())
        sites = {one: _site(one, told.sites) for one in (() if rule.group else lesson.sites)}
        without = tuple(one for one, id_ in sites.items() if not id_)
        if sites and len(without) == len(sites):
            raise refused("no-sites", names=", ".join(without))
        group = next((one for one in told.groups if one.id == rule.group), None)
        asked = local.Begin(
            title=title,
            kind=group.kind if group else Kind.DELIVERY,
            style=group.style if group else usual_style(Kind.DELIVERY),
            sites=tuple(id_ for id_ in sites.values() if id_),
            group=rule.group,
            in_s=max(0.0, in_s) + AFTER_BELL_S,
        )
        begun = await self.sessions.ask(who, asked)
        return SESSION + begun.session, without


def title_of(lesson: Occurrence) -> str:
    """Give what a lesson is called outside its room; two of a day are told apart by the bell."""
    named = " ".join((lesson.title, *lesson.classes))
    return f"{named[: TITLE_MAX - 6]} {lesson.starts_at:%H:%M}"


def _site(name: str, enrolled: dict[str, str]) -> str:
    """Find the site that the timetable calls so: by its id, or by its name; "" = there is none."""
    found: Iterator[str] = (id_ for id_, called in enrolled.items() if name in {id_, called})
    return next(found, "")
