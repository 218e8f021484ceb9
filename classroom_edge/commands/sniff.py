"""``classroom-edge sniff``: between a controller and a device, until told to end."""

import asyncio
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from classroom_drivers.api import LinkError, UnsupportedError
from classroom_drivers.sniffer import sniffing
from classroom_drivers.transcript import Kind, Transcript
from classroom_edge.commands.probe import save
from classroom_edge.words import words

GOOD, FAILED, WRONG_USE = 0, 1, 2


def sniff(
    listen: str,
    url: str,
    *,
    driver: str,
    seconds: float,
    out: Path | None,
    hidden: Sequence[str],
    language: str,
) -> int:
    """Record both directions; prints ``ready URL`` once a controller may connect.

    Gives 1 when nothing was said, or the place to listen at is taken.
    """
    try:
        transcript, problem = asyncio.run(_sniff(listen, url, driver, seconds, hidden))
    except UnsupportedError as error:
        sys.stderr.write(f"{error}\n")
        return WRONG_USE
    except (OSError, LinkError) as error:
        sys.stderr.write(f"{listen}: {error}\n")
        return FAILED
    if problem:
        sys.stderr.write(f"{url}: {problem}\n")
    if not any(step.kind in {Kind.READ, Kind.WRITTEN} for step in transcript.steps):
        sys.stderr.write(words("cli").say("sniff.nothing", language) + "\n")
        return FAILED
    path = save(transcript, out)
    told = {"file": path, "steps": len(transcript.steps)}
    sys.stdout.write(words("cli").say("probe.written", language, **told) + "\n")
    sys.stdout.write(words("cli").say("sniff.look-through", language) + "\n")
    return GOOD


async def _sniff(
    listen: str, url: str, driver: str, seconds: float, hidden: Sequence[str]
) -> tuple[Transcript, str]:
    ended = asyncio.Event()
    if sys.platform != "win32":
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, ended.set)
    async with sniffing(listen, url) as (sniffer, place):
        sniffer.journal.hide(*hidden)
        sys.stdout.write(f"ready {place}\n")
        sys.stdout.flush()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds or None):
                await ended.wait()
        return sniffer.transcript(driver), sniffer.problem
