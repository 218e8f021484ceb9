"""The lesson on the air: reads the room's programme, and puts it on the lesson's shelves."""

import asyncio
import threading
from collections.abc import Callable, Iterable
from typing import Final

from classroom_media.live.hls.archive import About
from classroom_media.live.hls.lesson import Lesson
from classroom_media.live.hls.on_air import OnAir, Piece
from classroom_media.packets import Coded
from classroom_media.workers.specs import Endpoints
from classroom_media.workers.subscribe import PacketReader

DIRECTOR: Final = "programme"
READ_S: Final = 0.1  # how soon the reader sees that it is over
LEAVE_S: Final = 2.0


class Programme:
    """Read in a thread of its own, packaged in the loop that serves it."""

    def __init__(
        self, name: str, about: About, lesson: Lesson, loop: asyncio.AbstractEventLoop
    ) -> None:
        self.name = name
        self.about = about
        self._lesson = lesson
        self._loop = loop
        self._packaging = OnAir(about.qualities)
        self._turn = asyncio.Lock()  # packets in the order in which they came
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, director: Endpoints, *, failed: Callable[[], None]) -> None:
        """Read what a director sends until told to stop; `failed` is told of a fault."""
        self._thread = threading.Thread(
            target=self._read, args=(director, failed), name="programme", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Read no more."""
        self._over.set()
        if self._thread is not None:
            self._thread.join(LEAVE_S)

    async def feed(self, packets: Iterable[Coded]) -> None:
        """Package packets, in the loop."""
        async with self._turn:
            for packet in packets:
                await self._put(self._packaging.feed(packet))

    async def end(self) -> None:
        """Give out what is left, and say that nothing follows; in the loop."""
        async with self._turn:
            await self._put(self._packaging.end())
            await self._lesson.end()

    @property
    def span_ns(self) -> tuple[int, int]:
        """Tell where the best quality begins and ends on the timeline; 0, 0 = nowhere yet."""
        shelf = next(iter(self._lesson.shelves.values()))
        newest = shelf.open or (shelf.complete[-1] if shelf.complete else None)
        if newest is None:
            return 0, 0
        first = shelf.complete[0] if shelf.complete else newest
        return first.begin_ns, newest.begin_ns + newest.duration_ns

    @property
    def disk_problem(self) -> str:
        """Tell why it cannot be watched again, or ""."""
        problems = (shelf.problem for shelf in self._lesson.shelves.values())
        return next(filter(None, problems), "")

    async def _put(self, pieces: Iterable[Piece]) -> None:
        for quality, piece in pieces:
            await self._lesson.put(quality, piece)

    def _read(self, director: Endpoints, failed: Callable[[], None]) -> None:
        finished = False
        try:
            with PacketReader({DIRECTOR: director}) as reader:
                while not self._over.is_set():
                    if packets := reader.read(READ_S):
                        asyncio.run_coroutine_threadsafe(self.feed(packets), self._loop)
            finished = True
        finally:
            if not finished:
                failed()
