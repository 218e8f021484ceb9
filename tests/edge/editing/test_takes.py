"""From an edit to stretches of files: tracks in parts, other recordings, pages of slides."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from classroom_edge.library.editing.edit import Edit, Passage
from classroom_edge.library.editing.takes import Placed, Recorded, chapters, placed, slides
from classroom_edge.room import Refused
from classroom_media.record.manifest import Chapter, Manifest, State, Track
from classroom_media.record.titled import Titled

HERE = Path("/recordings/one")


def track(name: str, file: str, start_s: float, duration_s: float, **more: object) -> Track:
    told = {"kind": "picture", "source": name, "codec": "h264", "width": 1920, "fps": 25.0} | more
    return Track(name=name, file=file, start_s=start_s, duration_s=duration_s, **told)  # type: ignore[arg-type]


PROGRAMME = track("programme", "programme.mp4", 0.0, 60.0, channels=2)
MANIFEST = Manifest(
    id="one",
    state=State.FINISHED,
    room="room",
    title="分数",
    started_at=datetime(2026, 11, 23, 8, tzinfo=UTC),
    duration_s=60.0,
    tracks=(
        PROGRAMME,
        track("board", "board-1.mp4", 0.0, 20.0),
        track("board", "board-2.mp4", 24.0, 30.0),
        track("teacher-sound", "teacher.m4a", 1.5, 58.0, width=0, channels=1, kind="sound"),
    ),
    chapters=(
        Chapter(start_s=5.0, page=1, picture="chapter-01.jpg", film="board-1.mp4", film_s=9.0),
        Chapter(start_s=30.0, page=2, picture="chapter-02.jpg"),
    ),
)


def made(edit: Edit, manifest: Manifest = MANIFEST) -> list[Placed]:
    return placed(edit, lambda _id: Recorded(HERE, manifest))


def shown(*passages: Passage, sound: str = "", manifest: Manifest = MANIFEST) -> list[Placed]:
    return made(Edit(passages=passages, sound=sound), manifest)


def test_a_passage_of_one_file_is_one_take_with_the_sound_of_the_programme() -> None:
    (one,) = shown(Passage(from_s=10, to_s=20))
    assert (one.take.film, one.take.sound) == (str(HERE / "programme.mp4"),) * 2
    assert (one.take.from_s, one.take.to_s, one.take.sound_from_s) == (10, 20, 0)


def test_a_track_of_several_parts_goes_on_behind_the_hole() -> None:
    first, second = shown(Passage(from_s=15, to_s=40, track="board"))
    assert (first.take.from_s, first.take.to_s) == (15, 20)
    assert (second.take.from_s, second.take.to_s, second.take.sound_from_s) == (0, 16, 24)
    assert (first.at_s, second.at_s) == (0, 5)


def test_a_sound_that_begins_later_stands_where_it_was_heard() -> None:
    (one,) = shown(Passage(from_s=0, to_s=4), sound="teacher-sound")
    assert one.take.sound == str(HERE / "teacher.m4a")
    assert one.take.sound_from_s == -1.5


def test_a_sound_in_several_parts_is_changed_over_where_the_next_begins() -> None:
    first = msgspec.structs.replace(PROGRAMME, duration_s=30.0)
    second = msgspec.structs.replace(PROGRAMME, file="p2.mp4", start_s=30.0, duration_s=30.0)
    manifest = msgspec.structs.replace(MANIFEST, tracks=(second, first, *MANIFEST.tracks[1:]))
    takes = shown(Passage(from_s=25, to_s=40, track="board"), manifest=manifest)
    assert [Path(one.take.sound).name for one in takes] == ["programme.mp4", "p2.mp4"]
    assert [one.take.sound_from_s for one in takes] == [24, -6]


def test_a_recording_without_any_sound_is_silent() -> None:
    manifest = msgspec.structs.replace(MANIFEST, tracks=MANIFEST.tracks[1:3])
    (one,) = shown(Passage(from_s=0, to_s=5, track="board"), manifest=manifest)
    assert not one.take.sound


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (Edit(), "edit-empty"),
        (Edit(passages=(Passage(from_s=5, to_s=5),)), "edit-empty"),
        (Edit(passages=(Passage(from_s=20.5, to_s=23, track="board"),)), "edit-empty"),
        (Edit(passages=(Passage(from_s=0, to_s=5, track="pupils"),)), "edit-no-track"),
        (Edit(passages=(Passage(from_s=0, to_s=5, track="teacher-sound"),)), "edit-no-track"),
        (Edit(passages=(Passage(from_s=0, to_s=5),), sound="board"), "edit-no-sound"),
    ],
)
def test_what_cannot_be_made_is_refused_with_the_reason(edit: Edit, code: str) -> None:
    with pytest.raises(Refused) as told:
        made(edit)
    assert told.value.code == code
    assert all(told.value.words.values())


def test_a_part_on_the_other_disk_and_an_unfinished_recording_are_refused() -> None:
    away = msgspec.structs.replace(PROGRAMME, problem="elsewhere")
    for manifest, code in (
        (msgspec.structs.replace(MANIFEST, tracks=(away,)), "edit-elsewhere"),
        (msgspec.structs.replace(MANIFEST, state=State.FINISHING), "edit-not-finished"),
    ):
        with pytest.raises(Refused) as told:
            shown(Passage(from_s=0, to_s=5), manifest=manifest)
        assert told.value.code == code


def test_chapters_are_where_pages_come_in_the_film() -> None:
    stretches = shown(Passage(from_s=10, to_s=20), Passage(from_s=25, to_s=40))
    assert chapters(stretches, "第 {page} 页") == (Titled(0, "第 1 页"), Titled(15, "第 2 页"))


def test_slides_know_their_picture_in_full_where_the_manifest_tells() -> None:
    first, second = slides(shown(Passage(from_s=0, to_s=60)))
    assert (first.shown_s, first.film, first.at_s) == (5, str(HERE / "board-1.mp4"), 9)
    assert (second.shown_s, second.film) == (30, "")
    assert second.picture == str(HERE / "chapter-02.jpg")


def test_a_recording_without_slides_has_no_chapters() -> None:
    manifest = msgspec.structs.replace(MANIFEST, chapters=())
    stretches = shown(Passage(from_s=0, to_s=60), manifest=manifest)
    assert chapters(stretches, "{page}") == ()
    assert slides(stretches) == ()
