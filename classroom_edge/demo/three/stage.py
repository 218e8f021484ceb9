"""Everything around the three rooms, a process of its own: cables, enrolment, and a page for both.

``stage PORTS DATA FIRST_PORT``: it ends with SIGTERM. Enrolment is the real one, by one-time
codes that the hub makes and each site redeems over its cable.
"""

import asyncio
import logging
import signal
import sys
from contextlib import AsyncExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Final

from classroom_edge.demo.three.cables import Cables
from classroom_edge.demo.three.page import serve
from classroom_edge.demo.three.ports import HUB, SITES, ThreePorts, name_of, panels
from classroom_edge.door import LocalError
from classroom_edge.paths import DataFolder, runtime_folder
from classroom_edge.services.supervise import supervise
from classroom_edge.sessions import local
from classroom_edge.sessions.forms import Kind, Style
from classroom_edge.sessions.link.enrolling import EnrolError, enrol
from classroom_edge.sessions.link.keys import hub_of
from classroom_edge.stopping import STOPPING
from classroom_edge.words import words

AGAIN_S: Final = 1.0
GROUP: Final = "weekly"

logger = logging.getLogger(__name__)


def main() -> int:
    """Run until SIGTERM."""
    ports, data, first = sys.argv[1:]
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    asyncio.run(run(ThreePorts.from_json(ports), Path(data), int(first)))
    return 0


async def run(ports: ThreePorts, data: Path, first: int) -> None:
    """Run until SIGTERM; Ctrl-C reaches the whole group, and is the daemons'."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in STOPPING:
        loop.add_signal_handler(number, ended.set if number == signal.SIGTERM else _nothing)
    async with AsyncExitStack() as open_, asyncio.TaskGroup() as tasks:
        cables = await Cables.laid(open_, ports)
        running = [
            tasks.create_task(_enrol_all(ports, data)),
            tasks.create_task(supervise("page", partial(serve, cables, panels(first)))),
        ]
        await ended.wait()
        for one in running:
            one.cancel()


def _nothing() -> None:
    """Do nothing: the signal is for somebody else."""


async def _enrol_all(ports: ThreePorts, data: Path) -> None:
    """Enrol every site that is not, and make the group that they are in."""
    runtime = runtime_folder(data / HUB, HUB)
    for site in SITES:
        folder, hub = DataFolder(data / site).link, f"127.0.0.1:{ports.cable(site)[0]}"
        while (known := hub_of(folder)) is None or known.address != hub:
            with suppress(LocalError, EnrolError):
                code = (await local.ask(runtime, local.NewCode(site=site, name=name_of(site)))).code
                await enrol(folder, hub, code)
                break
            await asyncio.sleep(AGAIN_S)
    group = local.KeepGroup(
        group=GROUP,
        title=words("three").say("group", "zh-CN"),
        kind=Kind.DELIVERY,
        style=Style.INTERACTIVE,
        sites=SITES,
    )
    with suppress(LocalError):
        await local.ask(runtime, group)


if __name__ == "__main__":
    sys.exit(main())
