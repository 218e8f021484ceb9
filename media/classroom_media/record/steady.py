"""Keeps a stream on the timeline when its clock jumps. Pure.

A camera that restarts may stamp its next picture hours away. Files must neither stop nor grow
by hours for it: a stamp that contradicts the time of arrival is moved to where it arrived.
"""

import msgspec

from classroom_media.api import NS
from classroom_media.packets import Coded

BACK_NS = NS  # stamps that step back less than this are late, not wrong
AHEAD_NS = 5 * NS  # how far a step may run ahead of the time that passed


class Steady:
    """Mends the stamps of one stream: one packet in, one packet out."""

    def __init__(self) -> None:
        self._offset_ns = 0
        self._last: Coded | None = None
        self._arrived_ns = 0

    def mend(self, packet: Coded, arrived_ns: int) -> Coded:
        """Give the packet back, moved if its stamps cannot be true."""
        if self._last is not None:
            passed_ns = max(arrived_ns - self._arrived_ns, 0)
            step_ns = packet.dts_ns - self._last.dts_ns
            self._offset_ns = self._sane_offset(step_ns, passed_ns)
        self._arrived_ns = arrived_ns
        self._last = _moved(packet, self._offset_ns)
        return self._last

    def _sane_offset(self, step_ns: int, passed_ns: int) -> int:
        for offset_ns in (0, self._offset_ns):
            if -BACK_NS < step_ns + offset_ns < passed_ns + AHEAD_NS:
                return offset_ns
        duration_ns = self._last.duration_ns if self._last is not None else 0
        return max(passed_ns, duration_ns) - step_ns


def _moved(packet: Coded, offset_ns: int) -> Coded:
    if offset_ns == 0:
        return packet
    return msgspec.structs.replace(
        packet, pts_ns=packet.pts_ns + offset_ns, dts_ns=packet.dts_ns + offset_ns
    )
