"""Which packets are missing, and when to ask for them (again).

It is asked as soon as a packet can no longer just have been overtaken, and again when an answer
should have come: a round trip later, as measured. Where time runs out before that, it is asked
sooner: on a long line several answers under way at once are the only repair there is. Of what is
lost more often fewer are asked for at once, or repairs would take the place of what is new.

Source: RFC 4585, 3.5 (when to send feedback); RFC 4588, 6 (when retransmission is of use).
"""

from dataclasses import dataclass
from typing import Final

OVERTAKEN_NS: Final = 5_000_000  # how long a packet is waited for; more where more was seen
OVERTAKEN_MAX_NS: Final = 40_000_000
SLACK: Final = 1.15  # of the round trip, which varies
GRAIN_NS: Final = 10_000_000  # how late the other side may look at it
SOONEST_NS: Final = 20_000_000  # between two requests
AT_ONCE: Final = range(2, 5)  # requests that are made before it is too late
SHARE: Final = 0.3  # of what is sent, that repairs may take (see `pacer`)
MOST: Final = 8  # requests for one packet
HOLE: Final = 300  # packets: a hole that large is no loss, the link was cut


@dataclass(slots=True)
class _Missing:
    since_ns: int
    ask_ns: int
    asked: int = 0


class Repair:
    """Asks for the missing packets of one stream."""

    def __init__(self) -> None:
        self._missing: dict[int, _Missing] = {}
        self._patience_ns = OVERTAKEN_NS
        self.copied_ns = 0  # how long after a packet its copy comes without asking
        self.asked = 0  # requests so far

    def lose(self, first: int, end: int, now_ns: int) -> None:
        """Note the packets from `first` up to `end`, which is not one of them."""
        if end - first > HOLE:
            self._missing.clear()
            return
        for number in range(first, end):
            self._missing[number] = _Missing(now_ns, now_ns + self.copied_ns + self._patience_ns)

    def find(self, number: int, now_ns: int, *, first_hand: bool) -> None:
        """Note that a packet has come; `first_hand`: not sent again, so it was overtaken."""
        missing = self._missing.pop(number, None)
        if missing and first_hand:
            late_ns = min(now_ns - missing.since_ns, OVERTAKEN_MAX_NS)
            self._patience_ns = max(self._patience_ns, late_ns)

    def forget(self, before: int) -> None:
        """Give up all packets before a number."""
        for number in [each for each in self._missing if each < before]:
            del self._missing[number]

    def due(self, now_ns: int, *, round_trip_ns: int, wait_ns: int, lost: float) -> list[int]:
        """Give the numbers to ask for now, in order; `wait_ns` is how long they are of use.

        `lost` is the share of packets that is lost at present.
        """
        due = []
        wanted = AT_ONCE[-1] if lost * AT_ONCE[-1] <= SHARE else max(AT_ONCE[0], int(SHARE / lost))
        for number, missing in self._missing.items():
            if missing.ask_ns > now_ns or missing.asked == MOST:
                continue
            missing.asked += 1
            left_ns = missing.since_ns + wait_ns - now_ns - round_trip_ns
            missing.ask_ns = now_ns + _pause_ns(round_trip_ns, left_ns, wanted - missing.asked)
            due.append(number)
        self.asked += len(due)
        return sorted(due)


def _pause_ns(round_trip_ns: int, left_ns: int, wanted: int) -> int:
    """Give the time to the next request; so many are wanted in what is left until it is useless."""
    answered_ns = int(round_trip_ns * SLACK) + GRAIN_NS
    if wanted <= 0 or left_ns <= 0:
        return answered_ns
    return min(answered_ns, max(SOONEST_NS, left_ns // wanted))
