"""What the command line says to the daemon of its own machine about what leaves a room."""

from typing import Annotated, Final

import msgspec

from classroom_edge.door import Answer, Language
from classroom_edge.room import BroadcastView, PushView

Title = Annotated[str, msgspec.Meta(max_length=120)]


class Request(msgspec.Struct, frozen=True, kw_only=True, tag_field="asks"):
    """The common part of requests."""


class Status(Request, frozen=True, tag="status"):
    """How things stand."""


class Air(Request, frozen=True, kw_only=True, tag="air"):
    """Put the programme on the air."""

    title: Title = ""


class OffAir(Request, frozen=True, tag="off-air"):
    """Take it off the air."""


class Address(Request, frozen=True, kw_only=True, tag="address"):
    """An address for viewers; "" = of the lesson that is on the air."""

    lesson: Annotated[str, msgspec.Meta(max_length=80)] = ""
    hours: Annotated[float, msgspec.Meta(gt=0, le=24 * 366)] = 12.0
    again: bool = False


class Push(Request, frozen=True, kw_only=True, tag="push"):
    """Send to a platform from now on, or no more."""

    push: Annotated[str, msgspec.Meta(max_length=40)]
    on: bool


class Screen(Request, frozen=True, kw_only=True, tag="screen"):
    """Play an address or a recording on a screen of the room; "" = nothing any more."""

    what: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    at: Annotated[str, msgspec.Meta(max_length=40)] = ""  # the screen's id; "" = the first one


AnyRequest = Status | Air | OffAir | Address | Push | Screen


class Reply(Answer, frozen=True, kw_only=True):
    """What the daemon says of what leaves the room."""

    lesson: str = ""
    address: str = ""
    broadcast: BroadcastView | None = None
    pushes: tuple[PushView, ...] = ()


LANGUAGE: Final = Language(
    "outlets",
    msgspec.json.Decoder(AnyRequest),
    msgspec.json.Decoder(Reply),
    Reply(problem={"en": "not understood"}),
)
