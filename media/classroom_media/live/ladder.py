"""Climbs down at once when a link carries less, and up again after calm. Pure: time is an argument.

Down: when a queue grows, or when more is lost than is mended; to the best rung that fits into what
still arrives. Up: one rung, after a calm time, and only after a probe has shown that the link
carries it: the rate is raised step by step with packets that nobody misses, and no further once
they queue; after a fall, beyond what the link carried then. A probe or a climb that fails doubles
the calm time before the next one, so that no site sees a picture come and go; a minute without
failure makes it short again.

If nothing is heard for three seconds the lesson is stored for the site. When something is heard
again it stands where it stood.
"""

from collections import deque
from statistics import median
from typing import Final

from classroom_media.live.rtp.feedback import Link
from classroom_media.live.rungs import RUNGS, STORED, Rung

FULL_US: Final = 120_000  # a queue that long, and growing: less must be sent
OVERFULL_US: Final = 220_000  # a keyframe and repairs together make none that long
GROWING_US: Final = 45_000  # a queue that long: more cannot be sent
PROBED_US: Final = 20_000  # a queue that long ends a probe
LOST: Final = 0.3  # over 3 s: that is not only chance, and repairs cost too much
LOST_LATELY: Final = 0.6  # over 0.6 s
LOST_MORE: Final = 0.35  # than before: what a probe sends is thrown away instead of queued
SOUND_GONE: Final = 0.2  # over 3 s: nobody follows a lesson like that
HEADROOM: Final = 1.1
AGAIN: Final = 3.0  # how often a lost packet is sent again, where the line is long
BEYOND: Final = 1.2  # times what a link carried at the last fall
ALL_BUT: Final = 0.9  # of a probe's last step arrives: then comes the next
STEP: Final = 1.1  # of a probe, from report to report
PROBE_NS: Final = 6_000_000_000  # longer than any probe takes
EASY_NS: Final = 1_000_000_000  # calm at the start, and after a climb that went well
CALM_NS: Final = 4_000_000_000
CALM_MAX_NS: Final = 60_000_000_000
MISTAKE_NS: Final = 6_000_000_000  # a rung that was left so soon should not have been climbed
FORGET_NS: Final = 60_000_000_000  # after the calm that a failure demands
MEMORY_NS: Final = 3_200_000_000  # what is told over 3 s is not of the time before a move
DRAIN_NS: Final = 1_500_000_000  # a queue takes time to become shorter
SILENCE_NS: Final = 3_000_000_000


