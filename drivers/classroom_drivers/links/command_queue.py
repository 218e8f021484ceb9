"""What waits to be sent: urgent first, the newest of a kind only, nothing past its deadline."""

from collections.abc import Collection, Iterator

from classroom_drivers.api import LinkError
from classroom_drivers.links.exchange import Pending, Priority

WAITING_MAX = 1000


class CommandQueue:
    """Ordered by priority, then by age. Knows no clock: the time is passed in."""

    def __init__(self) -> None:
        self._waiting: list[Pending] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, new: Pending) -> None:
        """Add one; who waits for an older one of its kind now waits for this one.

        A more urgent one of the same kind is left alone: a movement does not replace a stop.

        Raises:
            LinkError: a thousand are waiting already.
        """
        for old in self._waiting:
            same = new.exchange.kind and old.exchange.kind == new.exchange.kind
            if same and new.exchange.priority <= old.exchange.priority:
                new.waiters[:0] = old.waiters  # the newest hears last, and has the last word
                self._waiting.remove(old)
                break
        if len(self._waiting) >= WAITING_MAX:
            raise LinkError(f"{new.exchange.name}: {WAITING_MAX} commands are waiting already")
        self._waiting.append(new)

    def put_back(self, pending: Pending) -> None:
        """Add one again that was taken, before all of its priority."""
        self._waiting.insert(0, pending)

    def first(self, allowed: Collection[Priority]) -> Pending | None:
        """Give the next of the allowed priorities, if there is one; it stays where it is."""
        self._waiting = [pending for pending in self._waiting if pending.wanted]
        fit = (pending for pending in self._waiting if pending.exchange.priority in allowed)
        return min(fit, key=lambda pending: pending.exchange.priority, default=None)

    def remove(self, pending: Pending) -> None:
        """Take one out, to be sent."""
        self._waiting.remove(pending)

    def expired(self, now_s: float) -> list[Pending]:
        """Remove and give those whose deadline has passed."""
        late = [pending for pending in self._waiting if pending.expires_s <= now_s]
        self._waiting = [pending for pending in self._waiting if pending.expires_s > now_s]
        return late

    def next_expiry_s(self) -> float:
        """Say when the next deadline passes."""
        return min((pending.expires_s for pending in self._waiting), default=float("inf"))

    def drain(self) -> Iterator[Pending]:
        """Remove and give all."""
        waiting, self._waiting = self._waiting, []
        yield from waiting
