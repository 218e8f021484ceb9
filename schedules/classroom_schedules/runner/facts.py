"""What is looked at before anything is decided."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Running:
    """The recording that runs. `lesson` is the id of the occurrence, "" if it is a person's."""

    id: str
    lesson: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The room at an instant.

    `cut` holds the lessons whose recording was ended by no person: by an outage, or with the
    daemon. What remains of them is still wanted.
    """

    now: datetime
    running: Running | None = None
    cut: frozenset[str] = frozenset()
    is_speaking: bool = False
