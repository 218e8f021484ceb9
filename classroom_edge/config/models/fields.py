"""What a value may look like: the checked types that the parts of a room.toml are made of."""

import ipaddress
import re
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo
from pydantic_core import PydanticCustomError

ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
TIME: Final = r"([01][0-9]|2[0-3]):[0-5][0-9]"


def _checked_id(value: str) -> str:
    if len(value) > 40 or not ID.fullmatch(value):
        raise PydanticCustomError("id_shape", "lower-case letters, digits and single hyphens")
    return value


def checked_address(value: str) -> str:
    """Give an IP address as it is usually written."""
    try:
        return str(ipaddress.ip_address(value))
    except ValueError as error:
        raise PydanticCustomError("address", "not an IP address") from error


def beside_the_file(value: object, info: ValidationInfo) -> Path:
    """Make a relative folder stand beside room.toml, wherever the command was started."""
    if not isinstance(value, str) or not value or "\0" in value:
        raise PydanticCustomError("string_type", "a path in quotes")
    base: Path = (info.context or {}).get("base", Path.cwd())
    return base / Path(value).expanduser()


def _checked_colour(value: str) -> str:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise PydanticCustomError("colour", "not of the form #rrggbb")
    return value.lower()


def _checked_picture(value: Path) -> Path:
    try:
        with value.open("rb") as file:
            begin = file.read(8)
    except OSError as error:
        raise PydanticCustomError("picture_file", "cannot be read") from error
    if not begin.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")):
        raise PydanticCustomError("picture_file", "neither PNG nor JPEG")
    return value


def _as_number(value: object) -> object:
    """Take 1 for 1.0, as people write it; strict validation would not."""
    return float(value) if type(value) is int else value


def _in_both_languages(value: object) -> object:
    return {"zh-CN": value, "en": value} if isinstance(value, str) else value


def reach_beyond(*edges: float) -> bool:
    """Tell whether something ends outside of a picture, by its far edges in shares of it."""
    return max(edges) > 1 + 1e-6  # thirds do not add up to 1 exactly


Id = Annotated[str, AfterValidator(_checked_id)]
Name = Annotated[str, Field(min_length=1, max_length=80)]
Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]  # hours and minutes
Language = Literal["zh-CN", "en"]
Decimals = Annotated[float, BeforeValidator(_as_number)]
QualityName = Literal["1080p", "720p", "540p", "360p", "180p"]
Share = Annotated[Decimals, Field(ge=0, le=1)]
Size = Annotated[Decimals, Field(ge=0.02, le=1)]
Colour = Annotated[str, AfterValidator(_checked_colour)]
PictureFile = Annotated[Path, BeforeValidator(beside_the_file), AfterValidator(_checked_picture)]
Title = Annotated[dict[Language, Name], BeforeValidator(_in_both_languages)]


class Part(BaseModel):
    """A part of the file: nothing unknown in it, nothing guessed, never changed."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
