"""Finds where somebody begins to speak in a recording, and where the last word is spoken.

A knock or a short cough is no lesson: in the second after the first block of speech, and in the
one before the last, there is another one; in doubt more is kept. How quiet the room is must be
known to hear a voice in it, so the beginning is heard twice.
"""

from collections.abc import Iterable, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Final

from classroom_media.direct.footage import blocks_of
from classroom_media.direct.signs import LOOKS_A_SECOND
from classroom_media.direct.voice import Sound, VoiceWatch

LEARNT_FROM: Final = 20 * LOOKS_A_SECOND  # blocks
LEAST: Final = 2  # blocks of a second

BEFORE_S: Final = 0.5  # kept before the first word
AFTER_S: Final = 1.0  # kept after the last one
LONGEST: Final = 0.5  # of a recording: when more of it is silent, something else is wrong


def spoken(path: Path) -> tuple[float, float] | None:
    """Tell from when to when somebody speaks in a file, in its seconds; None when nobody does.

    Raises:
        RecordError: the file cannot be read.
    """
    return spoken_in(_speech(blocks_of(path)))


def spoken_in(speech: Sequence[bool]) -> tuple[float, float] | None:
    """Tell the same of blocks of 0.2 s."""
    first, last = _first(speech), _first(speech[::-1])
    if first is None or last is None:
        return None
    return first / LOOKS_A_SECOND, (len(speech) - last) / LOOKS_A_SECOND


def kept(speech: tuple[float, float], duration_s: float) -> tuple[float, float] | None:
    """Give what is left of a recording without its silent ends; None if too much would go."""
    from_s = max(speech[0] - BEFORE_S, 0.0)
    to_s = min(speech[1] + AFTER_S, duration_s)
    return (from_s, to_s) if to_s - from_s >= (1 - LONGEST) * duration_s else None


def _speech(blocks: Iterable[Sound]) -> list[bool]:
    coming, voice = iter(blocks), VoiceWatch()
    first = list(islice(coming, LEARNT_FROM))
    for block in first:
        voice.look(block)
    return [voice.look(block).speech for block in chain(first, coming)]


def _first(speech: Sequence[bool]) -> int | None:
    """Find where it begins: a single word less than a second before belongs to it."""
    second, places = LOOKS_A_SECOND, range(len(speech))
    steady = (n for n in places if speech[n] and sum(speech[n : n + second]) >= LEAST)
    begins = next(steady, None)
    if begins is None:
        return None
    return next(n for n in range(max(begins - second, 0), begins + 1) if speech[n])
