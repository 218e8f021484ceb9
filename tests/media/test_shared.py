"""The time of a session is found again in a recording of it, pauses and crashes included."""

from classroom_media.api import NS
from classroom_media.record.journal import (
    AnyJournalEvent,
    RecordingStarted,
    SessionCompared,
    TakeEnded,
    TakeStarted,
)
from classroom_media.record.shared import Anchor, attended, film_ns, hub_ns
from classroom_media.record.story import tell
from tests.media.record_scene import WALL

HUB = 1_800_000_000 * NS  # hub time where our clock shows 0


def started(take: int, from_s: int, boot: str = "b") -> TakeStarted:
    return TakeStarted(at_ns=from_s * NS, take=take, from_ns=from_s * NS, boot=boot)


def ended(take: int, end_s: int) -> TakeEnded:
    return TakeEnded(at_ns=end_s * NS, take=take, end_ns=end_s * NS, reason="pause")


def compared(at_s: int, off_ns: int = 0, session: str = "math") -> SessionCompared:
    hub = HUB + at_s * NS + off_ns
    return SessionCompared(at_ns=at_s * NS, session=session, title="数学", hub_ns=hub)


def anchors(*events: AnyJournalEvent) -> tuple[Anchor, ...]:
    begin = RecordingStarted(at_ns=0, recording="r", room="1", title="", wall=WALL, boot="b")
    (only,) = attended(tell((begin, *events)))
    assert (only.session, only.title) == ("math", "数学")
    return only.anchors


def test_a_recording_outside_any_session_belongs_to_none() -> None:
    begin = RecordingStarted(at_ns=0, recording="r", room="1", title="", wall=WALL, boot="b")
    assert attended(tell((begin, started(1, 10)))) == ()


def test_file_time_is_found_for_hub_time_before_and_after_they_were_compared() -> None:
    known = anchors(started(1, 10), compared(15), ended(1, 70))
    assert film_ns(known, HUB + 12 * NS) == 2 * NS
    assert film_ns(known, HUB + 60 * NS) == 50 * NS
    assert film_ns(known, HUB + 5 * NS) == -5 * NS  # before the recording began


def test_a_pause_takes_no_file_time_and_is_found_at_its_end() -> None:
    known = anchors(started(1, 10), compared(15), ended(1, 30), started(2, 100), ended(2, 130))
    assert film_ns(known, HUB + 25 * NS) == 15 * NS
    assert film_ns(known, HUB + 60 * NS) == 20 * NS
    assert film_ns(known, HUB + 110 * NS) == 30 * NS
    assert hub_ns(known, 15 * NS) == HUB + 25 * NS
    assert hub_ns(known, 30 * NS) == HUB + 110 * NS


def test_clocks_that_drift_apart_are_compared_again() -> None:
    known = anchors(started(1, 0), compared(1), compared(600, off_ns=30_000_000), ended(1, 900))
    assert film_ns(known, HUB + 700 * NS + 30_000_000) == 700 * NS
    assert film_ns(known, HUB + 5 * NS) == 5 * NS


def test_after_a_restart_of_the_machine_only_a_new_comparison_tells() -> None:
    events = (started(1, 1000), compared(1001), ended(1, 1060), started(2, 5, boot="c"))
    known = anchors(*events, ended(2, 65))
    assert [anchor.at_s for anchor in known] == [0, 1]
    again = compared(7, off_ns=1090 * NS)
    known = anchors(*events, again, ended(2, 65))
    assert hub_ns(known, 60 * NS) == HUB + 1095 * NS
