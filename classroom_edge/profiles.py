"""The two profiles of a room, which decide what it offers, and nothing of what it records.

studio   several cameras, somebody at the desk or the director's rules, titles
routine  one picture or two, unattended: nobody directs; what goes wrong quietly is told

A room that does not say is of the routine profile if it has so few pictures, and its file asks
for nothing of a studio.
"""

from enum import StrEnum
from typing import Final

ROUTINE_PICTURES: Final = 2  # at most
STUDIO_PARTS: Final = frozenset({"director", "titles", "own_layouts"})  # of `Config`


class Profile(StrEnum):
    """What a room is for."""

    STUDIO = "studio"
    ROUTINE = "routine"
