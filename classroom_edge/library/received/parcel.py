"""What a site announces, sends and has sent: the files of one recording."""

import hashlib
from datetime import datetime
from typing import Annotated, Final

import msgspec

CONTENTS_MAX: Final = 2000  # files of one recording; chapters have a picture each
RECORDING_ID: Final = r"[0-9]{8}-[0-9]{6}-[0-9a-f]{4,16}"
_STEP: Final = r"[A-Za-z0-9_][A-Za-z0-9._-]{0,119}"

RecordingId = Annotated[str, msgspec.Meta(pattern=rf"^{RECORDING_ID}$")]
ContentName = Annotated[str, msgspec.Meta(pattern=rf"^{_STEP}(/{_STEP})?$")]
Sha256 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """One file, by its name within the recording's folder."""

    name: ContentName
    bytes: Annotated[int, msgspec.Meta(ge=0, le=2**50)]
    sha256: Sha256

    @property
    def key(self) -> str:
        """What this content, and no other, is called while it comes in."""
        said = f"{self.name}\0{self.bytes}\0{self.sha256}"
        return hashlib.sha256(said.encode()).hexdigest()[:16]


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """What a site is going to send of a recording."""

    recording: RecordingId
    contents: Annotated[tuple[Content, ...], msgspec.Meta(min_length=1, max_length=CONTENTS_MAX)]

    @property
    def bytes(self) -> int:
        """How much it is in whole."""
        return sum(content.bytes for content in self.contents)

    @property
    def by_key(self) -> dict[str, Content]:
        """Its contents by what they are called while they come in."""
        return {content.key: content for content in self.contents}


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """What has arrived of a recording: kept beside its files, as ``arrival.json``."""

    site: str
    school: str  # the site's name
    recording: RecordingId
    arrived_at: datetime  # the newest of it
    contents: tuple[Content, ...]


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How one content stands, as a site is told."""

    name: ContentName
    offset: int  # bytes that are safe here
    bytes: int
    begun: bool = False  # an upload of it is open, or all of it is here
    key: str = ""  # what its upload is called


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """How a recording stands at the hub."""

    whole: bool  # everything that was announced has arrived, and is what was announced
    contents: tuple[Standing, ...] = ()
