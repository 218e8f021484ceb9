"""A chapter of a film, as it stands in its file."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Titled:
    """Where a chapter begins, in seconds, and its title."""

    at_s: float
    title: str
