"""Made-up lessons with known truth: the right source, hardly ever a wrong one."""

from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from classroom_media.api import Layout, RecordError
from classroom_media.direct.dry_run import DryRun, dry_run
from classroom_media.direct.engine import Reason, Shot
from classroom_media.direct.lesson_film import play
from classroom_media.direct.lesson_script import Act, Scene, right_at, score, script
from classroom_media.direct.rehearsal import rehearse
from classroom_media.direct.rules import Rules
from classroom_media.direct.signs import Role, Sign
from classroom_media.record.manifest import read_manifest, write_manifest

LESSON = (
    Scene(Act.TEACH, 0, 14),
    Scene(Act.SLIDE, 14, 34),
    Scene(Act.ANSWER, 34, 48),
    Scene(Act.WRITE, 48, 66),
    Scene(Act.QUIET, 66, 82),
    Scene(Act.WALK, 82, 96),
)


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lesson") / "lesson"
    play(LESSON, folder, seed=11)
    return folder


@pytest.fixture(scope="module")
def directed(lesson: Path) -> DryRun:
    return dry_run(lesson)


def test_the_right_source_is_shown_and_no_shot_is_too_short(directed: DryRun) -> None:
    reached = score(LESSON, directed.shots)
    assert reached.settled > 0.95
    assert reached.right > 0.92  # something happens every quarter of a minute
    assert reached.shortest_s >= Rules().min_shot_s


def test_live_the_right_source_is_shown_too_only_a_little_later(lesson: Path) -> None:
    reached = score(LESSON, rehearse(lesson, seed=3))
    assert reached.settled > 0.93
    assert reached.right > 0.9
    assert reached.shortest_s >= Rules().min_shot_s - 1e-6


def test_every_cut_has_its_reason(directed: DryRun) -> None:
    reasons = [shot.reason.key for shot in directed.shots]
    assert reasons[0] == "opening"
    assert reasons[1:6] == [
        "teacher-speaks",
        "page-turned",
        "pupil-speaks",
        "teacher-writes",
        "nobody-moves",
    ]


def test_a_track_that_ends_early_is_a_lost_source(lesson: Path, tmp_path: Path) -> None:
    folder = tmp_path / "lesson"
    folder.mkdir()
    manifest = read_manifest(lesson)
    for track in manifest.tracks:
        (folder / track.file).symlink_to(lesson / track.file)
    write_manifest(folder, manifest)
    (folder / "screen.mp4").unlink()
    play((Scene(Act.SLIDE, 0, 20),), tmp_path / "short", seed=11)
    (folder / "screen.mp4").symlink_to(tmp_path / "short" / "screen.mp4")
    shots = dry_run(folder).shots
    assert [shot.at_s for shot in shots if shot.reason.key == "source-lost"] == [
        pytest.approx(20.8, abs=0.3)
    ]


def test_a_track_in_two_parts_is_one_source(lesson: Path, tmp_path: Path) -> None:
    later = tmp_path / "later"
    play((Scene(Act.TEACH, 0, 2), Scene(Act.SLIDE, 2, 10)), later, seed=11)
    manifest = read_manifest(lesson)
    tracks = {track.name: track for track in manifest.tracks}
    parts = (
        structs.replace(tracks["wide"], file=str(lesson / "wide.mp4")),
        structs.replace(tracks["screen"], file=str(later / "screen.mp4")),
        structs.replace(tracks["screen"], file=str(later / "screen.mp4"), start_s=60.0),
    )
    write_manifest(tmp_path, structs.replace(manifest, tracks=parts))
    run = dry_run(tmp_path)
    pages = [n / 5 for n, s in enumerate(run.evidence.watched["screen"].signs) if Sign.PAGE in s]
    # the second part begins with another page than the first one ended with
    assert pages == pytest.approx([2.4, 60.4, 62.4], abs=0.21)
    assert [shot.reason.key for shot in run.shots].count("page-turned") == 2


def test_roles_may_be_given(lesson: Path) -> None:
    manifest = read_manifest(lesson)
    run = dry_run(lesson, roles={"wide": Role.BOARD})
    assert {source.id: source.role for source in run.sources}["wide"] is Role.BOARD
    assert run.duration_s == manifest.duration_s


def test_a_recording_without_isolated_pictures_is_refused(lesson: Path, tmp_path: Path) -> None:
    manifest = read_manifest(lesson)
    sounds = tuple(track for track in manifest.tracks if track.kind == "sound")
    folder = tmp_path / "sounds"
    folder.mkdir()
    write_manifest(folder, structs.replace(manifest, tracks=sounds))
    with pytest.raises(RecordError, match="isolated"):
        dry_run(folder)


def test_a_recording_of_nothing_is_refused(lesson: Path, tmp_path: Path) -> None:
    manifest = read_manifest(lesson)
    write_manifest(tmp_path, structs.replace(manifest, duration_s=0.0))
    with pytest.raises(RecordError, match="nothing"):
        dry_run(tmp_path)


def test_a_file_that_is_missing_is_told(lesson: Path, tmp_path: Path) -> None:
    write_manifest(tmp_path, read_manifest(lesson))
    with pytest.raises(RecordError, match=r"screen\.mp4"):
        dry_run(tmp_path)


def test_the_same_seed_gives_the_same_lesson() -> None:
    assert script(600, 4) == script(600, 4)
    assert script(600, 4) != script(600, 5)
    assert script(600, 4)[-1].to_s == 600


def test_the_score_counts_what_was_shown_against_what_was_right() -> None:
    scenes = (Scene(Act.TEACH, 0, 10), Scene(Act.QUIET, 10, 20))
    opening = Shot(0.0, Layout("single", ("teacher",)), Reason("opening"))
    wide = replace(opening, at_s=18.0, layout=Layout("single", ("wide",)))
    reached = score(scenes, (opening, wide))
    assert reached.right == pytest.approx(0.9)  # two of twenty seconds too late
    assert reached.settled == pytest.approx(0.889, abs=0.001)
    assert reached.shortest_s == 18.0
    assert right_at(scenes, 12) == {"wide", "teacher"}
