"""A camera that follows: the real driver, an emulated camera that really turns, what it sees."""

import asyncio
import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise

import cv2
import numpy as np
import pytest

from classroom_drivers.codecs.visca import UNITS_PER_DEG
from classroom_drivers.companions import companions
from classroom_drivers.emulators.visca import ViscaEmulator
from classroom_edge.config.models import TrackingConfig
from classroom_edge.room import Who
from classroom_edge.services.pursuit import GEARS, Pursuit, Sight
from classroom_edge.services.tracking import TrackingService
from classroom_media.api import NS
from classroom_media.direct.following import FollowWatch
from classroom_media.direct.luma import Luma
from classroom_media.messages import Whereabouts
from tests.drivers.benches import Bench, make, running
from tests.drivers.virtual import until, virtual
from tests.media.direct.test_following import HEIGHT, WIDTH, a_room

WIDE_DEG = 60.0  # what the lens sees
PER_DEG = WIDTH / WIDE_DEG  # pixels
MIDDLE = 450.0  # of the room, where the camera points at first
LAG_S = 0.3  # from the lens to our eyes
ME = Who(name="test")
Walk = Callable[[float], float]  # seconds -> degrees from the middle of the room


@dataclass
class Lesson:
    """A room with somebody in it, a camera that films them, and what follows from it."""

    bench: Bench
    walk: Walk
    config: TrackingConfig
    off: list[float] = field(default_factory=list)  # from the middle, in widths, look by look
    pans: list[float] = field(default_factory=list)  # degrees

    def __post_init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._watch, self._room = FollowWatch(), a_room()
        self._dice = np.random.default_rng(2)
        self._films: list[tuple[float, Luma]] = []
        self.began_s = self._loop.time()
        self.service = TrackingService(
            source="teacher",
            config=self.config,
            device=lambda: self.bench.device,
            preset={"whole": 4}.__getitem__,
            changed=lambda: None,
            clock=self._loop.time,
        )

    @property
    def pan_deg(self) -> float:
        """Where the camera points."""
        self.bench.emulator.advance(self._loop.time())
        return float(self.bench.emulator.axes["pan"].at / UNITS_PER_DEG)

    async def film(self) -> None:
        """Film five pictures a second; each is seen a while later."""
        while True:
            now_s = self._loop.time()
            self._films.append((now_s, self._picture(now_s)))
            if self._films[0][0] <= now_s - LAG_S:
                at_s, luma = self._films.pop(0)
                spot = self._watch.look(luma)
                self.service.spotted(
                    Whereabouts(
                        source="teacher", at_ns=round(at_s * NS), x=spot.x, y=spot.y,
                        size=spot.size, sure=spot.sure, turned_x=spot.turned_x,
                        turned_y=spot.turned_y, turning=spot.turning,
                    )
                )  # fmt: skip
            await asyncio.sleep(0.2)

    def _picture(self, now_s: float) -> Luma:
        at_deg, pan_deg = self.walk(now_s - self.began_s), self.pan_deg
        self.off.append((at_deg - pan_deg) / WIDE_DEG)
        self.pans.append(pan_deg)
        picture, at = self._room.copy(), round(MIDDLE + at_deg * PER_DEG)
        cv2.rectangle(picture, (at - 18, 70), (at + 18, 215), 60, -1)
        cv2.circle(picture, (at, 60), 12, 165, -1)
        seen = cv2.getRectSubPix(
            picture, (WIDTH, HEIGHT), (MIDDLE + pan_deg * PER_DEG, 20 + HEIGHT / 2)
        )
        noisy: Luma = np.clip(seen + self._dice.normal(0, 3, seen.shape), 0, 255).astype(np.uint8)
        return noisy


@asynccontextmanager
async def lesson(walk: Walk, **config: object) -> AsyncIterator[Lesson]:
    settings = TrackingConfig.model_validate(config)
    async with running(make("visca", ViscaEmulator())) as bench, companions() as start:
        await until(lambda: bench.online)
        one = Lesson(bench, walk, settings)
        start(one.film())
        start(one.service.run())
        yield one


def to_and_fro(seconds: float) -> float:
    """Walk before the board as teachers do: 5 degrees a second, with rests."""
    turn = seconds % 16
    return 5.0 * (min(max(turn - 3, 0), 4) - min(max(turn - 10, 0), 4))


@virtual
async def test_the_teacher_stays_in_the_picture_wherever_they_walk() -> None:
    async with lesson(to_and_fro) as one:
        await asyncio.sleep(34)
        off = one.off[15:]
        assert max(map(abs, off)) < 0.4  # never out of the picture, nor at its edge
        assert sum(abs(part) < 0.25 for part in off) / len(off) > 0.9
        assert one.service.view().state == "following"
        assert max(one.pans) - min(one.pans) > 10  # it did turn


