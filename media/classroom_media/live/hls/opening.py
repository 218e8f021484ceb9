"""The opening of a lesson on the air: keyframes are asked for, so that segments are short at first.

libvlc begins to play at once what has more than a second in two segments; with less it waits until
the playlist is due anew, a whole target duration later (3.0.24: 0.2 s against 6.2 s). A programme
that passes a camera's own packets, whose keyframes are seldom, is encoded until the last of these;
they are all ordered at once, so that it changes its form but once on the air.
"""

import asyncio
import logging
import time
from collections.abc import Collection
from typing import Final

from classroom_media.api import NS, WorkerError
from classroom_media.messages import Keyframe
from classroom_media.workers.client import WorkerClient
from classroom_media.workers.specs import Endpoints

PROGRAMME: Final = "programme"  # the stream of the programme itself
TIMES: Final = 4
APART_S: Final = 0.36

logger = logging.getLogger(__name__)


async def open_soon(director: Endpoints, pictures: Collection[str]) -> None:
    """Have a few keyframes, one soon after the other, in these streams of a director's."""
    async with WorkerClient(director) as client, asyncio.TaskGroup() as asking:
        now_ns, others = time.monotonic_ns(), set(pictures) - {PROGRAMME}
        if PROGRAMME in pictures:
            for place in range(TIMES):
                at_ns = now_ns + round(place * APART_S * NS)
                asking.create_task(_ask(client, Keyframe(stream=PROGRAMME, at_ns=at_ns)))
        for _ in range(TIMES if others else 0):
            for stream in others:
                asking.create_task(_ask(client, Keyframe(stream=stream)))
            await asyncio.sleep(APART_S)


async def _ask(client: WorkerClient, keyframe: Keyframe) -> None:
    try:
        await client.ask(keyframe)
    except WorkerError as error:  # a size that is just being begun, which begins with one
        logger.info("%s opens with its own keyframes: %s", keyframe.stream, error)
