"""The opening of a lesson on the air: keyframes are asked for, so that segments are short at first.

libvlc begins to play at once what has more than a second in two segments; with less it waits until
the playlist is due anew, a whole target duration later (3.0.24: 0.2 s against 6.2 s). A programme
that passes a camera's own packets is left alone: a keyframe of ours would change its form twice.
"""

import asyncio
import logging
from collections.abc import Iterable
from typing import Final

from classroom_media.api import WorkerError
from classroom_media.messages import Keyframe, Status
from classroom_media.workers.client import WorkerClient
from classroom_media.workers.specs import Endpoints

PROGRAMME: Final = "programme"  # the stream of the programme itself
TIMES: Final = 4
APART_S: Final = 0.36

logger = logging.getLogger(__name__)


async def open_soon(director: Endpoints, pictures: Iterable[str]) -> None:
    """Have a few keyframes, one soon after the other, in these streams of a director's."""
    async with WorkerClient(director) as client, asyncio.TaskGroup() as asking:
        passing = await _is_passing(client)
        streams = [one for one in pictures if not (passing and one == PROGRAMME)]
        for _ in range(TIMES):
            for stream in streams:
                asking.create_task(_ask(client, stream))
            await asyncio.sleep(APART_S)


async def _is_passing(client: WorkerClient) -> bool:
    try:
        told = (await client.ask(Status())).heartbeat
    except WorkerError:
        return False
    return told is not None and told.making == "passing"


async def _ask(client: WorkerClient, stream: str) -> None:
    try:
        await client.ask(Keyframe(stream=stream))
    except WorkerError as error:  # a size that is just being begun, which begins with one
        logger.info("%s opens with its own keyframes: %s", stream, error)
