"""How it will go on with the disk, as people are told. Values."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Outlook:
    """When the disk is full, what the rules may free before, and what they must not."""

    full_at: datetime | None = None  # in the room's zone; None = not within a week
    spare_bytes: int = 0
    wanted_bytes: int = 0  # that should be free
    waiting: int = 0  # recordings that are not delivered yet
    withheld: int = 0  # those whose consent does not let them go anywhere
    held: int = 0
