"""A machine that is too slow: sound stays whole, and of the pictures the least is lost first."""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

import av
import msgspec
import numpy as np
import pytest

from classroom_media.api import NS, Layout
from classroom_media.compose.canvas import planes
from classroom_media.compose.load import Load, Step, preset_at
from classroom_media.compose.programme import Programme
from classroom_media.encode.codec import Encoder
from classroom_media.encode.form import PictureForm
from classroom_media.encode.rungs import Rung, x264
from classroom_media.levels import Samples
from classroom_media.packets import Coded

from .numbered import START_NS, Recorded, camera, microphone, spec

MS = 1_000_000
PACE_NS = 40 * MS
LONGEST_S = 18.0
A_BLUE, B_BLUE = 100, 160
SINGLE = Layout("single", ("a",))
SOUND_COSTS_MS = 2.0  # a block
COSTS_MS = {"veryfast": 60.0, "superfast": 50.0, "ultrafast": 45.0}


@dataclass
class Machine:
    """A clock that only work moves on, and what a picture costs by preset at the moment."""

    now_ns: int = START_NS
    slowness: Callable[[float], float] = lambda _at_s: 1.0

    @property
    def at_s(self) -> float:
        return (self.now_ns - START_NS) / NS

    def works(self, cost_ms: float) -> None:
        self.now_ns += round(cost_ms * self.slowness(self.at_s) * MS)


@dataclass
class Slow:
    """An encoder that takes its time."""

    encoder: Encoder
    machine: Machine
    cost_ms: float

    def encode(self, frame: av.VideoFrame, index: int, *, key: bool) -> list[Coded]:
        self.machine.works(self.cost_ms)
        return self.encoder.encode(frame, index, key=key)

    def flush(self) -> list[Coded]:
        return self.encoder.flush()


@dataclass
class Sounding(Recorded):
    """An outlet for which sound takes its time, too."""

    machine: Machine = field(default_factory=Machine)

    def sounded(self, source: str, samples: Samples) -> None:
        self.machine.works(SOUND_COSTS_MS)
        super().sounded(source, samples)


@dataclass
class Studio:
    """A programme on such a machine, and what was seen of it."""

    machine: Machine
    fade_s: float = 0.0
    outlet: Recorded = field(default_factory=Recorded)
    steps: list[tuple[float, Step]] = field(default_factory=list)

    def __post_init__(self) -> None:
        def slow(stream: str, form: PictureForm) -> Encoder:
            return Slow(x264(stream, form), self.machine, COSTS_MS[form.preset])

        asked = spec(SINGLE, sounds=("m",), fade_s=self.fade_s)
        asked = msgspec.structs.replace(asked, preset="veryfast", hardware=True)
        self.programme = Programme(asked, self.outlet, rungs=(Rung("libx264", slow),))

    def run(self, seconds: float, at: Mapping[float, Layout] | None = None) -> None:
        todo = sorted((at or {}).items())
        coming = sorted(sources(), key=lambda packet: packet.dts_ns)
        coming.reverse()
        machine, programme = self.machine, self.programme
        while machine.at_s < seconds:
            while coming and coming[-1].dts_ns + 30 * MS <= machine.now_ns:
                programme.feed(coming.pop(), machine.now_ns)
            while todo and todo[0][0] <= machine.at_s:
                programme.show(todo.pop(0)[1])
            if not programme.advance(machine.now_ns):
                machine.now_ns += PACE_NS
            if not self.steps or self.steps[-1][1] is not programme.load:
                self.steps.append((round(machine.at_s, 1), programme.load))
        programme.finish()

    @property
    def missing_sound(self) -> int:
        """Samples that are missing between the first and the last."""
        starts = [packet.pts_ns for packet in self.outlet.sound]
        return sum(round((b - a) * 48_000 / NS) - 1024 for a, b in itertools.pairwise(starts))


@cache
def sources() -> tuple[Coded, ...]:
    at = np.arange(1024 * round(LONGEST_S * 48_000 / 1024)) / 48_000
    tone = 0.1 * np.sin(2 * np.pi * 1000 * np.stack([at, at])).astype(np.float32)
    return (
        *camera("a", seconds=LONGEST_S, chroma=A_BLUE),
        *camera("b", seconds=LONGEST_S, chroma=B_BLUE),
        *microphone("m-sound", tone),
    )


def test_a_machine_that_keeps_up_does_without_nothing() -> None:
    studio = Studio(Machine(slowness=lambda _at_s: 0.5))  # 30 ms of 40
    studio.run(8)
    assert studio.steps == [(0.0, Step.NONE)]
    assert studio.missing_sound == 0
    assert studio.programme.left_out == 0


def test_step_by_step_until_the_machine_keeps_up_and_the_sound_is_whole_in_each() -> None:
    studio = Studio(Machine())  # even at its quickest it needs 45 ms for a picture of 40
    studio.run(LONGEST_S)
    assert [step for _, step in studio.steps] == list(Step)
    assert studio.steps[-1][0] < 15
    assert studio.missing_sound == 0
    assert studio.outlet.holes == []
    assert studio.programme.left_out == 0
    pictures = [packet.pts_ns for packet in studio.outlet.pictures]
    late = [b - a for a, b in itertools.pairwise(pictures) if b > START_NS + 16 * NS]
    assert set(late) == {80 * MS}  # every second one, on the grid
    assert studio.outlet.numbers()  # one stream, whatever the presets


