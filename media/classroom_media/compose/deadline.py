"""How long the programme waits for a source that is late.

One that has fallen silent is given up soon; one whose packets still come, late because a
machine is busy, is waited for longer: better a late programme than a hole in it. The time in
which this process itself did not run counts against nobody.
"""

from typing import Final

from classroom_media.api import NS

WAIT_NS: Final = 8 * NS // 10  # for a source that is silent
LONGEST_NS: Final = 4 * NS  # for one that sends, but not what is due
STALL_NS: Final = NS // 10  # between two looks: this process did not run


class Deadline:
    """Tells when to go on without a source."""

    def __init__(self) -> None:
        self._looked_ns = 0
        self._awake_ns = 0

    def look(self, now_ns: int) -> None:
        """Note that this process runs; called often."""
        if now_ns - self._looked_ns > STALL_NS:
            self._awake_ns = now_ns
        self._looked_ns = now_ns

    def over(self, due_ns: int, heard_ns: int, *, wait_ns: int = WAIT_NS) -> bool:
        """Tell whether what is due at `due_ns` goes without a source last heard at `heard_ns`."""
        began_ns = max(due_ns, self._awake_ns)
        now_ns = self._looked_ns
        return now_ns - max(began_ns, heard_ns) > wait_ns or now_ns - began_ns > LONGEST_NS
