"""The one place where a service that failed is caught, told of, and started again."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from typing import Any

from classroom_edge.services.backoff import Backoff

logger = logging.getLogger(__name__)


async def supervise(
    name: str,
    run: Callable[[], Coroutine[Any, Any, None]],
    report: Callable[[str, str], None] = lambda _name, _problem: None,
) -> None:
    """Run a service for ever; a fault in it ends nothing but itself, and is mended by a restart.

    `report(name, problem)` is told when the service fails, and with an empty problem when it
    has run for a while again.
    """
    backoff = Backoff()
    loop = asyncio.get_running_loop()
    while True:
        started_s = time.monotonic()
        mended = loop.call_later(backoff.settled_s, report, name, "")
        try:
            await run()
            problem = "ended by itself"
        except Exception as error:  # the only one: a bug must not end a lesson
            logger.exception("service %s failed", name)
            problem = repr(error)
        finally:
            mended.cancel()
        now_s = time.monotonic()
        report(name, problem)
        await asyncio.sleep(backoff.delay_s(ran_s=now_s - started_s, now_s=now_s))
