"""The one word in which the list tells what has become of a recording's deliveries."""

from datetime import UTC, datetime

import pytest

from classroom_edge.library.card import Consent
from classroom_edge.library.deliver.waiting import Standing
from classroom_edge.library.entry import Entry
from classroom_edge.web.library_bodies import delivered

ENTRY = Entry(
    id="20261122-101500-3f2a",
    stamp="1",
    started_at=datetime(2026, 11, 22, 10, 15, tzinfo=UTC),
    state="finished",
    consent=Consent.SCHOOL,
)


@pytest.mark.parametrize(
    ("standings", "word"),
    [
        ((), "none"),
        ((Standing.DROPPED,), "none"),
        ((Standing.WITHHELD,), "none"),
        ((Standing.SENT,), "sent"),
        ((Standing.SENT, Standing.WAITING), "waiting"),
        ((Standing.WAITING, Standing.SENDING), "sending"),
        ((Standing.SENDING, Standing.SENT, Standing.REFUSED), "failed"),
    ],
)
def test_what_needs_somebody_is_told_first_and_then_what_is_on_its_way(
    standings: tuple[Standing, ...], word: str
) -> None:
    assert delivered(ENTRY, standings) == word
