"""A camera that replays a reel, and everything that can be the matter with a camera.

It has a clock of its own, which may run fast or slow, be set, or jump. It keeps a log of what it
took and when, by CLOCK_MONOTONIC: what a recording of it is held against.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec

from classroom_media.api import NS
from classroom_media.emulate.reel import FRAME_NS, Reel
from classroom_media.packets import Coded

RESTART_NS: Final = NS  # where the clock of a camera stands that has just booted


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture that a camera sent: when it was taken, and what it bears."""

    at_ns: int
    number: int | None
    key: bool


class ReplayedCamera:
    """Replays on a thread of its own; use it as a context manager.

    `ppm` is how much its clock runs fast. The attributes below are what is the matter with it;
    any thread may change them. Another `reel`, and the end of `frozen`, take effect at the next
    keyframe.
    """

    def __init__(
        self,
        name: str,
        reel: Reel,
        publish: Callable[[Coded], None],
        *,
        ppm: float = 0.0,
        clock: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self.reel = reel
        self.stalled = False  # it sends nothing, and what it would have sent is gone
        self.clogged = False  # the network holds everything back, to deliver it all at once
        self.blind = False  # it sends no pictures, but sound
        self.mute = False  # it sends no sound, but pictures
        self.frozen = False  # it sends the same picture for ever
        self.stamped_off_ns = 0  # what its stamps are wrong by
        self.blip_ns = 0  # what the stamps of its next packet are wrong by, and of no other
        self.shots: list[Shot] = []
        self._publish = publish
        self.pace = 1 + ppm / 1e6  # of its clock
        self._clock = clock
        self._begun_ns = clock()
        self._playing = reel
        self._still: tuple[Coded, int | None] | None = None
        self._next = {False: 0, True: 0}  # the next picture and block of sound (True), ever
        self._held: list[Coded] = []
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._replay, name=f"camera-{name}", daemon=True)

    def __enter__(self) -> "ReplayedCamera":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def own_ns(self) -> int:
        """Tell what its clock has counted since it began to film."""
        return int((self._clock() - self._begun_ns) * self.pace)

    def taken_ns(self, own_ns: int) -> int:
        """Turn a reading of its clock into CLOCK_MONOTONIC."""
        return self._begun_ns + int(own_ns / self.pace)

    def restart_clock(self) -> None:
        """Let its stamps begin anew, as after a boot."""
        self.stamped_off_ns = RESTART_NS - self.own_ns()

    def _replay(self) -> None:
        tick = 0
        while not self._stopped.wait(max(self.taken_ns(tick) - self._clock(), 0) / NS):
            self._send_pictures(tick)
            self._send_sound(tick)
            if not self.clogged and self._held:
                held, self._held = self._held, []
                for packet in held:
                    self._publish(packet)
            tick += FRAME_NS

    def _send_pictures(self, until_ns: int) -> None:
        while self._playing.pictures:
            index, round_ns = self._place(sound=False)
            packet = self._playing.pictures[index]
            own_ns = round_ns + packet.dts_ns + self._playing.lag_ns
            if own_ns > until_ns:
                return
            self._next[False] += 1
            if packet.key:
                packet = self._at_keyframe(index)
            number = self._playing.numbers[index]
            pts_ns, dts_ns = round_ns + packet.pts_ns, round_ns + packet.dts_ns
            if self._still is not None:
                still, number = self._still
                packet, pts_ns = still, dts_ns + still.pts_ns - still.dts_ns
            if not (self.stalled or self.blind):
                self.shots.append(Shot(self.taken_ns(pts_ns), number, packet.key))
                self._send(packet, pts_ns, dts_ns)

    def _at_keyframe(self, index: int) -> Coded:
        """Change over to what is wanted; give the keyframe that comes now."""
        self._playing = self.reel
        packet = self._playing.pictures[index]
        if not self.frozen:
            self._still = None
        elif self._still is None:
            self._still = packet, self._playing.numbers[index]
        return packet

    def _send_sound(self, until_ns: int) -> None:
        while self._playing.sound:
            index, round_ns = self._place(sound=True)
            packet = self._playing.sound[index]
            own_ns = round_ns + packet.pts_ns
            if own_ns + packet.duration_ns > until_ns:
                return
            self._next[True] += 1
            if not (self.stalled or self.mute):
                self._send(packet, own_ns, own_ns)

    def _place(self, *, sound: bool) -> tuple[int, int]:
        """Tell which packet of the reel comes next, and when its round began."""
        packets = self._playing.sound if sound else self._playing.pictures
        rounds, index = divmod(self._next[sound], len(packets))
        return index, rounds * self._playing.length_ns

    def _send(self, packet: Coded, pts_ns: int, dts_ns: int) -> None:
        wrong_ns, self.blip_ns = self.stamped_off_ns + self.blip_ns, 0
        stamped = msgspec.structs.replace(
            packet, pts_ns=pts_ns + wrong_ns, dts_ns=dts_ns + wrong_ns
        )
        self._held.append(stamped)
