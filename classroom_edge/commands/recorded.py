"""Which recording a command is about: a folder, or an id in the folder of a room's data."""

from pathlib import Path

from classroom_edge.library.roots import Roots
from classroom_edge.paths import DataFolder


def recorded(recording: str, data: Path | None) -> Path | None:
    """Give the folder that is meant; None for an id of nobody knows which room."""
    path = Path(recording)
    if path.is_dir() or path.name != recording:
        return path
    if data is None:
        return None
    folder = DataFolder(data)
    return Roots(folder.recordings, folder.received).of(recording)
