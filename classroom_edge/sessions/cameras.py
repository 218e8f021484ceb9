"""A room's cameras as it lends them: what they are called, where they can look, how they turn."""

from dataclasses import dataclass
from typing import Annotated, Final

import msgspec

CAMERAS_MAX: Final = 8  # of a room
PRESETS_MAX: Final = 16  # of a camera
TO_PRESET: Final = "preset"
MOVES: Final = (
    "left",
    "right",
    "up",
    "down",
    "up-left",
    "up-right",
    "down-left",
    "down-right",
    "in",
    "out",
    "stop",
    TO_PRESET,
)

PresetName = Annotated[str, msgspec.Meta(max_length=40)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """A camera that somebody else may turn."""

    id: Annotated[str, msgspec.Meta(max_length=40)]
    name: Annotated[str, msgspec.Meta(max_length=64)]
    presets: Annotated[tuple[PresetName, ...], msgspec.Meta(max_length=PRESETS_MAX)] = ()
