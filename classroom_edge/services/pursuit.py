"""How fast a camera turns to keep somebody in the middle of its picture. Pure: time is passed in.

The picture lags behind the camera, and no two cameras turn equally fast at the same command. So
whoever is followed is reckoned where they are in the room, not in the picture: that path has
nothing to do with how the camera turned. The camera's own turn since the picture is reckoned from
what it was told, at rates that were measured in its pictures.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

GEARS: Final = (0.04, 0.08, 0.12, 0.17, 0.24, 0.34, 0.48, 0.7, 1.0)  # of full speed
ASSUMED_RATE: Final = 4.0  # widths a second at full speed, until one was measured: a fast camera
SHIFTS_S: Final = 0.2  # between one gear and the next higher one: no jerks
LEAST_RATE: Final = 0.004  # widths a second: slower is not seen
LEARNS: Final = 0.4  # of what a measured rate differs
REACTS_S: Final = 0.15  # a camera begins to turn so much later than it is told
REMEMBERED_S: Final = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Taste:
    """How a camera is to follow. Distances in widths of the picture."""

    calm: float = 0.06  # so near the middle it comes to rest
    alert: float = 0.1  # so far from it, it begins to turn
    pull: float = 1.5  # 1/s: how eagerly a distance is made good
    fastest: float = 0.5  # of full speed
    lost_after_s: float = 6.0


@dataclass(frozen=True, slots=True)
class Sight:
    """One look: where somebody is in the picture, and how far the camera had turned by then."""

    at_s: float  # of the picture
    x: float  # 0 = left, 1 = right
    sure: float  # 0 = nobody was noticed
    turned: float  # to the right, widths, in all
    turning: bool = False


class Gearbox:
    """What rates a camera turns at, in widths a second, as its pictures tell."""

    def __init__(self) -> None:
        self._rates: dict[int, float] = {}

    def rate(self, gear: int) -> float:
        """Give the rate of a gear: as measured, or reckoned from the nearest; signed as the gear.

        Some cameras' rates grow with the square of what they are told, others' in proportion.
        Above what was measured the steeper is taken, below it the other: both rather too fast.
        """
        if gear == 0:
            return 0.0
        size = abs(gear)
        known = min(self._rates, key=lambda one: abs(one - size), default=0)
        if known:
            steps = GEARS[size - 1] / GEARS[known - 1]
            rate = self._rates[known] * (steps * steps if size > known else steps)
        else:
            rate = ASSUMED_RATE * GEARS[size - 1]
        return rate if gear > 0 else -rate

    def learn(self, gear: int, rate: float) -> None:
        """Take a measured rate; one against the gear is somebody else's doing."""
        if gear != 0 and gear * rate >= 0:
            size, rate = abs(gear), max(abs(rate), LEAST_RATE)
            before = self._rates.get(size, rate)
            self._rates[size] = before + LEARNS * (rate - before)

    def nearest(self, rate: float, fastest: float) -> int:
        """Give the gear that comes nearest to a rate without passing it; 0 = stand."""
        allowed = [gear for gear, share in enumerate(GEARS, 1) if share <= fastest]
        slower = [gear for gear in allowed if self.rate(gear) <= abs(rate) * 1.15]
        gear = slower[-1] if slower else 0
        return gear if rate > 0 else -gear


class Path:
    """Where somebody is in the room, and how fast they walk: an alpha-beta filter.

    Source: P. R. Kalata, "The tracking index", IEEE Trans. AES 20 (1984).
    """

    ALPHA: Final = 0.6
    BETA: Final = 0.15
    GATE: Final = 0.3  # widths from where they are expected: somebody else, or an error
    STUBBORN: Final = 3  # looks in a row beyond the gate are the truth
    STANDS_S: Final = 0.7  # without being noticed, they stand

    def __init__(self) -> None:
        self.at_s: float | None = None  # of the newest sight that counted
        self._place = self._speed = 0.0
        self._beyond = 0

    def see(self, at_s: float, place: float) -> None:
        """Take a place; the instants rise."""
        if self.at_s is None:
            self._begin(at_s, place)
            return
        seconds = at_s - self.at_s
        missed = place - self.expected(at_s)
        if abs(missed) > self.GATE:
            self._beyond += 1
            if self._beyond >= self.STUBBORN:
                self._begin(at_s, place)
            return
        self._place = self.expected(at_s) + self.ALPHA * missed
        self._speed = self._speed_at(at_s) + self.BETA * missed / max(seconds, 0.1)
        self.at_s, self._beyond = at_s, 0

    def expected(self, at_s: float) -> float:
        """Give where they are at an instant."""
        walked_s = min(at_s - (self.at_s or at_s), self.STANDS_S)
        return self._place + self._speed * walked_s

    def speed(self, at_s: float) -> float:
        """Give how fast they walk, widths a second."""
        return self._speed_at(at_s)

    def _speed_at(self, at_s: float) -> float:
        return self._speed if at_s - (self.at_s or at_s) < self.STANDS_S else 0.0

    def _begin(self, at_s: float, place: float) -> None:
        self.at_s, self._place, self._speed, self._beyond = at_s, place, 0.0, 0


