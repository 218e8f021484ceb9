"""The journal: whole lines survive whatever happens to the one after them."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from classroom_media.api import NS, Kind, Layout, RecordError
from classroom_media.messages import StandIn
from classroom_media.record.journal import (
    AnyJournalEvent,
    ExpectedTrack,
    Journal,
    LayoutShown,
    Marked,
    PartFailed,
    PartSealed,
    PartStarted,
    PartSynced,
    RecordingStarted,
    RecordingStopped,
    SourceLost,
    SparesHeard,
    TakeEnded,
    TakeHeld,
    TakeReleased,
    TakeStarted,
    durably,
    events_in,
    replay,
)
from classroom_media.record.story import tell

S = NS
STARTED = RecordingStarted(
    at_ns=100 * S,
    recording="r",
    room="101",
    title="光的折射",
    wall=datetime(2026, 11, 22, 8, 0, tzinfo=UTC),
    boot="b",
    pre_roll_s=10,
    tracks=(ExpectedTrack(name="cam", source="cam", kind=Kind.PICTURE),),
)
EVENTS: tuple[AnyJournalEvent, ...] = (
    STARTED,
    TakeStarted(at_ns=100 * S, take=1, from_ns=90 * S, boot="b", lead_in=True),
    PartStarted(at_ns=100 * S, track="cam", part=1, take=1, zero_ns=90 * S, file="cam.mp4"),
    PartSynced(at_ns=105 * S, track="cam", part=1, synced_ns=104 * S, synced_bytes=4000),
    Marked(at_ns=110 * S, text="important"),
    TakeEnded(at_ns=120 * S, take=1, end_ns=120 * S, reason="pause"),
    PartSealed(at_ns=120 * S, track="cam", part=1, end_ns=120 * S, reason="end"),
    Marked(at_ns=150 * S, text="in the pause"),
    TakeStarted(at_ns=180 * S, take=2, from_ns=180 * S, boot="b", reason="pause"),
    PartStarted(at_ns=180 * S, track="cam", part=2, take=2, zero_ns=180 * S, file="cam.2.mp4"),
    LayoutShown(at_ns=181 * S, layout=Layout("single", ("cam",))),
    SparesHeard(at_ns=184 * S, stand_ins=(StandIn(source="cam", spare="ceiling", why="dead"),)),
    SourceLost(at_ns=185 * S, source="cam", problem="unplugged"),
    PartFailed(at_ns=186 * S, track="cam", part=2, synced_ns=185 * S, reason="disk-full"),
    Marked(at_ns=190 * S),
    TakeHeld(at_ns=200 * S, take=2, held_ns=200 * S),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.jsonl"


def test_what_was_appended_is_replayed_in_order(path: Path) -> None:
    durably(path, EVENTS)
    assert replay(path) == EVENTS


def test_a_journal_cut_anywhere_keeps_every_whole_line(path: Path) -> None:
    durably(path, EVENTS)
    text = path.read_bytes()
    ends = [n for n, byte in enumerate(text) if byte == 0x0A]
    for cut in range(len(text)):
        whole = sum(end <= cut for end in ends)
        assert events_in(text[:cut]) == EVENTS[:whole]


def test_a_line_after_a_torn_one_is_not_lost(path: Path) -> None:
    durably(path, EVENTS[:3])
    path.write_bytes(path.read_bytes()[:-20])
    durably(path, EVENTS[3:5])
    assert replay(path) == (*EVENTS[:2], *EVENTS[3:5])


def test_a_line_that_another_process_glued_to_a_torn_one_is_not_lost(path: Path) -> None:
    durably(path, EVENTS[:1])
    with Journal(path) as journal, path.open("ab") as other:
        other.write(b'{"event":"marked","at_n')
        other.flush()
        journal.append(EVENTS[1])
    assert replay(path) == EVENTS[:2]


def test_unknown_and_garbled_lines_are_passed_over(path: Path) -> None:
    durably(path, EVENTS[:1])
    with path.open("ab") as file:
        file.write(b'{"event":"from-the-future","at_ns":1}\n\xff\xfe\n\n[]\n')
    durably(path, EVENTS[1:2])
    assert replay(path) == EVENTS[:2]


APPENDER = """
import sys
from pathlib import Path
from classroom_media.record.journal import Journal, Marked
journal = Journal(Path(sys.argv[1]))
for number in range(200):
    journal.append(Marked(at_ns=number, text=sys.argv[2] * 300))
"""


def test_lines_of_several_processes_do_not_mix(path: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", APPENDER, str(path), name]) for name in "abc"
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    texts = [event.text for event in replay(path) if isinstance(event, Marked)]
    assert sorted(texts) == sorted(name * 300 for name in "abc" for _ in range(200))


def test_a_journal_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="journal"):
        Journal(tmp_path / "missing" / "journal.jsonl")
    with pytest.raises(RecordError):
        replay(tmp_path / "journal.jsonl")


def test_a_line_that_is_said_twice_counts_once(path: Path) -> None:
    durably(path, EVENTS)
    path.write_bytes(path.read_bytes() + path.read_bytes())
    assert replay(path) == tuple(EVENTS)


def test_two_journals_of_one_recording_are_woven_into_one(tmp_path: Path) -> None:
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    durably(first, [*EVENTS[:3], EVENTS[-1]])
    durably(second, [*EVENTS[:2], *EVENTS[3:]])
    assert replay(first, second) == tuple(EVENTS)
    assert replay(tmp_path / "gone.jsonl", second) == (*EVENTS[:2], *EVENTS[3:])


def test_the_story_knows_takes_parts_and_marks() -> None:
    story = tell(EVENTS)
    first, second = story.takes
    assert (story.id, story.title, story.duration_s) == ("r", "光的折射", 35.0)
    assert (first.from_ns, first.end_ns) == (90 * S, 120 * S)
    assert story.open_take == second
    assert second.held_ns == 200 * S
    assert [(part.file, part.known_ns, part.sealed) for part in story.parts] == [
        ("cam.mp4", 120 * S, True),
        ("cam.2.mp4", 185 * S, False),
    ]
    assert story.to_be_continued
    assert story.layout == Layout("single", ("cam",))
    assert story.started_at == datetime(2026, 11, 22, 7, 59, 50, tzinfo=UTC)


def test_marks_are_told_in_file_time_and_in_a_pause_at_its_beginning() -> None:
    story = tell((*EVENTS, TakeEnded(at_ns=200 * S, take=2, end_ns=200 * S, reason="stop")))
    assert [story.file_s(m.take, m.at_ns) for m in story.marks] == [20.0, 30.0, 40.0]


def test_an_undone_stop_and_a_final_one_are_told_apart() -> None:
    undone = tell((*EVENTS, TakeReleased(at_ns=205 * S, take=2)))
    assert undone.takes[-1].held_ns is None
    over = tell(
        (
            *EVENTS,
            TakeEnded(at_ns=205 * S, take=2, end_ns=200 * S, reason="stop"),
            RecordingStopped(at_ns=205 * S),
        )
    )
    assert over.open_take is None
    assert not over.to_be_continued


def test_a_story_without_beginning_is_refused() -> None:
    with pytest.raises(RecordError, match="beginning"):
        tell(EVENTS[1:])
