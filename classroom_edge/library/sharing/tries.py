"""How often somebody may come with a wrong link: enough to mistype, too few to search."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

TRIES: Final = 20  # wrong ones from one address
WITHIN: Final = timedelta(minutes=10)
ADDRESSES_MOST: Final = 10_000  # that are remembered


@dataclass
class Tries:
    """Counts wrong links by the address they come from."""

    clock: Callable[[], datetime]
    _wrong: dict[str, list[datetime]] = field(default_factory=dict, init=False)

    def is_locked(self, address: str) -> bool:
        """Whether so many wrong ones came from there lately that none is looked at any more."""
        return len(self._lately(address)) >= TRIES

    def wrong(self, address: str) -> None:
        """Count a wrong one."""
        if len(self._wrong) >= ADDRESSES_MOST:
            self._wrong.clear()
        self._wrong[address] = [*self._lately(address), self.clock()][-TRIES:]

    def _lately(self, address: str) -> list[datetime]:
        oldest = self.clock() - WITHIN
        return [at for at in self._wrong.get(address, []) if at > oldest]
