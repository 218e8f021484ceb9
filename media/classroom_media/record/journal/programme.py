"""Lines about the programme: which sources there were, what it showed, and how it was made."""

from typing import Final

from classroom_media.api import Layout
from classroom_media.direct.engine import Reason
from classroom_media.messages import StandIn
from classroom_media.record.journal.recordings import JournalEvent

DIRECTOR: Final = "director"


class SourceLost(JournalEvent, frozen=True, kw_only=True, tag="source-lost"):
    """A source delivers nothing any more."""

    source: str
    problem: str = ""


class SourceBack(JournalEvent, frozen=True, kw_only=True, tag="source-back"):
    """A lost source delivers again."""

    source: str


class LayoutShown(JournalEvent, frozen=True, kw_only=True, tag="layout-shown"):
    """The programme shows this layout from `at_ns` on.

    `by` names who wanted it, `DIRECTOR` for the director's rules, which have a `reason`.
    """

    layout: Layout
    by: str = ""
    reason: Reason | None = None


class SparesHeard(JournalEvent, frozen=True, kw_only=True, tag="spares-heard"):
    """These spare microphones are heard in the programme from `at_ns` on, or just before it."""

    stand_ins: tuple[StandIn, ...]  # none: every microphone is heard itself


class ProgrammeMade(JournalEvent, frozen=True, kw_only=True, tag="programme-made"):
    """The programme's pictures come about so from `at_ns` on, or half a second before."""

    making: str  # "encoding" or "passing": a camera's own packets


class LoadShed(JournalEvent, frozen=True, kw_only=True, tag="load-shed"):
    """The machine is too slow for the programme from `at_ns` on, or less so, or no more."""

    step: str  # what is done without: "spare" ... "half" (see `compose.load`); "" = nothing
    left_out: int = 0  # pictures of the programme that are missing since the line before this one


class EncoderUsed(JournalEvent, frozen=True, kw_only=True, tag="encoder-used"):
    """The programme's pictures are encoded by this from `at_ns` on, or just before it."""

    encoder: str  # as FFmpeg calls it
    problem: str = ""  # what failed at that before, and why
