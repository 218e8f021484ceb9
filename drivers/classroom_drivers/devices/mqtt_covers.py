"""What a cover does, made out from the little that things tell of it over MQTT."""

import math

OPEN, CLOSED, OPENING, CLOSING, STOPPED = "open", "closed", "opening", "closing", "stopped"
MOVING = {OPENING, CLOSING}
WORDS = {"open": OPEN, "opened": OPEN, "close": CLOSED, "closed": CLOSED, "stop": STOPPED}
WORDS |= {word: word for word in (OPENING, CLOSING, STOPPED)}
ENDS = {0: CLOSED, 100: OPEN}
TRAVEL_S = 60.0  # an order that nothing is heard of is over after this
QUIET_S = 10.0  # one that tells where it is has stopped if it tells nothing new for so long
ROLL_OUT_S = 3.0  # after a stop it may still tell how far it came
NEAR = 1.0  # percent


class Cover:
    """One cover; `state` and `percent` are what is known of it."""

    def __init__(self) -> None:
        self.state = ""
        self.percent: float | None = None
        self._goal: float | None = None
        self._over_s = math.inf
        self._rolls_until_s = -math.inf

    @property
    def moving(self) -> bool:
        """Whether it is on its way."""
        return self.state in MOVING

    def ordered(self, goal: float, now_s: float) -> None:
        """It was sent to 0 (closed) to 100 (open)."""
        self._goal, self._over_s = goal, now_s + TRAVEL_S
        self._rolls_until_s = -math.inf
        if self._arrived():
            self._rest()
        elif self.percent is None:
            self.state = OPENING if goal else CLOSING
        else:
            self.state = OPENING if goal > self.percent else CLOSING

    def stopped(self, now_s: float) -> None:
        """It was told to stop."""
        self.state, self._goal = STOPPED, None
        self._rolls_until_s = now_s + ROLL_OUT_S

    def told(
        self, now_s: float, *, percent: float | None, direction: float | None, word: str
    ) -> None:
        """Take what it tells: how far open it is, which way it goes, what it calls that."""
        before, self.percent = self.percent, self.percent if percent is None else percent
        meant = WORDS.get(word.lower(), "")
        if direction is not None:
            self._take_direction(direction, now_s)
        elif meant in MOVING:
            self.state, self._over_s = meant, now_s + TRAVEL_S
        elif meant == STOPPED:
            self._rest()
        elif percent is not None:
            self._take_place(before, percent, now_s)
        elif meant and self.percent is None:
            self.state = meant

    def settle(self, now_s: float) -> None:
        """Believe that it has stopped if it has been silent for long."""
        if self.moving and now_s >= self._over_s:
            self._rest()

    def _take_direction(self, direction: float, now_s: float) -> None:
        self._over_s = now_s + TRAVEL_S
        if direction:
            self.state = OPENING if direction > 0 else CLOSING
        else:
            self._rest()

    def _take_place(self, before: float | None, percent: float, now_s: float) -> None:
        changed = before is not None and percent != before
        if self._arrived() or (changed and round(percent) in ENDS):
            self._rest()
        elif now_s < self._rolls_until_s:
            return
        elif changed and before is not None:
            self.state = OPENING if percent > before else CLOSING
            self._over_s = now_s + QUIET_S
        elif not self.moving:
            self._rest()

    def _arrived(self) -> bool:
        """An end is reached when it is told; a place between them nearly so."""
        if self.percent is None or self._goal is None:
            return False
        return abs(self.percent - self._goal) <= (0 if self._goal in ENDS else NEAR)

    def _rest(self) -> None:
        place = self._goal if self.percent is None else self.percent
        self._goal = None
        self.state = STOPPED if place is None else ENDS.get(round(place), STOPPED)
