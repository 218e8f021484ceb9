"""The ledger of a lesson: what a recorder was given and what it promised, each with its instant.

It is kept outside the recording, where no fault reaches it, one JSON line for each event. A
promise is written down once it was made; so whatever stands in the ledger before a fault must
hold after it.
"""

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

HEAD_BYTES: Final = 64


class Line(msgspec.Struct, frozen=True, kw_only=True, tag_field="what"):
    """The common part: CLOCK_MONOTONIC."""

    at_ns: int


class Begun(Line, frozen=True, kw_only=True, tag="begun"):
    """The recording is said to run."""


class Fed(Line, frozen=True, kw_only=True, tag="fed"):
    """A recorder was given a picture that belongs into its track."""

    track: str
    number: int


class Sealed(Line, frozen=True, kw_only=True, tag="sealed"):
    """A part is said to be complete and on disk."""

    track: str
    file: str
    bytes: int
    sha256: str  # of its media, see `media_of`
    numbers: tuple[int, ...]


class Finished(Line, frozen=True, kw_only=True, tag="finished"):
    """The manifest says "finished"; its checksums by file."""

    files: dict[str, str]


AnyLine = Begun | Fed | Sealed | Finished

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(AnyLine).decode


class Ledger:
    """The writing end; a kill loses nothing of it, and tears at most its last line."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def add(self, line: AnyLine) -> None:
        """Write a line."""
        os.write(self._file, _encode(line) + b"\n")

    def fed(self, track: str, number: int) -> None:
        """Write down that a recorder was given a picture just now."""
        self.add(Fed(at_ns=time.monotonic_ns(), track=track, number=number))


def media_of(path: Path, upto: int) -> bytes:
    """Give what no finisher changes in a part: neither its head nor the index behind it."""
    return path.read_bytes()[HEAD_BYTES:upto]


def read_ledger(path: Path) -> Sequence[AnyLine]:
    """Read the whole lines."""
    if not path.exists():
        return ()
    text = path.read_bytes()
    return [_decode(line) for line in text[: text.rfind(b"\n") + 1].splitlines()]
