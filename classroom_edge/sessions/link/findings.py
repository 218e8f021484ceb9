"""What was found of a line between a site and its hub, and what kinds of session it carries.

Pure. Rates are those of the rungs: 720p takes 1.5 Mbit/s, 360p 0.5, 180p 0.15 and sound with
slides 0.08, each with a tenth for what goes around and again.
"""

from enum import StrEnum
from typing import Final

import msgspec

FULL_BPS: Final = 1_800_000
PICTURE_BPS: Final = 650_000
SMALL_BPS: Final = 220_000
SOUND_BPS: Final = 80_000
LOSS_MOST: Final = 0.2  # beyond it, sound breaks up whatever is repeated
HLS_LOSS: Final = 0.03  # TCP holds a rate up to here
FAR_MS: Final = 500.0  # there and back; one talks past the other
JITTERY_MS: Final = 60.0
MTU_LEAST: Final = 1280  # what pictures are packed for


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """Measured at a site. Loss is a share of 1; what could not be measured is None."""

    hub: str
    reason: str = ""  # why nothing was measured: "nobody", "silent", "busy", ...
    udp: bool = False
    ipv6: bool = False  # the hub is reached by it
    nat: str = ""  # "none", "port-kept", "port-changed"; as far as one hub can tell
    round_trip_ms: float | None = None  # median
    jitter_ms: float | None = None  # mean difference between neighbours
    loss_up: float | None = None
    loss_down: float | None = None
    up_bps: float | None = None
    down_bps: float | None = None
    mtu: int | None = None  # bytes of the greatest packet that passes whole, of those tried


class Use(StrEnum):
    """How a site takes part."""

    TWO_WAY = "two-way"
    LISTENING = "listening"
    BROADCAST = "broadcast"
    STORED = "stored"


class Grade(StrEnum):
    """How well."""

    FULL = "full"
    PICTURE = "picture"
    SMALL = "small"
    SOUND = "sound"
    NO = "no"


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """For each use a grade, and what to do, the most important first."""

    grades: dict[Use, Grade]
    advice: tuple[str, ...]


def judge(found: Findings) -> Verdict:
    """Tell what a line carries."""
    if found.reason:
        return Verdict(grades=dict.fromkeys(Use, Grade.NO), advice=(found.reason,))
    down = _grade(found.down_bps)
    both = _worse(down, _grade(found.up_bps))
    live = found.udp and max(found.loss_up or 0, found.loss_down or 0) <= LOSS_MOST
    tcp_suffers = (found.loss_down or 0) > HLS_LOSS
    grades = {
        Use.TWO_WAY: both if live else Grade.NO,
        Use.LISTENING: down if live else Grade.NO,
        Use.BROADCAST: _worse(down, Grade.SMALL) if tcp_suffers else down,
        Use.STORED: Grade.NO if down is Grade.NO else Grade.FULL,
    }
    return Verdict(grades=grades, advice=_advice(found))


def _advice(found: Findings) -> tuple[str, ...]:
    low = {Grade.SMALL, Grade.SOUND, Grade.NO}
    troubles = {
        "udp-blocked": not found.udp,
        "lossy": max(found.loss_up or 0, found.loss_down or 0) > HLS_LOSS,
        "thin-up": found.udp and _grade(found.up_bps) in low,
        "thin-down": _grade(found.down_bps) in low,
        "far": (found.round_trip_ms or 0) > FAR_MS,
        "jittery": (found.jitter_ms or 0) > JITTERY_MS,
        "narrow": found.mtu is not None and found.mtu < MTU_LEAST,
    }
    return tuple(advice for advice, applies in troubles.items() if applies) or ("well",)


def _grade(rate_bps: float | None) -> Grade:
    steps = (
        (FULL_BPS, Grade.FULL),
        (PICTURE_BPS, Grade.PICTURE),
        (SMALL_BPS, Grade.SMALL),
        (SOUND_BPS, Grade.SOUND),
    )
    return next((grade for least, grade in steps if (rate_bps or 0) >= least), Grade.NO)


def _worse(one: Grade, other: Grade) -> Grade:
    order = list(Grade)
    return max(one, other, key=order.index)
