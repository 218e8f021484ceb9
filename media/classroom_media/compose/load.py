"""Whether the machine keeps up with the programme, and what is done without while it does not.

The steps are taken one after the other, and taken back one after the other:

    spare    fewer previews, cuts instead of fades; the encoder takes a second core
    quicker  the encoder works one preset quicker: the same looks for more bits
    quickest ... at its quickest: plainer pictures
    half     every second picture is left out
    (then)   what is more than 5 s late is left out (see `classroom_media.compose.programme`,
             also for a programme that began in the past)
    (last)   no picture is made while more than a second of sound is due

Sound, and the tracks that are copied, are never touched. Lateness alone proves nothing: a source
may be late. A machine is too slow when there was always something to make, for seconds, and the
programme came no nearer to the present by it. It is quick enough for the step before when it
rests for a good part of every second, for half a minute.

Pure: knows neither clock nor encoder.
"""

from enum import IntEnum
from typing import Final

from classroom_media.api import NS

PATIENCE_NS: Final = 3 * NS  # of work without rest, before another step is taken
HURRY_NS: Final = 2 * NS  # later than this, patience is shorter
HURRIED_NS: Final = 2 * NS
GAIN_NS: Final = NS // 5  # so much nearer to the present, it is catching up
CALM_NS: Final = 30 * NS  # before a step is taken back; twice as long each time it was too early
CALM_MOST_NS: Final = 480 * NS
TOO_EARLY_NS: Final = 60 * NS  # a step that is taken again so soon
SECOND_NS: Final = NS  # over which work and rest are weighed


class Step(IntEnum):
    """What is done without; each step includes those before it."""

    NONE = 0
    SPARE = 1
    QUICKER = 2
    QUICKEST = 3
    HALF = 4

    @property
    def word(self) -> str:
        """Its name; nothing while nothing is done without."""
        return self.name.lower() if self else ""


# The share of a second that may be work, for the step before to be within reach.
BUSY: Final = {Step.SPARE: 0.6, Step.QUICKER: 0.65, Step.QUICKEST: 0.6, Step.HALF: 0.45}

SPEEDS: Final = ("medium", "fast", "faster", "veryfast", "superfast", "ultrafast")  # of x264
QUICKER: Final = {
    Step.QUICKER: "superfast",
    Step.QUICKEST: "ultrafast",
    Step.HALF: "ultrafast",
}


def preset_at(step: Step, preset: str) -> str:
    """Give the x264 preset of a step, for a programme that has `preset` of its own."""
    return max(preset, QUICKER.get(step, preset), key=SPEEDS.index)


def threads_at(step: Step) -> int:
    """Give x264's threads: two are done sooner, for 7 % more CPU and 3 % more bits (measured)."""
    return 1 if step is Step.NONE else 2


class Load:
    """Watches one programme being made."""

    def __init__(self) -> None:
        self.step = Step.NONE
        self._looked_ns = 0
        self._worked = False  # since the last look
        self._unrested_ns: int | None = None  # since when there was always work
        self._late_ns = 0  # at that time
        self._calm_since_ns = 0
        self._calm_ns = CALM_NS
        self._raised_ns = -TOO_EARLY_NS  # when a step was last taken back
        self._work_ns = self._rest_ns = 0  # in this second

    def look(self, now_ns: int, late_ns: int) -> bool:
        """Judge, before every turn of the loop; tell whether the step is another now.

        `late_ns` is how far behind the present the next picture stands.
        """
        passed_ns = now_ns - self._looked_ns
        self._looked_ns = now_ns
        if self._worked:
            self._work_ns += passed_ns
        else:
            self._rest_ns += passed_ns
            self._unrested_ns = None
        if self._unrested_ns is None:
            self._unrested_ns, self._late_ns = now_ns, late_ns
        self._weigh(now_ns)
        return self._is_too_slow(now_ns, late_ns) or self._has_calmed(now_ns)

    def turned(self, *, worked: bool) -> None:
        """Hear whether there was anything to do in this turn of the loop."""
        self._worked = worked

    def _weigh(self, now_ns: int) -> None:
        """At the end of each second, see whether there was rest enough."""
        whole_ns = self._work_ns + self._rest_ns
        if whole_ns < SECOND_NS:
            return
        if self._work_ns > whole_ns * BUSY.get(self.step, 0.0):
            self._calm_since_ns = now_ns
        self._work_ns = self._rest_ns = 0

    def _is_too_slow(self, now_ns: int, late_ns: int) -> bool:
        """Take another step when work brings the programme no nearer to the present."""
        patience_ns = PATIENCE_NS if late_ns < HURRY_NS else HURRIED_NS
        if self._unrested_ns is None or now_ns - self._unrested_ns < patience_ns:
            return False
        gained_ns = self._late_ns - late_ns
        self._unrested_ns, self._late_ns = now_ns, late_ns
        if gained_ns > GAIN_NS or self.step is Step.HALF:
            return False
        is_again = now_ns - self._raised_ns < TOO_EARLY_NS
        self._calm_ns = min(2 * self._calm_ns, CALM_MOST_NS) if is_again else CALM_NS
        self._calm_since_ns = now_ns
        self.step = Step(self.step + 1)
        return True

    def _has_calmed(self, now_ns: int) -> bool:
        """Take a step back after half a minute with rest enough."""
        if self.step is Step.NONE or now_ns - self._calm_since_ns < self._calm_ns:
            return False
        self._calm_since_ns = self._raised_ns = now_ns
        self.step = Step(self.step - 1)
        return True
