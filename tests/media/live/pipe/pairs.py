"""Two ends of a pipe on loopback, and what came out of each."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from classroom_media.live.pipe.api import State
from classroom_media.live.pipe.port import Port
from classroom_media.live.pipe.reach import Reach
from classroom_media.live.pipe.secure import SecurePipe

LOOPBACK = "127.0.0.1"


class End:
    """A pipe, the packets that came by it, and the states it was in."""

    def __init__(
        self, reach: Reach, tasks: asyncio.TaskGroup, *, send: bool = True, receive: bool = True
    ) -> None:
        self.packets: list[bytes] = []
        self.states: list[State] = []
        self._news = asyncio.Condition()
        self._tasks = tasks
        self.port = reach.port
        self.pipe = SecurePipe(
            reach,
            tasks,
            received=self._received,
            changed=self._changed,
            send=send,
            receive=receive,
        )

    def _received(self, packet: bytes, _at_ns: int) -> None:
        self.packets.append(packet)
        self._tasks.create_task(self._tell())

    def _changed(self, state: State) -> None:
        self.states.append(state)
        self._tasks.create_task(self._tell())

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def until(self, true: Callable[[], bool], within_s: float = 20) -> None:
        """Wait until something is so, by what comes in or changes."""
        async with asyncio.timeout(within_s), self._news:
            await self._news.wait_for(true)

    def has(self, packets: int) -> bool:
        """Tell whether so many packets have come."""
        return len(self.packets) == packets

    async def connected(self) -> None:
        """Wait for the connection."""
        await self.until(lambda: State.CONNECTED in self.states)


async def agree(one: End, other: End) -> None:
    """Let one offer and the other answer, and wait for both."""
    answer = await other.pipe.answer(await one.pipe.offer())
    await one.pipe.agree(answer)
    await one.connected()
    await other.connected()


@asynccontextmanager
async def two_ends(address: str = LOOPBACK) -> AsyncIterator[tuple[End, End]]:
    """Give two ends that are not connected yet; both are closed at the end."""
    async with asyncio.TaskGroup() as tasks:
        ports = [Port.open([address]) for _ in range(2)]
        one, other = (End(Reach(port), tasks) for port in ports)
        try:
            yield one, other
        finally:
            await one.pipe.close()
            await other.pipe.close()
            for port in ports:
                port.close()
