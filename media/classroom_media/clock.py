"""From a source's own time stamps to the room's timeline.

A source counts time from its own zero and at its own pace; all we have besides is when its
packets arrive, which is late by a varying delay. The least delay seen is the most faithful:
stamp plus that offset is a packet's place on the timeline (CLOCK_MONOTONIC, nanoseconds).

- The offset is chosen after a short warm-up, during which packets are held back, and is then
  only slewed, slowly: pictures 40 ms apart stay 40 ms apart, whatever the network does. While
  the least delay still falls (a busy machine works off what has gathered), the warm-up goes on.
- All streams of a source share it, so picture and sound stay as far apart as they were sent.
- Stamps that jump (a camera restarts, is set, or stamps a frame hours ahead) begin another
  epoch, which takes up where the last packet left off. A jump is told by the step itself: no
  stamp goes back, and none goes ahead further than time has passed since the one before.
- A delay that stays (a camera stood still, and its stamps with it) is jumped over, too.

Source: minimum delay filter: Mills, RFC 5905 (NTP), section 10, clock filter.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from classroom_media.api import NS

WARM_UP_NS: Final = 400_000_000  # in which the least delay has not fallen
WARM_UP_MAX_NS: Final = 1_200_000_000
WINDOW_NS: Final = 5 * NS  # the least delay is looked for in windows of this length
DEAD_ZONE_NS: Final = 1_000_000  # a smaller error of the offset is left alone
SLEW: Final = 500e-6  # of elapsed time: more than twice what a bad quartz drifts
FAR_NS: Final = 20_000_000  # an error that drift does not make is slewed faster
SLEW_FAR: Final = 3000e-6  # which neither eyes nor ears notice
LASTING_NS: Final = NS // 4  # a delay that was this long for a whole window stays
LATE_NS: Final = 10 * NS  # a burst at the start, a stall of the network
AHEAD_NS: Final = 1 * NS  # more cannot be: a packet does not arrive before it was made
STEP_NS: Final = 100_000_000  # a stamp may go ahead of time by jitter and this
PAUSE_NS: Final = 1 * NS  # between packets of a stream; beyond it there is nothing to continue
NUDGE_NS: Final = 100_000  # between packets whose stamps do not rise
CALMING: Final = 0.99  # of the jitter that is remembered, from packet to packet
EPOCHS_KEPT: Final = 4

Payload = TypeVar("Payload")


@dataclass(frozen=True, slots=True)
class Stamped(Generic[Payload]):
    """A packet with its stamps: the source's own, or later its place on the timeline."""

    stream: int
    pts_ns: int
    dts_ns: int
    duration_ns: int  # 0 = unknown
    what: Payload

    def moved(self, by_ns: int) -> "Stamped[Payload]":
        """Give the packet with later stamps."""
        pts_ns, dts_ns = self.pts_ns + by_ns, self.dts_ns + by_ns
        return Stamped(self.stream, pts_ns, dts_ns, self.duration_ns, self.what)


@dataclass(slots=True, eq=False)
class _Epoch:
    """A stretch of stamps without a jump: the offset, and how it is corrected."""

    offset_ns: int
    _target_ns: int = field(init=False)
    _least_ns: int | None = field(default=None, init=False)
    _window_from_ns: int = field(default=0, init=False)
    _slewed_at_ns: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._target_ns = self.offset_ns

    def fits(self, delay_ns: int, *, late_ns: int = LATE_NS, ahead_ns: int = AHEAD_NS) -> bool:
        return -ahead_ns < delay_ns - self.offset_ns < late_ns

    def learn(self, delay_ns: int, now_ns: int) -> None:
        now_ns = max(now_ns, self._slewed_at_ns)  # one stream's arrivals may be told in arrears
        if self._least_ns is None:
            self._least_ns, self._window_from_ns, self._slewed_at_ns = delay_ns, now_ns, now_ns
        self._least_ns = min(self._least_ns, delay_ns)
        if now_ns - self._window_from_ns > WINDOW_NS:
            self._aim(self._least_ns)
            self._least_ns, self._window_from_ns = delay_ns, now_ns
        error_ns = self._target_ns - self.offset_ns
        slew = SLEW if abs(error_ns) < FAR_NS else SLEW_FAR
        step_ns = int((now_ns - self._slewed_at_ns) * slew)
        self._slewed_at_ns = now_ns
        self.offset_ns += max(-step_ns, min(step_ns, error_ns))

    def _aim(self, least_ns: int) -> None:
        if abs(least_ns - self.offset_ns) > DEAD_ZONE_NS:
            self._target_ns = least_ns
        if least_ns - self.offset_ns > LASTING_NS:
            self.offset_ns = least_ns


@dataclass(slots=True)
class _Stream:
    """The last packet of a stream: as it was stamped, when it arrived, and where it was placed."""

    epoch: _Epoch
    stamp_ns: int
    arrived_ns: int
    dts_ns: int
    spacing_ns: int
    jitter_ns: int  # how late packets were at most, not long ago
    lag_ns: int  # from decoding to showing, at most


