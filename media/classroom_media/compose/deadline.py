"""How long the programme waits for a source that is late.

One that has fallen silent is given up soon; one whose packets still come, late because a
machine is busy, is waited for longer: better a late programme than a hole in it. The time in
which this process itself did not run counts for nobody.
"""

from typing import Final

from classroom_media.api import NS

WAIT_NS: Final = 8 * NS // 10  # a tick of this age does not wait for what is silent
LONGEST_NS: Final = 2 * NS  # a tick of this age waits for nothing
QUIET_NS: Final = NS // 10  # no packet for so long is silence


class Deadline:
    """Tells when to go on without a source."""

    def __init__(self) -> None:
        self._looked_ns = 0
        self._awake_ns = 0

    def look(self, now_ns: int) -> None:
        """Note that this process runs; called often."""
        if now_ns - self._looked_ns > QUIET_NS:
            self._awake_ns = now_ns
        self._looked_ns = now_ns

    def over(self, due_ns: int, heard_ns: int) -> bool:
        """Tell whether what is due at `due_ns` goes without a source last heard at `heard_ns`."""
        now_ns = self._looked_ns
        if now_ns - self._awake_ns < QUIET_NS:
            return False
        age_ns = now_ns - due_ns
        return age_ns > LONGEST_NS or (age_ns > WAIT_NS and now_ns - heard_ns > QUIET_NS)
