"""A lesson from a hub to sites over links that are not there, on a clock that is not there.

The encoders are made up, too: three sizes of H.264 with keyframes each two seconds and on demand,
and Opus; the sizes of their packets are those of real ones. Everything between, from the
packetiser to the playout, is what runs in a school. A minute takes a second or two.
"""

import heapq
from collections.abc import Callable, Iterable
from functools import partial
from itertools import count
from typing import Final

from classroom_media.emulate.link import Line, Link
from classroom_media.emulate.site_by_link import Site, numbers
from classroom_media.live.fan_out import FanOut
from classroom_media.live.ladder import Ladder
from classroom_media.live.rtp.outgoing import Outgoing
from classroom_media.live.rtp.packetised import AROUND
from classroom_media.live.rtp.playout import Playout
from classroom_media.live.rtp.sender import Sender
from classroom_media.live.rungs import SIZES
from classroom_media.packets import Coded

BEGIN_NS: Final = 1_000_000_000_000
FRAME_NS: Final = 40_000_000
SOUND_NS: Final = 20_000_000
TICK_NS: Final = 5_000_000
GROUP: Final = 50  # pictures between keyframes
KEY: Final = 5.0  # times as large as the others
SOUND_BYTES: Final = 60  # 24 kbit/s
_SETS: Final = bytes.fromhex("00000001 6742c00d da0507e4 00000001 68ce3c80 00000001 65")
_DELTA: Final = bytes.fromhex("00000001 41")
_NS: Final = 1_000_000_000


class Encoder:
    """Makes up one size of a picture: the right number of bytes, and when it was taken."""

    def __init__(self, layer: int) -> None:
        per_group = SIZES[layer].picture_bps / 8 * GROUP * FRAME_NS / _NS
        self._size = per_group / (GROUP - 1 + KEY)
        self._stream = SIZES[layer].name
        self._place = 0

    def keyframe(self) -> None:
        """Make the next picture a keyframe."""
        self._place = 0

    def picture(self, now_ns: int) -> Coded:
        """Give the next picture; its last bytes tell when it was taken."""
        key = self._place == 0
        self._place = (self._place + 1) % GROUP
        size = int(self._size * (KEY if key else 1.0))
        data = (_SETS if key else _DELTA) + b"\xaa" * size + b"%016x" % now_ns
        return coded(self._stream, now_ns, data, key=key)


def coded(stream: str, now_ns: int, data: bytes, *, key: bool) -> Coded:
    """Give a packet of a stream, taken now."""
    return Coded(stream=stream, pts_ns=now_ns, dts_ns=now_ns, duration_ns=0, key=key, data=data)


class Lesson:
    """A hub that teaches, and its sites. The same seed gives the same lesson."""

    def __init__(self, seed: int = 1) -> None:
        self.now_ns = BEGIN_NS
        self.sites: dict[str, Site] = {}
        self.fan_out = FanOut(len(SIZES), numbers(0)[0].payload_type)
        self.keyframes = 0  # on demand
        self._encoders = [Encoder(layer) for layer in range(len(SIZES))]
        self._seed = seed
        self._order = count()
        self._events: list[tuple[int, int, Callable[[], None]]] = []
        self._every(FRAME_NS, self._pictures)
        self._every(SOUND_NS, self._sound)
        self._every(TICK_NS, self._tick)

    def join(
        self,
        name: str,
        *,
        down: Line,
        up: Line | None = None,
        ladder: Ladder | None = None,
        playout: Playout | None = None,
    ) -> Site:
        """Let a site take part, over a link each way."""
        place = len(self.sites) + 1
        sound, picture = numbers(place)
        sender = Sender(
            "hub", sound=Outgoing(sound), picture=Outgoing(picture), red_type=Site.RED_TYPE
        )
        site = Site(
            place,
            down=Link(down, self._seed * 1000 + place),
            up=Link(up or Line(delay_ns=down.delay_ns), self._seed * 1000 + 500 + place),
            playout=playout or Playout(),
        )
        self.sites[name] = site
        self.fan_out.add(name, sender, ladder or Ladder(start=2))
        return site

    def at(self, second: float, do: Callable[[], None]) -> None:
        """Do something at a second of the lesson."""
        self._later(BEGIN_NS + int(second * _NS), do)

    def run(self, until_s: float) -> None:
        """Go on until a second of the lesson."""
        end_ns = BEGIN_NS + int(until_s * _NS)
        while self._events[0][0] <= end_ns:
            self.now_ns, _, do = heapq.heappop(self._events)
            do()
        self.now_ns = end_ns

    def _later(self, at_ns: int, do: Callable[[], None]) -> None:
        heapq.heappush(self._events, (at_ns, next(self._order), do))

    def _every(self, each_ns: int, do: Callable[[], None]) -> None:
        def again() -> None:
            do()
            self._later(self.now_ns + each_ns, again)

        self._later(self.now_ns, again)

    def _pictures(self) -> None:
        for layer in self.fan_out.keyframes(self.now_ns):
            self.keyframes += 1
            self._encoders[layer].keyframe()
        for layer, encoder in enumerate(self._encoders):
            picture = encoder.picture(self.now_ns)
            for name, packets in self.fan_out.picture(layer, picture, self.now_ns):
                self._send(name, packets)

    def _sound(self) -> None:
        data = b"\x78" + b"%016x" % self.now_ns + b"\xaa" * (SOUND_BYTES - 17)
        for name, packets in self.fan_out.sound(
            coded("sound", self.now_ns, data, key=True), self.now_ns
        ):
            self.sites[name].sound_sent(self.now_ns)
            self._send(name, packets)

    def _tick(self) -> None:
        for name, packets in self.fan_out.tick(self.now_ns):
            self._send(name, packets)
        for name, site in self.sites.items():
            self._answer(name, site.tick(self.now_ns))
            site.note_rung(self.now_ns, self.fan_out.peers[name].rung.name)

    def _send(self, name: str, packets: Iterable[bytes]) -> None:
        site = self.sites[name]
        for packet in packets:
            at_ns = site.down.carry(len(packet) + AROUND, self.now_ns)
            if at_ns is not None:
                self._later(at_ns, partial(self._arrive, site, packet))

    def _answer(self, name: str, packets: Iterable[bytes]) -> None:
        site = self.sites[name]
        for packet in packets:
            at_ns = site.up.carry(len(packet) + AROUND, self.now_ns)
            if at_ns is not None:
                self._later(at_ns, partial(self._hear, name, packet))

    def _arrive(self, site: Site, packet: bytes) -> None:
        site.arrive(packet, self.now_ns)

    def _hear(self, name: str, packet: bytes) -> None:
        self._send(name, self.fan_out.control(name, packet, self.now_ns))
