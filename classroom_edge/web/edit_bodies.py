"""What the API takes and gives of edits and exports."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, StringConstraints

from classroom_edge.library.editing.desk import Seen
from classroom_edge.library.editing.edit import PASSAGES_MOST, Edit, Passage
from classroom_edge.library.editing.files import Exported
from classroom_edge.library.editing.jobs import Kind
from classroom_edge.web.schemas import Body, Finite, Line
from classroom_media.edit.orders import PLATFORM_LUFS, R128_LUFS

DAY_S = 86_400
Instant = Annotated[Finite, Field(ge=0, le=DAY_S)]
Lines = Annotated[str, StringConstraints(max_length=600)]


class PassageBody(Body):
    """A stretch of a recording; seconds of its file time, which all its tracks share."""

    from_s: Instant
    to_s: Instant = Field(description="excluded")
    track: Line = "programme"
    recording: Line = Field(default="", description="another one, to join it; its id")


class EditBody(Body):
    """A film that is to be made."""

    title: Line = ""
    passages: list[PassageBody] = Field(default=[], max_length=PASSAGES_MOST)
    sound: Line = Field(default="", description='the track that is heard; "" = the programme')
    opening: Lines = Field(
        default="", description="a card before it: a line that is large, and up to four under it"
    )
    loudness: bool = Field(default=False, description="bring it to `lufs`, peaks under -1 dBTP")
    lufs: Finite = Field(
        default=R128_LUFS,
        ge=-31,
        le=-9,
        description=f"EBU R 128: {R128_LUFS:g}; most platforms: {PLATFORM_LUFS:g}",
    )

    @property
    def edit(self) -> Edit:
        """The edit."""
        passages = tuple(Passage(**one.model_dump()) for one in self.passages)
        return Edit(passages=passages, **self.model_dump(exclude={"passages"}))


class StretchBody(Body):
    """A stretch of an edit, in its own time: from its first picture on, its card left out."""

    from_s: Instant
    to_s: Instant


class AngleBody(StretchBody):
    """How that stretch is to be seen."""

    track: Line


class SplitBody(Body):
    """What is to be split at its marks."""

    edit: Line = Field(default="", description='"" = the whole recording')


class ExportBody(Body):
    """What is to be exported."""

    kind: Literal["package", "sound", "slides"]
    edit: Line = Field(default="", description='"" = the whole recording')


class PassageOut(BaseModel):
    """A stretch of a recording."""

    from_s: float
    to_s: float
    track: str
    recording: str


class FilmOut(BaseModel):
    """The film that was made of an edit."""

    url: str = Field(description="where it is; takes Range")
    stale: bool = Field(description="the edit was changed since")
    bytes: int
    sha256: str
    duration_s: float
    pictures: int
    encoded: int = Field(description="pictures at cuts and of the card; all others are copied")
    lufs: float | None
    peak_dbtp: float | None


class EditOut(BaseModel):
    """An edit as it is now."""

    id: str
    title: str
    passages: list[PassageOut]
    sound: str
    opening: str
    loudness: bool
    lufs: float
    length_s: float = Field(description="of all passages")
    changed_at: datetime
    changed_by: str
    changes: int = Field(description="that can be taken back")
    taken_back: int = Field(description="that can be done again")
    film: FilmOut | None

    @classmethod
    def of(cls, recording: str, seen: Seen) -> Self:
        """Tell of an edit."""
        history, made = seen.history, seen.made
        edit, standing, last = history.edit, history.standing, history.lines[-1]
        film = None
        if made is not None:
            film = FilmOut(
                url=f"/api/v1/recordings/{recording}/edits/{history.id}/film.mp4",
                stale=seen.is_stale,
                bytes=made.bytes,
                sha256=made.sha256,
                duration_s=made.duration_s,
                pictures=made.pictures,
                encoded=made.encoded,
                lufs=made.lufs,
                peak_dbtp=made.peak_dbtp,
            )
        passages = [
            PassageOut(from_s=p.from_s, to_s=p.to_s, track=p.track, recording=p.recording)
            for p in edit.passages
        ]
        return cls(
            id=history.id,
            title=edit.title,
            passages=passages,
            sound=edit.sound,
            opening=edit.opening,
            loudness=edit.loudness,
            lufs=edit.lufs,
            length_s=round(edit.length_s, 3),
            changed_at=last.at,
            changed_by=last.by,
            changes=len(standing.past) - 1,
            taken_back=len(standing.future),
            film=film,
        )


class ExportOut(BaseModel):
    """Something that was exported."""

    file: str
    kind: Kind
    edit: str
    bytes: int
    made_at: datetime
    url: str

    @classmethod
    def of(cls, recording: str, one: Exported) -> Self:
        """Tell of an export."""
        return cls(
            file=one.path.name,
            kind=one.kind,
            edit=one.edit,
            bytes=one.bytes,
            made_at=one.made_at,
            url=f"/api/v1/recordings/{recording}/exports/{one.path.name}",
        )


class EditsOut(BaseModel):
    """The edits of a recording, the oldest first, and what a new one may begin with."""

    items: list[EditOut]
    opening: str = Field(description="words for a card, from what is known of the recording")


class JobOut(BaseModel):
    """What is going to be made; how far it is shows in the room's state, `renders`."""

    number: int
