"""Which films of this room belong to a session that was held. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from classroom_edge.sessions.taught import Taught
from classroom_media.api import NS
from classroom_media.record.manifest import PROGRAMME, Manifest, State, Track
from classroom_media.record.shared import Attended, film_ns, hub_ns

FINAL: Final = (State.FINISHED, State.INCOMPLETE)
LOOKED_WITHIN: Final = timedelta(hours=6)  # a finisher that could not by then does not any more


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a film of this room that shows a session."""

    name: str  # by which others ask for it
    lesson: Taught  # from where to where this film shows it
    recording: str
    file: str
    from_s: float  # the film's own time
    to_s: float
    is_final: bool  # False: the film is still being written or finished

    @property
    def length_s(self) -> float:
        """How long it lasts."""
        return self.to_s - self.from_s


def passages(lesson: Taught, manifests: Iterable[Manifest], now: datetime) -> tuple[Passage, ...]:
    """Give the passages of this room's programme that show a session, in order of time."""
    found = [
        passage
        for manifest in manifests
        for attended in manifest.sessions
        if attended.session == lesson.session
        for passage in _of(lesson, manifest, attended, final=is_final(manifest, now))
    ]
    return tuple(sorted(found, key=lambda one: one.lesson.from_ns))


def is_awaited(lesson: Taught, manifests: Iterable[Manifest], now: datetime) -> bool:
    """Tell whether a recording of a session is still being made or finished."""
    return any(
        attended.session == lesson.session and not is_final(manifest, now)
        for manifest in manifests
        for attended in manifest.sessions
    )


def instant(hub_ns: int) -> datetime:
    """Turn hub time into a date."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=hub_ns // 1000)


def is_final(manifest: Manifest, now: datetime) -> bool:
    """Tell whether the films of a recording stay as they are: nobody is at work on them."""
    ended = manifest.started_at + timedelta(seconds=manifest.duration_s)
    return manifest.state in FINAL and (manifest.looked_through or now - ended > LOOKED_WITHIN)


def _of(
    lesson: Taught, manifest: Manifest, attended: Attended, *, final: bool
) -> Iterator[Passage]:
    """Give those of one recording: of its own programme, and not of what came from elsewhere."""
    foreign = {one.file for one in manifest.joined}
    own = [one for one in manifest.tracks if one.name == PROGRAMME and one.file not in foreign]
    for number, track in enumerate(own, 1):
        begin_s, end_s = (_place_s(attended, track, at) for at in (lesson.from_ns, lesson.to_ns))
        from_s, to_s = max(begin_s, 0.0), min(end_s, track.duration_s)
        if from_s < to_s:
            yield Passage(
                name=f"{lesson.session}.{manifest.id}.{number}{lesson.part}",
                lesson=Taught(
                    lesson.session,
                    lesson.title,
                    _hub_ns(attended, track, from_s),
                    _hub_ns(attended, track, to_s),
                ),
                recording=manifest.id,
                file=track.file,
                from_s=from_s,
                to_s=to_s,
                is_final=final,
            )


def _place_s(attended: Attended, track: Track, at_ns: int) -> float:
    return film_ns(attended.anchors, at_ns) / NS - track.start_s


def _hub_ns(attended: Attended, track: Track, at_s: float) -> int:
    return hub_ns(attended.anchors, round((at_s + track.start_s) * NS))
