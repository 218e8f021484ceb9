"""The reading end of a journal, or of several that tell of the same recording."""

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import takewhile
from operator import ne
from pathlib import Path

from classroom_media.api import RecordError
from classroom_media.record.journal.lines import LINE_START, AnyJournalEvent, event_in


def replay(path: Path, *others: Path) -> tuple[AnyJournalEvent, ...]:
    """Read a journal, as `events_in` does; with others of the same recording, where there are any.

    Raises:
        RecordError: the file cannot be read.
    """
    there = [one for one in others if one.exists()]
    if there and not path.exists():
        path, *there = there
    try:
        return events_in(path.read_bytes(), *(one.read_bytes() for one in there))
    except OSError as error:
        raise RecordError(f"{path}: {error.strerror}") from error


def events_in(*texts: bytes) -> tuple[AnyJournalEvent, ...]:
    """Give every whole line once, in order; torn and unknown ones are passed over."""
    parsed = ((line, event_in(line)) for line in merged(*texts))
    return tuple(event for _line, event in parsed if event is not None)


def merged(*texts: bytes) -> list[bytes]:
    """Give the lines of several journals of one recording, each once.

    A line that only a later journal has stands before the next one that both have.
    """
    lines: list[bytes] = []
    for text in texts:
        own = dict.fromkeys(line[line.rfind(LINE_START) :] for line in text.split(b"\n") if line)
        lines = _woven(lines, own)
    return lines


def _woven(lines: Sequence[bytes], own: Iterable[bytes]) -> list[bytes]:
    known, rest = set(lines), iter(lines)
    woven: dict[bytes, None] = {}
    waiting: dict[bytes, None] = {}
    for line in own:
        if line not in known:
            waiting[line] = None
        elif line not in woven:
            woven |= dict.fromkeys(takewhile(partial(ne, line), rest))
            woven |= waiting
            woven[line] = None
            waiting = {}
    return list(woven | dict.fromkeys(rest) | waiting)
