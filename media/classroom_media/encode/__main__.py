"""Tells which encoders work on this machine, one a line: its name, a tab, and why it does not.

    python -m classroom_media.encode

A process of its own, because a driver may take it down; what was tried by then is told.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace

from classroom_media.api import EncodeError
from classroom_media.encode.form import EVERYDAY, PROFILES, PictureForm
from classroom_media.encode.ladder import Ladder
from classroom_media.encode.rungs import RUNGS, Rung


def tried(rungs: Iterable[Rung], form: PictureForm) -> Iterator[tuple[str, str]]:
    """Try one encoder after the other; give its name and, where it does not work, why."""
    for rung in rungs:
        ladder = Ladder((replace(rung, doubtful=True),))
        with suppress(EncodeError):
            ladder.open("trial", form)
        yield rung.name, ladder.struck.get(rung.name, "")


if __name__ == "__main__":
    for name, problem in tried(RUNGS, PROFILES[EVERYDAY]):
        print(name, " ".join(problem.split()), sep="\t", flush=True)  # noqa: T201 - its purpose
