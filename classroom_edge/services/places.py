"""Where recordings are: their folder, and a second one on another disk for when the first fails."""

import logging
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from classroom_media.record.durable import sync_folder
from classroom_media.record.journal import JOURNAL_FILE, AnyJournalEvent, Journals, replay

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Places:
    """The two folders of all recordings; the second may be missing, or not be there just now."""

    folder: Path
    second: Path | None = None

    def ids(self) -> list[str]:
        """Give every recording that has a journal, the newest first."""
        found = set[str]()
        for root in self._roots:
            with suppress(OSError):
                found |= {at.name for at in root.iterdir() if (at / JOURNAL_FILE).is_file()}
        return sorted(found, reverse=True)

    def of(self, recording: str) -> list[Path]:
        """Give the folders of one recording, there or not."""
        return [root / recording for root in self._roots]

    def make(self, recording: str) -> None:
        """Make the folders of a new recording, as far as that is possible.

        Raises:
            OSError: it is not possible at all.
        """
        failures: list[OSError] = []
        for folder in self.of(recording):
            try:
                folder.mkdir()
                sync_folder(folder.parent)
            except OSError as error:
                logger.warning("%s", error)
                failures.append(error)
        if len(failures) == len(self._roots):
            raise failures[0]

    def journals(self, recording: str) -> Journals:
        """Open what is written to both. Raises RecordError."""
        return Journals(folder / JOURNAL_FILE for folder in self.of(recording))

    def events(self, recording: str) -> tuple[AnyJournalEvent, ...]:
        """Give what both tell of a recording. Raises RecordError."""
        return replay(*(folder / JOURNAL_FILE for folder in self.of(recording)))

    def written_at(self, recording: str) -> float:
        """Give when its journals were written last, in seconds since 1970."""
        found = [0.0]
        for folder in self.of(recording):
            with suppress(OSError):
                found.append((folder / JOURNAL_FILE).stat().st_mtime)
        return max(found)

    @property
    def _roots(self) -> tuple[Path, ...]:
        return (self.folder,) if self.second is None else (self.folder, self.second)
