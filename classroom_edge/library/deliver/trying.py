"""What a process is told of a target: a try of a delivery, or a test of the target itself."""

import asyncio
from pathlib import Path
from typing import Final

from classroom_edge.config.models import TargetConfig
from classroom_edge.library.deliver import outcome
from classroom_edge.library.deliver.messages import Failed, Probed, Task
from classroom_edge.library.deliver.process import working
from classroom_edge.library.deliver.spec import TargetSpec
from classroom_edge.library.deliver.target import Parcel
from classroom_edge.library.deliver.waiting import Delivery

PROBE_S: Final = 90.0


def task_of(target: TargetConfig, delivery: Delivery, parcel: Parcel, place: Path) -> Task:
    """Give the task of a try; `place` has a lock for each target."""
    return Task(
        target=TargetSpec.of(target, place),
        lock=str(place / f"{target.id}.lock"),
        parcel=parcel,
        arrived=delivery.arrived,
        tokens=dict(delivery.tokens),
        limit_kbps=target.limit_kbps or 0,
    )


def log_of(target: TargetConfig, place: Path) -> Path:
    """Give the file for what goes wrong in a process."""
    return place / f"{target.id}.log"


async def probed(target: TargetConfig, place: Path) -> Probed | Failed:
    """Test a target in a process of its own; deliveries to it may go on meanwhile."""
    task = Task(target=TargetSpec.of(target, place), lock=str(place / f"{target.id}.test"))
    try:
        async with asyncio.timeout(PROBE_S), working(task, log_of(target, place)) as process:
            report = await process.report()
    except TimeoutError:
        return Failed(kind="transient", code="no-answer")
    return report if isinstance(report, (Probed, Failed)) else outcome.CRASHED
