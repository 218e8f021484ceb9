"""What is wrong with the room, and the processes it runs, as everybody sees them."""

from dataclasses import dataclass
from datetime import datetime

from classroom_edge.room.asking import Words
from classroom_edge.room.routines import ActionView


@dataclass(frozen=True, slots=True)
class ProblemView:
    """What happened, what it affects, what to do."""

    code: str  # "E-DISK-001"
    severity: str  # "warning" | "error"
    subject: str  # id of the device, source or track; "" for the room
    what: Words
    effect: Words
    action: ActionView
    since: datetime


@dataclass(frozen=True, slots=True)
class ProcessView:
    """One process of the room."""

    # "keeper" | "daemon" | "source" | "director" | "relay" | "finisher" | "simulated-room"
    role: str
    name: str
    pid: int
    state: str  # "starting" | "running" | "lost"
