"""The box around an emulated device: its clock, its faults, and who is connected to it."""

import asyncio
import random
from collections.abc import Awaitable, Callable

from classroom_drivers.emulators.faults import Faults, lost, spoil
from classroom_drivers.emulators.session import NEVER, Emulator

HEARD_MAX = 256  # chunks that wait for the device; more are lost, as in a device
SILENCE_S = 0.05  # how often a silent device looks whether it still is


class Box:
    """An emulator with a clock (the loop's) and faults that can be switched while it runs."""

    def __init__(self, emulator: Emulator, faults: Faults | None = None, *, seed: int = 1) -> None:
        self.emulator = emulator
        self.misbehave(faults or Faults())
        self.chance = random.Random(seed)  # noqa: S311 - faults want to be repeatable

    def misbehave(self, faults: Faults) -> None:
        """Switch faults on from now; Faults() is good behaviour."""
        self.faults = faults
        self._since_s: float | None = None

    def visit(self, send: Callable[[bytes], Awaitable[None]]) -> "Visitor":
        """Take a new connection, whose bytes go out by `send`."""
        return Visitor(self, send)

    def silent(self, now_s: float) -> bool:
        """Say whether it has gone silent by now."""
        if self._since_s is None:
            self._since_s = now_s
        after_s = self.faults.silent_after_s
        return after_s is not None and now_s >= self._since_s + after_s


class Visitor:
    """One connection to a box: what arrives, what the device says, what the faults make of it."""

    def __init__(self, box: Box, send: Callable[[bytes], Awaitable[None]]) -> None:
        self._box = box
        self._send = send
        self._heard: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(HEARD_MAX)
        self._clock = asyncio.get_running_loop().time

    def hear(self, data: bytes) -> None:
        """Take bytes from the wire."""
        if not self._heard.full():
            self._heard.put_nowait((self._clock(), data))

    async def run(self) -> None:
        """Answer until the device hangs up."""
        box, clock = self._box, self._clock
        box.silent(clock())
        session = box.emulator.session(clock())
        answers, at_s, data = 0, clock(), b""
        while not session.closed:
            if box.silent(clock()):
                await self._listen(clock() + SILENCE_S)
                data = b""
                continue
            for said in session.receive(data, clock()):
                await self._say(said, at_s + box.faults.delay_s)
                answers += 1
                if 0 < box.faults.hang_up_after <= answers:
                    return
            at_s, data = await self._listen(session.due_s())
            if data and lost(box.faults, box.chance):
                data = b""

    async def _listen(self, due_s: float) -> tuple[float, bytes]:
        """Give what arrives and when, or nothing once it is time."""
        try:
            async with asyncio.timeout_at(None if due_s == NEVER else max(due_s, self._clock())):
                return await self._heard.get()
        except TimeoutError:
            return self._clock(), b""

    async def _say(self, said: bytes, at_s: float) -> None:
        faults = self._box.faults
        data = spoil(faults, said, self._box.chance)
        if not data:
            return
        if faults.delay_s:
            await asyncio.sleep(max(at_s - self._clock(), 0.0))
        if not faults.split and not faults.slow_bps:
            await self._send(data)
            return
        for place in range(len(data)):
            if faults.slow_bps:
                await asyncio.sleep(8 / faults.slow_bps)
            await self._send(data[place : place + 1])
