"""A film of passages: the pictures that were asked for and no others, sound in step, copied."""

import random
import subprocess
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from classroom_media.api import MediaError
from classroom_media.edit.film import Film, read_film
from classroom_media.edit.montage import Shot, Tally
from classroom_media.edit.ranges import RangeError, Wrong, kept
from classroom_media.edit.splice import splice
from classroom_media.emulate import truth
from classroom_media.record.flatten import flatten
from tests.media import films
from tests.media.record_scene import START_NS, in_order, number_in, pictures, sound
from tests.media.test_flatten import written

FPS = 25
CLICK_EVERY = 10  # pictures
LENGTH = 15  # pictures of a passage; a click in its first one begins in the seam
CLICK_S = 0.04
APART_S = 0.005  # within a click it is never silent so long


def clicks(seconds: float) -> films.Wave:
    """A click at the begin of every tenth picture."""
    at = np.arange(round(seconds * films.RATE_HZ))
    within = at % (CLICK_EVERY * films.RATE_HZ // FPS)
    wave = 0.5 * np.sin(2 * np.pi * 2000 * at / films.RATE_HZ)
    return np.where(within < CLICK_S * films.RATE_HZ, wave, 0).astype(np.float32)


@pytest.fixture(scope="module", params=["ours", "B pictures", "of another program"])
def film(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Film:
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    if request.param == "of another program":
        shown = [films.numbered(number) for number in range(150)]
        films.write_film(path, shown, clicks(6), bframes=3)
    else:
        bframes = 2 if request.param == "B pictures" else 0
        written(path, in_order(pictures(150, bframes=bframes), sound(6)), START_NS)
        flatten(path)
    return read_film(path)


def numbers(path: Path) -> list[int | None]:
    """Read what the pictures bear, in the order in which a player shows them."""
    with av.open(str(path)) as container:
        frames = [frame for frame in container.decode(video=0) if (frame.pts or 0) >= 0]
    if frames[0].width == films.WIDTH:
        return [truth.read(frame.to_ndarray()[: films.HEIGHT]) for frame in frames]
    return [number_in(frame) for frame in frames]


def cut(film: Film, into: Path, *passages: str) -> Tally:
    return splice([Shot(kept(one), film, film) for one in passages], into)


def test_cuts_anywhere_keep_exactly_the_pictures_asked_for(film: Film, tmp_path: Path) -> None:
    chance, into = random.Random(20261123), tmp_path / "cut.mp4"
    for _ in range(5):
        first, last, other = sorted(chance.sample(range(150), 3))
        tally = cut(film, into, f"f{first}-f{last}", f"f{other}-")
        wanted = [*range(first, last), *range(other, 150)]
        assert numbers(into) == wanted
        assert tally.pictures == len(wanted)


def test_seconds_mean_the_pictures_that_begin_within_them(film: Film, tmp_path: Path) -> None:
    cut(film, tmp_path / "cut.mp4", "1-2.04")
    assert numbers(tmp_path / "cut.mp4") == list(range(25, 51))


def test_what_lies_between_keyframes_is_copied_to_the_bit(film: Film, tmp_path: Path) -> None:
    tally = cut(film, tmp_path / "cut.mp4", "f30-f110")
    assert tally.encoded <= 30 + 10
    before, after = (coded(path) for path in (film.path, tmp_path / "cut.mp4"))
    assert len(before & after) >= 80 - tally.encoded - 1  # one is given its parameter sets


def coded(path: Path) -> set[bytes]:
    with av.open(str(path)) as container:
        return {bytes(packet) for packet in container.demux(video=0) if packet.size}


def test_a_film_that_is_cut_at_keyframes_is_not_encoded(tmp_path: Path) -> None:
    path = written(tmp_path / "film.mp4", in_order(pictures(150), sound(6)), START_NS)
    flatten(path)
    assert cut(read_film(path), tmp_path / "cut.mp4", "f25-f60", "f75-f110").encoded == 0


def test_sound_stays_in_step_with_the_pictures_after_many_cuts(tmp_path: Path) -> None:
    path, into, chance = tmp_path / "film.mp4", tmp_path / "cut.mp4", random.Random(4)
    films.write_film(path, [films.numbered(number) for number in range(200)], clicks(8))
    starts = [chance.randrange(180) for _ in range(20)]
    cut(read_film(path), into, *(f"f{first}-f{first + LENGTH}" for first in starts))
    shown = numbers(into)
    bare = [n for n, number in enumerate(shown) if (number or 0) % CLICK_EVERY == 0 and n % LENGTH]
    heard = [at_s * FPS for at_s in click_starts(into)]
    for place in bare:
        assert min(abs(place - at) for at in heard) < 0.3, "half a block of sound"


def click_starts(path: Path) -> list[float]:
    """Find where clicks begin; in seconds."""
    wave = heard(path)
    loud = np.flatnonzero(np.abs(wave) > 0.2) / films.RATE_HZ
    return [float(loud[0]), *(float(b) for a, b in pairwise(loud) if b - a > APART_S)]


def heard(path: Path) -> films.Wave:
    """Decode a film's sound from the instant on at which it begins."""
    with av.open(str(path)) as container:
        frames = [*container.decode(audio=0)]
    wave = np.concatenate([frame.to_ndarray()[0] for frame in frames])
    return wave[max(0, -round((frames[0].time or 0) * films.RATE_HZ)) :]


@pytest.mark.needs("ffmpeg")
@pytest.mark.parametrize(("rate_hz", "channels"), [(44_100, 2), (16_000, 1), (48_000, 2)])
def test_sounds_of_unlike_rate_and_layout_are_joined_in_step(
    tmp_path: Path, rate_hz: int, channels: int
) -> None:
    path, other, into = (tmp_path / name for name in ("film.mp4", "other.mp4", "cut.mp4"))
    films.write_film(path, [films.numbered(number) for number in range(150)], clicks(6))
    sound = ("-c:v", "copy", "-c:a", "aac", "-ar", str(rate_hz), "-ac", str(channels))
    subprocess.run(["ffmpeg", "-v", "error", "-i", path, *sound, other], check=True)
    one, two = read_film(path), read_film(other)
    wanted = (("f7-f37", one), ("f13-f73", two), ("f81-f111", one), ("f3-f20", two))
    tally = splice([Shot(kept(asked), film, film) for asked, film in wanted], into)
    shown = numbers(into)
    assert shown == [*range(7, 37), *range(13, 73), *range(81, 111), *range(3, 20)]
    assert tally.pictures == len(shown)
    bare = [n for n, number in enumerate(shown) if (number or 0) % CLICK_EVERY == 0]
    found = [at_s * FPS for at_s in click_starts(into)]
    assert max(min(abs(place - at) for at in found) for place in bare) < 0.3
    with av.open(str(into)) as container:
        stream = container.streams.audio[0]
        assert (stream.rate, stream.channels) == (films.RATE_HZ, 1)


@pytest.mark.needs("ffmpeg")
def test_a_seam_to_a_sound_that_is_coded_anew_does_not_click(tmp_path: Path) -> None:
    path, other, into = (tmp_path / name for name in ("film.mp4", "other.mp4", "cut.mp4"))
    films.write_film(path, [films.alive(number) for number in range(100)], films.tone(4, 0.3))
    sound = ("-c:v", "copy", "-c:a", "aac", "-ar", "44100", "-ac", "1")
    subprocess.run(["ffmpeg", "-v", "error", "-i", path, *sound, other], check=True)
    one, two = read_film(path), read_film(other)
    splice([Shot(kept("f3-f20"), one, one), Shot(kept("f41-f99"), two, two)], into)
    wave = heard(into)[2048:-2048]
    steepest = 0.3 * 2 * np.pi * 1000 / films.RATE_HZ
    assert np.abs(np.diff(wave)).max() < 1.25 * steepest
    levels = np.abs(wave[: len(wave) // 480 * 480].reshape(-1, 480)).max(axis=1)
    assert levels.min() > 0.2, "it is never silent"


def test_a_seam_does_not_click(tmp_path: Path) -> None:
    path, into = tmp_path / "film.mp4", tmp_path / "cut.mp4"
    films.write_film(path, [films.alive(number) for number in range(100)], films.tone(4, 0.3))
    cut(read_film(path), into, "f3-f20", "f41-f58", "f77-f90")
    wave = heard(into)[2048:-2048]
    steepest = 0.3 * 2 * np.pi * 1000 / films.RATE_HZ
    assert np.abs(np.diff(wave)).max() < 1.25 * steepest


def test_another_angle_takes_its_place_while_the_sound_goes_on(tmp_path: Path) -> None:
    for name, first in (("teacher", 0), ("pupils", 1000)):
        written(tmp_path / name, in_order(pictures(100, first=first), sound(4)), START_NS)
        flatten(tmp_path / name)
    teacher, pupils = (read_film(tmp_path / name) for name in ("teacher", "pupils"))
    shots = [(teacher, "f10-f40"), (pupils, "f40-f70"), (teacher, "f70-f80")]
    into = tmp_path / "cut.mp4"
    splice([Shot(kept(spelled), film, teacher) for film, spelled in shots], into)
    assert numbers(into) == [*range(10, 40), *range(1040, 1070), *range(70, 80)]


@pytest.mark.parametrize(
    ("spelled", "why"),
    [
        ("5", Wrong.SPELLED),
        ("1-2s", Wrong.SPELLED),
        ("f12.5-f20", Wrong.SPELLED),
        ("3-3", Wrong.EMPTY),
        ("60-70", Wrong.EMPTY),
        ("f100-f151", Wrong.BEYOND),
    ],
)
def test_a_passage_that_cannot_be_meant_is_refused_and_nothing_is_written(
    film: Film, tmp_path: Path, spelled: str, why: Wrong
) -> None:
    with pytest.raises(RangeError) as told:
        cut(film, tmp_path / "cut.mp4", spelled)
    assert (told.value.why, told.value.spelled) == (why, spelled)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("damage", ["fragments", "cut off", "no film", "missing"])
def test_a_file_that_is_no_finished_film_is_refused_by_name(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "film.mp4"
    written(path, in_order(pictures(50), sound(2)), START_NS)
    if damage == "cut off":
        flatten(path)
        path.write_bytes(path.read_bytes()[:-40])
    elif damage == "no film":
        path.write_bytes(b"lesson")
    elif damage == "missing":
        path.unlink()
    with pytest.raises(MediaError, match=r"film\.mp4"):
        read_film(path)


def test_a_passage_of_another_size_is_made_to_fit(tmp_path: Path) -> None:
    for name, size in (("small", (160, 120)), ("large", (320, 240))):
        written(tmp_path / name, pictures(50, size=size), START_NS)
        flatten(tmp_path / name)
    small, large = (read_film(tmp_path / name) for name in ("small", "large"))
    shots = [Shot(kept(one), film, film) for one, film in (("0-1", small), ("f30-f40", large))]
    tally = splice(shots, tmp_path / "cut.mp4")
    assert (tally.pictures, tally.encoded) == (35, 10)
    assert numbers(tmp_path / "cut.mp4") == [*range(25), *range(30, 40)]
