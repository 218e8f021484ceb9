"""How long the programme waits for a source that is late.

One that has fallen silent is given up soon; one whose packets still come, late because a
machine is busy, is waited for longer: better a late programme than a hole in it. The time in
which this process itself did not run counts against nobody. But where it hardly runs at all, a
little of that time counts: no wait is without end.
"""

from collections import deque
from typing import Final

from classroom_media.api import NS

WAIT_NS: Final = 8 * NS // 10  # for a source that is silent
LONGEST_NS: Final = 4 * NS  # for one that sends, but not what is due
STALL_NS: Final = NS // 10  # between two looks; what is longer, this process did not run
STALLS: Final = 1000  # that are remembered: the last hundred seconds at least


class Deadline:
    """Tells when to go on without a source."""

    def __init__(self) -> None:
        self._looked_ns = 0
        self._stalls: deque[tuple[int, int]] = deque(maxlen=STALLS)  # end, and how long beyond

    def look(self, now_ns: int) -> None:
        """Note that this process runs; called often."""
        beyond_ns = now_ns - self._looked_ns - STALL_NS
        if beyond_ns > 0:
            self._stalls.append((now_ns, beyond_ns))
        self._looked_ns = now_ns

    def over(self, due_ns: int, heard_ns: int, *, wait_ns: int = WAIT_NS) -> bool:
        """Tell whether what is due at `due_ns` goes without a source last heard at `heard_ns`."""
        due_for_ns = self._ran_since(due_ns)
        return min(due_for_ns, self._ran_since(heard_ns)) > wait_ns or due_for_ns > LONGEST_NS

    def _ran_since(self, at_ns: int) -> int:
        """Give for how long this process has run since an instant."""
        ran_ns = self._looked_ns - at_ns
        for end_ns, beyond_ns in reversed(self._stalls):
            if end_ns <= at_ns:
                break
            ran_ns -= min(beyond_ns, end_ns - at_ns)
        return ran_ns
