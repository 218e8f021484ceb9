"""What a finished recording gains: chapters from its slides, a micro-lesson without silent ends."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np
import pytest

from classroom_media.analyse.contents import look_through
from classroom_media.analyse.slides import Film, slides_in
from classroom_media.analyse.speaking import kept, spoken_in
from classroom_media.api import Layout
from classroom_media.direct.lesson_film import speech
from classroom_media.direct.voice import RATE_HZ
from classroom_media.emulate import inspection
from classroom_media.record.journal import (
    JOURNAL_FILE,
    LayoutShown,
    RecordingStarted,
    TakeEnded,
    TakeStarted,
    durably,
)
from classroom_media.record.manifest import Manifest, State, Track, read_manifest, write_manifest
from classroom_media.record.verify import Verified, verify
from tests.media import films, slide_show

STARTED = datetime(2026, 9, 1, tzinfo=UTC)
BEGINS_S, ENDS_S, LASTS_S = 7.3, 21.1, 26.0  # of what the teacher says in `lesson`


def recording(
    folder: Path, *tracks: Track, seconds: float, micro: bool = False, looked: bool = False
) -> Manifest:
    """Write the manifest of a recording that has just been finished."""
    manifest = Manifest(
        id="20260901-000000-abcd",
        state=State.FINISHED,
        room="101",
        title="",
        started_at=STARTED,
        duration_s=seconds,
        tracks=tracks,
        micro=micro,
        looked_through=looked,
    )
    write_manifest(folder, manifest)
    return manifest


def track(name: str, seconds: float, *, channels: int = 0) -> Track:
    kind, source = ("programme", "") if name == "programme" else ("picture", name)
    return Track(
        name=name,
        source=source,
        kind=kind,
        file=f"{name}.mp4",
        codec="h264+aac" if channels else "h264",
        duration_s=seconds,
        fps=films.FPS,
        channels=channels,
        sha256="",
    )


# -- slides --------------------------------------------------------------------------------


@pytest.mark.parametrize(("seed", "key_s"), [(2, 2.0), (8, 10.0)])
def test_a_chapter_begins_where_a_page_comes_that_stays(
    tmp_path: Path, seed: int, key_s: float
) -> None:
    scenes = slide_show.script(90, seed)
    slide_show.write(tmp_path / "screen.mp4", scenes, seed, key_s=key_s)
    found = slides_in([Film(tmp_path / "screen.mp4", 0.0, ((0.0, 90.0),))])
    wanted = slide_show.chapters(scenes)
    assert [slide.page for slide in found] == [page for page, _ in wanted]
    assert [slide.at_s for slide in found] == pytest.approx([at_s for _, at_s in wanted], abs=1.0)


def test_a_film_a_clip_and_lines_that_come_one_by_one_are_no_chapters(tmp_path: Path) -> None:
    scenes = (
        slide_show.Scene(1, 0, 20),
        slide_show.Scene(0, 20, 45),
        slide_show.Scene(1, 45, 60),
    )
    slide_show.write(tmp_path / "screen.mp4", scenes, 3)
    (slide,) = slides_in([Film(tmp_path / "screen.mp4", 0.0, ((0.0, 60.0),))])
    assert (slide.page, slide.at_s) == (1, 0.0)


def test_the_pages_of_an_isolated_screen_become_chapters_with_pictures(tmp_path: Path) -> None:
    scenes = (slide_show.Scene(1, 0, 14), slide_show.Scene(2, 14, 30))
    slide_show.write(tmp_path / "screen.mp4", scenes, 5)
    recording(tmp_path, track("screen", 30), seconds=30)
    manifest = look_through(tmp_path, screens={"screen"})
    assert [(c.page, c.start_s) for c in manifest.chapters] == [(1, 0.0), (2, 14.0)]
    assert all((tmp_path / c.picture).read_bytes()[:2] == b"\xff\xd8" for c in manifest.chapters)
    assert manifest == read_manifest(tmp_path)
    assert look_through(tmp_path, screens={"screen"}) == manifest


def test_without_a_track_of_its_own_a_screen_is_looked_at_where_the_programme_shows_it(
    tmp_path: Path,
) -> None:
    scenes = (
        slide_show.Scene(1, 0, 14),
        slide_show.Scene(2, 14, 30),
        slide_show.Scene(3, 30, 50),
    )
    slide_show.write(tmp_path / "programme.mp4", scenes, 5)
    recording(tmp_path, track("programme", 50), seconds=50)
    shown = {0: "screen", 20: "teacher", 34: "screen"}
    durably(
        tmp_path / JOURNAL_FILE,
        [
            RecordingStarted(at_ns=0, recording="r", room="101", title="", wall=STARTED, boot="b"),
            TakeStarted(at_ns=0, take=1, from_ns=0, boot="b"),
            *(
                LayoutShown(at_ns=at_s * 10**9, layout=Layout("single", (source,)))
                for at_s, source in shown.items()
            ),
            TakeEnded(at_ns=50 * 10**9, take=1, end_ns=50 * 10**9, reason="stop"),
        ],
    )
    manifest = look_through(tmp_path, screens={"screen"})
    starts = [chapter.start_s for chapter in manifest.chapters]
    assert starts == [0.0, pytest.approx(34, abs=0.1)]  # the second stood there for 6 s only


def test_what_cannot_be_read_has_no_chapters_and_keeps_nothing_waiting(tmp_path: Path) -> None:
    (tmp_path / "screen.mp4").write_bytes(b"no film")
    recording(tmp_path, track("screen", 30), seconds=30, micro=True)
    manifest = look_through(tmp_path, screens={"screen"})
    assert (manifest.chapters, manifest.lesson, manifest.looked_through) == ((), None, True)


# -- silent ends ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a programme in which somebody speaks, from a knock to a cough."""
    folder = tmp_path_factory.mktemp("lesson")
    write_lesson(folder / "programme.mp4")
    return folder


