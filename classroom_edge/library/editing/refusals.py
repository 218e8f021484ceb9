"""Saying no to what people ask of edits, in words."""

from classroom_edge.room import Refused
from classroom_edge.words import words


def refused(code: str, **values: object) -> Refused:
    """Make the refusal of that code."""
    return Refused(code, words("editing").both(f"refused.{code}", **values))
