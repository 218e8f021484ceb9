"""Tasks that live as long as a block."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

Start = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]


@asynccontextmanager
async def companions() -> AsyncIterator[Start]:
    """Start tasks that are cancelled at the end of the block; the first error comes out bare.

    A TaskGroup alone would wait for them, and wrap what the block raises into a group.
    """
    running: set[asyncio.Task[None]] = set()
    ourselves = asyncio.current_task()
    cancelled_before = ourselves.cancelling() if ourselves else 0
    try:
        async with asyncio.TaskGroup() as tasks:

            def start(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
                task = tasks.create_task(work)
                running.add(task)
                task.add_done_callback(running.discard)
                return task

            try:
                yield start
            finally:
                for task in running:
                    task.cancel()
    except BaseExceptionGroup as group:
        if ourselves and ourselves.cancelling() > cancelled_before:
            raise asyncio.CancelledError from None  # a TaskGroup before 3.13 forgets it over errors
        raise group.exceptions[0] from None