def write_lesson(path: Path) -> None:
    """Write numbered pictures, and a voice in the noise of a room; 16 kHz become 48."""
    dice = np.random.default_rng(4)
    samples = round(LASTS_S * RATE_HZ)
    at_s = np.arange(samples) / RATE_HZ
    heard = speech(samples, 118, 2) * ((at_s >= BEGINS_S) & (at_s < ENDS_S))
    heard += dice.normal(0, 0.0015, samples)
    for knock_s in (2.0, 24.5):
        place = round(knock_s * RATE_HZ)
        heard[place : place + 800] += dice.normal(0, 0.2, 800) * np.exp(-np.arange(800) / 150)
    wave = np.interp(np.arange(samples * 3) / 3, np.arange(samples), heard).astype(np.float32)
    films.write_film(path, [films.numbered(n) for n in range(round(LASTS_S * films.FPS))], wave)


def test_a_micro_lesson_begins_with_its_first_word_and_ends_with_its_last(
    lesson: Path, tmp_path: Path
) -> None:
    shutil.copy(lesson / "programme.mp4", tmp_path)
    before = (tmp_path / "programme.mp4").read_bytes()
    recording(tmp_path, track("programme", LASTS_S, channels=1), seconds=LASTS_S, micro=True)
    found = look_through(tmp_path, screens=()).lesson
    assert found is not None
    assert found.from_s == pytest.approx(BEGINS_S - 0.5, abs=0.3)
    assert found.to_s == pytest.approx(ENDS_S + 1.0, abs=0.3)
    assert (tmp_path / "programme.mp4").read_bytes() == before
    assert [one.verified for one in verify(tmp_path)] == [Verified.UNKNOWN, Verified.GOOD]


def test_its_file_shows_every_picture_between_them_in_time_and_no_other(
    lesson: Path, tmp_path: Path
) -> None:
    shutil.copy(lesson / "programme.mp4", tmp_path)
    recording(tmp_path, track("programme", LASTS_S, channels=1), seconds=LASTS_S, micro=True)
    found = look_through(tmp_path, screens=()).lesson
    assert found is not None
    seen = inspection.pictures(tmp_path / found.file)
    first = round(found.from_s * films.FPS)
    assert [one.number for one in seen] == list(range(first, round(found.to_s * films.FPS)))
    assert [one.at_s for one in seen] == [
        pytest.approx(one.number / films.FPS - found.from_s, abs=0.001)
        for one in seen
        if one.number is not None
    ]
    assert heard_from(tmp_path / found.file) == pytest.approx(BEGINS_S - found.from_s, abs=0.05)


