"""Packets in order again: each waits for those before it, and a gap is asked for.

Source: RFC 3550, 5.1 (sequence number); RFC 4588, 4 (what was sent again keeps its number).
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from classroom_media.live.rtp.header import Packet
from classroom_media.live.rtp.repair import HOLE, Repair

MOST: Final = 2048  # packets that wait: ten seconds of a large picture


class Arrived(NamedTuple):
    """A packet, when it came, and whether it is the one that was sent first."""

    packet: Packet
    at_ns: int
    first_hand: bool


class Order:
    """The packets of one stream that nothing was made of yet, by numbers that do not wrap."""

    def __init__(self) -> None:
        self.repair = Repair()
        self._waiting: dict[int, Arrived] = {}
        self._next: int | None = None  # the first number that was not taken
        self._edge = 0  # behind the highest number seen

    def past(self, number: int) -> bool:
        """Tell whether a packet's turn is over."""
        return self._next is not None and number < self._next

    def has(self, number: int) -> bool:
        """Tell whether a packet has come already, or is not wanted any more."""
        return number in self._waiting or self.past(number)

    def put(self, number: int, arrived: Arrived) -> bool:
        """Take a packet; tell whether one had to begin anew: too much was missing, or waits."""
        full = len(self._waiting) >= MOST
        anew = self._next is None or number - self._edge > HOLE or full
        if anew:
            self._waiting.clear()
            self.repair.forget(number)
            self._next = self._edge = number
        if number >= self._edge:
            self.repair.lose(self._edge, number, arrived.at_ns)
            self._edge = number + 1
        else:
            self.repair.find(number, arrived.at_ns, first_hand=arrived.first_hand)
        self._waiting[number] = arrived
        return anew

    def begin_anew(self) -> None:
        """Forget everything: the sender counts from elsewhere."""
        self._next = None

    def run(self) -> Iterator[tuple[int, Arrived]]:
        """Give what waits for nothing, in order, with numbers; it stays until it is taken."""
        number = self._next
        while number is not None and (arrived := self._waiting.get(number)):
            yield number, arrived
            number += 1

    def take(self, before: int) -> list[Arrived]:
        """Take the packets before a number."""
        begin, self._next = self._next or 0, before
        return [
            self._waiting.pop(number) for number in range(begin, before) if number in self._waiting
        ]

    def take_run(self) -> list[Arrived]:
        """Take what waits for nothing."""
        return [self._waiting.pop(number) for number in self._advance()]

    def _advance(self) -> list[int]:
        numbers = [number for number, _ in self.run()]
        self._next = numbers[-1] + 1 if numbers else self._next
        return numbers

    def behind_gap(self) -> tuple[int, Arrived] | None:
        """Give the first packet behind the first gap, and its number; None without a gap."""
        if len(self._waiting) == 0 or self._next is None:
            return None
        gap = self._next
        while gap in self._waiting:
            gap += 1
        if gap >= self._edge:
            return None
        behind = min(number for number in self._waiting if number > gap)
        return behind, self._waiting[behind]

    def beyond(self) -> Iterator[tuple[int, Arrived]]:
        """Give everything that waits, in order, with numbers."""
        for number in sorted(self._waiting):
            yield number, self._waiting[number]

    def give_up(self, before: int) -> int:
        """Do without what is missing before a number; tell how many packets that are."""
        begin = self._next or 0
        present = len(self.take(before))
        self.repair.forget(before)
        return before - begin - present
