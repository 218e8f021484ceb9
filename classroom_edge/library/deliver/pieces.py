"""A file that is to be sent, piece by piece; one that changes meanwhile is not believed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from classroom_edge.library.deliver.target import Course, Item, TransientError

PIECE: Final = 64 << 10  # bytes between two calls of `Course.sent`


def pieces(item: Item, at: int = 0, size: int = PIECE) -> Iterator[bytes]:
    """Give the bytes of an item from an offset on, piece by piece.

    Raises:
        TransientError: it cannot be read any more, or has another size than it had.
    """
    try:
        with Path(item.path).open("rb") as file:
            file.seek(at)
            rest = item.size - at
            while rest > 0 and (piece := file.read(min(size, rest))):
                rest -= len(piece)
                yield piece
    except OSError as error:
        raise TransientError("unreadable-here", str(error)) from error
    if rest:
        raise TransientError("changed-here", item.name)


def counted(item: Item, course: Course, at: int = 0) -> Iterator[bytes]:
    """Give the bytes of an item, and tell of each piece once it was taken. Raises as `pieces`."""
    for piece in pieces(item, at):
        yield piece
        course.sent(item, len(piece))
