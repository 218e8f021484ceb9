"""What ``/api/v1/library`` takes and gives. Checked before anything happens."""

import zoneinfo
from collections.abc import Collection
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from classroom_edge.library.card import Consent
from classroom_edge.library.card import Standing as Agreed
from classroom_edge.library.deliver.waiting import Standing
from classroom_edge.library.entry import ASKED_MOST, PAGE_MOST, UNREADABLE, Entry, Query
from classroom_edge.library.indexing import DAMAGED, LOST
from classroom_edge.room import Words
from classroom_edge.web.schemas import Body, Line
from classroom_edge.words import words

Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]
Asked = Annotated[str, StringConstraints(max_length=ASKED_MOST)]
DAY: Final = timedelta(days=1)


class Wanted(BaseModel):
    """What is looked for; what is left out does not matter."""

    model_config = ConfigDict(extra="forbid")

    q: Asked = Field(default="", description="words that all occur, in any field")
    teacher: Asked = ""
    subject: Asked = ""
    class_: Asked = Field(default="", alias="class")
    from_: date | None = Field(default=None, alias="from", description="first day")
    to: date | None = Field(default=None, description="last day")
    state: Asked = ""
    after: str = Field(default="", max_length=120, description="`next` of the page before")
    limit: int = Field(default=50, ge=1, le=PAGE_MOST)

    def query(self, zone: zoneinfo.ZoneInfo) -> Query:
        """Ask it of the catalogue; days are those of the school."""
        return Query(
            asked=self.q,
            teacher=self.teacher.strip(),
            subject=self.subject.strip(),
            class_name=self.class_.strip(),
            since=_midnight(self.from_, zone) if self.from_ else None,
            until=_midnight(self.to + DAY, zone) if self.to and self.to < date.max else None,
            state=self.state,
            after=self.after,
            limit=self.limit,
        )


class ItemOut(BaseModel):
    """One recording as it is listed."""

    id: str
    title: str
    subject: str
    teacher: str
    class_name: str
    started_at: datetime
    duration_s: float
    state: str = Field(
        description='"recording", "finishing", "finished", "incomplete" or "unreadable"'
    )
    bytes: int = Field(description="all its files")
    thumbnail: str = Field(description='address; "" while there is none')
    filmstrip: str
    tracks: list[str]
    marks: int
    gaps: int = Field(description="of what is missing, pauses left out")
    held: bool
    consent: Consent
    delivery: Literal["none", "waiting", "sending", "sent", "failed"]
    edits: int
    school: str = Field(description='that has sent it to this hub; "" = it was recorded here')
    problem: Words = Field(description="empty: nothing is wrong with its manifest")
    url: str

    @classmethod
    def of(cls, entry: Entry, delivery: str) -> Self:
        """Add the links."""
        url = f"/api/v1/recordings/{entry.id}"
        files = {
            key: f"{url}/files/{name}" if name else ""
            for key, name in (("thumbnail", entry.thumbnail), ("filmstrip", entry.filmstrip))
        }
        more = {
            "teacher": ", ".join(entry.teachers),
            "class_name": ", ".join(entry.classes),
            "delivery": delivery,
            "problem": explained(entry),
            "url": url,
        }
        return cls.model_validate(asdict(entry) | files | more)


class PageOut(BaseModel):
    """Some of what was found, newest first."""

    items: list[ItemOut]
    next: str = Field(description='`after` of the page after this one; "" = there is none')
    total: int = Field(description="of all pages")


class CardBody(Body):
    """What is said of a recording; what is left out stays, "" is as it was recorded."""

    title: Line | None = None
    subject: Line | None = None
    teacher: Line | None = None
    class_name: Line | None = None
    note: Note | None = None
    held: bool | None = Field(default=None, description="never to be deleted")


class ConsentBody(Body):
    """Who may see a recording."""

    consent: Consent
    name: Line = Field(
        default="", description="who says so; only where nobody logs in, and needed there"
    )


class ConsentOut(BaseModel):
    """What holds now."""

    consent: Consent
    proposed_by: str
    state: Literal["agreed", "proposed"] = Field(
        description='"proposed": another person has to say "public", too'
    )

    @classmethod
    def of(cls, standing: Agreed) -> Self:
        """Show what holds."""
        return cls(
            consent=standing.consent,
            proposed_by=standing.proposed_by,
            state="proposed" if standing.proposed_by else "agreed",
        )


def delivered(entry: Entry, standings: Collection[Standing]) -> str:
    """Tell in one word what has become of a recording's deliveries: what needs somebody first."""
    if Standing.REFUSED in standings:
        return "failed"
    if Standing.SENDING in standings:
        return "sending"
    if Standing.WAITING in standings:
        return "waiting"
    return "sent" if entry.receipts or Standing.SENT in standings else "none"


def explained(entry: Entry) -> Words:
    """Tell what is wrong with a manifest, and what to do."""
    if entry.problem not in {DAMAGED, LOST}:
        return {}
    kind = entry.problem if entry.state == UNREADABLE else "rebuilding"
    return words("library").both(f"{kind}.problem", recording=entry.id)


def _midnight(day: date, zone: zoneinfo.ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
