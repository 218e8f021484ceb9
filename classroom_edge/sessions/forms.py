"""The kinds and styles of a session: presets of one model.

A kind says who meets whom, and a style how they speak; every style can be had in every kind.

Source: Ministry of Education of China, guidance on the use of the "three classrooms", 2020.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

SEMINAR_PLACES: Final = 6  # as many as one layout shows


class Kind(StrEnum):
    """Which of the three classrooms it is."""

    DELIVERY = "delivery"  # a hub's teacher teaches rooms of other schools
    MASTER = "master"  # teachers of many schools learn from each other
    ONLINE = "online"  # a school's lesson goes out to a county


class Style(StrEnum):
    """How those who take part speak."""

    INTERACTIVE = "interactive"  # both ways; one room at a time has the floor
    LIVE = "live"  # one way
    RECORDED = "recorded"  # one way, from a recording
    SEMINAR = "seminar"  # several rooms have the floor at once
    OBSERVATION = "observation"  # a lesson as ever; whoever joins it sits at the back


class Role(StrEnum):
    """What somebody is in a session."""

    HUB = "hub"  # leads it; there is one
    SITE = "site"  # a room that takes part
    GUEST = "guest"  # somebody without a room, in a browser
    OBSERVER = "observer"  # sees and hears, is seen in the roster, and never speaks
    ASSISTANT = "assistant"  # helps the hub to lead


LEADERS: Final = frozenset({Role.HUB, Role.ASSISTANT})
SPEAKERS: Final = frozenset({Role.SITE, Role.GUEST, Role.ASSISTANT})  # who may get the floor


@dataclass(frozen=True, slots=True)
class Form:
    """What a kind in a style allows."""

    members_max: int  # the hub among them
    floor_places: int  # rooms that are seen and heard by all at once, besides the hub
    hands: bool  # whether hands can be raised
    joins_as: Role  # what somebody is who was not given a role

    @property
    def two_way(self) -> bool:
        """Whether pictures and sound of the sites go to the hub."""
        return self.floor_places > 0


_MEMBERS_MAX: Final = {Kind.DELIVERY: 16, Kind.MASTER: 64, Kind.ONLINE: 2000}
_USUAL_STYLE: Final = {
    Kind.DELIVERY: Style.INTERACTIVE,
    Kind.MASTER: Style.SEMINAR,
    Kind.ONLINE: Style.LIVE,
}
_FLOOR_PLACES: Final = {
    Style.INTERACTIVE: 1,
    Style.LIVE: 0,
    Style.RECORDED: 0,
    Style.SEMINAR: SEMINAR_PLACES,
    Style.OBSERVATION: 1,
}


def usual_style(kind: Kind) -> Style:
    """Give the style of a kind for which none was said."""
    return _USUAL_STYLE[kind]


def form_of(kind: Kind, style: Style) -> Form:
    """Give what a kind in a style allows."""
    places = _FLOOR_PLACES[style]
    return Form(
        members_max=_MEMBERS_MAX[kind],
        floor_places=places,
        hands=places > 0,
        joins_as=Role.OBSERVER if style is Style.OBSERVATION else Role.SITE,
    )
