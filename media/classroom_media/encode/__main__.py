"""Tells which encoders work on this machine, one a line: name, tab, outcome, tab, why.

    python -m classroom_media.encode

Each is tried in a process of its own (`python -m classroom_media.encode NAME`), because a driver
may take it down, or never come back; the others are tried all the same.
"""

import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from enum import StrEnum
from typing import Final

from classroom_media.api import EncodeError
from classroom_media.encode.form import EVERYDAY, PROFILES, PictureForm
from classroom_media.encode.hardware import lacking
from classroom_media.encode.ladder import Ladder
from classroom_media.encode.rungs import RUNGS, Rung

TRIAL_S: Final = 10.0  # for an encoder to give six pictures back, from the start of its process
KILLED_S: Final = 1.0  # for one that was killed to be gone; one that hangs in the kernel never is
TOLD: Final = "trial: "  # before what a process tells: drivers print things, too


class Outcome(StrEnum):
    """What became of an encoder."""

    WORKS = "works"
    FAILED = "failed"  # though its hardware seems to be here; why stands beside it
    NOT_TRIED = "not-tried"  # the hardware, which stands beside it, is not here


def tried(
    names: Iterable[str],
    problem_with: Callable[[str], str],
    lacks: Callable[[str], str] = lacking,
) -> Iterator[tuple[str, Outcome, str]]:
    """Try one encoder after the other; give its name, what became of it, and why."""
    for name in names:
        if missing := lacks(name):
            yield name, Outcome.NOT_TRIED, missing
            continue
        problem = problem_with(name)
        yield name, Outcome.FAILED if problem else Outcome.WORKS, problem


def trial(rung: Rung, form: PictureForm) -> str:
    """Try an encoder here; give what is wrong with it, or ""."""
    ladder = Ladder((replace(rung, doubtful=True),))
    with suppress(EncodeError):
        ladder.open("trial", form)
    return ladder.struck.get(rung.name, "")


def apart(command: list[str], seconds: float = TRIAL_S) -> str:
    """Have a process try an encoder; give what it says is wrong, or what became of it."""
    process = subprocess.Popen(  # noqa: S603 - our own words, no shell
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        said, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        with suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=KILLED_S)
        return f"no answer for {seconds:g} s"
    lines = said.decode(errors="replace").splitlines()
    told = [line.removeprefix(TOLD).strip() for line in lines if line.startswith(TOLD)]
    return told[-1] if told else f"its process ended with {process.returncode}"


if __name__ == "__main__":
    form, rungs = PROFILES[EVERYDAY], {rung.name: rung for rung in RUNGS}
    if len(sys.argv) > 1:
        said = " ".join(trial(rungs[sys.argv[1]], form).split())
        print(TOLD + said, flush=True)  # noqa: T201 - its purpose
        sys.exit()
    again = [sys.executable, "-m", "classroom_media.encode"]
    for name, outcome, why in tried(rungs, lambda name: apart([*again, name])):
        print(name, outcome, why, sep="\t", flush=True)  # noqa: T201 - its purpose
