"""A session is recorded in every room that is in it, from its opening to its end, by itself.

What people do stays done: a recording that ran before goes on after it, and one that somebody has
stopped is not begun again.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from classroom_edge.room import Refused, Who
from classroom_edge.services.live.cast import Cast
from classroom_edge.sessions.state import Stage
from classroom_media.record.story import Story

GOES: Final = frozenset({Stage.OPEN, Stage.PAUSED})

logger = logging.getLogger(__name__)


class Recorder(Protocol):
    """Who begins and ends recordings."""

    async def start(self, who: Who, *, title: str = "") -> str:
        """Begin one; give its id. Raises Refused."""

    async def stop(self, who: Who) -> None:
        """End it. Raises Refused."""


@dataclass(kw_only=True)
class SessionRecording:
    """Follows the session. `story` tells of the recording that runs."""

    recorder: Recorder
    story: Callable[[], Story | None]
    on: bool
    _seen: str = field(default="", init=False)  # the session that was acted upon last
    _ours: str = field(default="", init=False)  # the recording that was begun for it

    @property
    def goes_on(self) -> bool:
        """Whether a recording runs; of a daemon that has just started, probably of a session."""
        return self.on and self.story() is not None

    async def follow(self, cast: Cast | None) -> None:
        """Begin, if a session has opened; end, if it is over for this room."""
        goes = cast is not None and cast.session.stage in GOES
        if cast is not None and goes and self.on and cast.session.id != self._seen:
            self._seen = cast.session.id
            await self._begin(cast)
        elif not goes and self._ours:
            await self._end()

    async def _begin(self, cast: Cast) -> None:
        story = self.story()
        if story is not None:  # begun by a person; or by an earlier daemon, for this session
            self._ours = story.id if story.title == cast.session.title else ""
            return
        who = Who(name=f"session:{cast.session.id}", why="opened")
        try:
            self._ours = await self.recorder.start(who, title=cast.session.title)
        except Refused as refused:
            logger.warning("session %s is not recorded: %s", cast.session.id, refused)

    async def _end(self) -> None:
        story, ours, self._ours = self.story(), self._ours, ""
        if story is None or story.id != ours:
            return
        try:
            await self.recorder.stop(Who(name=f"session:{self._seen}", why="over"))
        except Refused as refused:
            logger.info("the recording of session %s: %s", self._seen, refused)
