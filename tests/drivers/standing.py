"""An emulated device that stands in the room while a test without a loop works it."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from classroom_drivers.emulators.faults import Faults
from classroom_drivers.emulators.server import serve
from classroom_drivers.emulators.session import Emulator


@contextmanager
def standing(
    emulator: Emulator, listen: str = "tcp://127.0.0.1:0", faults: Faults | None = None
) -> Iterator[str]:
    """Serve an emulator from a loop in a thread of its own for the block; give its URL."""
    address: list[str] = []
    ready, done = threading.Event(), threading.Event()

    async def stand() -> None:
        async with serve(emulator, listen, faults) as served:
            address.append(served.url)
            ready.set()
            await asyncio.to_thread(done.wait)

    thread = threading.Thread(target=lambda: asyncio.run(stand()))
    thread.start()
    try:
        assert ready.wait(10)
        yield address[0]
    finally:
        done.set()
        thread.join()
