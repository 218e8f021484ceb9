"""An encoder on a thread of its own, which is not waited for for ever.

A driver may hang in a call that nobody can interrupt. Then the thread is left behind with what
it holds; once, because an encoder that has failed is not used again. Handing a picture over and
back costs 0.1 ms of a core, which is why x264 is not watched: it computes and waits for nobody.
"""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import av

from classroom_media.api import EncodeError
from classroom_media.encode.codec import FAILURES, Encoder
from classroom_media.packets import Coded

T = TypeVar("T")


@dataclass(slots=True)
class _Order(Generic[T]):
    """Something to do, and what came of it."""

    work: Callable[[], T]
    done: threading.Event = field(default_factory=threading.Event)
    results: list[T] = field(default_factory=list)
    failure: Exception | None = None

    def carry_out(self) -> None:
        """Do it; what an encoder fails by is kept for the one who asked."""
        try:
            self.results.append(self.work())
        except FAILURES as error:
            self.failure = error
        finally:
            self.done.set()


class Bench:
    """A thread that does one thing after another for somebody who has no time."""

    def __init__(self) -> None:
        self._orders: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        threading.Thread(target=self._work, name="encoder", daemon=True).start()

    def call(self, work: Callable[[], T], *, limit_s: float) -> T:
        """Do `work` on the thread, and give its result.

        Raises:
            EncodeError: it takes longer; the thread is left behind.
            Exception: one of `FAILURES`, from `work`.
        """
        order = _Order(work)
        self._orders.put(order.carry_out)
        if not order.done.wait(limit_s):
            self.leave()
            raise EncodeError(f"no answer for {limit_s:g} s")
        if order.failure is not None:
            raise order.failure
        return order.results[0]

    def leave(self) -> None:
        """End the thread once it has nothing more to do."""
        self._orders.put(None)

    def _work(self) -> None:
        while (order := self._orders.get()) is not None:
            order()


class Watched:
    """Another encoder, each of whose calls takes `limit_s` at most; an `Encoder`."""

    def __init__(self, bench: Bench, encoder: Encoder, *, limit_s: float) -> None:
        self._bench = bench
        self._encoder = encoder
        self._limit_s = limit_s

    def encode(self, frame: av.VideoFrame, index: int, *, key: bool) -> list[Coded]:
        """Encode a frame.

        Raises:
            EncodeError: it took too long.
        """
        work = self._encoder.encode
        return self._bench.call(lambda: work(frame, index, key=key), limit_s=self._limit_s)

    def flush(self) -> list[Coded]:
        """Give what was still inside.

        Raises:
            EncodeError: it took too long.
        """
        packets = self._bench.call(self._encoder.flush, limit_s=self._limit_s)
        self._bench.leave()
        return packets
