"""What became of a recording of the truth room: per source, per kind of fault, and in all."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import median

import av

from classroom_media.api import NS, Layout
from classroom_media.compose.layouts import Box, arrangement, box
from classroom_media.emulate import inspection, truth
from classroom_media.emulate.inspection import Seen, luma_of
from classroom_media.emulate.replay import ReplayedCamera, Shot
from classroom_media.emulate.stand import Fault
from classroom_media.record.journal import (
    JOURNAL_FILE,
    LayoutShown,
    SourceBack,
    SourceLost,
    replay,
)
from classroom_media.record.manifest import Manifest
from classroom_media.record.story import tell
from tests.room.truth_check import (
    FRAME_S,
    Matched,
    Shown,
    Span,
    Taken,
    Tick,
    matched,
    shown,
    taken,
    unwrapped,
)
from tests.room.truth_room import CAST, SCREEN, Incident

IN_STEP_S = 0.040
LIT = 150  # luma: a slate's name, and never a lens cap
DAMAGING = (Fault.LOSS, Fault.GARBAGE)  # a camera's own network: what arrives is damaged
TURN_S = 3.0  # around a change of layout either may be on show
ASPECT = 16 / 9


@dataclass(frozen=True)
class Log:
    """What a camera of the room knows of itself."""

    shots: Sequence[Shot]
    begun_ns: int
    pace: float

    @classmethod
    def of(cls, camera: ReplayedCamera) -> "Log":
        return cls(camera.shots, camera.taken_ns(0), camera.pace)


@dataclass
class Verdict:
    """Everything that was measured; `broken` are promises that were not kept, in words."""

    zero_ns: int
    tracks: dict[str, Matched] = field(default_factory=dict)
    programme: dict[str, Shown] = field(default_factory=dict)
    sounds: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    mixed: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    gaps: dict[str, list[Span]] = field(default_factory=dict)
    lost: dict[str, list[Span]] = field(default_factory=dict)  # as the journal tells it
    slate_s: dict[int, float] = field(default_factory=dict)  # by incident
    back_s: dict[int, float] = field(default_factory=dict)
    uneven: list[float] = field(default_factory=list)  # of the programme
    broken: list[str] = field(default_factory=list)


class Examination:
    """Reads one recording back."""

    def __init__(
        self,
        folder: Path,
        manifest: Manifest,
        logs: Mapping[str, Log],
        incidents: Sequence[Incident],
    ) -> None:
        self._folder = folder
        self._manifest = manifest
        self._logs = logs
        self._incidents = incidents
        self._events = replay(folder / JOURNAL_FILE)
        self._story = tell(self._events)
        self._zero_ns = self._story.takes[0].from_ns
        self._end_s = manifest.duration_s
        self._sent: dict[str, list[Taken]] = {}
        self.verdict = Verdict(self._zero_ns)

    def run(self) -> Verdict:
        """Look at everything; give the verdict."""
        self._read_gaps()
        for one in CAST:
            if one.look:
                self._look_at_track(one.id)
            if one.voice:
                self._listen_to(one.id, one.voice.beep_hz)
        self._look_at_track("screen")
        self._look_at_programme()
        self._time_incidents()
        return self.verdict

    def seconds(self, at_ns: int) -> float:
        """Turn an instant into the recording's time."""
        return (at_ns - self._zero_ns) / NS

    def _read_gaps(self) -> None:
        for gap in self._manifest.gaps:
            self.verdict.gaps.setdefault(gap.track, []).append(Span(gap.from_s, gap.to_s))
        since: dict[str, float] = {}
        for event in self._events:
            if isinstance(event, SourceLost):
                since.setdefault(event.source, self.seconds(event.at_ns))
            elif isinstance(event, SourceBack) and event.source in since:
                span = Span(since.pop(event.source), self.seconds(event.at_ns))
                self.verdict.lost.setdefault(event.source, []).append(span)
        for source, at_s in since.items():
            self.verdict.lost.setdefault(source, []).append(Span(at_s, self._end_s))
            self.verdict.broken.append(f"{source}: was lost at {at_s:.1f} s and never came back")

    def _files(self, track: str) -> Iterator[tuple[Path, float]]:
        for entry in self._manifest.tracks:
            if entry.name == track:
                yield self._folder / entry.file, entry.start_s

    def _look_at_track(self, source: str) -> None:
        seen = [
            Seen(picture.at_s + start_s, picture.number)
            for path, start_s in self._files(source)
            for picture in inspection.pictures(path)
        ]
        log = self._logs.get(source)
        sent = taken(log.shots, self._zero_ns, self._end_s) if log else unwrapped(seen)
        self._sent[source] = sent
        self.verdict.tracks[source] = matched(seen, sent)

    def _listen_to(self, source: str, beep_hz: int) -> None:
        log = self._logs[source]
        tracks = {"sounds": self._files(f"{source}-sound"), "mixed": self._files("programme")}
        for kind, files in tracks.items():
            heard = [
                at_s + start_s
                for path, start_s in files
                for at_s in inspection.beeps(path, beep_hz=beep_hz)
            ]
            made = list(_beeps(log, self._zero_ns, self._end_s))
            late = [(at, min((h - at for h in heard), key=abs, default=99.0)) for at in made]
            getattr(self.verdict, kind)[source] = late

    # -- the programme -----------------------------------------------------------------

    def _look_at_programme(self) -> None:
        times: list[float] = []
        ticks: dict[str, list[Tick]] = {}
        layouts = self._layouts()
        for path, start_s in self._files("programme"):
            with av.open(str(path)) as file:
                pictures = file.decode(video=0) if file.streams.video else ()
                for frame in pictures:
                    at_s = float(frame.time or 0.0) + start_s
                    times.append(at_s)
                    luma = luma_of(frame)
                    places = [at for at in layouts if _may_show(at, layouts, at_s)]
                    found = [_read(luma, layout, at_s) for _at, layout in places]
                    best = max(found, key=_known) if found else {}
                    for source, tick in best.items():
                        ticks.setdefault(source, []).append(tick)
        self.verdict.uneven = [
            after for before, after in pairwise(times) if abs(after - before - FRAME_S) > 0.002
        ]
        self._ticks = ticks
        for source, own in ticks.items():
            there = _there(self._sent[source], self.verdict.tracks[source])
            self.verdict.programme[source] = shown(own, there)

    def _layouts(self) -> list[tuple[float, Layout]]:
        first = (-TURN_S, Layout("single", ("teacher",)))
        changes = (e for e in self._events if isinstance(e, LayoutShown))
        return [first, *((self.seconds(e.at_ns), e.layout) for e in changes)]

    # -- faults --------------------------------------------------------------------------

    def _time_incidents(self) -> None:
        for number, incident in enumerate(self._incidents):
            sent = self._sent.get(incident.source)
            if not sent or incident.fault in DAMAGING:
                continue
            begin_s, end_s = self.seconds(incident.begin_ns), self.seconds(incident.end_ns)
            missing = {one.at_s for one in self.verdict.tracks[incident.source].missing}
            there = [one.at_s for one in sent if one.at_s not in missing]
            last_s = max((at_s for at_s in there if at_s < begin_s + 2 * FRAME_S), default=0.0)
            first_s = min(
                (at_s for at_s in there if at_s > max(end_s, last_s)), default=self._end_s
            )
            if first_s - max(end_s, last_s) > 1.5 * FRAME_S:
                self.verdict.back_s[number] = first_s - end_s
            around = [at_s for at_s in there if last_s <= at_s <= first_s]
            gone_s, again_s = max(pairwise(around), key=_between, default=(last_s, first_s))
            slate_s = self._slated(incident.source, gone_s, again_s)
            if slate_s is not None:
                self.verdict.slate_s[number] = slate_s - gone_s

    def _slated(self, source: str, last_s: float, first_s: float) -> float | None:
        """Tell when a source that is on show became a slate, between two of its pictures."""
        ticks = [t for t in self._ticks.get(source, []) if last_s < t.at_s < first_s]
        slates = [t.at_s for t in ticks if t.number is None and t.lit]
        whole = (
            slates and sum(t.at_s <= slates[0] for t in ticks) >= (slates[0] - last_s) / FRAME_S - 2
        )
        return slates[0] if whole and first_s - last_s > 1.2 else None


