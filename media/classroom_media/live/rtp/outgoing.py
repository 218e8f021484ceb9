"""One stream to one peer: its own numbers before shared payloads, and what was sent lately.

What is sent again goes as a stream of its own, with the number it had in its first two bytes.

Source: RFC 3550, 5.1, 6.4.1; RFC 4588, 4 (retransmission payload).
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from classroom_media.live.rtp import rtcp
from classroom_media.live.rtp.header import MARKER, SENT_ID, stamped
from classroom_media.live.rtp.packetised import ticks
from classroom_media.live.rtp.reports import SenderReport

HISTORY: Final = 256  # batches of packets that may be asked for again: five seconds of sound


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a stream is called on the wire, and where its counters begin (at random, by RFC 3550).

    `again` is the payload type of what is sent again, under `again_ssrc`; None = never. `sent_id`
    is the number of the time of sending in headers.
    """

    ssrc: int
    payload_type: int
    clock_hz: int
    again: int | None = None
    again_ssrc: int = 0
    sequence: int = 0
    again_sequence: int = 0
    timestamp: int = 0
    sent_id: int = SENT_ID


class _Batch(NamedTuple):
    """Payloads that were sent in one go, of one time stamp."""

    first: int
    timestamp: int
    payloads: Sequence[bytes]
    ends: bool  # a picture ends with the last of them


class Outgoing:
    """Numbers the packets of a stream, and can give those of the last seconds again."""

    def __init__(self, numbers: Numbers) -> None:
        self.numbers = numbers
        self._sequence = numbers.sequence
        self._again_sequence = numbers.again_sequence
        self._history: deque[_Batch] = deque(maxlen=HISTORY)
        self._packets = 0
        self._octets = 0

    def send(
        self,
        payloads: Sequence[bytes],
        timestamp: int,
        now_ns: int,
        *,
        payload_type: int | None = None,
        plain: Sequence[bytes] | None = None,
        ends: bool = False,
    ) -> list[bytes]:
        """Give the packets of payloads that share a time stamp; `ends`: with a marker.

        Redundant sound has another `payload_type` than the stream, and is `plain` when it is sent
        again.
        """
        numbers = self.numbers
        kind = numbers.payload_type if payload_type is None else payload_type
        stamp = timestamp + numbers.timestamp & 0xFFFFFFFF
        packets = stamped(
            payloads,
            kind=kind,
            last_kind=kind | MARKER if ends else kind,
            sequence=self._sequence,
            timestamp=stamp,
            ssrc=numbers.ssrc,
            now_ns=now_ns,
            sent_id=numbers.sent_id,
        )
        kept = payloads if plain is None else plain
        self._history.append(_Batch(self._sequence, stamp, kept, ends))
        self._sequence += len(payloads)
        self._packets += len(payloads)
        self._octets += sum(map(len, payloads))
        return packets

    def again(self, sequence: int, now_ns: int) -> bytes | None:
        """Give a packet once more, as a retransmission; None if it is not to be had any more."""
        for batch in reversed(self._history):
            place = sequence - batch.first & 0xFFFF
            if place < len(batch.payloads):
                return self._repeat(batch, place, now_ns)
        return None

    def forget(self) -> None:
        """Send nothing again of what was sent so far."""
        self._history.clear()

    def lately(self, count: int) -> list[int]:
        """Give the numbers of the packets sent last, newest first; they do not wrap."""
        found: list[int] = []
        for batch in reversed(self._history):
            found += range(batch.first + len(batch.payloads) - 1, batch.first - 1, -1)
            if len(found) >= count:
                break
        return found[:count]

    def _repeat(self, batch: _Batch, place: int, now_ns: int) -> bytes | None:
        kind = self.numbers.again
        if kind is None:
            return None
        last = batch.ends and place == len(batch.payloads) - 1
        number = (batch.first + place & 0xFFFF).to_bytes(2)
        [packet] = stamped(
            [number + batch.payloads[place]],
            kind=kind,
            last_kind=kind | MARKER if last else kind,
            sequence=self._again_sequence,
            timestamp=batch.timestamp,
            ssrc=self.numbers.again_ssrc,
            now_ns=now_ns,
            sent_id=self.numbers.sent_id,
        )
        self._again_sequence += 1
        return packet

    def report(self, now_ns: int) -> SenderReport:
        """Tell what was sent, and which time stamp this moment would have."""
        numbers = self.numbers
        stamp = ticks(now_ns, numbers.clock_hz) + numbers.timestamp & 0xFFFFFFFF
        return SenderReport(numbers.ssrc, rtcp.ntp(now_ns), stamp, self._packets, self._octets)
