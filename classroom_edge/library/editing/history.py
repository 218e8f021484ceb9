"""How an edit came to be what it is: every change, and every change that was taken back. Pure.

Lines are only ever added, so that nothing that somebody made is lost. What holds now follows from
all of them: a change ends the future that was taken back before it.
"""

from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from classroom_edge.library.editing.edit import Edit

VERSION: Final = 1
LINES_MOST: Final = 2000  # of a history; a person changes an edit some dozens of times


class Act(StrEnum):
    """What somebody did."""

    CHANGE = "change"
    UNDO = "undo"
    REDO = "redo"


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One act. Only a change says what the edit is from then on."""

    at: datetime  # aware
    by: str
    act: Act
    edit: Edit | None = None


class Standing(msgspec.Struct, frozen=True):
    """What follows from a history: all that may be gone back to, and on to."""

    past: tuple[Edit, ...]  # the last one holds now
    future: tuple[Edit, ...]  # the first one is next


class History(msgspec.Struct, frozen=True, kw_only=True):
    """An edit as it is stored; the first line is a change."""

    id: str
    lines: tuple[Line, ...]
    version: int = VERSION

    @property
    def standing(self) -> Standing:
        """Tell what follows from all lines; one that could not have been written is nothing."""
        past, future = list[Edit](), list[Edit]()
        for line in self.lines:
            if line.act is Act.CHANGE and line.edit is not None:
                past.append(line.edit)
                future.clear()
            elif line.act is Act.UNDO and len(past) > 1:
                future.append(past.pop())
            elif line.act is Act.REDO and future:
                past.append(future.pop())
        return Standing(tuple(past), tuple(reversed(future)))

    @property
    def edit(self) -> Edit:
        """Give the edit as it is now."""
        return self.standing.past[-1]

    @property
    def is_full(self) -> bool:
        """Whether nothing can be added any more."""
        return len(self.lines) >= LINES_MOST

    def changed(self, edit: Edit, by: str, at: datetime) -> "History":
        """Let the edit be another one; the same one changes nothing."""
        if edit == self.edit:
            return self
        return self._with(Line(at=at, by=by, act=Act.CHANGE, edit=edit))

    def undone(self, by: str, at: datetime) -> "History":
        """Take the last change back; the first one stays."""
        return self._with(Line(at=at, by=by, act=Act.UNDO)) if self.standing.past[1:] else self

    def redone(self, by: str, at: datetime) -> "History":
        """Do again what was taken back last."""
        return self._with(Line(at=at, by=by, act=Act.REDO)) if self.standing.future else self

    def _with(self, line: Line) -> "History":
        return msgspec.structs.replace(self, lines=(*self.lines, line))


def begun(id_: str, edit: Edit, by: str, at: datetime) -> History:
    """Begin an edit."""
    return History(id=id_, lines=(Line(at=at, by=by, act=Act.CHANGE, edit=edit),))