def _between(pair: tuple[float, float]) -> float:
    return pair[1] - pair[0]


def _beeps(log: Log, zero_ns: int, end_s: float) -> Iterator[float]:
    """Give when a microphone heard beeps, in seconds of the recording."""
    every_ns = truth.EVENT_FRAMES * NS // truth.FPS
    first = int((zero_ns - log.begun_ns) * log.pace) // every_ns
    for number in range(first, first + int(end_s / every_ns * NS) + 2):
        at_s = (log.begun_ns + number * every_ns / log.pace - zero_ns) / NS
        if 0 <= at_s < end_s - 0.2:
            yield at_s


def _may_show(
    entry: tuple[float, Layout], layouts: Sequence[tuple[float, Layout]], at_s: float
) -> bool:
    index = layouts.index(entry)
    over_s = layouts[index + 1][0] if index + 1 < len(layouts) else 1e9
    return entry[0] - TURN_S <= at_s <= over_s + TURN_S


def _read(luma: inspection.Luma, layout: Layout, at_s: float) -> dict[str, Tick]:
    height, width = luma.shape
    found = {}
    for source, slot in zip(layout.sources, arrangement(layout).slots, strict=True):
        if slot.fill:
            continue  # cut off at the sides, and the number with them
        place: Box = box(slot, width, height, ASPECT)
        part = luma[place.y : place.y + place.height, place.x : place.x + place.width]
        number = truth.read(part)
        if number is not None and number >> 16 != CAMERAS[source]:
            number = -1  # another camera's: it is not this layout
        middle = part[place.height // 3 : place.height * 2 // 3 : 2, ::4]
        found[source] = Tick(at_s, number, bool(middle.max(initial=0) > LIT))
    return found


CAMERAS = {**{one.id: one.camera for one in CAST}, "screen": SCREEN}


def _known(places: Mapping[str, Tick]) -> int:
    numbers = [tick.number for tick in places.values()]
    return sum(1 for n in numbers if n is not None and n >= 0) - 2 * numbers.count(-1)


def _there(sent: Sequence[Taken], track: Matched) -> list[Taken]:
    """Leave out what did not even come into the source's own track."""
    missing = {one.at_s for one in track.missing}
    return [one for one in sent if one.at_s not in missing]


def middle_ms(late_s: Sequence[tuple[float, float]]) -> float:
    """Give the median lateness in milliseconds."""
    return 1000 * median(late for _at, late in late_s) if late_s else 0.0
