"""Routines, what they ask of devices, and the light that tells of a recording."""

from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from classroom_edge.config.models.fields import Id, Name, Part, Title

WANTS: Final = {
    "power": "power",
    "input": "input-select",
    "route": "route",
    "freeze": "freeze",
    "mute": "mute",
    "volume": "volume",
    "level": "level",
    "preset": "presets",
    "tracking": "tracking",
    "cover": "cover",
    "relay": "relay",
}  # what a routine may ask for -> the capability that does it, in the order it is done


class Want(Part):
    """One thing that a routine asks for: a capability of a device, in a wanted state."""

    device: Id
    what: str  # the word of the file: "power", "input", "volume", ... of WANTS
    capability: str  # "power", "input-select", ...
    value: str | int | bool  # "on", "hdmi-1", 30, True, ...
    channel: int = 1  # of a relay, a cover, a fader; the output of a route


class WantEntry(Part):
    """``[[routine.want]]``: a device, and the state it is to be in."""

    device: Id
    power: Literal["on", "off"] | None = None
    input: Annotated[str, Field(min_length=1)] | None = None
    route: Annotated[int, Field(ge=0, le=256)] | None = None
    freeze: bool | None = None
    mute: bool | None = None
    volume: Annotated[int, Field(ge=0, le=100)] | None = None
    level: Annotated[int, Field(ge=0, le=100)] | None = None
    preset: Name | None = None
    tracking: bool | None = None
    cover: Literal["open", "closed"] | Annotated[int, Field(ge=0, le=100)] | None = None
    relay: bool | None = None
    channel: Annotated[int, Field(ge=1, le=64)] = 1

    @model_validator(mode="after")
    def _wants_something(self) -> Self:
        if not self.wants():
            raise PydanticCustomError("want_empty", "a device, but no wanted state")
        return self

    def wants(self) -> tuple[Want, ...]:
        """Split the entry into single wishes, power first."""
        asked = ((what, getattr(self, what)) for what in WANTS)
        return tuple(
            Want(
                device=self.device,
                what=what,
                capability=WANTS[what],
                value=value,
                channel=self.channel,
            )
            for what, value in asked
            if value is not None
        )


class RoutineConfig(Part):
    """``[[routine]]``: a named desired state of the room."""

    name: Id
    title: Title
    want: tuple[WantEntry, ...] = ()

    @property
    def wants(self) -> tuple[Want, ...]:
        """Everything the routine asks for, in the order of the file."""
        return tuple(want for entry in self.want for want in entry.wants())


class LightConfig(Part):
    """``[light]``: what tells the room that a recording runs, besides the panel."""

    display: str = ""  # X display that shows the overlay, ":0"
    relay: str = ""  # device that switches a lamp
    channel: Annotated[int, Field(ge=1, le=64)] = 1  # of that relay
    tally: tuple[Id, ...] = ()  # cameras whose lamp follows
