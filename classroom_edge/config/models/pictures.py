"""What the programme looks like: layouts, what is shown at first, who chooses."""

from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from classroom_edge.config.models.fields import (
    Colour,
    Decimals,
    Id,
    Part,
    PictureFile,
    Share,
    Size,
    Title,
    reach_beyond,
)
from classroom_media.compose.layouts import LAYOUTS as BUILT_IN

LAYOUTS: Final = {name: len(variants[-1].slots) for name, variants in BUILT_IN.items()}
SLOTS_MAX: Final = 6  # of a layout


class CropConfig(Part):
    """``crop`` of a slot: the part of the picture that is seen, in shares of it."""

    x: Share = 0.0
    y: Share = 0.0
    width: Size = 1.0
    height: Size = 1.0

    @model_validator(mode="after")
    def _lies_inside(self) -> Self:
        if reach_beyond(self.x + self.width, self.y + self.height):
            raise PydanticCustomError("crop_outside", "beyond the picture")
        return self


class KeyConfig(Part):
    """``key`` of a slot: the green or blue cloth in its picture gives way to what is behind."""

    colour: Colour = "#00b140"  # near the cloth's; its own is measured
    tolerance: Annotated[Decimals, Field(ge=0, le=0.6)] = 0.1
    softness: Share = 0.9
    spill: Share = 1.0

    @model_validator(mode="after")
    def _is_a_cloth(self) -> Self:
        red, green, blue = (int(self.colour[at : at + 2], 16) for at in (1, 3, 5))
        if max(green, blue) < red + 40 or abs(green - blue) < 40:
            raise PydanticCustomError("key_colour", "neither green nor blue")
        return self


class SlotConfig(Part):
    """``[[layout.slot]]``: a place for a source, in shares of the programme's picture."""

    x: Share
    y: Share
    width: Size
    height: Size
    crop: CropConfig = CropConfig()
    fill: bool = False  # cut off what does not fit, rather than leave margins
    border: Annotated[Decimals, Field(ge=0, le=0.05)] = 0.0  # of the picture's height
    border_colour: Colour = "#d6d6d6"
    key: KeyConfig | None = None

    @model_validator(mode="after")
    def _lies_inside(self) -> Self:
        if reach_beyond(self.x + self.width, self.y + self.height):
            raise PydanticCustomError("slot_outside", "beyond the picture")
        if self.key and self.border:
            raise PydanticCustomError("key_border", "a line around what is cut out")
        return self


class LayoutConfig(Part):
    """``[[layout]]``: a layout of the school's own."""

    name: Id
    title: Title
    background: Colour = "#000000"
    background_picture: PictureFile | None = None
    slots: Annotated[tuple[SlotConfig, ...], Field(alias="slot")] = ()

    @model_validator(mode="after")
    def _has_slots(self) -> Self:
        if not 1 <= len(self.slots) <= SLOTS_MAX:
            raise PydanticCustomError("layout_slots", "from 1 to 6 slots")
        return self


class ProgrammeConfig(Part):
    """``[programme]``: what the director shows at first, and how it goes on to something else."""

    layout: Id = "single"
    sources: tuple[Id, ...] = ()
    transition: Literal["cut", "fade"] = "cut"
    fade_s: Annotated[Decimals, Field(ge=0.1, le=3)] = 0.4


class DirectorConfig(Part):
    """``[director]``: who chooses what is shown at first, and by which rules."""

    mode: Literal["hand", "auto"] = "hand"
    hold_s: Annotated[int, Field(ge=5, le=600)] = 30  # what a person shows stays so long
    min_shot_s: Annotated[Decimals, Field(ge=2, le=30)] = 4.0
    max_shot_s: Annotated[Decimals, Field(ge=10, le=600)] | None = None
    quiet_after_s: Annotated[Decimals, Field(ge=2, le=60)] = 5.0  # then nobody moves
    max_wide_s: Annotated[Decimals, Field(ge=5, le=300)] = 20.0
    without: tuple[str, ...] = ()  # rules that do not count
    layouts: dict[str, Id] = Field(default_factory=dict)  # rule -> layout in which it shows

    @model_validator(mode="after")
    def _shots_have_a_length(self) -> Self:
        if self.max_shot_s is not None and self.max_shot_s < self.min_shot_s:
            raise PydanticCustomError("shot_lengths", "longest shot shorter than the shortest")
        return self
