"""Which room it is, where its panel is served, how it records, its screens."""

import ipaddress
import zoneinfo
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from classroom_edge.config.models.fields import (
    Decimals,
    Id,
    Language,
    Name,
    Part,
    beside_the_file,
    checked_address,
)
from classroom_media.encode.form import EVERYDAY, PROFILES
from classroom_media.play.area import FORM as AREA_FORM

_USUAL: Final = PROFILES[EVERYDAY]
_PRESETS_OF_X264 = Literal["ultrafast", "superfast", "veryfast", "faster", "fast", "medium"]


def _checked_timezone(value: str) -> str:
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise PydanticCustomError("timezone", "no such time zone") from error
    return value


EvenPixels = Annotated[int, Field(multiple_of=2)]


class RoomConfig(Part):
    """``[room]``: which room this is."""

    id: Id
    name: Name
    language: Language = "zh-CN"
    timezone: Annotated[str, AfterValidator(_checked_timezone)] = "Asia/Shanghai"
    profile: Literal["studio", "routine"] | None = None  # as the rest of the file has it


class NetworkConfig(Part):
    """``[network]``: where the panel is served. Loopback unless told otherwise."""

    listen: Annotated[str, AfterValidator(checked_address)] = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8088
    names: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]{1,253}$")], ...] = ()

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        return ipaddress.ip_address(self.listen).is_loopback


class RecordingConfig(Part):
    """``[recording]``: where recordings go, and how the programme is encoded."""

    folder: Annotated[Path, BeforeValidator(beside_the_file)] | None = None
    second_folder: Annotated[Path, BeforeValidator(beside_the_file)] | None = None
    pre_roll_s: Annotated[int, Field(ge=0, le=10)] = 10
    profile: Literal["everyday", "fine", "thin-link"] = "everyday"
    width: Annotated[EvenPixels, Field(ge=320, le=3840)] = _USUAL.width
    height: Annotated[EvenPixels, Field(ge=180, le=2160)] = _USUAL.height
    fps: Annotated[int, Field(ge=5, le=60)] = _USUAL.fps
    preset: _PRESETS_OF_X264 = "veryfast"
    quality: Annotated[int, Field(ge=15, le=35)] = _USUAL.quality
    bitrate_kbps: Annotated[int, Field(ge=200, le=50_000)] = _USUAL.bitrate_kbps
    gop_s: Annotated[Decimals, Field(ge=0.5, le=4)] = _USUAL.gop_s
    encoder: Literal["auto", "software"] = "auto"
    smart: bool = True
    smart_max_kbps: Annotated[int, Field(ge=200, le=50_000)] | None = None  # twice bitrate_kbps
    isolated: bool = True

    @model_validator(mode="after")
    def _has_two_folders(self) -> Self:
        if self.folder is not None and self.folder == self.second_folder:
            raise PydanticCustomError("same_folder", "folder and second_folder are one")
        return self

    @model_validator(mode="before")
    @classmethod
    def _as_the_profile_says(cls, told: object) -> object:
        """What the profile sets is as if it stood in the file; what stands there goes first."""
        if not isinstance(told, dict) or not isinstance(name := told.get("profile"), str):
            return told
        form = asdict(PROFILES[name]) if name in PROFILES else {}
        return {key: value for key, value in form.items() if key in cls.model_fields} | told


class ScreenConfig(Part):
    """``[[screen]]``: a screen of the room, and what is seen on it.

    Broadcasts and recordings are played on its part of a display of this machine; in a lesson
    with other schools its page, ``/screen/ID``, shows them in any browser.
    """

    id: Id
    name: Name
    display: Annotated[str, Field(pattern=r"^:\d{1,3}(\.\d)?$")] = ""  # of X; "" = its page alone
    area: Annotated[str, Field(pattern=AREA_FORM)] = (
        ""  # of the display, "1920x1080+1920+0"; "" = all
    )
    sound: bool = True
    shows: Literal["lesson", "schools"] = "lesson"  # or, at a hub, every other school's picture
    device: Id | None = None  # what is switched on when something begins on it
