"""A desk that keeps what people ask of the day."""

from collections.abc import Callable
from typing import Any

from classroom_edge.room import Refused, Who
from classroom_edge.services.day.incoming import Incoming


class PretendDesk:
    """Tells `note` of every wish; knows one lesson only."""

    def __init__(
        self, note: Callable[[str, dict[str, Any]], None], incoming: Incoming | None = None
    ) -> None:
        self._note, self._incoming = note, incoming

    @property
    def incoming(self) -> Incoming:
        if self._incoming is None:
            raise Refused("no-timetable", {"zh-CN": "没有课表", "en": "no timetable"})
        return self._incoming

    async def extend(self, who: Who, minutes: int, lesson: str = "") -> None:
        self._note("extend", {"minutes": minutes, "lesson": lesson, "by": who.name})

    async def skip(self, who: Who, lesson: str) -> None:
        self._only(lesson)
        self._note("skip", {"lesson": lesson, "by": who.name})

    async def begin_early(self, who: Who, lesson: str) -> None:
        self._note("begin-early", {"lesson": lesson, "by": who.name})

    async def swap(self, who: Who, lesson: str, other: str) -> None:
        self._note("swap", {"lesson": lesson, "other": other, "by": who.name})

    async def undo(self, who: Who) -> None:
        self._note("undo", {"by": who.name})

    async def adopt(self, who: Who) -> None:
        self._note("adopt", {"by": who.name})

    async def give_way(self, who: Who) -> None:
        self._note("give-way", {"by": who.name})

    async def stay(self, who: Who, minutes: int) -> None:
        self._note("stay", {"minutes": minutes, "by": who.name})

    async def here(self, who: Who) -> None:
        self._note("here", {"by": who.name})

    async def confirm(self, who: Who) -> None:
        self._note("confirm", {"by": who.name})

    def _only(self, lesson: str) -> None:
        if lesson == "none":
            raise Refused("unknown-lesson", {"zh-CN": "没有这节课", "en": "no such lesson"})
