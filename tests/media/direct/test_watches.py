"""The watches: small pictures and blocks of sound with one thing to notice, or nothing."""

from collections.abc import Callable, Iterable

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from classroom_media.direct.floor import Floor
from classroom_media.direct.lesson_film import speech
from classroom_media.direct.luma import Luma, small_luma
from classroom_media.direct.motion import BusyWatch, Region, WalkWatch
from classroom_media.direct.screen import ScreenWatch
from classroom_media.direct.signs import Role, Sign
from classroom_media.direct.voice import BLOCK, RATE_HZ, Heard, Sound, VoiceWatch
from classroom_media.direct.watches import Blindfold, TeacherWatch, Watch, watch_for
from classroom_media.direct.writing import WritingWatch

DICE = np.random.default_rng(3)


def noisy(picture: Luma, amount: float = 3.0) -> Luma:
    return np.clip(picture + DICE.normal(0, amount, picture.shape), 0, 255).astype(np.uint8)


def flat(level: int = 120) -> Luma:
    return np.full((180, 320), level, np.uint8)


def counts(watch: Watch, sign: Sign, pictures: Iterable[Luma]) -> int:
    """In how many pictures a sign is noticed."""
    return sum(sign in watch.look(picture).signs for picture in pictures)


def person(x: int, arm: int = 0) -> Luma:
    picture = flat(190)
    cv2.rectangle(picture, (x - 18, 80), (x + 18, 170), 60, -1)
    cv2.line(picture, (x - 18, 95), (x - 40, 100 + arm), 60, 6)
    return noisy(picture)


def page(lines: int, pointer: int | None = None) -> Luma:
    picture = flat(235)
    for line in range(lines):
        cv2.rectangle(picture, (20, 30 + 20 * line), (220 + 9 * line, 36 + 20 * line), 60, -1)
    if pointer is not None:
        cv2.circle(picture, (pointer, 100), 3, 20, -1)
    return picture


def test_noise_is_no_movement() -> None:
    still = [noisy(flat()) for _ in range(20)]
    assert max(WalkWatch().look(picture).activity for picture in still) == 0


def test_who_walks_is_noticed_and_who_gestures_is_not() -> None:
    assert counts(WalkWatch(), Sign.WALKING, (person(60 + 5 * n) for n in range(30))) >= 20
    gestures = (person(160, round(20 * np.sin(n))) for n in range(60))
    assert counts(WalkWatch(), Sign.WALKING, gestures) == 0


def test_switching_the_light_is_no_movement() -> None:
    pictures = [flat(60)] * 5 + [flat(200)] * 5
    looks = [BusyWatch().look(picture) for picture in pictures]
    assert not any(look.signs for look in looks)


def test_what_always_flickers_is_left_out() -> None:
    def clock(number: int) -> Luma:
        picture = flat()
        picture[:50, :100] = 220 if number % 2 else 20
        return picture

    watch = BusyWatch()
    looks = [watch.look(clock(number)).activity for number in range(200)]
    assert looks[5] > 0.05
    assert looks[-1] == 0


def test_many_who_move_make_a_busy_class() -> None:
    def crowd(number: int) -> Luma:
        picture = flat()
        for x in range(10, 310, 40):
            top = 40 + (number * 11 + x) % 60
            cv2.rectangle(picture, (x, top), (x + 25, top + 50), 30, -1)
        return picture

    assert counts(BusyWatch(), Sign.BUSY, map(crowd, range(10))) >= 8


def test_a_turned_page_is_told_once_and_after_the_transition() -> None:
    fade = [
        cv2.addWeighted(page(3), 1 - n / 5, page(6), n / 5, 0).astype(np.uint8) for n in range(5)
    ]
    pictures = [page(3)] * 10 + fade + [page(6)] * 10
    watch = ScreenWatch()
    told = [n for n, one in enumerate(pictures) if Sign.PAGE in watch.look(one).signs]
    assert len(told) == 1
    assert 15 <= told[0] <= 17


def test_a_pointer_is_work_and_no_page() -> None:
    pictures = [page(4)] * 5 + [page(4, 40 + 5 * n) for n in range(40)]
    assert counts(ScreenWatch(), Sign.PAGE, pictures) == 0
    assert counts(ScreenWatch(), Sign.WORKED, pictures) == 40


def test_a_line_that_appears_is_a_page_and_a_still_page_is_nothing() -> None:
    assert counts(ScreenWatch(), Sign.PAGE, [page(3)] * 5 + [page(4)] * 5) == 1
    watch = ScreenWatch()
    assert not any(watch.look(page(3)).signs for _ in range(20))


def test_a_film_is_work() -> None:
    film = [DICE.integers(0, 255, (180, 320), np.uint8) for _ in range(30)]
    assert counts(ScreenWatch(), Sign.WORKED, film) > 15
    assert counts(ScreenWatch(), Sign.PAGE, film) == 0


def board(strokes: int, x: int | None = None) -> Luma:
    picture = flat(70)
    for stroke in range(strokes):
        left, top = 40 + stroke % 20 * 7, 30 + stroke // 20 * 12
        cv2.line(picture, (left, top), (left + 4, top + 6), 215, 1)
    if x is not None:
        cv2.rectangle(picture, (x - 20, 60), (x + 20, 180), 30, -1)
    return noisy(picture)


