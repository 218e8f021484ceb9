"""Which picture of a source stands at a tick of the programme. Pure.

A camera's clock is not ours: its 25 pictures a second come with any phase and some jitter.
Taking the newest picture at every tick would double one and lose the next whenever the
jitter crosses a tick. So a running source is followed one by one, and only a picture that is
a whole frame off makes it wait or hurry: no picture is ever shown more than a frame from its
time. A source that starts, or returns after a hole, is taken up at the nearest picture.
"""

from enum import StrEnum
from typing import Final

HOLE: Final = 3  # frames of the programme between two pictures: no longer one movement


class Verdict(StrEnum):
    """What to do about the next picture of a source."""

    SHOW = "show"
    REPEAT = "repeat"  # its time has not come; keep what is shown
    SKIP = "skip"  # its time is over, and the one after it is due
    UNKNOWN = "unknown"  # more pictures must come before anybody can tell


def judge(
    shown_ns: int | None,
    next_ns: int | None,
    after_ns: int | None,
    *,
    tick_ns: int,
    frame_ns: int,
) -> Verdict:
    """Judge the next picture at a tick, given the one shown, the next and the one after it.

    The answer does not depend on how many pictures happen to have arrived already.
    """
    if next_ns is None:
        return Verdict.UNKNOWN
    running = shown_ns is not None and next_ns - shown_ns <= HOLE * frame_ns
    reach_ns = frame_ns if running else frame_ns // 2
    if next_ns - tick_ns > reach_ns:
        return Verdict.REPEAT
    if next_ns - tick_ns > -reach_ns:
        return Verdict.SHOW
    if after_ns is None:
        return Verdict.UNKNOWN
    return Verdict.SKIP if after_ns - tick_ns <= reach_ns else Verdict.SHOW
