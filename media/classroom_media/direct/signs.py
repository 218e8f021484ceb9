"""What a director can notice of a source, and what sources are to a lesson."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

LOOKS_A_SECOND: Final = 5  # pictures that are looked at, and decisions


class Role(StrEnum):
    """What a source is to a lesson."""

    SCREEN = "screen"  # the slides, the teacher's computer
    BOARD = "board"  # a camera on the blackboard alone
    TEACHER = "teacher"
    PUPILS = "pupils"
    WIDE = "wide"  # the whole room


class Sign(StrEnum):
    """Something that is noticed of a source at one moment."""

    PAGE = "page"  # another slide stands on the screen
    WORKED = "worked"  # somebody points, types, or plays a film
    WRITING = "writing"  # strokes appear on the board
    SPEECH = "speech"  # somebody speaks, and this source hears it best
    WALKING = "walking"  # somebody changes their place
    BUSY = "busy"  # many move at once


@dataclass(frozen=True, slots=True)
class Source:
    """A source the director may show or listen to."""

    id: str
    role: Role
    picture: bool = True  # a microphone has none


Seen = Mapping[str, frozenset[Sign]]  # by source; a source that is missing is lost

_NAMED: Final = (
    (Role.SCREEN, ("screen", "slide", "desktop", "hdmi", "computer", "ppt")),
    (Role.BOARD, ("board",)),
    (Role.TEACHER, ("teacher", "lectern", "lecturer", "speaker")),
    (Role.PUPILS, ("pupil", "student", "audience")),
    (Role.WIDE, ("wide", "room", "whole", "overview")),
)


def role_of(source: str) -> Role:
    """Guess a source's role from its id; what nothing is known of is taken for a wide shot."""
    name = source.lower()
    return next((role for role, words in _NAMED if any(w in name for w in words)), Role.WIDE)
