"""Reports of real recordings, whole, faulty and broken."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from classroom_media.analyse.figures import FileReport, Method, Trouble
from classroom_media.analyse.report import report_on
from classroom_media.api import NS, Layout, RecordError
from classroom_media.emulate import inspection, truth
from classroom_media.record.finish import finish
from classroom_media.record.journal import (
    JOURNAL_FILE,
    EncoderUsed,
    LayoutShown,
    LoadShed,
    Marked,
    ProgrammeMade,
)
from classroom_media.record.manifest import MANIFEST_FILE
from tests.media import films
from tests.media.record_scene import START_NS, Room, in_order, pictures, sound


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Record 4 s of a camera that loses 10 pictures, pause, and 2 s more; with a mark."""
    folder = tmp_path_factory.mktemp("lesson")
    room = Room(folder, track="programme", streams=("cam", "cam-sound"))
    lossy = [packet for n, packet in enumerate(pictures(250)) if not 65 <= n < 75]
    film = in_order(lossy, sound(10))
    room.begin(START_NS)
    room.note(LayoutShown(at_ns=START_NS, layout=Layout("single", ("slides",))))
    room.note(Marked(at_ns=START_NS + NS, text="homework"))
    room.note(ProgrammeMade(at_ns=START_NS + NS // 5, making="passing"))
    room.note(ProgrammeMade(at_ns=START_NS + 3 * NS, making="encoding"))
    film = room.feed_up_to(START_NS + 4 * NS, film)
    room.end(START_NS + 4 * NS, reason="pause")
    film = room.feed_up_to(START_NS + 6 * NS, film)
    room.begin(START_NS + 6 * NS, take=2, lead_in=False, reason="pause")
    room.feed_up_to(START_NS + 8 * NS, film)
    room.end(START_NS + 8 * NS, take=2)
    finish(folder)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def one_file(folder: Path) -> FileReport:
    (found,) = report_on(folder).files
    return found


def test_a_finished_lesson_is_told_from_its_manifest_journal_and_packets(lesson: Path) -> None:
    before = contents(lesson)
    begun: list[str] = []
    report = report_on(lesson, begun.append)
    assert contents(lesson) == before
    assert begun == ["programme.mp4"]
    assert report.state == "finished"
    assert report.duration_s == pytest.approx(6.0)
    assert [(mark.at_s, mark.text) for mark in report.marks] == [(1.0, "homework")]
    assert {gap.reason: gap.length_s for gap in report.gaps}["pause"] == pytest.approx(2.0)
    assert [(shot.from_s, shot.to_s) for shot in report.shots] == [(0.0, 6.0)]
    assert report.passed_s == pytest.approx(3.0)
    (film,) = report.files
    assert film.pictures is not None
    assert film.pictures.method is Method.TIMESTAMPS
    assert film.pictures.dropped + film.pictures.dropped_in_gaps == 10
    assert film.pictures.keyframe_longest_s >= 1.0
    assert film.loudness is not None
    assert film.loudness.true_peak_dbtp == pytest.approx(-6.0, abs=0.7)
    assert sum(film.bitrate_kbps) > 0
    (offset,) = report.offsets
    assert offset.method is Method.TIMESTAMPS


@pytest.fixture(scope="module")
def strained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Record 8 s on a machine that is too slow from 1 s to 6 s, its worst from 2 s to 5 s."""
    folder = tmp_path_factory.mktemp("strained")
    room = Room(folder, track="programme", streams=("cam", "cam-sound"))
    thin = [packet for n, packet in enumerate(pictures(250)) if not (50 <= n < 125 and n % 2)]
    room.begin(START_NS)
    room.note(EncoderUsed(at_ns=START_NS + NS // 5, encoder="h264_qsv"))
    steps = ((1, "quicker", 0), (2, "half", 0), (3, "half", 1), (5, "spare", 2), (6, "", 0))
    for at_s, step, left_out in steps:
        room.note(LoadShed(at_ns=START_NS + at_s * NS, step=step, left_out=left_out))
    room.note(EncoderUsed(at_ns=START_NS + 7 * NS, encoder="libx264", problem="h264_qsv: lost"))
    room.feed_up_to(START_NS + 8 * NS, in_order(thin, sound(10)))
    room.end(START_NS + 8 * NS)
    finish(folder)
    return folder


def test_a_machine_that_was_too_slow_is_told_with_what_it_did_without(strained: Path) -> None:
    report = report_on(strained)
    assert [(one.from_s, one.to_s, one.step, one.left_out) for one in report.strains] == [
        (1.0, 2.0, "quicker", 0),
        (2.0, 5.0, "half", 3),
        (5.0, 6.0, "spare", 0),
    ]
    assert [(one.from_s, one.to_s, one.encoder, one.problem) for one in report.encodings] == [
        (0.0, 7.0, "h264_qsv", ""),
        (7.0, 8.0, "libx264", "h264_qsv: lost"),
    ]


def test_pictures_that_were_left_out_on_purpose_are_not_told_as_lost(strained: Path) -> None:
    pictures_of = one_file(strained).pictures
    assert pictures_of is not None
    assert (pictures_of.dropped, pictures_of.dropped_in_gaps) == (0, 37)


def test_black_still_and_silent_passages_are_found(tmp_path: Path) -> None:
    black, still = np.full((films.HEIGHT, films.WIDTH), 16, np.uint8), films.alive(1)
    seconds = [*4 * [None], *4 * [black], *6 * [still], *2 * [None]]
    shown = [
        films.alive(25 * second + n) if what is None else what
        for second, what in enumerate(seconds)
        for n in range(films.FPS)
    ]
    wave = films.tone(16)
    wave[5 * films.RATE_HZ : 10 * films.RATE_HZ] = 0
    films.write_film(tmp_path / "teacher.mp4", shown, wave)
    report = report_on(tmp_path)
    assert (report.state, report.problem, report.started_at) == ("incomplete", "no-manifest", None)
    (film,) = report.files
    found = {passage.trouble: passage for passage in film.passages}
    for trouble, from_s, to_s in (
        (Trouble.BLACK, 4, 8),
        (Trouble.FREEZE, 8, 14),
        (Trouble.SILENCE, 5, 10),
    ):
        assert found[trouble].from_s == pytest.approx(from_s, abs=1.05)
        assert found[trouble].to_s == pytest.approx(to_s, abs=1.05)
    assert film.loudness is not None
    assert film.loudness.integrated_lufs == pytest.approx(-23.0, abs=0.5)  # 0.1 in one channel
    assert film.loudness.momentary_lufs[7] == -70.0


def test_the_truth_of_emulated_cameras_is_read_from_every_picture(tmp_path: Path) -> None:
    late = 60 * films.RATE_HZ // 1000
    wave = truth.tone(-late, 12 * films.RATE_HZ, films.RATE_HZ)
    wave[:late] = 0
    numbers = [n for n in range(300) if n not in {60, 61}]
    numbers[200:200] = [numbers[199]]
    shown = [films.numbered(n) for n in numbers]
    films.write_film(tmp_path / "teacher.mp4", shown)
    films.write_film(tmp_path / "teacher-sound.m4a", wave=wave)
    report = report_on(tmp_path)
    film = next(one for one in report.files if one.pictures)
    assert film.pictures is not None
    assert film.pictures.method is Method.TRUTH
    assert (film.pictures.dropped, film.pictures.doubled) == (2, 1)
    (offset,) = report.offsets
    assert (offset.method, offset.sound, offset.events) == (Method.TRUTH, "teacher-sound.m4a", 3)
    assert offset.median_ms == pytest.approx(100, abs=10)  # 60, 140 without two, 100


def test_without_a_manifest_the_journal_tells(lesson: Path, tmp_path: Path) -> None:
    shutil.copy(lesson / "programme.mp4", tmp_path)
    shutil.copy(lesson / JOURNAL_FILE, tmp_path)
    report = report_on(tmp_path)
    assert report.state == "recording"
    assert len(report.marks) == 1
    assert report.started_at is not None


def test_a_file_that_broke_off_is_reported_up_to_there(tmp_path: Path) -> None:
    part = tmp_path / "teacher.mp4"
    films.write_film(
        part, [films.alive(n) for n in range(150)], movflags="frag_keyframe+empty_moov"
    )
    part.write_bytes(part.read_bytes()[:-20_000])  # the plug was pulled
    broken = one_file(tmp_path)
    assert broken.pictures is not None
    assert 100 < broken.pictures.count < 150
    assert broken.pictures.dropped == 0


def test_a_file_that_cannot_be_read_is_a_problem(lesson: Path, tmp_path: Path) -> None:
    shutil.copy(lesson / MANIFEST_FILE, tmp_path)
    (tmp_path / "programme.mp4").write_bytes(b"nothing of a film" * 1000)
    assert "programme.mp4" in one_file(tmp_path).problem


def test_a_missing_file_is_a_problem_of_that_file_alone(lesson: Path, tmp_path: Path) -> None:
    shutil.copy(lesson / MANIFEST_FILE, tmp_path)
    missing = one_file(tmp_path)
    assert (missing.pictures, missing.loudness) == (None, None)
    assert "programme.mp4" in missing.problem


@pytest.mark.parametrize("there", [True, False])
def test_a_folder_with_nothing_in_it_is_no_recording(tmp_path: Path, there: bool) -> None:
    with pytest.raises(RecordError):
        report_on(tmp_path if there else tmp_path / "nowhere")


def test_beeps_are_found_once_where_the_minutes_of_a_long_sound_meet(tmp_path: Path) -> None:
    path = tmp_path / "long.m4a"
    films.write_film(path, wave=truth.tone(-480, 66 * films.RATE_HZ, films.RATE_HZ))
    found = inspection.beeps(path)
    assert found == pytest.approx([5 * n + 0.01 for n in range(14)], abs=0.006)
