"""Whether a target may be delivered to now: its hours, a live lesson, a rest after failures."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from classroom_edge.library.deliver.hours import Hours
from classroom_edge.library.deliver.messages import Done, Failed
from classroom_edge.library.deliver.outcome import HERE
from classroom_edge.library.deliver.waiting import Patience


@dataclass(kw_only=True)
class Gate:
    """Open or closed. `trouble` is what is wrong with the target since it last worked."""

    hours: Hours | None
    is_live: Callable[[], bool]  # and deliveries pause while it is
    now: Callable[[], datetime]
    patience: Patience
    trouble: Failed | None = field(default=None, init=False)
    failures: int = field(default=0, init=False)  # in a row
    _rests_until: datetime | None = field(default=None, init=False)

    @property
    def closed(self) -> str:
        """Why nothing is delivered now: "hours", "live", "rest"; "" = it may be."""
        if self.hours is not None and not self.hours.are(self.now()):
            return "hours"
        if self.is_live():
            return "live"
        return "rest" if self._rests_until is not None and self.now() < self._rests_until else ""

    @property
    def opens_at(self) -> datetime | None:
        """When it may be delivered again, where that is known."""
        if self.hours is not None and not self.hours.are(self.now()):
            return self.hours.change_at(self.now())
        return self._rests_until if self.closed == "rest" else None

    def wake(self) -> None:
        """Let a target that rests be tried again."""
        self._rests_until = None

    def works(self) -> None:
        """Something has arrived."""
        self.trouble, self.failures = None, 0

    def judge(self, last: Done | Failed) -> None:
        """Let a target rest that does not work; what is wrong with a recording is not its fault."""
        if isinstance(last, Done):
            self.works()
        elif last.kind != "refused" and last.code not in HERE:
            self.trouble, self.failures = last, self.failures + 1
            is_misconfigured = last.kind == "misconfigured"
            rest = self.patience.rest(self.failures, is_misconfigured=is_misconfigured)
            self._rests_until = self.now() + rest
