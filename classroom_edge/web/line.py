"""``/api/v1/link/test``: what the line of this room to its hub carries, measured now."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from classroom_edge.room import Words
from classroom_edge.services import survey_words as say
from classroom_edge.sessions.link.findings import Grade, judge
from classroom_edge.web.access import Action, May, Visitor
from classroom_edge.web.commands import ANSWERS
from classroom_edge.web.site import Site, site_of
from classroom_edge.words import LANGUAGES

router = APIRouter(prefix="/api/v1/link", responses=ANSWERS, tags=["sessions"])


class GradeOut(BaseModel):
    """How well a line serves one use."""

    grade: Grade
    use: Words
    said: Words


class LineOut(BaseModel):
    """What a line carries, and what to do."""

    grades: list[GradeOut] = Field(description="empty where nothing could be measured")
    advice: list[Words] = Field(description="the most important first")
    figures: list[Words]


@router.post("/test")
async def test_line(
    site: Annotated[Site, Depends(site_of)], visitor: Annotated[Visitor, Depends(May(Action.MEET))]
) -> LineOut:
    """Measure the line to the hub: ten seconds, some megabytes; not while it holds a session."""
    found = await site.room.session.survey(visitor.who)
    verdict = judge(found)
    if found.reason:
        verdict = msgspec.structs.replace(verdict, grades={})
    graded = zip(
        verdict.grades.values(),
        _told(partial(say.uses, verdict)),
        _told(partial(say.grades, verdict)),
        strict=True,
    )
    return LineOut(
        grades=[GradeOut(grade=grade, use=use, said=said) for grade, use, said in graded],
        advice=_told(partial(say.advice, verdict)),
        figures=_told(partial(say.figures, found)),
    )


def _told(saying: Callable[[str], Iterable[str]]) -> list[Words]:
    """Give lines that are said in one language in every language."""
    lines = zip(*map(saying, LANGUAGES), strict=True)
    return [dict(zip(LANGUAGES, line, strict=True)) for line in lines]
