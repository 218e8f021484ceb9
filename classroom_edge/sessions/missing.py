"""What a room still lacks of a lesson with another room."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Missing:
    """A film of a lesson with another room that is still to come, and how far it is."""

    film: str
    session: str
    title: str
    began_at: datetime
    length_s: float
    state: str  # "later" | "own" | "outline" | "compare" | "fetch" | "no-room" | "join" | "gone"
    left_bytes: int
    all_bytes: int  # 0 = not known yet
    left_s: float | None  # None = not known