def test_writing_is_noticed_while_it_goes_on() -> None:
    watch = WritingWatch()
    assert counts(watch, Sign.WRITING, (board(3, 280) for _ in range(20))) == 0
    assert counts(watch, Sign.WRITING, (board(3 + n, 280) for n in range(40))) >= 30
    assert counts(watch, Sign.WRITING, (board(43, 280) for _ in range(40))) <= 20


def test_who_walks_before_the_board_does_not_write() -> None:
    walk = (board(40, 40 + (n if n < 60 else 120 - n) * 4) for n in range(120))
    assert counts(WritingWatch(), Sign.WRITING, walk) == 0


def test_only_the_boards_place_is_looked_at() -> None:
    watch = WritingWatch(Region(0.6, 0.0, 0.4, 1.0))
    assert counts(watch, Sign.WRITING, (board(3 + n) for n in range(60))) == 0


def sounds(wave: NDArray[np.float64]) -> list[Sound]:
    wave = wave + np.random.default_rng(1).normal(0, 0.001, wave.size)
    return [wave[n : n + BLOCK].astype(np.float32) for n in range(0, wave.size - BLOCK + 1, BLOCK)]


def spoken(wave: NDArray[np.float64]) -> float:
    """In what part of the blocks speech is heard."""
    watch = VoiceWatch()
    heard = [watch.look(block).speech for block in sounds(wave)]
    return sum(heard) / len(heard)


AT = np.arange(10 * RATE_HZ) / RATE_HZ


def test_voices_are_heard() -> None:
    assert spoken(speech(AT.size, 118, 1)) > 0.5
    assert spoken(speech(AT.size, 235, 1)) > 0.5


@pytest.mark.parametrize(
    "noise",
    [
        lambda: np.zeros(AT.size),
        lambda: np.random.default_rng(2).normal(0, 0.05, AT.size),  # a fan
        lambda: 0.2 * np.sin(2 * np.pi * 1000 * AT) * (AT % 2 < 1),  # a beep
        lambda: 0.2 * np.sin(2 * np.pi * 50 * AT) * (AT % 2 < 1),  # hum
        lambda: np.random.default_rng(2).normal(0, 0.2, AT.size) * (AT % 1 < 0.02),  # taps
    ],
)
def test_other_sounds_are_not_voices(noise: Callable[[], NDArray[np.float64]]) -> None:
    assert spoken(noise()) < 0.05


def test_a_level_is_told_in_decibels() -> None:
    tone = (np.sin(2 * np.pi * 400 * AT[:BLOCK])).astype(np.float32)
    assert VoiceWatch().look(tone).level_db == pytest.approx(-3.0, abs=0.1)
    assert VoiceWatch().look(np.zeros(BLOCK, np.float32)).level_db == -100.0


def heard(**levels_db: float) -> dict[str, Heard]:
    return {
        source: Heard(level_db, speech=level_db > -50) for source, level_db in levels_db.items()
    }


def test_the_loudest_microphone_has_the_floor() -> None:
    floor = Floor()
    assert floor.decide(heard(teacher=-20, pupils=-32)) == "teacher"
    assert floor.decide(heard(teacher=-90, pupils=-90)) is None
    levels = [floor.decide(heard(teacher=-34, pupils=-20)) for _ in range(4)]
    assert levels[-1] == "pupils"


def test_a_microphone_that_is_a_little_louder_does_not_take_the_floor() -> None:
    floor = Floor()
    floor.decide(heard(teacher=-20, pupils=-24))
    assert {floor.decide(heard(teacher=-22, pupils=-20)) for _ in range(10)} == {"teacher"}


def test_a_quiet_microphone_can_be_given_gain() -> None:
    floor = Floor({"pupils": 20.0})
    assert floor.decide(heard(teacher=-30, pupils=-40)) == "pupils"


@pytest.mark.parametrize(
    ("size", "form", "small"),
    [
        ((1920, 1080), "yuv420p", (180, 320)),
        ((1280, 720), "yuvj420p", (180, 320)),
        ((720, 576), "yuv420p", (144, 180)),
        ((160, 120), "yuv420p", (120, 160)),
        ((640, 360), "rgb24", (180, 320)),
    ],
)
def test_a_small_picture_is_at_most_320_by_180(
    size: tuple[int, int], form: str, small: tuple[int, int]
) -> None:
    assert small_luma(av.VideoFrame(*size, form)).shape == small


def test_who_walks_is_not_taken_for_writing_and_who_stands_is() -> None:
    walking = (board(4 + n, 60 + 5 * n) for n in range(36))
    assert counts(watch_for(Role.TEACHER), Sign.WRITING, walking) == 0
    standing = (board(4 + n, 280) for n in range(60))
    assert counts(watch_for(Role.TEACHER), Sign.WRITING, standing) > 30


def test_every_role_has_its_watch() -> None:
    assert {role: type(watch_for(role)) for role in Role} == {
        Role.SCREEN: ScreenWatch,
        Role.BOARD: WritingWatch,
        Role.TEACHER: TeacherWatch,
        Role.PUPILS: BusyWatch,
        Role.WIDE: Blindfold,
    }


def test_a_wide_shot_is_not_looked_at() -> None:
    watch = watch_for(Role.WIDE)
    assert not any(watch.look(person(60 + 5 * n)).signs for n in range(10))
