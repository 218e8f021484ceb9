"""``classroom-edge edit``: a film of passages of a recording, which itself stays as it is."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec
from rich.console import Console

from classroom_edge.commands.recorded import recorded
from classroom_edge.words import words
from classroom_media.api import MediaError, RecordError
from classroom_media.edit.film import Film, read_film
from classroom_media.edit.montage import Shot, Tally
from classroom_media.edit.ranges import RangeError, kept
from classroom_media.edit.splice import splice
from classroom_media.record.manifest import (
    ELSEWHERE,
    PROGRAMME,
    Manifest,
    State,
    read_manifest,
)

GOOD, FAILED, WRONG = 0, 1, 2
FINISHED: Final = frozenset({State.FINISHED, State.INCOMPLETE})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks for, as it is spelled on the command line."""

    keep: Sequence[str]  # FROM-TO, or FROM-TO@TRACK
    out: Path
    sound: str = ""  # a track; "" = the programme's


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

    def film(self, name: str) -> Film:
        if name not in self._films:
            files = [t.file for t in self.manifest.tracks if t.name == name]
            if len(files) != 1 or self._is_elsewhere(name):
                raise Refused("no-track", name=name, there_are=self._names())
            self._films[name] = read_film(self.folder / files[0])
        return self._films[name]

    def _names(self) -> str:
        return ", ".join(dict.fromkeys(track.name for track in self.manifest.tracks))

    def _is_elsewhere(self, name: str) -> bool:
        return any(t.name == name and t.problem == ELSEWHERE for t in self.manifest.tracks)


def edit(recording: str, wanted: Wanted, *, data: Path | None, as_json: bool, language: str) -> int:
    """Write a film; give 0, 1 when it cannot be made, 2 for what cannot be meant."""
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        tally = _made(recording, wanted, data)
    except Refused as error:
        said = words("cli").say(f"edit.{error.key}", language, **error.values)
        errors.print(said, markup=False)
        return WRONG
    except MediaError as error:
        errors.print(str(error), markup=False)
        return FAILED
    _tell(tally, wanted.out, as_json=as_json, language=language)
    return GOOD


def _made(recording: str, wanted: Wanted, data: Path | None) -> Tally:
    tracks = _tracks(recording, data)
    if tracks.manifest.state not in FINISHED:
        raise Refused("not-finished", state=tracks.manifest.state)
    if wanted.out.exists() and wanted.out.resolve().parent == tracks.folder.resolve():
        raise Refused("out-inside", path=wanted.out)
    try:
        shots = [_shot(spelled, tracks, wanted.sound) for spelled in wanted.keep]
        return splice(shots, wanted.out)
    except RangeError as error:
        length_s = f"{error.length_s:.2f}"
        known = {"spelled": error.spelled, "pictures": error.pictures, "length_s": length_s}
        raise Refused(error.why, **known) from error


def _tracks(recording: str, data: Path | None) -> _Tracks:
    folder = recorded(recording, data)
    try:
        if folder is not None:
            return _Tracks(folder, read_manifest(folder))
    except RecordError as error:
        raise Refused("no-recording", recording=recording) from error
    raise Refused("no-recording", recording=recording)


def _shot(spelled: str, tracks: _Tracks, sound: str) -> Shot:
    """Read one passage: what is kept, of which track, and what is heard with it."""
    passage, _at, name = spelled.partition("@")
    return Shot(kept(passage), tracks.film(name or PROGRAMME), tracks.film(sound or PROGRAMME))


def _tell(tally: Tally, out: Path, *, as_json: bool, language: str) -> None:
    if as_json:
        sys.stdout.write(msgspec.json.encode(tally).decode() + "\n")
        return
    said = words("cli").say(
        "edit.done",
        language,
        path=out,
        duration_s=f"{tally.duration_s:.2f}",
        pictures=tally.pictures,
        encoded=tally.encoded,
    )
    Console(highlight=False, soft_wrap=True).print(said, markup=False)
