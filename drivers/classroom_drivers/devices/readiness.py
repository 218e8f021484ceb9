"""When a device that warms up and cools down is ready: from state and time alone, no flags."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from classroom_drivers.api import Lockout, Plain, PowerState


@dataclass(frozen=True, slots=True)
class Readiness:
    """How long a device usually takes, and what has to wait meanwhile."""

    warm_up_s: float
    cool_down_s: float
    capabilities: tuple[str, ...]

    def lockouts(
        self,
        power: Plain | None,
        since_s: float,
        now_s: float,
        moment: Callable[[float], datetime],
    ) -> tuple[Lockout, ...]:
        """Give the lock-outs of a power state that began at `since_s`.

        They end after the usual time even if the device never says that it is ready: then it is
        asked, and may refuse for itself.
        """
        usual_s: dict[Plain | None, float] = {
            PowerState.WARMING: self.warm_up_s,
            PowerState.COOLING: self.cool_down_s,
        }
        until_s = since_s + usual_s.get(power, 0.0)
        if until_s <= now_s:
            return ()
        until = moment(until_s)
        return tuple(Lockout(name, until, str(power)) for name in self.capabilities)

    def settle(
        self, reported: PowerState, known: Plain | None, for_s: float, *, late_s: float
    ) -> PowerState:
        """Give the state to show for a reported one, `for_s` after the known one began.

        A device that was just switched may go on saying what it was for up to `late_s`.
        """
        behind = {PowerState.WARMING: PowerState.OFF, PowerState.COOLING: PowerState.ON}
        if for_s < late_s and known is not None and behind.get(PowerState(str(known))) is reported:
            return PowerState(str(known))
        return reported
