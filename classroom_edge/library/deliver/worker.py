"""Works on one delivery, or tries one target, then ends.

    python -m classroom_edge.library.deliver.worker < Task > Report ...

Its own process, at low priority: it can be ended at any moment, and nothing that a target does
harms a lesson. Two never work on one target: a second one waits for the first one's end.
"""

import hashlib
import logging
import os
import sys
import threading
from pathlib import Path
from typing import Final

import msgspec

from classroom_edge.library.deliver.course import Told
from classroom_edge.library.deliver.kinds import made
from classroom_edge.library.deliver.messages import (
    TASKS,
    AnyReport,
    Done,
    Failed,
    Probed,
    Task,
    Weighed,
)
from classroom_edge.library.deliver.pace import Pace
from classroom_edge.library.deliver.target import (
    DeliveryError,
    Item,
    MisconfiguredError,
    Parcel,
    RefusedError,
    TransientError,
)
from classroom_edge.lock import wait_for

NICE: Final = 10
KINDS_OF_ERROR: Final = {RefusedError: "refused", MisconfiguredError: "misconfigured"}

logger = logging.getLogger(__name__)


def say(report: AnyReport) -> None:
    """Say a line to the daemon; where there is none any more, end."""
    try:
        sys.stdout.buffer.write(msgspec.json.encode(report) + b"\n")
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        os._exit(1)


def work(task: Task) -> AnyReport:
    """Do what is asked; give the last report."""
    try:
        with wait_for(Path(task.lock)):
            return _delivered(task, task.parcel) if task.parcel else _probed(task)
    except DeliveryError as error:
        kind = KINDS_OF_ERROR.get(type(error), "transient")
        return Failed(kind=kind, code=error.code, said=error.said)
    except OSError as error:
        logger.exception("delivery to %s", task.target.id)
        return Failed(kind="transient", code="crashed", said=str(error))


def _delivered(task: Task, parcel: Parcel) -> AnyReport:
    whole = weighed(parcel)
    say(Weighed(bytes=sum(item.size for item in whole.items)))
    course = Told(say=say, pace=Pace(task.limit_kbps), arrivals=task.arrived, tokens=task.tokens)
    target = made(task.target, whole.about)
    try:
        target.deliver(whole, course)
    finally:
        target.close()
    missing = [item.name for item in whole.items if not course.has(item)]
    if missing:
        raise TransientError("not-all-there", ", ".join(missing))
    return Done()


def _probed(task: Task) -> AnyReport:
    target = made(task.target)
    try:
        return Probed(probe=target.probe())
    finally:
        target.close()


def weighed(parcel: Parcel) -> Parcel:
    """Give the parcel with the size and the checksum of every file. Raises TransientError."""
    return msgspec.structs.replace(parcel, items=tuple(map(_weighed, parcel.items)))


def _weighed(item: Item) -> Item:
    if item.sha256:
        return item
    try:
        with Path(item.path).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return msgspec.structs.replace(item, sha256=digest, size=file.tell())
    except OSError as error:
        raise TransientError("unreadable-here", str(error)) from error


def _end_with_the_daemon() -> None:
    """Wait for the end of the pipe that the daemon holds; then end at once."""
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os._exit(1)


def main() -> int:
    """Work on what standard input says; give the exit status."""
    task = TASKS.decode(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_the_daemon, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(NICE)
    last = work(task)
    say(last)
    os._exit(int(isinstance(last, Failed)))  # the thread that reads cannot be asked to end


if __name__ == "__main__":
    main()