def heard_from(path: Path) -> float:
    """Tell when it first becomes loud, in the seconds of a player."""
    with av.open(str(path)) as film:
        for frame in film.decode(audio=0):
            loud = np.flatnonzero(np.abs(frame.to_ndarray()[0]) > 0.03)
            if loud.size and frame.time is not None:
                return frame.time + float(loud[0]) / frame.sample_rate
    raise AssertionError("nothing is heard")


def test_its_chapters_stand_in_its_file_in_its_own_time(lesson: Path, tmp_path: Path) -> None:
    scenes = (slide_show.Scene(1, 0, 14), slide_show.Scene(2, 14, 26))
    slide_show.write(tmp_path / "screen.mp4", scenes, 5)
    shutil.copy(lesson / "programme.mp4", tmp_path)
    tracks = track("programme", LASTS_S, channels=1), track("screen", LASTS_S)
    recording(tmp_path, *tracks, seconds=LASTS_S, micro=True)
    manifest = look_through(tmp_path, screens={"screen"}, title="Slide {page}")
    assert manifest.lesson is not None
    with av.open(str(tmp_path / manifest.lesson.file)) as film:
        chapters = film.chapters()
    starts = [one["start"] * float(one["time_base"] or 0) for one in chapters]
    assert starts == [0.0, pytest.approx(14 - manifest.lesson.from_s, abs=0.002)]
    assert [one["metadata"]["title"] for one in chapters] == ["Slide 1", "Slide 2"]


def test_a_card_is_not_trimmed(lesson: Path, tmp_path: Path) -> None:
    shutil.copy(lesson / "programme.mp4", tmp_path)
    recording(tmp_path, track("programme", LASTS_S, channels=1), seconds=LASTS_S, micro=True)
    found = look_through(tmp_path, screens=(), opening=True).lesson
    assert found is not None
    assert found.from_s == 0.0
    assert found.to_s < LASTS_S


def test_where_nobody_speaks_nothing_is_trimmed_and_it_is_said(tmp_path: Path) -> None:
    wave = np.random.default_rng(1).normal(0, 0.002, 48_000 * 3).astype(np.float32)
    films.write_film(tmp_path / "programme.mp4", [films.alive(n) for n in range(75)], wave)
    recording(tmp_path, track("programme", 3.0, channels=1), seconds=3.0, micro=True)
    found = look_through(tmp_path, screens=()).lesson
    assert found is not None
    assert (found.from_s, found.to_s, found.file, found.problem) == (0.0, 3.0, "", "no-speech")


def test_an_ordinary_recording_is_not_trimmed(lesson: Path, tmp_path: Path) -> None:
    shutil.copy(lesson / "programme.mp4", tmp_path)
    recording(tmp_path, track("programme", LASTS_S, channels=1), seconds=LASTS_S)
    assert look_through(tmp_path, screens=()).lesson is None
    assert not (tmp_path / "micro.mp4").exists()


def test_a_cough_is_no_lesson() -> None:
    cough, word = [False] * 9 + [True] + [False] * 9, [True, True, False, True, True]
    assert spoken_in(cough) is None
    assert spoken_in([*cough, *word, *cough]) == pytest.approx((3.8, 4.8))


def test_a_word_just_before_the_others_belongs_to_them() -> None:
    quiet, words = [False] * 10, [True, False, False, False, True, True, True]
    assert spoken_in([*quiet, *words, *quiet]) == pytest.approx((2.0, 3.4))


def test_when_most_of_it_is_silent_it_is_left_as_it_is() -> None:
    assert kept((10.0, 20.0), 60.0) is None
    assert kept((10.0, 50.0), 60.0) == (9.5, 51.0)
    assert kept((0.2, 59.5), 60.0) == (0.0, 60.0)
