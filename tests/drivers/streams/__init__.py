"""One row per codec: what is fed to it in the tests that hold for all of them.

Each module of this package has its STREAMS.
"""

import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol


class Decoder(Protocol):
    """Anything that is fed bytes."""

    def feed(self, data: bytes) -> Sequence[Any]:
        """Take bytes as they arrive; give what they complete."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """A decoder, and a stream of whole valid messages for it.

    `end` is what ends any message, so that noise followed by it is over; where a protocol has no
    such byte, as many zeros as make the longest message complete. None for a decoder that cannot
    recover (its link is closed instead).
    """

    name: str
    decoder: Callable[[], Decoder]
    data: bytes
    end: bytes | None
    longest: int = 256  # the most bytes it may keep while it waits for more


def collect() -> dict[str, Stream]:
    """Gather the rows of every module here."""
    modules = sorted(module.name for module in pkgutil.iter_modules(__path__))
    rows = [row for name in modules for row in import_module(f"{__name__}.{name}").STREAMS]
    streams = {row.name: row for row in rows}
    assert len(streams) == len(rows), "two streams of one name"
    return streams


def kept(holder: object, depth: int = 3) -> int:
    """Count the bytes that a decoder keeps, in itself and in what it is made of."""
    if isinstance(holder, bytes | bytearray):
        return len(holder)
    if not depth or not hasattr(holder, "__dict__"):
        return 0
    return max((kept(part, depth - 1) for part in vars(holder).values()), default=0)
