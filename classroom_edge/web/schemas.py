"""What the API takes and gives beyond the room's own values. Checked before anything happens."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal, Self

import msgspec
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from classroom_edge.library.card import Card, Consent
from classroom_edge.room import GateView, SoundView, TitlesView
from classroom_media.record.manifest import Manifest

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Arguments = dict[str, bool | int | Finite | str | None]  # of a capability's method


class Body(BaseModel):
    """What is sent to us: nothing unknown in it."""

    model_config = ConfigDict(extra="forbid")


class StartBody(Body):
    """How to begin a recording."""

    title: Line = ""
    pre_roll: bool = Field(default=True, description="keep the seconds before the button, too")
    minutes: Finite = Field(
        default=0,
        ge=0,
        le=60,
        description="a micro-lesson: ends by itself after so long, silent ends trimmed; 0 = none",
    )


class StopBody(Body):
    """How to end it."""

    grace_s: Finite = Field(
        default=0, ge=0, le=60, description="how long `go-on` continues the same recording"
    )


class LimitBody(Body):
    """When it ends by itself."""

    minutes: Finite = Field(
        ge=0, le=60, description="recorded in all, pauses left out; 0 = only when it is stopped"
    )


class MarkBody(Body):
    """What the mark says."""

    text: Line = ""


class LayoutBody(Body):
    """What fills the layout; as configured where nothing is said."""

    sources: list[Line] = Field(default=[], max_length=16)
    source: Line = Field(default="", description="the same, for one")

    @property
    def chosen(self) -> tuple[str, ...]:
        """The sources, in order."""
        return tuple(self.sources) or ((self.source,) if self.source else ())


class DirectingBody(Body):
    """Who chooses what is shown."""

    mode: Literal["hand", "auto"] = Field(
        description="auto: the director's rules; asked again, they take back what is held by hand"
    )


class TrackingBody(Body):
    """Whether a camera follows whoever moves in its picture."""

    on: bool


class TitlesBody(Body):
    """What is to be written over the programme; what is left out stays as it is, "" goes."""

    name: Line | None = Field(default=None, description="of the lower third: who is seen")
    subject: Line | None = Field(default=None, description="under that name")
    subtitle: Line | None = None
    card: Line | None = Field(default=None, description="opening, closing: instead of the picture")

    def over(self, shown: TitlesView) -> TitlesView:
        """The titles that are to be, given those that are."""
        return replace(shown, **self.model_dump(exclude_none=True))


class GateBody(Body):
    """A noise gate, as in room.toml."""

    threshold_db: Finite = Field(ge=-90, le=-10, description="dBFS, peak: it opens above")
    hold_ms: int = Field(default=300, ge=0, le=5000)
    release_ms: int = Field(default=200, ge=10, le=5000)


class SoundBody(Body):
    """How a sound is to go into the programme; what is left out stays as it is."""

    gain_db: Finite = Field(default=0, ge=-60, le=30)
    muted: bool = False
    delay_ms: int = Field(default=0, ge=-500, le=2000, description="how much later it is heard")
    channels: Literal["stereo", "left", "right", "mono"] = "stereo"
    high_pass_hz: int = Field(default=0, ge=0, le=400, description="0 takes it away")
    gate: GateBody | None = Field(default=None, description="null takes it away")

    def over(self, mixed: SoundView) -> SoundView:
        """The sound as it is to be, given how it is."""
        asked = self.model_dump(include=self.model_fields_set - {"gate"})
        if "gate" in self.model_fields_set:
            asked["gate"] = GateView(**self.gate.model_dump()) if self.gate else None
        return replace(mixed, **asked)


class Started(BaseModel):
    """The recording that began."""

    id: str


class Marked(BaseModel):
    """Where the mark is in the recording."""

    at_s: float


class Accepted(BaseModel):
    """The room does it; what comes of it shows in its state."""

    accepted: bool = True


class Health(BaseModel):
    """Whether the daemon does its work."""

    status: str  # "ok" | "stalled"


class PairedPanelOut(BaseModel):
    """A panel that may work the room."""

    id: int
    name: str
    paired_at: datetime
    revoked_at: datetime | None


class TrackOut(BaseModel):
    """One file of a recording."""

    name: str
    source: str
    kind: str
    file: str
    codec: str
    duration_s: float
    start_s: float
    width: int
    height: int
    fps: float
    sample_rate_hz: int
    channels: int
    bytes: int
    sha256: str
    problem: str = ""
    url: str = Field(description="where the file is; takes Range")


class GapOut(BaseModel):
    """Something that is not there."""

    track: str
    from_s: float
    to_s: float
    length_s: float
    reason: str


class MarkOut(BaseModel):
    """An instant that somebody marked."""

    at_s: float
    text: str


class ChapterOut(BaseModel):
    """A page of slides that stood for a while."""

    start_s: float
    page: int = Field(description="in the order in which they came; one that returns keeps its own")
    picture_url: str


class LessonOut(BaseModel):
    """A micro-lesson without its silent ends."""

    from_s: float
    to_s: float
    problem: str = Field(description='why it is not trimmed: "no-speech", "mostly-silent" …')
    url: str = Field(description='where its own file is; "" while there is none')


class FilmstripOut(BaseModel):
    """Small pictures of the whole recording on one sheet, row by row."""

    url: str
    columns: int
    rows: int
    width: int = Field(description="of one picture, in pixels")
    height: int
    every_s: float = Field(description="picture n shows the recording at n times that")
    count: int


class CardOut(BaseModel):
    """What people say of a recording; what is "" is as it was recorded."""

    title: str
    subject: str
    teacher: str
    class_name: str
    note: str
    held: bool = Field(description="never deleted, whatever the rules of keeping say")
    consent: Consent = Field(description="who may see it")
    proposed_by: str = Field(description='who said "public" and waits for a second person')

    @classmethod
    def of(cls, card: Card) -> Self:
        """Show a card, with what holds after all that was said."""
        standing = card.standing
        plain: dict[str, Any] = msgspec.to_builtins(card) | msgspec.to_builtins(standing)
        return cls.model_validate(plain)


class RecordingOut(BaseModel):
    """A recording's manifest, with links to its files, and its card."""

    version: int
    id: str
    state: str
    room: str
    title: str
    started_at: datetime
    duration_s: float
    tracks: list[TrackOut]
    gaps: list[GapOut]
    marks: list[MarkOut]
    chapters: list[ChapterOut]
    lesson: LessonOut | None
    thumbnail: str
    problem: str = ""
    url: str
    thumbnail_url: str = Field(description='"" while there is none')
    filmstrip: FilmstripOut | None = Field(description="null while there is none")
    card: CardOut

    @classmethod
    def of(cls, manifest: Manifest, card: Card) -> Self:
        """Add the links to a manifest, and what people say of it."""
        url = f"/api/v1/recordings/{manifest.id}"
        plain: dict[str, Any] = msgspec.to_builtins(manifest)
        for track in plain["tracks"]:
            track["url"] = f"{url}/files/{track['file']}"
        for chapter in plain["chapters"]:
            chapter["picture_url"] = f"{url}/files/{chapter['picture']}"
        if lesson := plain["lesson"]:
            lesson["url"] = f"{url}/files/{lesson['file']}" if lesson["file"] else ""
        thumbnail = f"{url}/files/{manifest.thumbnail}" if manifest.thumbnail else ""
        strip = plain.pop("filmstrip")
        if strip:
            strip = strip | {"url": f"{url}/files/{strip['file']}"} if strip["file"] else None
        said = {"card": CardOut.of(card), "filmstrip": strip}
        return cls.model_validate(plain | {"url": url, "thumbnail_url": thumbnail} | said)
