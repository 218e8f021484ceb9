"""``classroom-edge run``: a room, kept running."""

import sys
from pathlib import Path

from classroom_edge import keeper


def run(room: Path, data: Path | None) -> int:
    """Become the keeper of a room's daemon, which tells what is wrong with the file."""
    daemon = [sys.executable, "-m", "classroom_edge.app", str(room.absolute())]
    keeper.become([[*daemon, "--data", str(data.absolute())] if data else daemon])
