"""The editor: one process that carries out one order for a film or an export, and ends.

It reads an `EditSpec` as one JSON line from standard input and works at low priority. It may be
killed anywhere and started again: what is not whole is not there. How far it is stands in the
file that the specification names. Exit status 0: it is done; 1: it cannot be done, and that file
says why.
"""

import logging
import os
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from classroom_media.api import MediaError
from classroom_media.edit.aside import clear
from classroom_media.edit.carry_out import carry_out
from classroom_media.workers.specs import EditProgress, EditSpec

TELL_EVERY_S: Final = 0.25

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Ledger:
    """The file in which the daemon sees how far it is."""

    path: Path
    _told_s: float = field(default=-TELL_EVERY_S, init=False)

    def tell(self, share: float) -> None:
        """Write the share that is done, a few times a second."""
        now_s = time.monotonic()
        if now_s - self._told_s >= TELL_EVERY_S:
            self._told_s = now_s
            self._write(EditProgress(share=share))

    def fail(self, problem: str) -> None:
        """Write why it cannot be done."""
        self._write(EditProgress(problem=problem))

    def _write(self, progress: EditProgress) -> None:
        fresh = self.path.with_suffix(".new")
        fresh.write_bytes(msgspec.json.encode(progress))
        fresh.replace(self.path)


def main() -> int:
    """Do what standard input says; give the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    for name in ("SIGINT", "SIGHUP"):  # they reach the whole group; the daemon decides
        if number := getattr(signal, name, None):
            signal.signal(number, signal.SIG_IGN)
    spec = msgspec.json.decode(sys.stdin.buffer.readline(), type=EditSpec)
    if hasattr(os, "nice"):
        os.nice(19)
    ledger = Ledger(Path(spec.progress))
    try:
        clear(Path(spec.order.into).parent)
        carry_out(spec.order, ledger.tell)
    except (MediaError, OSError) as error:
        logger.exception("%s: not made", spec.order.into)
        ledger.fail(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