class Ladder:
    """One site's place on the rungs, best first; `start` is where it begins."""

    def __init__(self, rungs: tuple[Rung, ...] = RUNGS, *, start: int = 0) -> None:
        self.probe_bps = 0  # what is to be sent in all, to see whether it arrives; 0 = no probe
        self._rungs = rungs
        self._place = start
        self._silent = False
        self._heard_ns: int | None = None
        self._moved_ns = 0
        self._drained_ns = 0
        self._calm_ns = 0  # since when nothing is wrong
        self._easy = True  # the last move was not a fall
        self._holds: dict[int, tuple[int, int]] = {}  # by rung: calm that it demands, until when
        self._climbed_ns: int | None = None
        self._probed_ns = 0
        self._queue_us = 0
        self._carried_bps = 0.0  # when more was sent than that, at the last fall
        self._rates_bps: deque[int] = deque(maxlen=3)
        self._lost = 0.0

    @property
    def rung(self) -> Rung:
        """Give the present rung."""
        return STORED if self._silent else self._rungs[self._place]

    def step(self, now_ns: int, link: Link | None) -> Rung:
        """Take a report, or that there is none; give the rung. Call it each second, too."""
        if link is None:
            self._hear_nothing(now_ns)
        else:
            self._hear(now_ns, link)
        return self.rung

    def alive(self, now_ns: int) -> None:
        """Take note that the site is there, though it says nothing of the link."""
        if self._heard_ns is not None:
            self._speak_again(now_ns)

    def _hear_nothing(self, now_ns: int) -> None:
        if self._heard_ns is None:
            self._heard_ns = now_ns
        if now_ns - self._heard_ns > SILENCE_NS:
            self._silent, self.probe_bps = True, 0

    def _hear(self, now_ns: int, link: Link) -> None:
        self._speak_again(now_ns)
        self._rates_bps.append(link.lately_bps)
        if self.probe_bps:
            self._probe(now_ns, link)
        elif self._bad(now_ns, link):
            self._down(now_ns, link)
        elif link.queue_us > GROWING_US or _lossy(link):
            self._calm_ns = now_ns
        elif self._place and now_ns - self._calm_ns >= self._wait_ns(now_ns):
            self._begin(now_ns, link)
        self._queue_us = link.queue_us

    def _speak_again(self, now_ns: int) -> None:
        if self._silent or self._heard_ns is None:
            self._silent, self._calm_ns, self._moved_ns = False, now_ns, now_ns
        self._heard_ns = now_ns

    def _bad(self, now_ns: int, link: Link) -> bool:
        if now_ns < self._drained_ns:
            return False
        lasts = FULL_US < self._queue_us <= link.queue_us
        if lasts or link.queue_us > OVERFULL_US:
            return True
        settled = now_ns - self._moved_ns > MEMORY_NS
        if self.rung.layer is None:  # sound is sent twice, and outlasts what pictures do not
            return self.rung.sound and settled and link.sound_gone > SOUND_GONE
        return link.lately_lost > LOST_LATELY or (settled and link.lost > LOST)

    def _down(self, now_ns: int, link: Link) -> None:
        below = range(self._place + 1, len(self._rungs))
        carried_bps = link.lately_bps if link.coarse else median(self._rates_bps)
        fits_bps = carried_bps / HEADROOM
        fitting = (each for each in below if self._rungs[each].cost_bps <= fits_bps)
        if self._place + 1 == len(self._rungs):
            return
        if self._climbed_ns is not None and now_ns - self._climbed_ns < MISTAKE_NS:
            self._fail(self._place, now_ns)
        self._easy, self._climbed_ns = False, None
        self._carried_bps = carried_bps
        self._move(next(fitting, below[-1]), now_ns)
        self._drained_ns = now_ns + DRAIN_NS

    def _begin(self, now_ns: int, link: Link) -> None:
        if not self.rung.sound or link.coarse:  # there is nothing to measure a probe by: try it
            self._climb(now_ns)
            return
        self._probed_ns, self._lost = now_ns, link.lost
        self.probe_bps = int(max(link.rate_bps, self.rung.cost_bps // 2) * STEP)

    def _probe(self, now_ns: int, link: Link) -> None:
        cost_bps = self._rungs[self._place - 1].cost_bps
        need_bps = cost_bps * (1 + AGAIN * link.lost) * HEADROOM
        wanted_bps = max(need_bps, self._carried_bps * BEYOND)
        thrown_away = link.lately_lost > self._lost + LOST_MORE or _lossy(link)
        if link.queue_us > PROBED_US or thrown_away or now_ns - self._probed_ns > PROBE_NS:
            self._fail(self._place - 1, now_ns)
            self._drained_ns = now_ns + DRAIN_NS
        elif link.rate_bps >= wanted_bps * (1 - link.lost):
            self._climb(now_ns)
        elif link.lately_bps >= self.probe_bps / STEP * (1 - link.lately_lost) * ALL_BUT:
            self.probe_bps = min(int(self.probe_bps * STEP), int(wanted_bps * HEADROOM))

    def _fail(self, place: int, now_ns: int) -> None:
        """Note that a rung could not be had, or kept: next time it takes twice the calm."""
        hold_ns = min(2 * self._holds.get(place, (CALM_NS, 0))[0], CALM_MAX_NS)
        self._holds[place] = (hold_ns, now_ns + hold_ns + FORGET_NS)
        self._calm_ns, self.probe_bps = now_ns, 0

    def _wait_ns(self, now_ns: int) -> int:
        """Give the calm time that the next rung demands."""
        hold_ns, until_ns = self._holds.get(self._place - 1, (CALM_NS, 0))
        if now_ns < until_ns:
            return hold_ns
        self._holds.pop(self._place - 1, None)
        return EASY_NS if self._easy else CALM_NS

    def _climb(self, now_ns: int) -> None:
        self._carried_bps = 0.0
        self._move(self._place - 1, now_ns)
        self._easy, self._climbed_ns = True, now_ns

    def _move(self, place: int, now_ns: int) -> None:
        self._place, self._moved_ns, self._calm_ns, self.probe_bps = place, now_ns, now_ns, 0


def _lossy(link: Link) -> bool:
    return link.lost > LOST or link.sound_gone > SOUND_GONE
