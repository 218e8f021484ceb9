"""The finisher: one process that finishes one recording, at low priority, and ends.

It reads a `FinishSpec` as one JSON line from standard input. How far it is can be seen in the
recording's manifest; exit status 0 means that the manifest says "finished", and that it was
looked through for chapters. A recording that has no filmstrip gets one, whenever it was finished.
"""

import logging
import os
import signal
import sys
from pathlib import Path

import msgspec

from classroom_media.analyse.contents import look_through
from classroom_media.api import RecordError
from classroom_media.record.filmstrip import adorn
from classroom_media.record.finish import finish
from classroom_media.record.manifest import State
from classroom_media.workers.specs import FinishSpec

logger = logging.getLogger(__name__)


def main() -> int:
    """Finish the recording that standard input names; give the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    for name in ("SIGINT", "SIGHUP"):  # they reach the whole group; the daemon decides
        if number := getattr(signal, name, None):
            signal.signal(number, signal.SIG_IGN)
    spec = msgspec.json.decode(sys.stdin.buffer.readline(), type=FinishSpec)
    if hasattr(os, "nice"):
        os.nice(19)
    try:
        second = Path(spec.second) if spec.second else None
        finish(Path(spec.folder), second=second)
        look_through(
            Path(spec.folder),
            screens=spec.screens,
            opening=spec.opening,
            closing=spec.closing,
            title=spec.chapter,
        )
        manifest = adorn(Path(spec.folder))
    except RecordError:
        logger.exception("%s is not finished", spec.folder)
        return 1
    return 0 if manifest.state is State.FINISHED else 1


if __name__ == "__main__":
    sys.exit(main())
