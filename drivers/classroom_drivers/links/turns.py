"""Who may write next on a wire: one at a time, the urgent first, then who has waited longest.

On a half-duplex wire a turn lasts until the answer is there or nobody waits for it any more, and
some quiet follows it; on any other it lasts until the bytes have left. Knows no clock: the time
is passed in.
"""

from collections.abc import Callable

from classroom_drivers.links.exchange import Priority

LATE_S = 1.0  # so long after a time-out its answer may still come, and be taken for another one
RANK = {Priority.STOP: 0, Priority.SETUP: 1, Priority.COMMAND: 1, Priority.POLL: 2}


class Turns:
    """The turns on one wire. `quiet_s` is kept after each one, by stops too.

    After a time-out on a half-duplex wire, the same unit is left alone for `late_s`.
    """

    def __init__(self, *, half_duplex: bool = False, quiet_s: float = 0.0) -> None:
        self.half_duplex = half_duplex
        self.late_s = LATE_S if half_duplex else 0.0
        self.free_s = 0.0  # not before this
        self._quiet_s = quiet_s
        self._all: list[Turn] = []  # who had a turn lately stands at the end
        self._holder: Turn | None = None

    def join(self, wake: Callable[[], None]) -> "Turn":
        """Take part; `wake` is called whenever one's turn may have come."""
        turn = Turn(self, wake)
        self._all.append(turn)
        return turn

    def goes_to(self, turn: "Turn", now_s: float) -> bool:
        """Say whether it is this one's turn now."""
        wishing = [one for one in self._all if one.wished is not None]
        if self._holder or now_s < self.free_s or not wishing:
            return False
        return min(wishing, key=Turn.rank) is turn

    def hold(self, turn: "Turn") -> None:
        """Give the wire to one alone."""
        self._holder = turn
        self._all.remove(turn)
        self._all.append(turn)

    def release(self, turn: "Turn", free_s: float) -> None:
        """Take the wire back, if this one has it; it is free for all at `free_s`, and quiet."""
        if self._holder is turn:
            self._holder = None
            self.free_s = max(self.free_s, free_s + self._quiet_s)
            self.wake()

    def leave(self, turn: "Turn") -> None:
        """Take part no more."""
        self._all.remove(turn)
        self.wake()

    def wake(self) -> None:
        """Have all who wish look whether it is their turn."""
        for one in self._all:
            if one.wished is not None:
                one.wake()


class Turn:
    """One who writes on a wire, for as long as a link lasts."""

    def __init__(self, turns: Turns, wake: Callable[[], None]) -> None:
        self.wake = wake
        self.wished: Priority | None = None
        self.since_s = 0.0
        self.late_s = turns.late_s
        self._turns = turns

    def rank(self) -> tuple[int, float]:
        """Give what decides who goes first."""
        return (RANK[self.wished] if self.wished is not None else len(RANK), self.since_s)

    def wish(self, priority: Priority | None, now_s: float) -> bool:
        """Say how urgent it is, None for not at all; tell whether one may write now."""
        if self.wished is None:
            self.since_s = now_s
        withdrawn = self.wished is not None and priority is None
        self.wished = priority
        if withdrawn:
            self._turns.wake()
        return self._turns.goes_to(self, now_s)

    def begin(self) -> None:
        """Begin to write."""
        self.wished = None
        self._turns.hold(self)

    def written(self, gone_s: float, *, answered: bool) -> None:
        """Say when what was written will have left, and whether an answer will come."""
        self._turns.free_s = max(self._turns.free_s, gone_s)
        if not (answered and self._turns.half_duplex):
            self._turns.release(self, gone_s)

    def over(self, now_s: float) -> None:
        """Say that the answer has come, or that nobody waits for it any more."""
        self._turns.release(self, now_s)

    def leave(self, now_s: float) -> None:
        """Take part no more."""
        self._turns.release(self, now_s)
        self._turns.leave(self)

    def next_s(self, now_s: float) -> float:
        """Say when to look again, if nobody wakes us before."""
        free_s = self._turns.free_s
        return free_s if self.wished is not None and free_s > now_s else float("inf")
