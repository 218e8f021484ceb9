"""Routines and what people did, as everybody sees them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from classroom_edge.room.asking import Words


@dataclass(frozen=True, slots=True)
class StepView:
    """One step of a routine."""

    device: str
    name: str  # the device's name
    action: Words
    state: str  # "waiting" | "running" | "done" | "unchanged" | "failed" | "skipped"
    problem: Words = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RoutineView:
    """A routine and how its last run goes."""

    name: str
    title: Words
    state: str  # "idle" | "running" | "done" | "failed"
    steps: tuple[StepView, ...] = ()
    ready_at: datetime | None = None  # when the slowest device is expected to be ready


@dataclass(frozen=True, slots=True)
class ActionView:
    """The one thing to do about a problem: a POST that the panel can make, or words alone."""

    title: Words
    path: str = ""
    body: dict[str, Any] = field(default_factory=dict)