@dataclass
class Pursuit:
    """One axis of one camera, following."""

    taste: Taste = field(default_factory=Taste)
    gears: Gearbox = field(default_factory=Gearbox)
    _path: Path = field(default_factory=Path, init=False)
    _last: Sight | None = field(default=None, init=False)
    _told: deque[tuple[float, int]] = field(default_factory=deque, init=False)  # gears, since when
    _follows: bool = field(default=False, init=False)  # hysteresis: on its way to the middle

    @property
    def gear(self) -> int:
        """The gear that was told last."""
        return self._told[-1][1] if self._told else 0

    def see(self, sight: Sight) -> None:
        """Take what the newest picture shows."""
        if self._last is not None and sight.at_s <= self._last.at_s:
            return
        self._learn(sight)
        self._last = sight
        if sight.sure > 0:
            self._path.see(sight.at_s, sight.x + sight.turned)

    def is_lost(self, now_s: float) -> bool:
        """Tell whether nobody was noticed for too long."""
        return self._path.at_s is None or now_s - self._path.at_s > self.taste.lost_after_s

    def choose(self, now_s: float) -> int:
        """Choose the gear from now on: negative to the left, 0 to stand."""
        gear = 0 if self._last is None or self.is_lost(now_s) else self._wanted(now_s)
        gear = self._smoothly(gear, now_s)
        self.tell(now_s, gear)
        return gear

    def tell(self, now_s: float, gear: int) -> None:
        """Note what the camera was told, be it by somebody else."""
        if gear != self.gear:
            self._told.append((now_s, gear))
        while len(self._told) > 1 and self._told[1][0] < now_s - REMEMBERED_S:
            self._told.popleft()

    def off(self, now_s: float) -> float:
        """Reckon how far from the middle they are now: above 0 to the right."""
        if self._last is None:
            return 0.0
        turned = self._last.turned + self._turned(self._last.at_s, now_s)
        return self._path.expected(now_s) - turned - 0.5

    def _wanted(self, now_s: float) -> int:
        off = self.off(now_s)
        self._follows = abs(off) > (self.taste.calm if self._follows else self.taste.alert)
        if not self._follows:
            return 0
        rate = self._path.speed(now_s) + self.taste.pull * off
        return self.gears.nearest(rate, self.taste.fastest) if rate * off > 0 else 0

    def _smoothly(self, gear: int, now_s: float) -> int:
        """Go up by one gear at a time; down, or to a stop, at once."""
        now = self.gear
        if gear * now < 0:
            return 0
        if abs(gear) <= abs(now):
            return gear
        since_s = now_s - self._told[-1][0] if self._told else SHIFTS_S
        if now != 0 and since_s < SHIFTS_S:
            return now
        return now + (1 if gear > 0 else -1)

    def _learn(self, sight: Sight) -> None:
        last = self._last
        if last is None:
            return
        first, then = (self._gear_at(at_s - REACTS_S) for at_s in (last.at_s, sight.at_s))
        if first == then:
            self.gears.learn(then, (sight.turned - last.turned) / (sight.at_s - last.at_s))

    def _gear_at(self, at_s: float) -> int:
        return next((gear for since_s, gear in reversed(self._told) if since_s <= at_s), 0)

    def _turned(self, from_s: float, to_s: float) -> float:
        """Reckon how far the camera turned, as it was told."""
        turned, end_s = 0.0, to_s - REACTS_S
        for since_s, gear in reversed(self._told):
            turned += self.gears.rate(gear) * max(0.0, end_s - max(since_s, from_s - REACTS_S))
            end_s = min(end_s, since_s)
        return turned
