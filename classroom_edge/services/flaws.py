"""Judges a recording that is over, for a room in which nobody was there to see it go wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, Final

from classroom_media.record.manifest import Manifest, State

WORTH_S: Final = 1.0  # what is shorter nobody misses
PAUSE: Final = "pause"  # the reason of a gap that somebody wanted


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why a recording is not as it should be: a problem's code, and what its words need."""

    code: str
    values: Mapping[str, Any]


def flaw_of(manifest: Manifest, zone: tzinfo) -> Flaw | None:
    """Tell what is wrong with a recording; nothing where all is well. Times are of `zone`."""
    at = f"{manifest.started_at.astimezone(zone):%m-%d %H:%M}"
    if manifest.state is State.INCOMPLETE:
        return Flaw("E-REC-006", {"at": at})
    missing = [gap for gap in manifest.gaps if gap.reason != PAUSE]
    outages = any(not gap.length_s for gap in missing)  # of a length that nobody knows
    longest_s = max((gap.length_s for gap in missing), default=0.0)
    if longest_s < WORTH_S and not outages:
        return None
    return Flaw("E-REC-005", {"at": at, "gaps": len(missing), "seconds": round(longest_s)})
