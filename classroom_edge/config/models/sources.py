"""Devices, and the pictures and sounds of the room."""

import re
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator
from pydantic_core import PydanticCustomError

from classroom_edge.config.models.fields import Decimals, Id, Name, Part, Share, Size, reach_beyond
from classroom_media.messages import SEAT

REMOTE: Final = "remote"  # the scheme of a source that is a room elsewhere
SEAT_URL: Final = f"{REMOTE}://{SEAT}"  # of guests, one after the other
SOURCE_SCHEMES: Final = (
    "rtsp", "rtsps", "http", "https", "udp", "tcp", "file", "screen", "v4l2", "alsa", "pattern",
    REMOTE, "srt",
)  # fmt: skip
SOUND_SETTINGS: Final = frozenset(
    {"gain_db", "muted", "sound_delay_ms", "channels", "high_pass_hz", "gate", "spare_of"}
)  # of a source, that make no sense without a sound
_RESERVED = re.compile(r"programme|manifest|journal|thumbnail|con|prn|aux|nul|com\d|lpt\d|.*-sound")


def _checked_track_id(value: str) -> str:
    if _RESERVED.fullmatch(value):
        raise PydanticCustomError("id_reserved", "recordings use this name for a file of theirs")
    return value


TrackId = Annotated[Id, AfterValidator(_checked_track_id)]
GainDb = Annotated[Decimals, Field(ge=-60, le=30)]
SoundDelay = Annotated[int, Field(ge=-500, le=2000)]
PresetNumber = Annotated[int, Field(ge=0, le=254)]
Channels = Literal["stereo", "left", "right", "mono"]


class DeviceConfig(Part):
    """``[[device]]``: a thing that is controlled."""

    id: Id
    name: Name
    driver: str
    url: str
    password: SecretStr | None = None
    options: dict[str, str | int | float | bool] = Field(default_factory=dict)
    presets: dict[Name, PresetNumber] = Field(default_factory=dict)


class GateConfig(Part):
    """``gate`` of a source: shuts its microphone while nobody speaks into it."""

    threshold_db: Annotated[Decimals, Field(ge=-90, le=-10)]  # dBFS, peak
    hold_ms: Annotated[int, Field(ge=0, le=5000)] = 300
    release_ms: Annotated[int, Field(ge=10, le=5000)] = 200


class BoardConfig(Part):
    """``board`` of a source: where the board is in its picture, in shares of it."""

    x: Share
    y: Share
    width: Size
    height: Size

    @model_validator(mode="after")
    def _lies_inside(self) -> Self:
        if reach_beyond(self.x + self.width, self.y + self.height):
            raise PydanticCustomError("crop_outside", "beyond the picture")
        return self


class TrackingConfig(Part):
    """``[source.tracking]``: the source's camera follows whoever moves in its picture."""

    by: Literal["picture", "camera"] = "picture"  # by what is seen; or the camera by itself
    on: bool = True  # at first
    fastest_percent: Annotated[int, Field(ge=5, le=100)] = 50  # of the camera's full speed
    yields_s: Annotated[int, Field(ge=5, le=600)] = 30  # to somebody who moves the camera
    lost_after_s: Annotated[int, Field(ge=3, le=120)] = 8  # nobody moved for so long
    lost_preset: Name | None = None  # recalled then


class SourceConfig(Part):
    """``[[source]]``: a live picture, a sound, or both."""

    id: TrackId
    name: Name
    url: str
    small_url: str = ""  # of the camera's second, small stream, if it has one
    username: str = ""
    password: SecretStr | None = None
    picture: bool = True
    sound: bool = False
    in_programme: bool = True  # its sound is mixed into the programme
    isolated: bool = True
    role: Literal["screen", "board", "teacher", "pupils", "wide"] | None = None  # by its id
    board: BoardConfig | None = None  # where the board is; nothing = it may be anywhere
    camera: Id | None = None
    tracking: TrackingConfig | None = None
    delay_ms: Annotated[int, Field(ge=-5000, le=5000)] = 0
    gain_db: GainDb = 0.0
    muted: bool = False
    sound_delay_ms: SoundDelay = 0  # of its sound in the programme alone
    channels: Channels = "stereo"
    high_pass_hz: Annotated[int, Field(ge=0, le=400)] = 0
    gate: GateConfig | None = None
    spare_of: Id | None = None  # heard only while that source's sound fails

    @property
    def is_remote(self) -> bool:
        """Whether it is a room elsewhere, which is there while a session goes on."""
        return self.url.startswith(f"{REMOTE}://")

    @model_validator(mode="after")
    def _gives_something(self) -> Self:
        if not self.picture and not self.sound:
            raise PydanticCustomError("source_empty", "neither picture nor sound")
        if self.small_url and not self.picture:
            raise PydanticCustomError("small_without_picture", "a small picture of none")
        if not self.sound and self.model_fields_set & SOUND_SETTINGS:
            raise PydanticCustomError("mixed_without_sound", "a mix of no sound")
        return self
