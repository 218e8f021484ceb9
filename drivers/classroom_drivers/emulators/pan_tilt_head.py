"""What turns in an emulated camera: axes that take their time."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Axis:
    """One direction of movement, in the camera's units."""

    low: float
    high: float
    at: float = 0.0
    speed: float = 0.0  # units a second, signed
    target: float | None = None

    def advance(self, seconds: float) -> None:
        """Move on for a while."""
        self.at = min(max(self.at + self.speed * seconds, self.low), self.high)
        if self.target is not None and (self.target - self.at) * self.speed <= 0:
            self.at, self.speed, self.target = self.target, 0.0, None

    def drive(self, speed: float) -> None:
        """Move until told otherwise."""
        self.speed, self.target = speed, None

    def go(self, target: float, speed: float) -> None:
        """Move to a place."""
        self.target = min(max(target, self.low), self.high)
        self.speed = speed if self.target > self.at else -speed

    def reset(self, at: float) -> None:
        """Be somewhere, at rest."""
        self.at, self.speed, self.target = at, 0.0, None

    def left_s(self) -> float:
        """Say how long it is to the target."""
        return 0.0 if self.target is None else abs((self.target - self.at) / self.speed)


@dataclass(kw_only=True)
class Head:
    """The part of a camera that turns and zooms."""

    axes: dict[str, Axis]
    _now_s: float | None = field(default=None, init=False)

    @property
    def moving(self) -> bool:
        """Say whether anything moves."""
        return any(axis.speed for axis in self.axes.values())

    def advance(self, now_s: float) -> None:
        """Let time pass."""
        since_s, self._now_s = self._now_s if self._now_s is not None else now_s, now_s
        for axis in self.axes.values():
            axis.advance(max(now_s - since_s, 0.0))