def test_a_machine_far_too_slow_leaves_pictures_out_and_says_how_many() -> None:
    studio = Studio(Machine(slowness=lambda _at_s: 10.0))
    studio.run(15)
    assert studio.programme.load is Step.HALF
    assert studio.programme.left_out > 50
    assert studio.missing_sound == 0
    assert studio.outlet.holes == []  # one file, in which a picture stands a little longer
    assert len(studio.outlet.numbers()) == len(studio.outlet.pictures)


def test_a_machine_too_slow_for_sound_makes_it_first_and_in_the_end_all_of_it() -> None:
    machine = Machine(slowness=lambda at_s: 40.0 if 1 < at_s < 16 else 0.2)  # four times too slow
    studio = Studio(machine, outlet=Sounding(machine=machine))
    studio.run(24)
    starts = [packet.pts_ns for packet in studio.outlet.pictures]
    assert studio.missing_sound == 0
    assert studio.outlet.holes == []
    assert max(b - a for a, b in itertools.pairwise(starts)) > 10 * NS  # nothing but sound
    heard = [np.abs(block).max() for block in studio.outlet.sounds["m"]]
    assert len(heard) > LONGEST_S * 48_000 / 1024
    assert min(heard[2 : int((LONGEST_S - 0.1) * 48_000 / 1024)]) > 0.09  # and nothing left out


def colours(studio: Studio) -> list[int]:
    """Give the blue of every picture; camera b is bluer than a."""
    return [round(float(planes(frame)[1].mean())) for _, frame in studio.outlet.frames()]


@pytest.mark.parametrize(("slowness", "between"), [(0.5, 10), (1.0, 0)])
def test_fades_become_cuts_while_the_machine_is_slow(slowness: float, between: int) -> None:
    studio = Studio(Machine(slowness=lambda _at_s: slowness), fade_s=0.4)
    studio.run(9, at={8.0: Layout("single", ("b",))})
    found = colours(studio)
    assert found[0] == pytest.approx(A_BLUE, abs=2)
    assert found[-1] == pytest.approx(B_BLUE, abs=2)
    assert sum(A_BLUE + 3 < blue < B_BLUE - 3 for blue in found) == between


def test_what_is_done_without_comes_back_one_after_the_other() -> None:
    load, now_ns, late_ns = Load(), 0, 0
    steps: list[tuple[float, Step]] = []
    while now_ns < 200 * NS:
        is_slow = now_ns < 13 * NS
        works = is_slow or now_ns // PACE_NS % 3 == 0  # a third of the time
        now_ns += PACE_NS
        late_ns = late_ns + 5 * MS if is_slow else max(0, late_ns - 20 * MS)
        if load.look(now_ns, late_ns):
            steps.append((now_ns / NS, load.step))
        load.turned(worked=works)
    assert [step for _, step in steps] == [*list(Step)[1:], *reversed(list(Step)[:-1])]
    assert all(
        b - a == pytest.approx(30, abs=1) for (a, _), (b, _) in itertools.pairwise(steps[4:])
    )


def test_a_step_that_was_taken_back_too_early_is_kept_for_longer_the_next_time() -> None:
    load, now_ns, steps = Load(), 0, []
    late_ns = 0
    while now_ns < 400 * NS:
        now_ns += PACE_NS
        slow = load.step is Step.NONE
        late_ns = late_ns + 10 * MS if slow else 0
        if load.look(now_ns, late_ns):
            steps.append((now_ns / NS, load.step))
        load.turned(worked=slow)
    downs = [at_s for at_s, step in steps if step is Step.SPARE]
    gaps = [b - a for a, b in itertools.pairwise(downs)]
    assert gaps[0] == pytest.approx(33, abs=1)
    assert gaps[1:] == sorted(gaps[1:])
    assert gaps[1] == pytest.approx(63, abs=1)
    assert gaps[2] == pytest.approx(123, abs=1)


def test_catching_up_is_not_being_too_slow() -> None:
    load, now_ns, late_ns = Load(), NS, 4 * NS
    while late_ns > 0:
        now_ns += 20 * MS
        late_ns -= 10 * MS
        assert not load.look(now_ns, late_ns)
        load.turned(worked=True)
    assert load.step is Step.NONE


@pytest.mark.parametrize(
    ("own", "presets"),
    [
        ("faster", ["faster", "faster", "superfast", "ultrafast", "ultrafast"]),
        ("superfast", ["superfast", "superfast", "superfast", "ultrafast", "ultrafast"]),
        ("ultrafast", ["ultrafast"] * 5),
    ],
)
def test_no_step_makes_the_encoder_slower(own: str, presets: list[str]) -> None:
    assert [preset_at(step, own) for step in Step] == presets
