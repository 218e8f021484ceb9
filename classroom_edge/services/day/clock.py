"""The time by which a room keeps its timetable, steady where the machine's clock is not.

Lessons are begun and ended by it. A clock that is put right by somebody who knows the time (NTP)
is followed at once. Any other step is followed only when nothing is recorded by the timetable:
until then time goes on as it did, so that a step neither cuts a lesson nor draws it out. A
changed time zone changes nothing: all of this is UTC.

Source: adjtimex(2).
"""

import ctypes
import logging
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

SLEW_S: Final = 2.0  # what differs less is no step
TIME_ERROR: Final = 5  # of adjtimex(2): nobody has told the kernel the time
TIMEX_BYTES: Final = 512  # struct timex has at most 208
OLDEST: Final = datetime(2026, 1, 1, tzinfo=UTC)  # this software is younger

logger = logging.getLogger(__name__)


class Health(StrEnum):
    """What is to be thought of the clock."""

    GOOD = "good"
    UNSYNCHRONISED = "unsynchronised"  # nobody has set it; it may be minutes off
    WRONG = "wrong"  # before this software was written: the battery of the machine is empty
    STEPPED = "stepped"  # somebody put it forward or back, and a lesson goes on by the old time


def is_synchronised() -> bool:
    """Tell whether the system's clock was set by somebody who knows the time; blocks for no one."""
    if sys.platform != "linux":
        return True  # the system does not tell
    timex = ctypes.create_string_buffer(TIMEX_BYTES)  # modes = 0: only asks
    return bool(ctypes.CDLL(None, use_errno=True).adjtimex(timex) != TIME_ERROR)


@dataclass(kw_only=True)
class DayClock:
    """Tells the time; `look` now and then sees what became of the system's clock.

    With a `speed` other than 1 (the demo's) it runs so many times as fast as `monotonic`.
    """

    wall: Callable[[], float] = time.time  # seconds since 1970
    monotonic: Callable[[], float] = time.monotonic
    synchronised: Callable[[], bool] = is_synchronised
    speed: float = 1.0
    health: Health = field(default=Health.GOOD, init=False)
    _wall_s: float = field(default=0.0, init=False)
    _monotonic_s: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        self._follow()

    @classmethod
    def from_date(cls, at: datetime, speed: float) -> "DayClock":
        """Give the clock of a demo: it begins at an instant, and runs faster."""
        began_s = time.monotonic()

        def wall() -> float:
            return at.timestamp() + (time.monotonic() - began_s) * speed

        return cls(wall=wall, synchronised=lambda: True, speed=speed)

    def now(self) -> datetime:
        """Give the instant, in UTC."""
        passed_s = (self.monotonic() - self._monotonic_s) * self.speed
        return datetime.fromtimestamp(self._wall_s, UTC) + timedelta(seconds=passed_s)

    def look(self, *, is_busy: bool) -> bool:
        """See whether the clock was put forward or back; tell whether it was, and is followed.

        While `is_busy`, a step is followed only if the clock is right now.
        """
        step_s = self.wall() - self.now().timestamp()
        knows = self.synchronised()
        stepped = abs(step_s) > SLEW_S
        if stepped and is_busy and not knows:
            self.health = Health.STEPPED
            return False
        if stepped:
            logger.warning("the clock was put %+.0f s, and is followed", step_s)
        self._follow()
        self.health = self._judged(knows=knows)
        return stepped

    def _judged(self, *, knows: bool) -> Health:
        if self.now() < OLDEST:
            return Health.WRONG
        return Health.GOOD if knows else Health.UNSYNCHRONISED

    def _follow(self) -> None:
        self._wall_s, self._monotonic_s = self.wall(), self.monotonic()


def paced(text: str) -> DayClock:
    """Give the clock of a demo: "real,shown,speed", with instants as ISO 8601 has them.

    At the instant `real` it shows `shown`; a daemon that is started again goes on by it.
    """
    real, shown, speed = text.split(",")
    began_s, from_s = (datetime.fromisoformat(one).timestamp() for one in (real, shown))
    return DayClock(
        wall=lambda: from_s + (time.time() - began_s) * float(speed),
        synchronised=lambda: True,
        speed=float(speed),
    )
