"""Judges a recording after faults: what it lost, what it broke of its promises."""

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from classroom_media.api import NS, Kind, RecordError
from classroom_media.record.finish import finish
from classroom_media.record.journal import JOURNAL_FILE, replay
from classroom_media.record.manifest import Manifest, State
from classroom_media.record.reading import content_of
from classroom_media.record.story import tell
from tests.faults.ledger import AnyLine, Begun, Fed, Finished, Sealed, media_of
from tests.media.record_scene import FPS, numbers

NEVER = 1 << 62


@dataclass(slots=True)
class Verdict:
    """What faults have cost one recording."""

    lost_s: float = 0.0  # how much of a track one fault destroyed
    unreadable: list[str] = field(default_factory=list)
    sealed_lost: list[str] = field(default_factory=list)  # promised, and not there

    def is_within(self, lost_s: float) -> bool:
        """Tell whether every promise was kept."""
        return not self.unreadable and not self.sealed_lost and self.lost_s <= lost_s

    def add(self, name: str, other: "Verdict") -> None:
        """Take in what was found of one recording among several."""
        self.lost_s = max(self.lost_s, other.lost_s)
        self.unreadable += [f"{name}: {text}" for text in other.unreadable]
        self.sealed_lost += [f"{name}: {text}" for text in other.sealed_lost]

    def __str__(self) -> str:
        return f"{self.lost_s:.2f} s lost; {self.unreadable + self.sealed_lost}"


def judge(folder: Path, ledger: Sequence[AnyLine], faults_ns: Sequence[int]) -> Verdict:
    """Recover a recording as the next start would, and hold it against its ledger.

    `faults_ns` are the instants of the kills, or of the cut; the ledger ends with the last.
    """
    verdict = Verdict()
    if not any(isinstance(line, Begun) for line in ledger):
        return verdict
    verdict.sealed_lost += _changed(folder, ledger)
    try:
        manifest = finish(folder)
    except RecordError as error:
        verdict.unreadable.append(str(error))
        return verdict
    if manifest.state is not State.FINISHED:
        verdict.unreadable.append(f"{manifest.state}: {manifest.problem}")
    if any(isinstance(line, Finished) for line in ledger):
        return verdict  # byte for byte what it was
    there = {track: _shown(folder, manifest, track, verdict) for track in _tracks(ledger)}
    for line in ledger:
        if isinstance(line, Sealed):  # a picture behind the end is cut off by the finisher
            gone = set(line.numbers) & _belonging(ledger, line.track) - there[line.track]
            verdict.sealed_lost += [f"{line.file}: {len(gone)} sealed pictures"] if gone else []
    verdict.lost_s = _lost_s(ledger, there, faults_ns)
    return verdict


def _changed(folder: Path, ledger: Iterable[AnyLine]) -> list[str]:
    """List what is not, byte for byte, what it was said to be; parts may have been joined."""
    finished = {
        f: s for line in ledger if isinstance(line, Finished) for f, s in line.files.items()
    }
    sealed = {line.file: line for line in ledger if isinstance(line, Sealed)}
    wrong = [f"{file} finished" for file, sha in finished.items() if _sha(folder / file) != sha]
    joined = _is_joined(folder)
    for file, line in sealed.items():
        if file not in joined and file not in finished and not _holds(folder / file, line):
            wrong.append(f"{file} sealed")
    return wrong


def _is_joined(folder: Path) -> set[str]:
    """Which parts may have gone into another file: the journal announces it first."""
    try:
        story = tell(replay(folder / JOURNAL_FILE))
    except RecordError:
        return set()
    return {file for event in story.joined for file in (*event.parts, event.file)}


def _belonging(ledger: Iterable[AnyLine], track: str) -> set[int]:
    return {line.number for line in ledger if isinstance(line, Fed) and line.track == track}


def _sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""


def _holds(path: Path, line: Sealed) -> bool:
    media = media_of(path, line.bytes) if path.exists() else b""
    return hashlib.sha256(media).hexdigest() == line.sha256


def _tracks(ledger: Iterable[AnyLine]) -> set[str]:
    return {line.track for line in ledger if isinstance(line, Fed | Sealed)}


def _shown(folder: Path, manifest: Manifest, track: str, verdict: Verdict) -> set[int]:
    found: list[int] = []
    for one in manifest.tracks:
        content = content_of(folder / one.file) if one.name == track else {}
        if Kind.PICTURE in content:
            found += numbers(folder / one.file)
        elif one.name == track and not content:
            verdict.unreadable.append(f"{one.file}: {one.problem or 'holds nothing'}")
    if any(before >= after for before, after in pairwise(found)):
        verdict.unreadable.append(f"{track}: pictures out of order")
    return set(found)


def _lost_s(ledger: Iterable[AnyLine], there: dict[str, set[int]], faults: Sequence[int]) -> float:
    """Give how much of a track one fault has destroyed, at most.

    Nothing is older than this, or it is no more than this: a source that stalls lets the last
    pictures grow old, and one that catches up brings many at once.
    """
    missing: dict[tuple[str, int], list[int]] = {}
    for line in ledger:
        if isinstance(line, Fed) and line.number not in there[line.track]:
            fault = min((f for f in faults if f >= line.at_ns), default=NEVER)
            missing.setdefault((line.track, fault), []).append(line.at_ns)
    if any(fault == NEVER for _track, fault in missing):
        return math.inf  # and no fault came after it
    return max(
        (min(len(at) / FPS, (fault - min(at)) / NS) for (_, fault), at in missing.items()),
        default=0.0,
    )
