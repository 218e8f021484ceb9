"""A lesson over real sockets: one end of it is this process, the link between them the kernel's.

    python -m classroom_media.emulate.lesson_by_sockets hub HOST PORT SECONDS [--fixed]
    python -m classroom_media.emulate.lesson_by_sockets site HOST PORT SECONDS

As in `lesson_by_link.py` the encoders are made up; packetiser, sender, ladder, receiver and playout
are the product's, and the clock is the machine's. The site, which may be behind NAT, speaks first.
At the end each tells in one line of JSON what it has sent, or shown. `--fixed`: one bit rate.
"""

import asyncio
import socket
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Final

import msgspec

from classroom_media.emulate.lesson_by_link import SOUND_BYTES, TICK_NS, Encoder, coded
from classroom_media.emulate.link import Line, Link
from classroom_media.emulate.site_by_link import Shown, Site, numbers
from classroom_media.live.fan_out import FanOut
from classroom_media.live.ladder import Ladder
from classroom_media.live.rtp.outgoing import Outgoing
from classroom_media.live.rtp.playout import Playout
from classroom_media.live.rtp.sender import Sender
from classroom_media.live.rungs import RUNGS, SIZES

HELLO: Final = b"hello"
NAME: Final = "site"
SOUND_TICKS: Final = 4  # of TICK_NS
PICTURE_TICKS: Final = 8
FIRST_S: Final = 10.0  # at most until the other end speaks
AFTER_S: Final = 1.0  # that a site still looks when the lesson is over
_NS: Final = 1_000_000_000


class Told(msgspec.Struct, kw_only=True):
    """What one end tells; instants are this machine's."""

    sent: list[int] = []  # packets of sound
    rungs: list[tuple[int, str]] = []
    pictures: list[Shown] = []
    sounds: list[Shown] = []


class HubEnd:
    """Teaches one site."""

    def __init__(self, out: Callable[[bytes], None], *, fixed: bool) -> None:
        sound, picture = numbers(1)
        sender = Sender(
            "hub", sound=Outgoing(sound), picture=Outgoing(picture), red_type=Site.RED_TYPE
        )
        self.told = Told()
        self._out = out
        self._fan_out = FanOut(len(SIZES), sound.payload_type)
        self._fan_out.add(NAME, sender, Ladder(RUNGS[:1]) if fixed else Ladder(start=2))
        self._encoders = [Encoder(layer) for layer in range(len(SIZES))]
        self._ticks = 0

    def take(self, packet: bytes, now_ns: int) -> None:
        """Take what the site says."""
        if packet != HELLO:
            self._send(self._fan_out.control(NAME, packet, now_ns))

    def tick(self, now_ns: int) -> None:
        """Do what is due each 5 ms."""
        if self._ticks % PICTURE_TICKS == 0:
            self._picture(now_ns)
        if self._ticks % SOUND_TICKS == 0:
            self._sound(now_ns)
        self._ticks += 1
        for _, packets in self._fan_out.tick(now_ns):
            self._send(packets)
        rung = self._fan_out.peers[NAME].rung.name
        if not self.told.rungs or self.told.rungs[-1][1] != rung:
            self.told.rungs.append((now_ns, rung))

    def _picture(self, now_ns: int) -> None:
        for layer in self._fan_out.keyframes(now_ns):
            self._encoders[layer].keyframe()
        for layer, encoder in enumerate(self._encoders):
            for _, packets in self._fan_out.picture(layer, encoder.picture(now_ns), now_ns):
                self._send(packets)

    def _sound(self, now_ns: int) -> None:
        self.told.sent.append(now_ns)
        data = b"\x78" + b"%016x" % now_ns + b"\xaa" * (SOUND_BYTES - 17)
        for _, packets in self._fan_out.sound(coded("sound", now_ns, data, key=True), now_ns):
            self._send(packets)

    def _send(self, packets: Iterable[bytes]) -> None:
        for packet in packets:
            self._out(packet)


class SiteEnd:
    """Listens to the hub."""

    def __init__(self, out: Callable[[bytes], None]) -> None:
        unused = Link(Line(), 0)
        self._site = Site(1, down=unused, up=unused, playout=Playout())
        self._out = out

    @property
    def told(self) -> Told:
        """What was shown."""
        return Told(pictures=self._site.pictures, sounds=self._site.sounds)

    def take(self, packet: bytes, now_ns: int) -> None:
        """Take a packet of the hub's."""
        self._site.arrive(packet, now_ns)

    def tick(self, now_ns: int) -> None:
        """Do what is due each 5 ms."""
        for packet in self._site.tick(now_ns):
            self._out(packet)


async def _held(end: HubEnd | SiteEnd, sock: socket.socket, seconds: float) -> None:
    """Hold the lesson for so long, on the machine's clock."""
    loop = asyncio.get_running_loop()

    def read() -> None:
        with suppress(OSError):
            while data := sock.recv(2048):
                end.take(data, time.monotonic_ns())

    loop.add_reader(sock, read)
    begin_ns = next_ns = time.monotonic_ns()
    while next_ns < begin_ns + seconds * _NS:
        end.tick(time.monotonic_ns())
        next_ns += TICK_NS
        await asyncio.sleep(max(0, next_ns - time.monotonic_ns()) / _NS)
    loop.remove_reader(sock)


def _main(role: str, host: str, port: int, seconds: float, *, fixed: bool) -> Told:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.settimeout(FIRST_S)
        end: HubEnd | SiteEnd
        if role == "hub":
            sock.bind((host, port))
            sys.stderr.write("ready\n")
            sys.stderr.flush()
            sock.connect(sock.recvfrom(2048)[1])
        else:
            sock.connect((host, port))
            sock.send(HELLO)
        sock.setblocking(False)  # noqa: FBT003 - its only form

        def out(packet: bytes) -> None:
            with suppress(OSError):  # as on any link, it is lost
                sock.send(packet)

        end = HubEnd(out, fixed=fixed) if role == "hub" else SiteEnd(out)
        asyncio.run(_held(end, sock, seconds if role == "hub" else seconds + AFTER_S))
        return end.told


if __name__ == "__main__":
    _role, _host, _port, _seconds, *_more = sys.argv[1:]
    _told = _main(_role, _host, int(_port), float(_seconds), fixed="--fixed" in _more)
    sys.stdout.write(msgspec.json.encode(_told).decode() + "\n")
