"""Cards by themselves: a recording opens and closes with them, and the sound goes on."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from classroom_edge.config import load
from classroom_edge.daemon import Daemon
from classroom_edge.paths import DataFolder, runtime_folder
from classroom_edge.room import RecordingState, TitlesView
from classroom_media.api import NS, LowerThird
from tests.edge.room_at_work import ME, ROOM, write_room

LI = LowerThird(name="Li")
CARDS = """
[titles]
opening_s = 3
closing_s = 2
lower_third = {{ name = "Li" }}
[titles.opening]
title = "Lesson"
[titles.closing]
title = "Thank you"
"""


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    """Give the daemon of a room with cards, none of whose workers runs."""
    text = ROOM.replace("pre_roll_s = 0", "pre_roll_s = 10") + CARDS
    config = load(write_room(tmp_path, text))
    data = DataFolder(tmp_path / "data")
    data.make()
    room = Daemon(config, data.path, runtime_folder(data.path, config.room.id))
    yield room
    room.media.close()


async def test_a_recording_begins_with_the_opening_card_which_bears_its_title(
    daemon: Daemon,
) -> None:
    before_ns = time.monotonic_ns()
    await daemon.recorder.start(ME, title="Fractions")
    titles, story = daemon.media.titles, daemon.takes.story
    assert (titles.card, titles.heading, titles.lower_third) == ("opening", "Fractions", LI)
    assert 3 * NS <= titles.card_until_ns - before_ns < 8 * NS
    assert story is not None
    assert abs(story.takes[0].from_ns - before_ns) < NS  # no pre-roll before it


async def test_a_room_says_how_much_of_before_the_button_it_keeps(tmp_path: Path) -> None:
    for cards, kept_s in (("", 10), (CARDS, 0)):
        text = ROOM.replace("pre_roll_s = 0", "pre_roll_s = 10") + cards
        daemon = Daemon(load(write_room(tmp_path, text)), tmp_path / "data", tmp_path)
        assert daemon.state().recording.pre_roll_s == kept_s
        daemon.media.close()


async def test_a_stop_ends_under_the_closing_card_unless_it_is_undone(daemon: Daemon) -> None:
    await daemon.recorder.start(ME)
    asked_ns = time.monotonic_ns()
    await daemon.recorder.stop(ME)
    assert daemon.takes.undo_until is not None
    assert daemon.takes.story is not None
    held_ns = daemon.takes.story.takes[-1].held_ns or 0
    titles = daemon.media.titles
    assert 2 * NS <= held_ns - asked_ns < 4 * NS
    assert titles.card == "closing"
    assert titles.card_until_ns > held_ns
    await daemon.recorder.go_on(ME)
    assert daemon.takes.state is RecordingState.RECORDING
    assert (daemon.media.titles.card, daemon.media.titles.lower_third) == ("", LI)


async def test_stop_again_under_the_closing_card_ends_at_once(daemon: Daemon) -> None:
    await daemon.recorder.start(ME)
    await daemon.recorder.stop(ME)
    await daemon.recorder.stop(ME)
    assert daemon.takes.state is RecordingState.IDLE


async def test_a_name_written_under_a_card_leaves_the_card_its_end(daemon: Daemon) -> None:
    await daemon.recorder.start(ME)
    until_ns = daemon.media.titles.card_until_ns
    await daemon.programme.write(ME, TitlesView(name="Wang", card="opening"))
    assert daemon.media.titles.card_until_ns == until_ns
    assert daemon.media.titles.lower_third == LowerThird(name="Wang")
