"""A cable for each site: whole, thin as a village's line, or pulled."""

from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Self

from classroom_edge.demo.three.ports import SITES, ThreePorts
from classroom_media.emulate.link import Line
from classroom_media.emulate.proxy import Cable

HERE: Final = "127.0.0.1"
DELAY_NS: Final = 20_000_000
THIN_BPS: Final = 300_000
THIN_LOSS: Final = 0.02


class State(StrEnum):
    """What has become of a cable."""

    WHOLE = "whole"
    THIN = "thin"
    PULLED = "pulled"


@dataclass(slots=True)
class Cables:
    """The cables of all sites; how one is can be changed any time."""

    states: dict[str, State] = field(default_factory=lambda: dict.fromkeys(SITES, State.WHOLE))
    _cables: dict[str, Cable] = field(default_factory=dict)

    @classmethod
    async def laid(cls, open_: AsyncExitStack, ports: ThreePorts) -> Self:
        """Lay them, for as long as `open_` is. Raises OSError."""
        cables = cls()
        for seed, site in enumerate(SITES):
            cable = Cable(Line(delay_ns=DELAY_NS), Line(delay_ns=DELAY_NS), seed=seed)
            await open_.enter_async_context(cable)
            link, media = ports.cable(site)
            for beside in (0, 1):  # the link, and the desk for new sites
                await cable.tcp((HERE, ports.link + beside), (HERE, link + beside))
            cable.udp((HERE, ports.media), (HERE, media))
            cables._cables[site] = cable
        return cables

    def make(self, site: str, state: State) -> None:
        """Let a site's cable be so. Raises KeyError."""
        cable = self._cables[site]
        cable.cut = state is State.PULLED
        for line in (cable.up, cable.down):
            line.rate_bps = THIN_BPS if state is State.THIN else None
            line.loss = THIN_LOSS if state is State.THIN else 0.0
        self.states[site] = state
