"""The editor's process as the daemon sees it: begun, followed until it ends, and how far it is."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from classroom_edge.services.processes import Running, digest, find, start
from classroom_media.edit.orders import Order
from classroom_media.workers.specs import EditProgress, EditSpec

MODULE: Final = "classroom_media.workers.editor"
LOOKS_EVERY_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class EditorProcess:
    """There is one at a time; what tells of it stands in `folder`."""

    folder: Path
    log: Path

    async def begin(self, order: Order) -> Running:
        """Let a process carry out an order; one that a killed daemon left behind is ended first.

        Raises:
            OSError: it cannot be started.
        """
        if (earlier := find(self._run_file)) is not None:
            earlier.kill()
            await earlier.wait()
        self._progress.unlink(missing_ok=True)
        wire = msgspec.json.encode(EditSpec(order=order, progress=str(self._progress)))
        return start(MODULE, wire, digest(wire), self._run_file, self.log)

    async def follow(self, process: Running) -> AsyncIterator[EditProgress]:
        """Tell from time to time how far it is; whoever is cancelled meanwhile ends it."""
        try:
            while process.is_there():
                await asyncio.sleep(LOOKS_EVERY_S)
                yield self.told()
        except asyncio.CancelledError:
            process.kill()
            await process.wait()
            raise

    def told(self) -> EditProgress:
        """Tell how far it is, or why it cannot be done."""
        try:
            return msgspec.json.decode(self._progress.read_bytes(), type=EditProgress)
        except (OSError, msgspec.DecodeError):
            return EditProgress()

    @property
    def _run_file(self) -> Path:
        return self.folder / "editor.run"

    @property
    def _progress(self) -> Path:
        return self.folder / "editor.progress"
