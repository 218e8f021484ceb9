"""The course of one try: what a target tells becomes reports, and is held back to the limit."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from classroom_edge.library.deliver.messages import AnyReport, Arrived, Kept, Moved
from classroom_edge.library.deliver.pace import Pace
from classroom_edge.library.deliver.target import Item, Receipt

TOLD_EVERY_S: Final = 0.5


@dataclass(kw_only=True)
class Told:
    """A `Course` that says everything to the daemon."""

    say: Callable[[AnyReport], None]
    pace: Pace
    arrivals: Iterable[Receipt]
    tokens: Mapping[str, str]
    clock: Callable[[], float] = time.monotonic
    _there: dict[str, Receipt] = field(init=False)
    _at: int = field(default=0, init=False)  # bytes of the present item that are there
    _sent: int = field(default=0, init=False)
    _read: int = field(default=0, init=False)
    _told_s: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        self._there = {one.name: one for one in self.arrivals}

    def has(self, item: Item) -> bool:
        """Tell whether this very content has arrived."""
        receipt = self._there.get(item.name)
        return receipt is not None and receipt.sha256 == item.sha256

    def token(self, item: Item) -> str:
        """Give what was kept of this very content."""
        return self.tokens.get(key_of(item), "")

    def keep(self, item: Item, token: str) -> None:
        """Have the daemon keep it."""
        self.say(Kept(key=key_of(item), token=token))

    def resumed(self, item: Item, at: int) -> None:
        """Go on from there."""
        self._at = at
        self._tell(item)

    def sent(self, item: Item, count: int) -> None:
        """Count, and wait."""
        self._at += count
        self._sent += count
        self._tell(item)
        self.pace.passed(count)

    def read(self, item: Item, count: int) -> None:
        """Count, and wait."""
        self._read += count
        self._tell(item)
        self.pace.passed(count)

    def arrived(self, item: Item, receipt: Receipt) -> None:
        """Tell of it at once."""
        self._at = 0
        self._there[item.name] = receipt
        self.say(Arrived(receipt=receipt))
        self._told_s = 0.0
        self._tell(item)

    def _tell(self, item: Item) -> None:
        if self.clock() - self._told_s < TOLD_EVERY_S:
            return
        self._told_s = self.clock()
        there = sum(one.size for one in self._there.values()) + min(self._at, item.size)
        self.say(Moved(item=item.name, there=there, sent=self._sent, read=self._read))


def key_of(item: Item) -> str:
    """Name an item with its content: another content is another item."""
    return f"{item.name}#{item.sha256[:16]}"
