"""``classroom-edge routine``: brings the devices of a room into a routine's state, or tells how."""

import asyncio
import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from classroom_edge.commands.survey import settled
from classroom_edge.config import Config, load
from classroom_edge.room import Refused, StepView, Who
from classroom_edge.services.devices import DeviceService
from classroom_edge.services.routines import RoutineService
from classroom_edge.words import words

KNOWN_S: Final = 8.0  # how long devices may take to answer, and to tell their values
GOOD, FAILED, WRONG_USE = 0, 1, 2
STYLES: Final = {"done": "green", "unchanged": "green", "failed": "bold red", "waiting": "cyan"}


def routine(room: Path, name: str, *, dry_run: bool, as_json: bool, language: str) -> int:
    """Run a routine, or tell what it would do; give 1 when a step fails or would.

    Raises:
        ConfigError: the room.toml cannot be used.
    """
    try:
        steps = asyncio.run(_steps(load(room), name, dry_run=dry_run))
    except Refused as refusal:
        sys.stderr.write(f"{_in(refusal.words, language)}\n")
        return WRONG_USE
    if as_json:
        plain = [asdict(step) for step in steps]
        sys.stdout.write(json.dumps(plain, ensure_ascii=False, indent=2) + "\n")
    else:
        Console(highlight=False).print(_table(steps, language, dry_run=dry_run))
    return FAILED if {step.state for step in steps} & {"failed", "skipped"} else GOOD


async def _steps(config: Config, name: str, *, dry_run: bool) -> tuple[StepView, ...]:
    news = asyncio.Event()
    wanted = {want.device for one in config.routines if one.name == name for want in one.wants}
    devices = {
        one.id: DeviceService(config=one, changed=news.set)
        for one in config.devices
        if one.id in wanted
    }
    service = RoutineService(routines=config.routines, devices=devices, changed=news.set)
    service.preview(name)  # refuses an unknown name before anything is spoken to
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(one.run()) for one in devices.values()]
        running.append(tasks.create_task(service.run()))
        await _until_known(devices, news)
        if dry_run:
            steps = service.preview(name)
        else:
            steps = await _run(service, name, news)
        for task in running:
            task.cancel()
    return steps


async def _until_known(devices: Mapping[str, DeviceService], news: asyncio.Event) -> None:
    """Wait until every device answers or refuses, and has told its values."""

    def undecided() -> bool:
        return any(not (one.is_online or one.refuses_password) for one in devices.values())

    with suppress(TimeoutError):
        async with asyncio.timeout(KNOWN_S):
            while undecided():
                news.clear()
                await news.wait()
            await settled(news)


async def _run(service: RoutineService, name: str, news: asyncio.Event) -> tuple[StepView, ...]:
    service.ask(Who(name="command line"), name)
    while True:
        news.clear()
        view = next(one for one in service.views() if one.name == name)
        if view.state != "running":
            return view.steps
        await news.wait()


def _table(steps: tuple[StepView, ...], language: str, *, dry_run: bool) -> Table:
    say = words("cli").say
    table = Table()
    for column in ("device", "step", "state"):
        table.add_column(say(f"routine.{column}", language))
    for step in steps:
        state = say(
            f"step.{'would' if dry_run and step.state == 'waiting' else step.state}", language
        )
        problem = _in(step.problem, language)
        outcome = f"{state}: {problem}" if problem else state
        table.add_row(
            Text(step.name),
            Text(_in(step.action, language)),
            Text(outcome, style=STYLES.get(step.state, "")),
        )
    return table


def _in(text: Mapping[str, Any], language: str) -> str:
    return str(text.get(language) or text.get("en") or "")
