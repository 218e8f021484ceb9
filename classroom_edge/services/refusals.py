"""Saying no to a command, in words."""

from classroom_edge.room import Refused
from classroom_edge.words import words


def refused(code: str, **values: object) -> Refused:
    """Make the refusal of that code."""
    return Refused(code, words("problems").both(f"refused.{code}", **values))


def refused_in_session(reason: str) -> Refused:
    """Make the refusal for that reason of a session or its link."""
    return Refused(reason, words("sessions").both(f"refused.{reason}"))
