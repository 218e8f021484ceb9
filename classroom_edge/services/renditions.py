"""The sizes in which the programme is made besides its own: whoever wants some says so here.

What is wanted in one height is made once, for all. The director is told, and told again when
another process has taken its place.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, Protocol

from classroom_media.api import Rendition, WorkerError
from classroom_media.messages import AnyCommand, Heartbeat, Render, Reply

PROGRAMME: Final = "programme"
LOOKED_AFTER_S: Final = 0.5
SETTLES_S: Final = 10.0  # after a start; until then others may still come to say what they want


class Director(Protocol):
    """Who makes the programme: one process after the other."""

    @property
    def pid(self) -> int:
        """The process that runs now, or 0."""

    @property
    def beat(self) -> Heartbeat | None:
        """What it said last; None before its first word."""

    async def ask(self, command: AnyCommand) -> Reply:
        """Give it a command. Raises WorkerError."""


@dataclass(kw_only=True)
class Renditions:
    """Who wants what, and the director that is told so."""

    director: Director
    height: int  # pixels; of the programme itself
    clock: Callable[[], float] = time.monotonic
    _wishes: dict[str, tuple[Rendition, ...]] = field(default_factory=dict, init=False)
    _told: tuple[int, tuple[Rendition, ...]] = field(default=(0, ()), init=False)  # process, what
    _stirred: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _born_s: float = field(init=False)

    def __post_init__(self) -> None:
        self._born_s = self.clock()

    def want(self, who: str, sizes: Iterable[Rendition]) -> None:
        """Have these sizes for `who`, in place of all it wanted before; none is an answer, too."""
        self._wishes[who] = tuple(sizes)
        self._stirred.set()

    def streams(self, who: str) -> dict[str, str]:
        """Give the stream that carries each size that `who` wants, by its own name for it.

        What is larger than the programme is as large; one that is not `live` is the programme then.
        """
        return self.streams_of(self._wishes.get(who, ()))

    def streams_of(self, sizes: Iterable[Rendition]) -> dict[str, str]:
        """Give the stream that would carry each size, wanted or not yet, by its name."""
        return {one.name: self._stream(one) for one in sizes}

    @property
    def wanted(self) -> tuple[Rendition, ...]:
        """Give what the director is to make, the largest first.

        Of two wishes for one height the thinner counts: its link may carry no more.
        """
        alike: dict[tuple[int, bool], list[Rendition]] = {}
        for one in (one for wish in self._wishes.values() for one in wish):
            if self._name(one):
                alike.setdefault((min(one.height, self.height), one.live), []).append(one)
        return tuple(
            Rendition(
                name=self._name(asked[0]),
                height=height,
                bitrate_kbps=min(one.bitrate_kbps for one in asked),
                quality=min(one.quality for one in asked),
                live=live,
            )
            for (height, live), asked in sorted(alike.items(), reverse=True)
        )

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOKED_AFTER_S):
                    await self._stirred.wait()
            self._stirred.clear()
            await self._look()

    async def _look(self) -> None:
        beat, order = self.director.beat, (self.director.pid, self.wanted)
        if beat is None or order == self._told or not self._is_settled(beat):
            return
        with suppress(WorkerError):  # later, then
            await self.director.ask(Render(renditions=order[1]))
            self._told = order

    def _is_settled(self, beat: Heartbeat) -> bool:
        """Tell whether nothing is taken away from those who have not been heard yet."""
        names = {one.name for one in self.wanted}
        return beat.renditions.keys() <= names or self.clock() - self._born_s >= SETTLES_S

    def _name(self, one: Rendition) -> str:
        """Give what the director is to call it; "" = it is the programme itself."""
        if one.live:
            return f"live-{min(one.height, self.height)}p"
        return f"{one.height}p" if one.height < self.height else ""

    def _stream(self, one: Rendition) -> str:
        name = self._name(one)
        return f"{PROGRAMME}-{name}" if name else PROGRAMME
