"""Runs the processes that outline, compare and join films: one at a time, at low priority."""

import asyncio
import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from classroom_edge.services.processes import digest, find, start
from classroom_media.workers.specs import FillSpec

MODULE: Final = "classroom_media.workers.filler"

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Steps:
    """One process after the other; what a killed daemon has begun is waited for first."""

    runtime: Path  # folder of run files
    log: Path
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def do(self, spec: FillSpec) -> None:
        """Have one step done, or not: what came of it can be seen in its folder."""
        wire = msgspec.json.encode(spec)
        run_file = self.runtime / "filler.json"
        async with self._turn:
            if (earlier := find(run_file)) is not None:
                await earlier.wait()
            process = start(MODULE, wire, digest(wire), run_file, self.log)
            try:
                await process.wait()
            except asyncio.CancelledError:
                process.terminate()  # it is begun anew, and loses nothing but time
                await process.wait()
                raise
            if process.status:
                logger.warning("%s: not done (%s)", spec.folder, process.status)
