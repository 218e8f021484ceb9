"""False alarms of the eyes, and how soon they notice what is wrong, on made-up footage.

    python benchmarks/eyes_alarms.py [--minutes 10] [--seed 1] [--json]

Rooms in which nothing is wrong, coded as cameras code them, from starved to generous bit rates and
from a clean to a noisy sensor: nobody there; somebody who hardly moves; the lights going down and
up. `--minutes` of each are coded and looked at five times a second; no alarm may come. Slides
stand still all the time. Then every camera freezes or goes dark, a hundred times at a random
moment. Nothing waits for a real clock.

`least_change_ratio` is the least share of pixels that a keyframe changed in a healthy room, over
the share up to which a picture counts as the same: how far from a false alarm the rooms were.
"""

import argparse
import itertools
import json
import random
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Final

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from classroom_media.api import NS
from classroom_media.compose.canvas import planes
from classroom_media.direct.luma import Luma, small_luma
from classroom_media.direct.signs import LOOKS_A_SECOND, Role
from classroom_media.monitor.condition import CHANGED, Condition, Fault
from classroom_media.monitor.supply import Glimpse

SIZE: Final = (640, 360)
GOP: Final = 2 * LOOKS_A_SECOND
LOOK_NS: Final = NS // LOOKS_A_SECOND
KBPS: Final = (60, 150, 500)  # at five pictures a second
NOISE: Final = (0.3, 0.7, 2.0)  # levels, of the sensor
FAULTS: Final = 100

Picture = NDArray[np.float32]  # (height, width), luma
Room = Callable[[int], Picture]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--minutes", type=float, default=10)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--json", action="store_true")
    given = asked.parse_args()
    tally = Tally()
    looks = round(given.minutes * 60 * LOOKS_A_SECOND)
    for name, room in rooms(given.seed).items():
        for kbps, sigma in itertools.product(KBPS, NOISE):
            film = list(coded(noisy(room, sigma, given.seed), looks, kbps))
            tally.healthy(f"{name}, {kbps} kbit/s, noise {sigma}", film)
            tally.faulty(film, random.Random(given.seed))  # noqa: S311 - dice, no secret
    tally.healthy("slides", list(slides(looks)), Role.SCREEN)
    result = tally.result()
    if given.json:
        print(json.dumps(result))
    else:
        for key, value in result.items():
            print(f"{key:28} {value:10}")
    sys.exit(1 if tally.alarms or tally.missed or tally.latest_s > 5 else 0)


@dataclass
class Tally:
    """What was found so far."""

    looks: int = 0
    alarms: int = 0
    missed: int = 0
    faults: int = 0
    latest_s: float = 0.0  # from the fault to its alarm
    least_change: float = 1.0
    _before: Glimpse | None = field(default=None, repr=False)

    def healthy(self, name: str, film: Iterable[Glimpse], role: Role = Role.WIDE) -> None:
        """Look at a room in which nothing is wrong."""
        condition = Condition(role)
        self._before = None
        for glimpse in film:
            before = condition.fault(glimpse.at_ns)
            condition.look(glimpse)
            now = condition.fault(glimpse.at_ns)
            if now is not before and now is not Fault.NONE:
                self.alarms += 1
                print(f"{name}: {now} at {glimpse.at_ns / NS:.1f} s", file=sys.stderr)
            self.looks += 1
            if role is not Role.SCREEN:
                self._note_change(glimpse)

    def _note_change(self, glimpse: Glimpse) -> None:
        before, self._before = self._before, glimpse
        if before is not None and glimpse.keys > before.keys:
            differs = np.count_nonzero(cv2.absdiff(before.luma, glimpse.luma))
            self.least_change = min(self.least_change, differs / glimpse.luma.size)

    def faulty(self, film: list[Glimpse], dice: random.Random) -> None:
        """Let the camera repeat its picture, or see nothing, at random moments."""
        for number in range(FAULTS):
            at = dice.randrange(len(film) - 1)
            wrong = film[at] if number % 2 else replace(film[at], luma=dark(film[at].luma, dice))
            condition = Condition(Role.WIDE)
            for glimpse in film[max(0, at - 6 * LOOKS_A_SECOND) : at]:
                condition.look(glimpse)
            self.faults += 1
            late_s = noticed_s(condition, wrong)
            self.missed += late_s is None
            self.latest_s = max(self.latest_s, late_s or 0.0)

    def result(self) -> dict[str, float]:
        """Sum up."""
        hours = self.looks / LOOKS_A_SECOND / 3600
        return {
            "hours": round(hours, 2),
            "false_alarms": self.alarms,
            "faults": self.faults,
            "missed": self.missed,
            "latest_alarm_s": round(self.latest_s, 1),
            "least_change_ratio": round(self.least_change / CHANGED, 1),
        }


