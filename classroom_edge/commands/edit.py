"""``classroom-edge edit``: a film of passages of a recording, which itself stays as it is."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Final

import msgspec
from rich.console import Console

from classroom_edge.commands.recorded import recorded
from classroom_edge.words import words
from classroom_media.api import Card, MediaError, RecordError
from classroom_media.edit.film import Film, read_film
from classroom_media.edit.loudness import Measured
from classroom_media.edit.montage import Shot, Tally
from classroom_media.edit.orders import Opening
from classroom_media.edit.ranges import RangeError, kept
from classroom_media.edit.splice import dressed
from classroom_media.record.manifest import (
    ELSEWHERE,
    PROGRAMME,
    Manifest,
    State,
    Track,
    read_manifest,
)

GOOD, FAILED, WRONG = 0, 1, 2
WHOLE: Final = "-"  # a passage
FINISHED: Final = frozenset({State.FINISHED, State.INCOMPLETE})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks for, as it is spelled on the command line."""

    keep: Sequence[str]  # FROM-TO, or FROM-TO@TRACK
    out: Path
    sound: str = ""  # a track; "" = the programme's
    join: Sequence[str] = ()  # RECORDING, or RECORDING#FROM-TO, or RECORDING#FROM-TO@TRACK
    title: Sequence[str] = ()  # lines of a card before it, the first one large
    lufs: float | None = None  # None: as loud as it is


class Refused(Exception):  # noqa: N818 - it is an answer
    """What is asked for cannot be meant; `key` and `values` say so in words."""

    def __init__(self, key: str, **values: object) -> None:
        self.key = key
        self.values = values
        super().__init__(key)


@dataclass(frozen=True, slots=True)
class _Tracks:
    """The films of a recording, each read once."""

    folder: Path
    manifest: Manifest
    _films: dict[str, Film] = field(default_factory=dict)

    def shot(self, spelled: str, sound: str) -> Shot:
        """Read one passage: what is kept, of which track, and what is heard with it."""
        passage, _at, name = spelled.partition("@")
        seen, heard = self._track(name or PROGRAMME), self._track(sound or PROGRAMME)
        apart_s = Fraction(seen.start_s) - Fraction(heard.start_s)
        return Shot(kept(passage), self._film(seen), self._film(heard), apart_s)

    def _track(self, name: str) -> Track:
        found = [track for track in self.manifest.tracks if track.name == name]
        if len(found) != 1 or found[0].problem == ELSEWHERE:
            raise Refused("no-track", name=name, there_are=self._names())
        return found[0]

    def _film(self, track: Track) -> Film:
        if track.name not in self._films:
            self._films[track.name] = read_film(self.folder / track.file)
        return self._films[track.name]

    def _names(self) -> str:
        return ", ".join(dict.fromkeys(track.name for track in self.manifest.tracks))


def edit(recording: str, wanted: Wanted, *, data: Path | None, as_json: bool, language: str) -> int:
    """Write a film; give 0, 1 when it cannot be made, 2 for what cannot be meant."""
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        tally, loud = _made(recording, wanted, data)
    except Refused as error:
        said = words("cli").say(f"edit.{error.key}", language, **error.values)
        errors.print(said, markup=False)
        return WRONG
    except MediaError as error:
        errors.print(str(error), markup=False)
        return FAILED
    _tell(tally, loud, wanted.out, as_json=as_json, language=language)
    return GOOD


def _made(recording: str, wanted: Wanted, data: Path | None) -> tuple[Tally, Measured | None]:
    tracks = _tracks(recording, data)
    if wanted.out.exists() and wanted.out.resolve().parent == tracks.folder.resolve():
        raise Refused("out-inside", path=wanted.out)
    try:
        shots = [tracks.shot(spelled, wanted.sound) for spelled in wanted.keep]
        shots += [_joined(spelled, wanted.sound, data) for spelled in wanted.join]
        return dressed(shots, wanted.out, opening=_opening(wanted.title), lufs=wanted.lufs)
    except RangeError as error:
        length_s = f"{error.length_s:.2f}"
        known = {"spelled": error.spelled, "pictures": error.pictures, "length_s": length_s}
        raise Refused(error.why, **known) from error


def _joined(spelled: str, sound: str, data: Path | None) -> Shot:
    recording, _hash, passage = spelled.partition("#")
    return _tracks(recording, data).shot(passage or WHOLE, sound)


def _opening(lines: Sequence[str]) -> Opening | None:
    return Opening(card=Card(title=lines[0], lines=tuple(lines[1:]))) if lines else None


def _tracks(recording: str, data: Path | None) -> _Tracks:
    folder = recorded(recording, data)
    try:
        tracks = _Tracks(folder, read_manifest(folder)) if folder is not None else None
    except RecordError as error:
        raise Refused("no-recording", recording=recording) from error
    if tracks is None:
        raise Refused("no-recording", recording=recording)
    if tracks.manifest.state not in FINISHED:
        raise Refused("not-finished", state=tracks.manifest.state)
    return tracks


def _tell(tally: Tally, loud: Measured | None, out: Path, *, as_json: bool, language: str) -> None:
    if as_json:
        told = msgspec.to_builtins(tally) | (msgspec.to_builtins(loud) if loud else {})
        sys.stdout.write(msgspec.json.encode(told).decode() + "\n")
        return
    known = {
        "path": out,
        "duration_s": f"{tally.duration_s:.2f}",
        "pictures": tally.pictures,
        "encoded": tally.encoded,
    }
    console = Console(highlight=False, soft_wrap=True)
    console.print(words("cli").say("edit.done", language, **known), markup=False)
    if loud:
        levels = {"lufs": f"{loud.lufs:.1f}", "peak": f"{loud.peak_dbtp:.1f}"}
        console.print(words("cli").say("edit.loud", language, **levels), markup=False)
