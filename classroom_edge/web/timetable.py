"""``/api/v1/timetable``: the school's timetable is sent in, shown as it would be, and agreed to."""

from datetime import date
from typing import Annotated, Final, Self

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from classroom_edge.room import Words
from classroom_edge.services.day.examine import CLASSES, WHOLE, Reading, Worked
from classroom_edge.web.access import Action, May, Visitor
from classroom_edge.web.commands import ANSWERS
from classroom_edge.web.schemas import Accepted, Body
from classroom_edge.web.site import Site, site_of
from classroom_schedules.weeks import Weekday


def _dated(text: str) -> str:
    date.fromisoformat(text[:10])
    return text


Here = Annotated[Site, Depends(site_of)]
Pair = Annotated[str, StringConstraints(pattern=r"^[a-z]{1,20}:.{1,200}$")]
Day = Annotated[
    str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}:[0-6]$"), AfterValidator(_dated)
]
Keeper = Annotated[Visitor, Depends(May(Action.ADMINISTER))]
FILE: Final = {
    "requestBody": {
        "required": True,
        "description": "the file as it is: TOML, CSV, XLSX, iCalendar, or a notice as .txt; 4 MiB",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}

router = APIRouter(prefix="/api/v1/timetable", responses=ANSWERS, tags=["day"])


class Asked(BaseModel):
    """What a file is called, and how it is to be read as far as it does not say so itself."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=200, description="of the file")]
    scope: Annotated[
        str,
        Field(pattern=f"^({WHOLE}|{CLASSES})$", description="what a list or grid replaces"),
    ] = CLASSES
    column: Annotated[
        tuple[Pair, ...], Field(max_length=20, description="of a list, field:header")
    ] = ()
    taught: Annotated[
        tuple[Day, ...],
        Field(max_length=60, description="of a notice, worked day:weekday, from 0 for Monday"),
    ] = ()

    @property
    def reading(self) -> Reading:
        """Give it as the examination takes it."""
        taught = (one.split(":") for one in self.taught)
        return Reading(
            scope=self.scope,
            columns=dict(one.split(":", 1) for one in self.column),
            taught={date.fromisoformat(day): Weekday(int(weekday)) for day, weekday in taught},
        )


class ChangeBody(Body):
    """One place of the week that differs."""

    kind: str
    text: Words


class WorkedBody(Body):
    """A worked day of a notice of holidays, and whose lessons it has; None = nobody has said."""

    day: date
    name: str
    weekday: Annotated[int, Field(ge=0, le=6)] | None

    @classmethod
    def of(cls, one: Worked) -> Self:
        """Give it as the examination has it."""
        return cls(day=one.day, name=one.name, weekday=one.weekday)


class PreviewBody(Body):
    """What a file would change; with mistakes nothing comes of it."""

    token: str
    mistakes: tuple[Words, ...]
    left_out: tuple[Words, ...]
    columns: dict[str, str]
    headers: tuple[str, ...]
    worked: tuple[WorkedBody, ...]
    verdict: str
    told: Words
    lost_classes: tuple[str, ...]
    changes: tuple[ChangeBody, ...]
    more: int
    warnings: tuple[Words, ...]


class AgreedBody(Body):
    """Which preview, by its token; `sure` lets it empty or halve the timetable."""

    token: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    sure: bool = False


@router.post("/preview", openapi_extra=FILE)
async def preview(
    site: Here, visitor: Keeper, request: Request, asked: Annotated[Asked, Query()]
) -> PreviewBody:
    """Examine a file; nothing is changed."""
    content = await request.body()
    incoming = site.room.day.incoming
    sent = await incoming.preview(visitor.who, asked.name, content, asked.reading)
    found = sent.preview
    return PreviewBody(
        token=sent.token,
        mistakes=found.mistakes,
        left_out=found.left_out,
        columns=found.columns,
        headers=found.headers,
        worked=tuple(map(WorkedBody.of, found.worked)),
        verdict=found.verdict,
        told=found.told,
        lost_classes=found.lost_classes,
        changes=tuple(ChangeBody(kind=one.kind, text=one.text) for one in found.changes),
        more=found.more,
        warnings=found.warnings,
    )


@router.post("/agree")
async def agree(site: Here, visitor: Keeper, body: AgreedBody) -> Accepted:
    """Let what was shown come into force."""
    await site.room.day.incoming.agree(visitor.who, body.token, sure=body.sure)
    return Accepted()


@router.post("/undo")
async def undo(site: Here, visitor: Keeper) -> Accepted:
    """Have the timetable back that was in force before the last one that was sent in."""
    await site.room.day.incoming.undo(visitor.who)
    return Accepted()
