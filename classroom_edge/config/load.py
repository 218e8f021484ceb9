"""From the bytes of a room.toml to a `Config`, or to everything that is wrong with it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from classroom_edge.config import fitting
from classroom_edge.config.document import Document, read
from classroom_edge.config.encoding import SIZE_MAX, decode
from classroom_edge.config.explain import explain
from classroom_edge.config.mistakes import ConfigError, Mistake, Position, Slip
from classroom_edge.config.models import Config
from classroom_edge.config.scan import Path as Place
from classroom_edge.config.seat import with_seat
from classroom_edge.config.secrets import Resolver
from classroom_edge.config.tell import Teller

GUESSES: Final = {"missing-quotes", "bare-time", "truth", "key-quotes"}
REFUTERS: Final = {"wrong-kind", "unknown-key", "unknown-table"}
UNKNOWN: Final = {"unknown-key", "bad-key", "syntax"}
HOPELESS: Final = {"unreadable", "too-large", "not-text"}  # nothing else would make sense


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found in a file: a config exactly when there is no mistake; and notes."""

    file: Path
    config: Config | None
    mistakes: tuple[Mistake, ...]
    notes: tuple[Mistake, ...]
    _document: Document
    _teller: Teller

    def mistake(
        self, code: str, place: Place, *, is_note: bool = False, **values: object
    ) -> Mistake:
        """Tell something that was found out later, about the value at a place of the file."""
        position = self._document.value_place(place)
        return self._teller.one(Slip(code, position, values, is_note=is_note))


def load(path: Path, environ: Mapping[str, str] = os.environ) -> Config:
    """Read a room.toml.

    Raises:
        ConfigError: it cannot be used; carries every mistake in it.
    """
    found = examine(path, environ)
    if found.config is None:
        raise ConfigError(path, found.mistakes)
    return with_seat(found.config)


def examine(path: Path, environ: Mapping[str, str] = os.environ) -> Examination:
    """Read a room.toml and tell what is wrong with it. Never raises."""
    text, slips = _read(path)
    document = read(text)
    resolver = Resolver(document, path.absolute().parent, environ)
    resolver.resolve()
    config, errors = _validated(document, path.absolute().parent)
    if not any(slip.code in HOPELESS for slip in slips):
        slips += document.slips + resolver.slips + errors + fitting.check(document)
    slips = _without_guesses(slips)
    teller = Teller(text, resolver.secrets, _private_lines(document, slips))
    mistakes = teller.all(slip for slip in slips if not slip.is_note)
    notes = teller.all(slip for slip in slips if slip.is_note)
    return Examination(path, None if mistakes else config, mistakes, notes, document, teller)


def _read(path: Path) -> tuple[str, list[Slip]]:
    try:
        with path.open("rb") as file:
            data = file.read(SIZE_MAX + 1)
    except (OSError, ValueError) as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else ""
        return "", [Slip("unreadable", Position(1), {"reason": reason})]
    return decode(data)


def _validated(document: Document, base: Path) -> tuple[Config | None, list[Slip]]:
    try:
        return Config.model_validate(document.data, context={"base": base}), []
    except ValidationError as error:
        return None, explain(error, document)


def _private_lines(document: Document, slips: list[Slip]) -> set[int]:
    """Give the lines of devices and sources whose key nobody knows: it may mean a password."""
    starts = [
        document.place((part,)).line for part in ("device", "source") if part in document.data
    ]
    lines = {slip.position.line for slip in slips if slip.code in UNKNOWN}
    return {line for line in lines if starts and line > min(starts)}


def _without_guesses(slips: list[Slip]) -> list[Slip]:
    """Leave out what a word without quotes was taken for, where the line is wrong otherwise."""
    refuted = {slip.position.line for slip in slips if slip.code in REFUTERS}
    return [s for s in slips if s.code not in GUESSES or s.position.line not in refuted]
