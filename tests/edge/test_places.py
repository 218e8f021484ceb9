"""Two folders of recordings: one of them may be gone, and nothing of what is told is lost."""

from pathlib import Path

import pytest

from classroom_edge.services.places import Places
from classroom_media.record.journal import JOURNAL_FILE, Marked

ONE, TWO = Marked(at_ns=1, text="one"), Marked(at_ns=2, text="two")


def test_what_is_noted_stands_in_both_and_is_told_once(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    places = Places(first, second)
    places.make("r")
    journals = places.journals("r")
    journals.append(ONE)
    (first / "r" / JOURNAL_FILE).unlink()  # its disk is gone
    journals.append(TWO)
    journals.close()
    assert places.ids() == ["r"]
    assert places.events("r") == (ONE, TWO)


def test_a_recording_may_begin_while_the_first_disk_is_gone(tmp_path: Path) -> None:
    places = Places(tmp_path / "gone" / "first", tmp_path)
    places.make("r")
    journals = places.journals("r")
    journals.append(ONE)
    journals.close()
    assert (places.ids(), places.events("r")) == (["r"], (ONE,))


def test_without_any_disk_a_recording_cannot_begin(tmp_path: Path) -> None:
    places = Places(tmp_path / "gone" / "first", tmp_path / "gone" / "second")
    with pytest.raises(OSError, match="gone"):
        places.make("r")