def noticed_s(condition: Condition, wrong: Glimpse) -> float | None:
    """Repeat a coded picture, with a keyframe every 2 s; give when the alarm comes."""
    for look in range(10 * LOOKS_A_SECOND):
        keys = wrong.keys + (wrong.at_ns // LOOK_NS % GOP + look) // GOP
        condition.look(replace(wrong, at_ns=wrong.at_ns + look * LOOK_NS, keys=keys))
        if condition.fault(wrong.at_ns + look * LOOK_NS) is not Fault.NONE:
            return look / LOOKS_A_SECOND
    return None


def dark(luma: Luma, dice: random.Random) -> Luma:
    """Give what is left when the lens is covered."""
    return np.asarray(16 + luma // 32 + dice.randrange(3), np.uint8)


def rooms(seed: int) -> dict[str, Room]:
    """Give what cameras look at, by the number of the look."""
    still = furnished(seed)
    height, width = still.shape

    def empty(_look: int) -> Picture:
        return still

    def reading(look: int) -> Picture:
        """Show somebody who sits and turns a page now and then."""
        seen = still.copy()
        turned = 12 if look % 150 < 3 else 0
        seen[height // 2 : height // 2 + 40, width // 2 + turned : width // 2 + turned + 24] -= 30
        return np.asarray(seen, np.float32)

    def dusk(look: int) -> Picture:
        """Let the light go down to a fifth and come back, once in ten minutes."""
        light = 0.6 + 0.4 * np.cos(2 * np.pi * look / (600 * LOOKS_A_SECOND))
        return np.asarray(16 + (still - 16) * light, np.float32)

    return {"empty": empty, "reading": reading, "dusk": dusk}


def furnished(seed: int) -> Picture:
    """Draw walls, things with edges, and something rough."""
    width, height = SIZE
    dice = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    seen = 90 + 40 * np.sin(x / width * 3) + 30 * y / height
    for _ in range(60):
        left, top = dice.integers(0, width), dice.integers(0, height)
        wide, high = dice.integers(6, width // 8), dice.integers(6, height // 8)
        seen[top : top + high, left : left + wide] += dice.integers(-60, 60)
    rough = dice.normal(0, 25, seen.shape).astype(np.float32)
    seen[height // 2 :] += cv2.GaussianBlur(rough, (0, 0), 2)[height // 2 :]
    return np.asarray(np.clip(seen, 40, 220), np.float32)


def noisy(room: Room, sigma: float, seed: int) -> Room:
    """Give what a sensor makes of it; its noise is drawn from a stock of two hundred fields."""
    dice = np.random.default_rng(seed)
    width, height = SIZE
    stock = dice.standard_normal((height + 50, width + 50), np.float32) * sigma

    def seen(look: int) -> Picture:
        top, left = np.random.default_rng(look).integers(0, 50, 2)
        return room(look) + stock[top : top + height, left : left + width]

    return seen


def coded(seen: Room, looks: int, kbps: int) -> Iterator[Glimpse]:
    """Code what a camera sees, and give what the eyes see of it."""
    coder = av.CodecContext.create("libx264", "w")
    coder.width, coder.height, coder.pix_fmt = *SIZE, "yuv420p"
    coder.framerate, coder.time_base = Fraction(LOOKS_A_SECOND), Fraction(1, LOOKS_A_SECOND)
    coder.bit_rate, coder.gop_size = kbps * 1000, GOP
    coder.options = {
        "preset": "superfast",
        "tune": "zerolatency",
        "maxrate": f"{kbps}k",
        "bufsize": f"{2 * kbps}k",
    }
    decoder = av.CodecContext.create("h264", "r")
    decoder.thread_count = 1
    keys = 0
    for look in range(looks):
        frame = av.VideoFrame(*SIZE, "yuv420p")
        luma, *chroma = planes(frame)
        luma[:] = np.clip(seen(look) + 0.5, 0, 255).astype(np.uint8)
        for plane in chroma:
            plane[:] = 128
        frame.pts = look
        for packet in coder.encode(frame):
            keys += packet.is_keyframe
            for one in decoder.decode(packet):
                yield Glimpse("a", "a", look * LOOK_NS, small_luma(one), anew=False, keys=keys)


def slides(looks: int) -> Iterator[Glimpse]:
    """Show slides, each for four minutes without a change, and blank the screen for three."""
    for look in range(looks):
        page, rest = divmod(look, 420 * LOOKS_A_SECOND)
        level = 16 if rest > 240 * LOOKS_A_SECOND else 200 - page % 4 * 20
        luma = np.full((180, 320), level, np.uint8)
        yield Glimpse("s", "s", look * LOOK_NS, luma, anew=False, keys=look // GOP)


if __name__ == "__main__":
    main()
