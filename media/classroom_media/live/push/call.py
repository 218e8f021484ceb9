"""A call to a WHIP server: pictures go as they are, sound as Opus, by RTP over DTLS.

Whoever sends knows no event loop: the call has a thread with one of its own.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from classroom_media.api import Kind
from classroom_media.compose.sounds import SoundFeed
from classroom_media.encode.opus import OpusEncoder
from classroom_media.levels import RATE_HZ
from classroom_media.live.pipe.api import PipeError, State
from classroom_media.live.pipe.port import Port
from classroom_media.live.pipe.reach import Reach
from classroom_media.live.pipe.secure import SecurePipe
from classroom_media.live.push import whip
from classroom_media.live.push.address import Address
from classroom_media.live.push.errors import PushError
from classroom_media.live.rtp import numbering, packetised, rtcp
from classroom_media.live.rtp.keyframes import KeyframeWishes
from classroom_media.live.rtp.outgoing import Outgoing
from classroom_media.live.rtp.packetised import SoundPacketiser
from classroom_media.live.rtp.sender import Sender
from classroom_media.packets import Coded

FOUND_S: Final = 10.0  # until packets go through
LEAVE_S: Final = 8.0
TICK_S: Final = 0.005
PACE_BPS: Final = 20_000_000  # at which a keyframe leaves
NAME: Final = "classroom"
SOUND: Final = "sound"


class Voice:
    """Makes Opus of a programme's sound."""

    def __init__(self) -> None:
        self._feed = SoundFeed(SOUND)
        self._encoder = OpusEncoder(SOUND)
        self._at: int | None = None  # the next sample

    def opus(self, packet: Coded) -> list[Coded]:
        """Give the packets that this one completes."""
        self._feed.feed(packet, time.monotonic_ns())
        end = self._feed.end
        if self._at is None or not end - RATE_HZ <= self._at <= end:
            self._at = end
        begin, self._at = self._at, end
        samples = self._feed.read(begin, end - begin)
        return self._encoder.encode(samples, begin) if end > begin else []


class WhipLine:
    """A connection to a WHIP server (see `lines.Line`)."""

    def __init__(self, address: Address, wish: Callable[[], None]) -> None:
        """Call, and wait until packets go through; `wish` asks for a keyframe.

        Raises:
            PushError: the server takes no stream, or is not found.
        """
        self.sent = 0
        self._address, self._wish = address, wish
        self._wishes = KeyframeWishes()
        self._loop = asyncio.new_event_loop()
        self._over = asyncio.Event()
        self._settled = threading.Event()  # on the line, or not to be
        self._problem: PushError | None = None
        self._voice, self._sound = Voice(), SoundPacketiser(numbering.SOUND)
        self._pipe: SecurePipe | None = None
        self._sender: Sender | None = None
        self._thread = threading.Thread(target=self._run, name="whip", daemon=True)
        self._thread.start()
        self._settled.wait()
        if self._problem is not None:
            self._thread.join(LEAVE_S)
            raise self._problem

    def send(self, kind: Kind, packet: Coded) -> None:
        """Send a packet. Raises PushError."""
        if self._problem is not None:
            raise self._problem
        self._loop.call_soon_threadsafe(self._take, kind, packet)
        self.sent += len(packet.data)

    def close(self) -> None:
        """Say goodbye, and let go."""
        with suppress(RuntimeError):  # it is over already
            self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(LEAVE_S)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            try:
                runner.run(self._call())
            except PushError as error:
                self._problem = error
            finally:
                self._problem = self._problem or PushError("lost")
                self._settled.set()

    async def _call(self) -> None:
        """Call, and stay on the line until it is over. Raises PushError."""
        try:
            port = Port.open()
        except OSError as error:
            raise PushError("unreachable", error.strerror or str(error)) from error
        try:
            async with asyncio.TaskGroup() as tasks:
                told = await tasks.create_task(self._told(port, tasks))
        finally:
            port.close()
        if told is not None:
            raise told

    async def _told(self, port: Port, tasks: asyncio.TaskGroup) -> PushError | None:
        """Call; give why it is over, if that was not our wish."""
        changed = asyncio.Event()
        servers = await asyncio.to_thread(whip.named, self._address)
        self._pipe = pipe = SecurePipe(
            Reach(port, stun=servers.stun, relays=servers.turn),
            tasks,
            received=self._heard,
            changed=lambda _state: changed.set(),
            receive=False,
        )
        session = ""
        try:
            agreed = await asyncio.to_thread(whip.offered, self._address, await pipe.offer())
            session = agreed.session
            await pipe.also(servers.also(agreed.servers))
            await pipe.agree(agreed.answer)
            async with asyncio.timeout(FOUND_S):
                await changed.wait()
            await self._stay(pipe)
        except PushError as error:
            return error
        except PipeError as error:
            return PushError("strange", str(error))
        except TimeoutError:
            return PushError("unreachable", "ICE")
        finally:
            await pipe.close()
            if session:
                await asyncio.to_thread(whip.leave, self._address, session)
        return None

    async def _stay(self, pipe: SecurePipe) -> None:
        """Let what waits go out in time, until it is over. Raises PushError."""
        if pipe.state is not State.CONNECTED:
            raise PushError("unreachable", "DTLS")
        self._sender = sender = Sender(
            NAME, sound=Outgoing(pipe.sends.sound), picture=Outgoing(pipe.sends.picture)
        )
        sender.pacer.set(PACE_BPS, 0)
        self._settled.set()
        while not self._over.is_set():
            if pipe.state is not State.CONNECTED:
                raise PushError("lost")
            now_ns = time.monotonic_ns()
            pipe.send(sender.tick(now_ns))
            if self._wishes.due(now_ns):
                self._wish()
            await asyncio.sleep(TICK_S)
        pipe.send([sender.goodbye()])

    def _take(self, kind: Kind, packet: Coded) -> None:
        """Send a packet, in the loop."""
        pipe, sender, now_ns = self._pipe, self._sender, time.monotonic_ns()
        if pipe is None or sender is None:
            return
        if kind is Kind.PICTURE:
            if packet.key:
                self._wishes.made()
            if pipe.sends.has_picture:
                pipe.send(sender.picture(packetised.picture(packet), now_ns))
            return
        for opus in self._voice.opus(packet) if pipe.sends.has_sound else ():
            self._sound.take(opus)
            pipe.send(sender.sound(self._sound, now_ns))

    def _heard(self, data: bytes, at_ns: int) -> None:
        if self._pipe and self._sender and rtcp.is_rtcp(data):
            self._pipe.send(self._sender.control(data, at_ns))
            if self._sender.take_key_wanted():
                self._wishes.wish()