@virtual
async def test_it_comes_to_rest_and_does_not_swing() -> None:
    async with lesson(lambda seconds: min(5 * seconds, 14)) as one:
        await asyncio.sleep(25)
        steps = [b - a for a, b in pairwise(one.pans)]
        turns = [math.copysign(1, step) for step in steps if abs(step) > 0.2]
        assert sum(a != b for a, b in pairwise(turns)) == 0
        assert max(map(abs, steps[-50:])) == 0
        assert abs(one.off[-1]) < 0.15


@pytest.mark.parametrize(
    ("capability", "action"), [("pan-tilt-zoom", "drive"), ("tracking", "set-tracking")]
)
def test_whoever_works_the_camera_has_it_at_once_and_for_as_long_as_was_said(
    capability: str, action: str
) -> None:
    @virtual
    async def works_it() -> None:
        async with lesson(lambda seconds: 4 * seconds, yields_s=10) as one:
            await until(lambda: one.pan_deg > 2, within_s=8)
            one.service.intervened(capability, action)
            if action == "drive":
                await one.bench.device.drive(pan=-0.5, for_s=1)
            await asyncio.sleep(1.5)
            rested = one.pan_deg
            assert one.service.view().state == "yielding"
            assert one.service.view().until is not None
            await asyncio.sleep(7)
            assert one.pan_deg == rested
            one.service.switch(ME, on=True)  # not waited for
            assert one.service.view().until is None

    works_it()


@virtual
async def test_who_is_lost_is_looked_for_where_the_preset_shows_them_again() -> None:
    async with lesson(
        lambda s: 4 * s if s < 4 else -150, lost_preset="whole", lost_after_s=4
    ) as one:
        await one.bench.device.store_preset(number=4)
        await until(lambda: one.pan_deg > 3, within_s=8)
        await until(lambda: abs(one.pan_deg) < 0.1, within_s=20)
        assert one.service.view().state == "searching"
        one.service.switch(ME, on=False)
        assert one.service.view().state == "off"


@virtual
async def test_without_pictures_the_camera_stops() -> None:
    async with running(make("visca", ViscaEmulator())) as bench, companions() as start:
        await until(lambda: bench.online)
        one = Lesson(bench, lambda seconds: 6 * seconds, TrackingConfig())
        start(one.service.run())
        async with companions() as filming:
            filming(one.film())
            await until(lambda: one.pan_deg > 2, within_s=8)
        await asyncio.sleep(1.0)
        rested = one.pan_deg
        await asyncio.sleep(3)
        assert one.pan_deg == rested


@virtual
async def test_a_camera_that_follows_by_itself_is_switched_and_yields_too() -> None:
    emulator = ViscaEmulator(follows="ptzoptics", answers_as=2, one_socket=True)
    bench = make("visca", emulator, model="ptzoptics-g3")
    async with running(bench), companions() as start:
        await until(lambda: bench.online)
        one = Lesson(bench, lambda _seconds: 0, TrackingConfig(by="camera", yields_s=6))
        start(one.service.run())
        await until(lambda: emulator.tracking)
        one.service.intervened("pan-tilt-zoom", "drive")
        await until(lambda: not emulator.tracking)
        await until(lambda: emulator.tracking, within_s=8)


@pytest.mark.parametrize("full", [0.5, 1.0, 2.0, 5.0])  # widths a second
@pytest.mark.parametrize("power", [1, 2])
@pytest.mark.parametrize("lag_s", [0.2, 0.6])
def test_a_pursuit_settles_whatever_the_camera_is_like(
    full: float, power: int, lag_s: float
) -> None:
    pursuit, turned = Pursuit(), 0.0
    gears: list[int] = []
    seen: list[tuple[float, float]] = []
    for look in range(200):
        now_s = look / 5
        place = min(0.1 * now_s, 0.35)
        gear = gears[-1] if gears else 0
        rate = full * GEARS[abs(gear) - 1] ** power if gear else 0.0
        turned += math.copysign(rate, gear) / 5
        seen.append((now_s, turned))
        at_s, was = next(one for one in reversed(seen) if one[0] <= max(0.0, now_s - lag_s))
        there = 0.5 + min(0.1 * at_s, 0.35) - was
        pursuit.see(Sight(at_s, there, 1.0 if at_s < 3.6 else 0.0, was, rate > 0.02))
        gears.append(pursuit.choose(now_s))
        if pursuit.is_lost(now_s):
            break
    assert abs(place - turned) < 0.2
    signs = [gear > 0 for gear in gears if gear]
    assert sum(a != b for a, b in pairwise(signs)) <= 1
    assert gears[-1] == 0
