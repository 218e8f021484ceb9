"""One end of a pipe in a namespace, told line by line what to do; it answers each with a line.

python pipe_end.py [HOST PORT CERTIFICATE]    with these, nothing but a TURN server there by TLS

offer | answer SDP | agree SDP      descriptions as JSON
connected                           waits for it; tells after how many seconds
send N                              N packets, ten at once; tells when all have left
until N S                           waits for N packets, S seconds at most; tells how many came
"""

# ruff: noqa: T201 - it talks to whoever started it

import asyncio
import json
import ssl
import sys
import time
from itertools import count

from classroom_media.live.pipe.api import State
from classroom_media.live.pipe.port import Port
from classroom_media.live.pipe.reach import Reach, Relay
from classroom_media.live.pipe.secure import SecurePipe

USER, PASSWORD = "site", "word"
STEP_S = 0.01


class End:
    """A pipe, and what came by it."""

    def __init__(self, reach: Reach, tasks: asyncio.TaskGroup) -> None:
        self.came = 0
        self._numbers = count()
        self._began_s = time.monotonic()
        self.pipe = SecurePipe(reach, tasks, received=self._received, changed=lambda _: None)

    def _received(self, _packet: bytes, _at_ns: int) -> None:
        self.came += 1

    async def do(self, what: str, *said: str) -> object:
        if what == "offer":
            return await self.pipe.offer()
        if what == "answer":
            return await self.pipe.answer(json.loads(said[0]))
        if what == "agree":
            await self.pipe.agree(json.loads(said[0]))
            self._began_s = time.monotonic()
            return "agreed"
        if what == "connected":
            return await self._connected()
        if what == "send":
            return await self._send(int(said[0]))
        return await self._until(*map(int, said[0].split()))

    async def _connected(self) -> float:
        while self.pipe.state is State.CONNECTING:
            await asyncio.sleep(STEP_S)
        assert self.pipe.state is State.CONNECTED
        return time.monotonic() - self._began_s

    async def _send(self, many: int) -> str:
        for _ in range(0, many, 10):
            numbers = [next(self._numbers) & 0xFFFF for _ in range(10)]
            head = bytes((0x80, 96))
            self.pipe.send([head + each.to_bytes(2) + bytes(1100) for each in numbers])
            await asyncio.sleep(STEP_S)
        return "sent"

    async def _until(self, many: int, within_s: int) -> int:
        end_s = time.monotonic() + within_s
        while self.came < many and time.monotonic() < end_s:
            await asyncio.sleep(STEP_S)
        return self.came


async def main() -> None:
    relays: tuple[Relay, ...] = ()
    if sys.argv[1:]:
        host, port, certificate = sys.argv[1:]
        trusted = ssl.create_default_context(cafile=certificate)
        relays = (Relay(host, int(port), USER, PASSWORD, tls=True, trusted=trusted),)
    lines = asyncio.StreamReader(limit=1 << 20)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(lines), sys.stdin
    )
    async with asyncio.TaskGroup() as tasks:
        reach = Reach(Port.open(), relays=relays)
        end = End(reach, tasks)
        while line := (await lines.readline()).decode().strip():
            print(json.dumps(await end.do(*line.split(maxsplit=1))), flush=True)
        await end.pipe.close()
        reach.port.close()


if __name__ == "__main__":
    asyncio.run(main())
