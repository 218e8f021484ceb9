"""What is written over the programme: logo, clock, lower third, cards."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from classroom_edge.config.models.fields import Decimals, Name, Part, PictureFile

CardSeconds = Annotated[Decimals, Field(ge=0, le=10)]
Corner = Literal["top-left", "top-right", "bottom-left", "bottom-right"]


class LowerThirdConfig(Part):
    """``lower_third`` of the titles: who is seen."""

    name: Name
    subject: Annotated[str, Field(max_length=80)] = ""


class CardConfig(Part):
    """``[titles.opening]``, ``[titles.closing]``: a whole picture of words."""

    title: Name
    lines: Annotated[tuple[Name, ...], Field(max_length=4)] = ()
    picture: PictureFile | None = None


class TitlesConfig(Part):
    """``[titles]``: what is written over the programme."""

    logo: PictureFile | None = None
    logo_corner: Corner = "top-right"
    clock: bool = False
    clock_corner: Corner = "top-left"
    lower_third: LowerThirdConfig | None = None  # at first
    opening: CardConfig | None = None
    closing: CardConfig | None = None
    opening_s: CardSeconds = 0.0  # how long it stands by itself at the begin; 0 = it does not
    closing_s: CardSeconds = 0.0  # the same at the end

    @model_validator(mode="after")
    def _has_cards(self) -> Self:
        if (self.opening_s and not self.opening) or (self.closing_s and not self.closing):
            raise PydanticCustomError("no_card", "seconds of a card that there is not")
        return self

    @model_validator(mode="after")
    def _has_room(self) -> Self:
        if self.logo and self.clock and self.logo_corner == self.clock_corner:
            raise PydanticCustomError("same_corner", "logo and clock in one corner")
        return self