class Timeline(Generic[Payload]):
    """Places the packets of one source; its own order within each stream is kept.

    `delay_ns` is added to every stamp. Pure: the time of arrival is an argument.
    """

    def __init__(self, *, delay_ns: int = 0) -> None:
        self._delay_ns = delay_ns
        self._held: list[tuple[Stamped[Payload], int]] | None = []
        # by stream, of the delays of what is held, and when it fell to that (by FAR_NS at least)
        self._least: dict[int, tuple[int, int]] = {}
        self._epochs: deque[_Epoch] = deque(maxlen=EPOCHS_KEPT)
        self._streams: dict[int, _Stream] = {}

    def place(self, packet: Stamped[Payload], arrived_ns: int) -> list[Stamped[Payload]]:
        """Give the packets whose place is known now: none, this one, or all held back."""
        if self._held is None:
            return [self._place(packet, arrived_ns)]
        delay_ns = _delay(packet, arrived_ns)
        self._held.append((packet, arrived_ns))
        begun_ns = self._held[0][1]
        least_ns, _ = self._least.setdefault(packet.stream, (delay_ns, begun_ns))
        if delay_ns < least_ns - FAR_NS:
            self._least[packet.stream] = (delay_ns, arrived_ns)
        fell_ns = max(at_ns for _, at_ns in self._least.values())
        until_ns = min(fell_ns + WARM_UP_NS, begun_ns + WARM_UP_MAX_NS)
        if arrived_ns < until_ns:
            return []
        held, self._held = self._held, None
        self._begin([_delay(early, arrived) for early, arrived in held])
        return [self._place(early, arrived) for early, arrived in held]

    def _begin(self, delays_ns: list[int]) -> None:
        """Choose the first offsets; two, where two streams count from different zeros."""
        for delay_ns in sorted(delays_ns):
            if not any(epoch.fits(delay_ns) for epoch in self._epochs):
                self._epochs.append(_Epoch(delay_ns))

    def _place(self, packet: Stamped[Payload], arrived_ns: int) -> Stamped[Payload]:
        last = self._streams.get(packet.stream)
        delay_ns = _delay(packet, arrived_ns)
        epoch = self._epoch_of(packet, delay_ns, last, arrived_ns)
        offset_ns = epoch.offset_ns  # for both stamps: what is learnt holds for the next packet
        epoch.learn(delay_ns, arrived_ns)
        dts_ns = packet.dts_ns + offset_ns
        if last and dts_ns <= last.dts_ns:
            dts_ns = last.dts_ns + NUDGE_NS
        pts_ns = max(packet.pts_ns + offset_ns, dts_ns)
        calmed_ns = int(last.jitter_ns * CALMING) if last else 0
        self._streams[packet.stream] = _Stream(
            epoch,
            packet.dts_ns,
            arrived_ns,
            dts_ns,
            dts_ns - last.dts_ns if last else 0,
            max(arrived_ns - dts_ns, calmed_ns),
            max(packet.pts_ns - packet.dts_ns, last.lag_ns if last else 0),
        )
        return Stamped(
            packet.stream,
            pts_ns + self._delay_ns,
            dts_ns + self._delay_ns,
            packet.duration_ns,
            packet.what,
        )

    def _epoch_of(
        self, packet: Stamped[Payload], delay_ns: int, last: _Stream | None, arrived_ns: int
    ) -> _Epoch:
        """Go on in the stream's epoch; after a jump, in another one that fits, or in a new one."""
        if last is None:
            return self._closest(delay_ns) or self._new(arrived_ns - packet.dts_ns)
        passed_ns = arrived_ns - last.arrived_ns
        step_ns = packet.dts_ns - last.stamp_ns
        ahead_ns = passed_ns + last.jitter_ns + last.lag_ns + STEP_NS
        if 0 <= step_ns < ahead_ns and last.epoch.fits(delay_ns):
            return last.epoch
        if step_ns < 0 and last.epoch.fits(delay_ns, late_ns=last.jitter_ns + 1, ahead_ns=1):
            return last.epoch  # overtaken by the one before
        known = self._closest(delay_ns, late_ns=last.jitter_ns + STEP_NS, ahead_ns=STEP_NS)
        if known is not None and known is not last.epoch:
            return known
        if passed_ns >= PAUSE_NS:
            return self._new(delay_ns)
        return self._new(_next_ns(last, arrived_ns) - packet.dts_ns)

    def _closest(
        self, delay_ns: int, *, late_ns: int = LATE_NS, ahead_ns: int = AHEAD_NS
    ) -> _Epoch | None:
        fitting = [
            epoch
            for epoch in self._epochs
            if epoch.fits(delay_ns, late_ns=late_ns, ahead_ns=ahead_ns)
        ]
        return min(fitting, key=lambda epoch: abs(delay_ns - epoch.offset_ns), default=None)

    def _new(self, offset_ns: int) -> _Epoch:
        self._epochs.append(_Epoch(offset_ns))
        return self._epochs[-1]


def _delay(packet: Stamped[Payload], arrived_ns: int) -> int:
    """How late a packet is, by the source's zero: it cannot come before it is shown.

    A picture that others lean on is sent before those that are shown first.
    """
    return arrived_ns - packet.pts_ns


def _next_ns(last: _Stream, arrived_ns: int) -> int:
    """Place what comes after a jump: next to the last packet, or so much later as is missing."""
    next_ns = last.dts_ns + last.spacing_ns
    late_ns = arrived_ns - last.jitter_ns - next_ns
    if late_ns > 0 and last.spacing_ns > 0:
        next_ns += round(late_ns / last.spacing_ns) * last.spacing_ns
    return next_ns
