"""A delivery in the queue. Values and pure rules."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from classroom_edge.library.card import Consent
from classroom_edge.library.deliver.target import Receipt

EDIT: Final = "edit:"
WHATS: Final = ("programme", "tracks", "all")
_SEEN_BY: Final = tuple(Consent)  # from the fewest people to everybody


class Standing(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"  # by the target, for good
    WITHHELD = "withheld"  # the recording's consent does not reach so far
    DROPPED = "dropped"  # by a person


OPEN: Final = (Standing.WAITING, Standing.SENDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Something of one recording that goes to one target; there is one of each."""

    number: int
    recording: str
    target: str
    what: str  # programme | tracks | all | edit:ID
    state: Standing
    by: str  # who asked for it; "" = the rule of room.toml
    asked_at: datetime
    due_at: datetime  # not tried before
    failures: int = 0  # since something arrived
    code: str = ""  # why it is not there
    said: str = ""  # what the other side said about it
    bytes: int = 0  # in whole, once that is known
    there: int = 0  # of them that have arrived
    sent_at: datetime | None = None
    arrived: tuple[Receipt, ...] = ()
    tokens: tuple[tuple[str, str], ...] = ()

    @property
    def parcel(self) -> str:
        """What its parcel is called."""
        return f"{self.recording}/{self.what}"


def may_go(consent: Consent, least: Consent) -> bool:
    """Whether a recording of that class may go where the least class is that."""
    return _SEEN_BY.index(consent) >= _SEEN_BY.index(least)


def reaching(least: Consent) -> tuple[Consent, ...]:
    """Give the classes that may go where the least class is that."""
    return _SEEN_BY[_SEEN_BY.index(least) :]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait after failures in a row: twice as long each time, and spread. Seconds.

    `chance` gives a number from 0 to 1, so that rooms do not come back all at once.
    """

    first_s: float = 5.0
    longest_s: float = 3600.0  # for one recording
    rest_s: float = 600.0  # longest, for a target that does not answer
    mend_s: float = 900.0  # for one that somebody has to mend
    chance: Callable[[], float] = random.random

    def after(self, failures: int) -> timedelta:
        """Give how long a recording waits."""
        return self._spread(failures, self.longest_s)

    def rest(self, failures: int, *, is_misconfigured: bool) -> timedelta:
        """Give how long a target is left in peace."""
        if is_misconfigured:
            return timedelta(seconds=self.mend_s)
        return self._spread(failures, self.rest_s)

    def _spread(self, failures: int, longest_s: float) -> timedelta:
        doublings = min(max(failures - 1, 0), 16)
        seconds = min(self.first_s * 2.0**doublings, longest_s)
        return timedelta(seconds=seconds * (0.5 + self.chance()))
