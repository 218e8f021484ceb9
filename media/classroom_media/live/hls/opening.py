"""The opening of a lesson on the air: keyframes are asked for, so that segments are short at first.

libvlc begins to play at once what has two segments; with one it waits until the playlist is due
anew, a whole target duration later (3.0.24: 0.2 s against 6.2 s).
"""

import asyncio
import logging
from collections.abc import Iterable
from typing import Final

from classroom_media.api import WorkerError
from classroom_media.messages import Keyframe
from classroom_media.workers.client import WorkerClient
from classroom_media.workers.specs import Endpoints

TIMES: Final = 3
APART_S: Final = 0.45

logger = logging.getLogger(__name__)


async def open_soon(director: Endpoints, pictures: Iterable[str]) -> None:
    """Have a few keyframes, one soon after the other, in these streams of a director's."""
    streams = tuple(pictures)
    async with WorkerClient(director) as client, asyncio.TaskGroup() as asking:
        for _ in range(TIMES):
            for stream in streams:
                asking.create_task(_ask(client, stream))
            await asyncio.sleep(APART_S)


async def _ask(client: WorkerClient, stream: str) -> None:
    try:
        await client.ask(Keyframe(stream=stream))
    except WorkerError as error:  # a size that is just being begun, which begins with one
        logger.info("%s opens with its own keyframes: %s", stream, error)
