"""The codec of a protocol without envelopes or counters: what is said is what is sent."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from classroom_drivers.codecs.garbage import Garbage

ReplyT = TypeVar("ReplyT")


class PlainCodec(Generic[ReplyT]):
    """Bytes as they are, and a decoder's `feed`."""

    def __init__(self, feed: Callable[[bytes], Sequence[ReplyT | Garbage]]) -> None:
        self._feed = feed

    def spell(self, data: bytes) -> list[bytes]:
        """Leave it as it is."""
        return [data]

    def feed(self, data: bytes) -> Sequence[ReplyT | Garbage]:
        """Take bytes as they arrive; give what they complete, noise included."""
        return self._feed(data)
