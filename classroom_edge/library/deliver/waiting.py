"""A delivery in the queue. Values and pure rules."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from classroom_edge.library.card import Consent
from classroom_edge.library.deliver.target import Receipt

FIRST_S: Final = 5.0
LONGEST_S: Final = 3600.0  # between two tries
WARNED_AFTER: Final = 3  # failures, then a person is told
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


def pause_after(
    failures: int, chance: Callable[[], float], longest_s: float = LONGEST_S
) -> timedelta:
    """Give how long to wait after so many failures in a row: twice as long each time, spread.

    `chance` gives a number from 0 to 1, so that rooms do not come back all at once.
    """
    doublings = min(max(failures - 1, 0), 16)
    seconds = min(FIRST_S * 2.0**doublings, longest_s)
    return timedelta(seconds=seconds * (0.5 + chance()))
