"""What is really on disk: the truth behind the timer and the recording light."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from classroom_edge.room import TrackView
from classroom_media.api import NS
from classroom_media.messages import PartProgress
from classroom_media.record.story import Story

FRESH_S: Final = 3.0


@dataclass
class _Part:
    first_ns: int
    synced_ns: int
    synced_bytes: int

    @property
    def seconds(self) -> float:
        return max(0, self.synced_ns - self.first_ns) / NS


@dataclass
class _Track:
    parts: dict[tuple[int, int], _Part] = field(default_factory=dict)  # by take and part
    advanced_s: float = -math.inf
    problem: str = ""
    elsewhere: str = ""  # why it is written in the second folder


@dataclass
class Progress:
    """How far every track of one recording has come."""

    tracks: dict[str, _Track] = field(default_factory=dict)

    def forget(self) -> None:
        """Begin again, with another recording."""
        self.tracks.clear()

    def remember(self, story: Story, folder: Path) -> None:
        """Take over what an earlier daemon's journal tells, and the sizes of the files."""
        for part in story.parts:
            track = self.tracks.setdefault(part.track, _Track())
            file = folder / part.file
            size = file.stat().st_size if file.exists() else 0
            track.parts[part.take, part.number] = _Part(part.zero_ns, part.known_ns, size)

    def heard(self, take: int, parts: Iterable[PartProgress], now_s: float) -> None:
        """Take over what a worker says of its open parts."""
        for said in parts:
            track = self.tracks.setdefault(said.track, _Track())
            track.problem, track.elsewhere = said.problem, said.elsewhere
            part = track.parts.setdefault((take, said.part), _Part(said.first_ns, 0, 0))
            if said.synced_ns > part.synced_ns:
                part.synced_ns = said.synced_ns
                track.advanced_s = now_s
            part.synced_bytes = max(part.synced_bytes, said.synced_bytes)

    def reached_ns(self, names: Iterable[str], take: int) -> int:
        """Give the last instant of a take that any of these tracks has on disk; 0 = none."""
        return max(
            (
                part.synced_ns
                for name in names
                if name in self.tracks
                for (number, _), part in self.tracks[name].parts.items()
                if number == take
            ),
            default=0,
        )

    @property
    def elsewhere(self) -> str:
        """Why some track is written in the second folder; nothing when none is."""
        return next((t.elsewhere for t in self.tracks.values() if t.elsewhere), "")

    def advances(self, name: str, now_s: float) -> bool:
        """Whether bytes of this track reached the disk within the last three seconds."""
        return self.still_for_s(name, now_s) <= FRESH_S

    def still_for_s(self, name: str, now_s: float) -> float:
        """Give for how long nothing of a track has reached the disk."""
        return now_s - self.tracks[name].advanced_s if name in self.tracks else math.inf

    def seconds(self, name: str) -> float:
        """Give how much of a track is on disk."""
        track = self.tracks.get(name)
        return sum(part.seconds for part in track.parts.values()) if track else 0.0

    def bytes(self) -> int:
        """Give how much of all tracks is on disk."""
        return sum(
            part.synced_bytes for track in self.tracks.values() for part in track.parts.values()
        )

    def view(self, name: str, now_s: float, *, is_there: bool) -> TrackView:
        """Show one track; `is_there` tells whether its source delivers."""
        track = self.tracks.get(name, _Track())
        if "disk" in track.problem:
            state = "disk-full"
        elif not is_there:
            state = "lost"
        else:
            state = "writing" if self.advances(name, now_s) else "waiting"
        size = sum(part.synced_bytes for part in track.parts.values())
        return TrackView(name, state, round(self.seconds(name), 2), size)
