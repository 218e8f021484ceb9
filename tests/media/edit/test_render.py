"""A film as it is ordered: a card before it, chapters in it, as loud as people expect."""

import json
import subprocess
from pathlib import Path

import av
import numpy as np
import pytest

from classroom_media.api import Card
from classroom_media.compose.canvas import planes
from classroom_media.edit.film import read_film
from classroom_media.edit.loudness import levelled, measured
from classroom_media.edit.orders import FilmOrder, Made, Opening, Take
from classroom_media.edit.publish import record_of
from classroom_media.edit.render import render
from classroom_media.record.flatten import flatten
from classroom_media.record.titled import Titled
from tests.media import films
from tests.media.edit.test_splice import coded, heard, numbers
from tests.media.record_scene import START_NS, in_order, pictures, sound
from tests.media.test_flatten import written

CARD = Opening(card=Card(title="勾股定理", lines=("春田小学", "王老师")), length_s=2.0)


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Six seconds, a keyframe every second."""
    path = written(tmp_path / "film.mp4", in_order(pictures(150), sound(6)), START_NS)
    flatten(path)
    return path


def ordered(film: Path, **more: object) -> Made:
    take = Take(film=str(film), from_s=1.0, to_s=5.0, sound=str(film))
    into = film.with_name("made.mp4")
    return render(FilmOrder(**{"takes": (take,), "into": str(into)} | more))  # type: ignore[arg-type]


def probed(path: Path, *what: str) -> dict[str, object]:
    """Ask Debian's ffprobe."""
    command = ["ffprobe", "-v", "error", *what, "-of", "json", str(path)]
    said = subprocess.run(command, capture_output=True, check=True, text=True)
    assert not said.stderr
    found: dict[str, object] = json.loads(said.stdout)
    return found


def test_a_card_comes_out_of_black_and_gives_way_while_the_film_stays_copied(film: Path) -> None:
    made = ordered(film, opening=CARD)
    assert (made.pictures, made.encoded, made.duration_s) == (150, 50, 6.0)
    with av.open(str(film.with_name("made.mp4"))) as container:
        luma = [float(planes(frame)[0].mean()) for frame in container.decode(video=0)]
    assert luma[0] < luma[10] < luma[20]
    assert luma[49] == pytest.approx(luma[50], abs=6)  # the first picture of the film
    assert numbers(film.with_name("made.mp4"))[50:] == list(range(25, 125))
    assert len(coded(film.with_name("made.mp4")) - coded(film)) <= made.encoded + 1


def test_silence_is_heard_with_the_card_and_sound_stays_in_step(film: Path) -> None:
    films.write_film(film, [films.numbered(n) for n in range(150)], films.tone(6, 0.3))
    ordered(film, opening=CARD)
    wave = heard(film.with_name("made.mp4"))
    assert np.abs(wave[: round(1.95 * films.RATE_HZ)]).max() < 0.01
    begins_s = np.flatnonzero(np.abs(wave) > 0.1)[0] / films.RATE_HZ
    assert begins_s == pytest.approx(2.0, abs=0.025)


def test_the_sound_of_another_file_stands_where_that_file_says(tmp_path: Path) -> None:
    mute, other = tmp_path / "mute.mp4", tmp_path / "other.m4a"
    films.write_film(mute, [films.numbered(n) for n in range(100)])
    wave = films.tone(4, 0.3)
    wave[: films.RATE_HZ] = 0
    films.write_film(other, (), wave)
    take = Take(film=str(mute), from_s=0, to_s=4, sound=str(other), sound_from_s=-0.5)
    render(FilmOrder(takes=(take,), into=str(tmp_path / "made.mp4")))
    loud = np.flatnonzero(np.abs(heard(tmp_path / "made.mp4")) > 0.1)
    assert loud[0] / films.RATE_HZ == pytest.approx(1.5, abs=0.025)


