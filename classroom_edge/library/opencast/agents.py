"""The Opencasts that a room is a capture agent of: those targets that name an agent."""

from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from classroom_edge.config.models import Config
from classroom_edge.library.deliver import views
from classroom_edge.library.deliver.opencast import core_of, schedule_of
from classroom_edge.library.deliver.spec import TargetSpec
from classroom_edge.library.opencast.agent import Agent
from classroom_edge.services.problems import Finding
from classroom_schedules.occurrence import Occurrence

AGENT: Final = "agent"  # the option that names it


@dataclass(kw_only=True)
class Agents:
    """All of them, by their targets' ids."""

    config: Config
    place: Path  # the room's folder of deliveries
    recorded: Callable[[], str | None]  # what of the day; "" = something else, None = nothing
    is_sending: Callable[[str], bool]  # to a target
    each: dict[str, Agent] = field(init=False)

    def __post_init__(self) -> None:
        specs = (
            TargetSpec.of(target, self.place)
            for target in self.config.targets
            if target.kind == "opencast" and target.options.get(AGENT)
        )
        self.each = {spec.id: self._agent(spec) for spec in specs}

    @property
    def services(self) -> Mapping[str, Callable[[], Coroutine[Any, Any, None]]]:
        """What is to run for as long as the room is open, by name."""
        return {f"agent {id_}": agent.run for id_, agent in self.each.items()}

    @property
    def planned(self) -> Callable[[], tuple[Occurrence, ...]] | None:
        """What gives the recordings that they have planned; None where there is no agent."""
        return self._occurrences if self.each else None

    def findings(self) -> Iterator[Finding]:
        """Tell which of them cannot be asked what is to be recorded."""
        names = {target.id: target.name for target in self.config.targets}
        for id_, agent in self.each.items():
            if agent.trouble:
                why = views.in_words(agent.trouble, "")
                values = {"name": names[id_], "why_en": why["en"], "why_zh": why["zh-CN"]}
                yield Finding("E-DLV-004", "warning", f"agent {id_}", values)

    def _occurrences(self) -> tuple[Occurrence, ...]:
        room = self.config.timetable.room if self.config.timetable else self.config.room.name
        return tuple(one for agent in self.each.values() for one in agent.occurrences(room))

    def _agent(self, spec: TargetSpec) -> Agent:
        return Agent(
            core=core_of(spec),
            name=spec.options[AGENT],
            schedule=schedule_of(spec),
            inputs=tuple(source.id for source in self.config.sources),
            state=lambda: self._state(spec.id),
            recorded=lambda: self.recorded() or "",
        )

    def _state(self, target: str) -> str:
        if self.recorded() is not None:
            return "capturing"
        return "uploading" if self.is_sending(target) else "idle"
