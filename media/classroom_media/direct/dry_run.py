"""Directs a recording after the fact: what the rules would have shown, and why."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from classroom_media.api import Kind, RecordError
from classroom_media.direct.engine import Director, Shot
from classroom_media.direct.floor import Floor
from classroom_media.direct.footage import Listened, Watched, listen, watch
from classroom_media.direct.rules import Rules
from classroom_media.direct.signs import LOOKS_A_SECOND, Role, Seen, Sign, Source, role_of
from classroom_media.direct.watches import NOWHERE, Regions, watch_for
from classroom_media.record.manifest import Manifest, Track, read_manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything that was noticed, look by look; what the engine decides on."""

    watched: Mapping[str, Watched]  # by source
    listened: Mapping[str, Listened]  # by source
    speaker: tuple[str | None, ...]  # who has the floor

    def at(self, look: int) -> Seen:
        """Give what is noticed at one look; a source without a picture then is missing."""
        speaking = frozenset({Sign.SPEECH})
        seen = {
            source: found.signs[look] for source, found in self.watched.items() if found.there[look]
        }
        for source in self.listened:
            here = source in seen or source not in self.watched
            if here and source == self.speaker[look]:
                seen[source] = seen.get(source, frozenset()) | speaking
        return seen


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRun:
    """A recording, directed by rules."""

    title: str
    started_at: datetime
    duration_s: float
    sources: tuple[Source, ...]
    evidence: Evidence
    shots: tuple[Shot, ...]

    def length_s(self, number: int) -> float:
        """Tell how long a shot is shown."""
        later = self.shots[number + 1 :]
        return (later[0].at_s if later else self.duration_s) - self.shots[number].at_s


def dry_run(
    folder: Path,
    *,
    rules: Rules | None = None,
    roles: Mapping[str, Role] | None = None,
    boards: Regions = NOWHERE,
    progress: Callable[[str], None] | None = None,
) -> DryRun:
    """Look at the isolated tracks of a finished recording, and direct them.

    `roles` are what sources are to the lesson, where their ids do not tell; `boards` is where
    their boards are. `progress` hears the name of every track that is looked at.

    Raises:
        RecordError: there is no recording, no isolated picture, or a file cannot be read.
    """
    manifest = read_manifest(folder)
    sources = sources_of(manifest, roles or {})
    if not any(source.picture for source in sources):
        raise RecordError(f"{folder}: there is no isolated track with a picture")
    if manifest.duration_s < 1:
        raise RecordError(f"{folder}: nothing is recorded")
    evidence = _evidence(folder, manifest, sources, boards, progress or (lambda _track: None))
    return DryRun(
        title=manifest.title or manifest.room,
        started_at=manifest.started_at,
        duration_s=manifest.duration_s,
        sources=sources,
        evidence=evidence,
        shots=direct(evidence, Director(sources, rules)),
    )


def sources_of(manifest: Manifest, roles: Mapping[str, Role]) -> tuple[Source, ...]:
    """List the sources that have tracks of their own, in the order of roles."""
    order = list(Role)
    pictures = {track.source for track in manifest.tracks if track.kind == Kind.PICTURE}
    ids = dict.fromkeys(track.source for track in manifest.tracks if track.source)
    found = [Source(id_, roles.get(id_, role_of(id_)), id_ in pictures) for id_ in ids]
    return tuple(sorted(found, key=lambda source: order.index(source.role)))


def direct(evidence: Evidence, director: Director) -> tuple[Shot, ...]:
    """Let a director decide on all that was noticed."""
    looks = range(len(evidence.speaker))
    shots = (director.decide(look / LOOKS_A_SECOND, evidence.at(look)) for look in looks)
    return tuple(shot for shot in shots if shot)


def _evidence(
    folder: Path,
    manifest: Manifest,
    sources: tuple[Source, ...],
    boards: Regions,
    progress: Callable[[str], None],
) -> Evidence:
    looks = int(manifest.duration_s * LOOKS_A_SECOND)
    watched: dict[str, Watched] = {}
    listened: dict[str, Listened] = {}
    for source in sources:
        eyes = watch_for(source.role, boards.get(source.id))
        for track in _tracks(manifest, source.id):
            progress(track.name)
            path = folder / track.file
            if track.kind == Kind.PICTURE:
                into = watched.setdefault(source.id, Watched.nothing(looks))
                watch(path, track.start_s, eyes, into)
            else:
                sound = listened.setdefault(source.id, Listened.nothing(looks))
                listen(path, track.start_s, sound)
    return Evidence(watched=watched, listened=listened, speaker=_speakers(listened, looks))


def _tracks(manifest: Manifest, source: str) -> list[Track]:
    mine = [track for track in manifest.tracks if track.source == source and not track.problem]
    return sorted(mine, key=lambda track: (track.kind, track.start_s))


def _speakers(listened: Mapping[str, Listened], looks: int) -> tuple[str | None, ...]:
    floor = Floor()
    return tuple(
        floor.decide({source: one.heard[look] for source, one in listened.items()})
        for look in range(looks)
    )
