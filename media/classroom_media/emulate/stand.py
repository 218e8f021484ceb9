"""A camera on its network outlet, to which anything can happen at any moment.

The faults are what real cameras do. Those of the camera itself are attributes of
`ReplayedCamera`; those of the network are here. Each can begin and end while it is watched.
"""

import asyncio
import random
import threading
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from enum import StrEnum
from typing import Any, Final, Self, TypeVar

from classroom_media.emulate.outlet import Outlet
from classroom_media.emulate.reel import Reel
from classroom_media.emulate.replay import ReplayedCamera
from classroom_media.emulate.rtsp import RtspServer

RUBBISH: Final = 3000  # bytes
LOST_SHARE: Final = 0.03  # of RTP packets, on a bad network
HOURS_NS: Final = 5 * 3600 * 10**9
BACK_NS: Final = 3 * 10**9
WAIT_S: Final = 10.0

Done = TypeVar("Done")


class Fault(StrEnum):
    """What can be the matter. The last six are over as soon as they have begun."""

    STALL = "stall"  # the socket stays open, nothing comes, nothing is made up for
    CLOG = "clog"  # the network stands still, then delivers all of it at once
    FREEZE = "freeze"  # the same picture for ever
    BLACK = "black"  # the cap is on the lens
    RESIZE = "resize"  # pictures of another size
    RECODE = "recode"  # the same size, coded in another way
    MUTE = "mute"  # no sound, but pictures
    BLIND = "blind"  # no pictures, but sound
    LATE = "late"  # nobody is there yet
    REBOOT = "reboot"  # nobody is there, then a camera whose clock begins anew
    LOSS = "loss"  # some RTP packets are missing
    GARBAGE = "garbage"  # bytes that mean nothing
    EXPIRED = "expired"  # the camera has forgotten its RTSP session
    RESET = "reset"  # stamps begin anew
    AHEAD = "ahead"  # stamps jump hours ahead
    BACK = "back"  # stamps jump some seconds back
    BLIP = "blip"  # one packet is stamped hours ahead


class Site:
    """An event loop on a thread of its own, on which outlets stand."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="outlets", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def do(self, work: Coroutine[Any, Any, Done]) -> Done:
        """Have something done on the loop, and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(WAIT_S)

    def _run(self) -> None:
        self._loop.run_forever()
        for left in asyncio.all_tasks(self._loop):
            left.cancel()
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()


class Stand:
    """A camera and its plug. `reels` has "resize", "recode" and "black", where these can be."""

    def __init__(
        self,
        site: Site,
        outlet: Outlet,
        port: int,
        camera: ReplayedCamera,
        reels: dict[Fault, Reel],
        *,
        seed: int = 0,
    ) -> None:
        self.camera = camera
        self._site = site
        self._outlet = outlet
        self.port = port
        self._reels = reels
        self._usual = camera.reel
        self._chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self._plug = AsyncExitStack()

    def plug(self) -> None:
        """Let the camera be reached, at the port that is always its own."""
        self._site.do(self._plug.enter_async_context(self._outlet.listening(self.port)))

    def unplug(self) -> None:
        """Hang up on everybody, and let nobody in."""
        self._site.do(self._plug.aclose())

    def begin(self, fault: Fault) -> None:
        """Let a fault begin."""
        self._set(fault, on=True)

    def end(self, fault: Fault) -> None:
        """Let a fault be over."""
        self._set(fault, on=False)

    def _set(self, fault: Fault, *, on: bool) -> None:
        camera = self.camera
        match fault:
            case Fault.STALL:
                camera.stalled = on
            case Fault.CLOG:
                camera.clogged = on
            case Fault.FREEZE:
                camera.frozen = on
            case Fault.BLACK | Fault.RESIZE | Fault.RECODE:
                camera.reel = self._reels[fault] if on else self._usual
            case Fault.MUTE:
                camera.mute = on
            case Fault.BLIND:
                camera.blind = on
            case Fault.LATE | Fault.REBOOT:
                self._boot(off=on)
            case _ if on:
                self._strike(fault)
            case Fault.LOSS:
                self._lose(0.0)

    def _boot(self, *, off: bool) -> None:
        self.camera.stalled = off
        if off:
            self.unplug()
            return
        self.camera.restart_clock()
        self.plug()

    def _strike(self, fault: Fault) -> None:
        camera = self.camera
        match fault:
            case Fault.LOSS:
                self._lose(LOST_SHARE)
            case Fault.GARBAGE:
                self._site.do(self._garble(self._chance.randbytes(RUBBISH)))
            case Fault.EXPIRED:
                self._site.do(self._expire())
            case Fault.RESET:
                camera.restart_clock()
            case Fault.AHEAD:
                camera.stamped_off_ns += HOURS_NS
            case Fault.BACK:
                camera.stamped_off_ns -= BACK_NS
            case Fault.BLIP:
                camera.blip_ns = HOURS_NS

    def _lose(self, share: float) -> None:
        if isinstance(self._outlet, RtspServer):
            self._outlet.lost_share = share

    async def _garble(self, rubbish: bytes) -> None:
        self._outlet.garble(rubbish)

    async def _expire(self) -> None:
        if isinstance(self._outlet, RtspServer):
            self._outlet.expire()
