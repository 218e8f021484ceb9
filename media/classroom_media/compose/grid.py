"""The timeline's absolute grids: where picture n, sample n, block n stand.

A grid begins at the timeline's zero, not at the start of a process, so a director that was
restarted goes on in step with the one before it.
"""

from dataclasses import dataclass

from classroom_media.api import NS


@dataclass(frozen=True, slots=True)
class Grid:
    """Instants `rate` times a second."""

    rate: int

    @property
    def step_ns(self) -> int:
        """Give the time from one instant to the next, rounded down."""
        return NS // self.rate

    def at(self, index: int) -> int:
        """Give the place of instant `index` on the timeline, ns, rounded up."""
        return -(-index * NS // self.rate)

    def before(self, at_ns: int) -> int:
        """Give the last instant at or before `at_ns`."""
        return at_ns * self.rate // NS

    def after(self, at_ns: int) -> int:
        """Give the first instant at or after `at_ns`."""
        index = self.before(at_ns)
        return index if self.at(index) >= at_ns else index + 1

    def nearest(self, at_ns: int) -> int:
        """Give the instant nearest to `at_ns`."""
        return (at_ns * self.rate + NS // 2) // NS
