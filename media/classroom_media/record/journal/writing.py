"""The appending end of a journal."""

import errno
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from classroom_media.api import RecordError
from classroom_media.record.durable import sync_folder
from classroom_media.record.journal.lines import AnyJournalEvent, line_of
from classroom_media.record.journal.parts import PartFailed, PartSealed, PartStarted, PartSynced
from classroom_media.record.journal.programme import (
    EncoderUsed,
    LayoutShown,
    LoadShed,
    ProgrammeMade,
)

JOURNAL_FILE: Final = "journal.jsonl"
_HASTY: Final = (  # not even worth a second attempt
    PartSynced,
    LayoutShown,
    ProgrammeMade,
    LoadShed,
    EncoderUsed,
)
_UNSYNCED: Final = (PartStarted, PartSealed, PartFailed)  # who writes a part syncs them with it


class Journal:
    """The appending end of a journal; several processes may hold one of the same file.

    Raises:
        RecordError: the file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._torn = _ends_torn(path)
        self._owed = b""  # lines that may not have reached the disk
        try:
            is_new = not path.exists()
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | _O_BINARY, 0o644)
            if is_new:
                sync_folder(path.parent)
        except OSError as error:
            raise RecordError(f"{path}: {error.strerror}") from error

    def append(self, event: AnyJournalEvent) -> None:
        """Add a line; return once it is on disk, or written, for one of a part.

        No recorder waits for the disk before it goes on with the next part. What could not be
        written is tried again with the next line.

        Raises:
            RecordError: the line could not be written; a torn piece of it may stand there.
        """
        line = line_of(event)
        try:
            if isinstance(event, _HASTY):
                self._write(line)
                return
            waits = bool(self._owed) or not isinstance(event, _UNSYNCED)
            self._owed += line
            self._write(self._owed)
            if waits:
                _fdatasync(self._file)
            self._owed = b""
        except OSError as error:
            raise RecordError(f"{self._path}: {error.strerror}") from error

    def _write(self, lines: bytes) -> None:
        text = (b"\n" if self._torn else b"") + lines
        self._torn = True
        if os.write(self._file, text) != len(text):
            raise OSError(errno.ENOSPC, "no space for a whole line")
        self._torn = False

    def close(self) -> None:
        """Close the file; what was appended stays, whatever the system says to that."""
        if self._file >= 0:
            with suppress(OSError):
                os.close(self._file)
            self._file = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class Journals:
    """The same lines in several journals, so that one disk may fail.

    Raises:
        RecordError: none of them can be opened, or, from `append`, none can be written.
    """

    def __init__(self, paths: Iterable[Path]) -> None:
        self._journals: list[Journal] = []
        failure: RecordError | None = None
        for path in paths:
            try:
                self._journals.append(Journal(path))
            except RecordError as error:
                failure = failure or error
        if not self._journals and failure is not None:
            raise failure

    def append(self, event: AnyJournalEvent) -> None:
        """Add a line to each, as `Journal.append` does."""
        failures: list[RecordError] = []
        for journal in self._journals:
            try:
                journal.append(event)
            except RecordError as error:
                failures.append(error)
        if len(failures) == len(self._journals):
            raise failures[0]

    def close(self) -> None:
        """Close them."""
        for journal in self._journals:
            journal.close()


def durably(path: Path, events: Sequence[AnyJournalEvent]) -> None:
    """Append some events and close again.

    Raises:
        RecordError: a line could not be written.
    """
    with Journal(path) as journal:
        for event in events:
            journal.append(event)


def _ends_torn(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            if file.seek(0, os.SEEK_END) == 0:
                return False
            file.seek(-1, os.SEEK_END)
            return file.read(1) != b"\n"
    except FileNotFoundError:
        return False
    except OSError as error:
        raise RecordError(f"{path}: {error.strerror}") from error


_O_BINARY: Final[int] = getattr(os, "O_BINARY", 0)
_fdatasync: Final = getattr(os, "fdatasync", os.fsync)
