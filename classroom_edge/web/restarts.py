"""Counts how often each process of the room was replaced by another of the same name."""

from collections import Counter
from dataclasses import dataclass, field

from classroom_edge.room import ProcessView
from classroom_edge.web.ports import RoomPort

_Name = tuple[str, str]  # role and name


@dataclass(slots=True)
class Restarts:
    """What it has seen since it was started."""

    _pids: dict[_Name, int] = field(default_factory=dict)
    _counts: Counter[_Name] = field(default_factory=Counter)

    async def watch(self, room: RoomPort) -> None:
        """Follow the room until cancelled."""
        async for state in room.changes():
            for process in state.processes:
                self.seen(process)

    def seen(self, process: ProcessView) -> None:
        """Note a process; one that is lost has no pid and is counted once it is back."""
        if not process.pid:
            return
        name = process.role, process.name
        if self._pids.get(name, process.pid) != process.pid:
            self._counts[name] += 1
        self._pids[name] = process.pid

    def of(self, process: ProcessView) -> int:
        """Give how often a process of that role and name was replaced."""
        return self._counts[process.role, process.name]