@pytest.mark.needs("ffmpeg")
def test_chapters_are_read_by_ffprobe_with_the_card_as_the_first(film: Path) -> None:
    chapters = (Titled(0.0, "导入"), Titled(1.5, "第 2 页"))
    ordered(film, opening=CARD, chapters=chapters)
    told = probed(film.with_name("made.mp4"), "-show_chapters", "-show_streams")
    found = [(float(one["start_time"]), one["tags"]["title"]) for one in told["chapters"]]  # type: ignore[attr-defined]
    assert found == [(0.0, "勾股定理"), (2.0, "导入"), (3.5, "第 2 页")]
    codecs = [one.get("codec_name") for one in told["streams"]]  # type: ignore[attr-defined]
    assert codecs[:2] == ["h264", "aac"]


@pytest.mark.needs("ffmpeg")
@pytest.mark.parametrize(("level", "lufs"), [(0.01, -23.0), (0.5, -23.0), (0.03, -16.0)])
def test_loudness_meets_its_target_as_ffmpeg_measures_it(
    tmp_path: Path, level: float, lufs: float
) -> None:
    path, into = tmp_path / "plain.m4a", tmp_path / "loud.m4a"
    wave = films.tone(8, level)
    wave[3 * films.RATE_HZ :: films.RATE_HZ] *= 1.9  # clicks, which a limiter has to hold down
    films.write_film(path, (), wave)
    told = levelled(path, into, lufs)
    i_lufs, peak = ebur128(into)
    assert told.lufs == pytest.approx(i_lufs, abs=0.15)
    assert i_lufs == pytest.approx(lufs, abs=0.3)
    assert peak <= -0.9
    assert told.peak_dbtp <= -1.0


def ebur128(path: Path) -> tuple[float, float]:
    """Have Debian's ffmpeg measure: integrated loudness, and true peak."""
    command = ["ffmpeg", "-nostats", "-i", str(path), "-af", "ebur128=peak=true", "-f", "null", "-"]
    said = subprocess.run(command, capture_output=True, check=True, text=True).stderr
    summary = said.rpartition("Summary:")[2].split()
    return float(summary[summary.index("I:") + 1]), float(summary[summary.index("Peak:") + 1])


@pytest.mark.needs("ffmpeg")
def test_a_loud_passage_is_held_under_one_db_below_full_scale(tmp_path: Path) -> None:
    path, into = tmp_path / "plain.m4a", tmp_path / "loud.m4a"
    noise = np.random.default_rng(4).normal(0, 0.004, 8 * films.RATE_HZ).astype(np.float32)
    noise[:: films.RATE_HZ // 3] = 0.9
    films.write_film(path, (), noise)
    levelled(path, into, -16.0)
    assert ebur128(into)[1] <= -0.9


def test_silence_stays_silence(tmp_path: Path) -> None:
    films.write_film(tmp_path / "plain.m4a", (), np.zeros(4 * films.RATE_HZ, np.float32))
    assert levelled(tmp_path / "plain.m4a", tmp_path / "loud.m4a", -23.0).is_silent


def test_a_levelled_film_keeps_its_pictures_to_the_bit(film: Path) -> None:
    made = ordered(film, lufs=-23.0)
    assert made.encoded == 0
    assert made.lufs == pytest.approx(-23.0, abs=0.2)
    assert len(coded(film.with_name("made.mp4")) - coded(film)) <= 1  # with its parameter sets
    assert measured(film.with_name("made.mp4")).lufs == pytest.approx(-23.0, abs=0.2)


def test_what_it_is_like_stands_beside_it_and_nothing_else_is_left(film: Path) -> None:
    made = ordered(film, lufs=-23.0, of="revision")
    path = film.with_name("made.mp4")
    assert {one.name for one in path.parent.iterdir()} == {
        "film.mp4",
        path.name,
        f"{path.name}.made",
    }
    told = json.loads(record_of(path).read_text("utf-8"))
    assert (told["sha256"], told["of"], told["bytes"]) == (
        made.sha256,
        "revision",
        path.stat().st_size,
    )


def test_progress_is_told_and_never_goes_back(film: Path) -> None:
    shares: list[float] = []
    take = Take(film=str(film), from_s=0.5, to_s=5.5, sound=str(film))
    render(
        FilmOrder(takes=(take,), into=str(film.with_name("made.mp4")), lufs=-23.0), shares.append
    )
    assert shares == sorted(shares)
    assert 0.5 < shares[-1] < 1.0
    assert read_film(film.with_name("made.mp4")).sound is not None
