"""The daemon's process: builds the room's services, runs them, ends them in order.

    python -m classroom_edge.app ROOM.toml [--data DIR]

Exit status 0 = ended as asked, 1 = failed, 2 = wrong configuration, or the room is busy.
"""

import argparse
import asyncio
import contextlib
import importlib
import logging
import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from classroom_edge import lock
from classroom_edge.config import Config, ConfigError, NetworkConfig, load
from classroom_edge.daemon import Daemon
from classroom_edge.log import logging_to
from classroom_edge.paths import DataFolder, default_data_folder, room_lock, runtime_folder
from classroom_edge.services.day.clock import DayClock, paced
from classroom_edge.services.live.offering import Road
from classroom_edge.services.supervise import supervise
from classroom_edge.stopping import STOPPING
from classroom_edge.words import words

WRONG_USE: Final = 2

logger = logging.getLogger(__name__)


def main(arguments: Sequence[str], *, road: Road | None = None) -> int:
    """Run a room until a signal comes; give the exit status. `road` leads to its hub."""
    parser = argparse.ArgumentParser(prog="classroom_edge.app")
    parser.add_argument("room", type=Path)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--time", type=paced, help="of a demo: 'real,shown,speed'")
    given = parser.parse_args(arguments)
    language = os.environ.get("CLASSROOM_EDGE_LANG", "zh-CN")
    try:
        config = load(given.room)
    except ConfigError as error:
        from classroom_edge.commands.check import tell  # noqa: PLC0415 - a restart must be quick

        tell(given.room, error.mistakes, language=language)
        return WRONG_USE
    folder = DataFolder((given.data or default_data_folder(config.room.id)).absolute())
    folder.make()
    runtime = runtime_folder(folder.path, config.room.id)
    with logging_to(folder.log, secrets=config.secrets()), contextlib.ExitStack() as locks:
        try:
            locks.enter_context(lock.hold(room_lock(given.room, config.room.id), config.room.id))
            locks.enter_context(lock.hold(runtime / "lock", config.room.id))
            _check_address(config.network)
        except lock.RoomBusyError as error:
            return _refused(language, "run.busy", room=error.room, pid=error.pid)
        except OSError as error:
            return _refused(language, "run.address", text=error)
        file = given.room.absolute()
        asyncio.run(run_room(config, folder.path, runtime, room=file, road=road, clock=given.time))
    return 0


def _refused(language: str, key: str, **values: object) -> int:
    sys.stderr.write(words("problems").say(key, language, **values) + "\n")
    return WRONG_USE


async def run_room(
    config: Config,
    data: Path,
    runtime: Path,
    *,
    room: Path,
    road: Road | None = None,
    clock: DayClock | None = None,
) -> None:
    """Run a room until SIGTERM or SIGINT, then end in order. A demo's timetable has its `clock`.

    `room` is its room.toml.
    """
    daemon = Daemon(config, data, runtime, room=room, clock=clock, road=road)
    asked_to_end = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in STOPPING:
        with contextlib.suppress(NotImplementedError):  # Windows: KeyboardInterrupt ends the loop
            loop.add_signal_handler(number, asked_to_end.set)

    async def serve_web() -> None:
        # It takes a second of work to load: recorders that are to go on come first.
        if daemon.takes.story is not None:
            await daemon.at_work()
        web = await asyncio.to_thread(importlib.import_module, "classroom_edge.web.server")
        await web.serve(daemon, config, data)

    daemon.recover()
    logger.info("room %s: recordings go to %s", config.room.id, data)
    async with asyncio.TaskGroup() as tasks:
        running = [
            tasks.create_task(daemon.run()),
            tasks.create_task(supervise("web", serve_web)),
        ]
        await asked_to_end.wait()
        logger.info("asked to end")
        await daemon.end()
        for task in running:
            task.cancel()


def _check_address(network: NetworkConfig) -> None:
    """See whether the panel can be served where it is meant to be.

    Raises:
        OSError: the address is taken, or none of this machine.
    """
    family = socket.AF_INET6 if ":" in network.listen else socket.AF_INET
    with socket.create_server((network.listen, network.port), family=family):
        pass


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
