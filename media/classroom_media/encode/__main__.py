"""Tells which encoders work on this machine, one a line: name, tab, outcome, tab, why.

    python -m classroom_media.encode

A process of its own, because a driver may take it down; what was tried by then is told.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from enum import StrEnum

from classroom_media.api import EncodeError
from classroom_media.encode.form import EVERYDAY, PROFILES, PictureForm
from classroom_media.encode.hardware import lacking
from classroom_media.encode.ladder import Ladder
from classroom_media.encode.rungs import RUNGS, Rung


class Outcome(StrEnum):
    """What became of an encoder."""

    WORKS = "works"
    FAILED = "failed"  # though its hardware seems to be here; why stands beside it
    NOT_TRIED = "not-tried"  # the hardware, which stands beside it, is not here


def tried(
    rungs: Iterable[Rung], form: PictureForm, lacks: Callable[[str], str] = lacking
) -> Iterator[tuple[str, Outcome, str]]:
    """Try one encoder after the other; give its name, what became of it, and why."""
    for rung in rungs:
        if missing := lacks(rung.name):
            yield rung.name, Outcome.NOT_TRIED, missing
            continue
        ladder = Ladder((replace(rung, doubtful=True),))
        with suppress(EncodeError):
            ladder.open("trial", form)
        problem = ladder.struck.get(rung.name, "")
        yield rung.name, Outcome.FAILED if problem else Outcome.WORKS, problem


if __name__ == "__main__":
    for name, outcome, why in tried(RUNGS, PROFILES[EVERYDAY]):
        print(name, outcome, " ".join(why.split()), sep="\t", flush=True)  # noqa: T201 - its purpose
