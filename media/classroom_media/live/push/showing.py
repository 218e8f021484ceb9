"""Shows a finished film to a platform as if it were live: its own packets, each in its time."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import av

from classroom_media.api import NS, Kind, RecordError
from classroom_media.live.push.lines import Line
from classroom_media.packets import Coded
from classroom_media.record.reading import opened, packets_of

AHEAD_NS: Final = NS // 2  # a platform has so much in hand when the line falters


@dataclass(frozen=True, slots=True)
class Passed:
    """A packet that went by: sent, or before the place where the show goes on."""

    bytes: int
    key_ns: int  # of the film: the newest keyframe; a show goes on at one
    sent: bool


@dataclass(frozen=True, slots=True)
class Show:
    """A film on its way to a platform.

    The film's time is its packets' decoding time, in nanoseconds. `clock` gives seconds, and
    `wait` lets as many pass.
    """

    film: Path
    line: Line
    clock: Callable[[], float] = time.monotonic
    wait: Callable[[float], None] = time.sleep

    def run(self, from_ns: int | None = None) -> Iterator[Passed]:
        """Show it from the keyframe at `from_ns` on, or whole; give what went by.

        Raises:
            PushError: the platform says no, or is lost.
            RecordError: the film cannot be read.
        """
        begun_s, first_ns, key_ns = self.clock(), None, 0
        for kind, packet in packets_of(self.film):
            if _begins(kind, packet, from_ns):
                key_ns = packet.dts_ns
                first_ns = key_ns if first_ns is None else first_ns
            if first_ns is not None:
                self._wait_for(packet.dts_ns - first_ns, begun_s)
                self.line.send(kind, packet)
            yield Passed(len(packet.data), key_ns, first_ns is not None)

    def _wait_for(self, film_ns: int, begun_s: float) -> None:
        left_s = begun_s + (film_ns - AHEAD_NS) / NS - self.clock()
        if left_s > 0:
            self.wait(left_s)


def has_picture(film: Path) -> bool:
    """Tell whether there is something to see in a film.

    Raises:
        RecordError: it cannot be read.
    """
    try:
        with opened(film) as container:
            return bool(container.streams.video)
    except (av.FFmpegError, OSError) as error:
        raise RecordError(f"{film}: {error}") from error


def _begins(kind: Kind, packet: Coded, from_ns: int | None) -> bool:
    is_key = kind is Kind.PICTURE and packet.key
    return is_key and (from_ns is None or packet.dts_ns >= from_ns)
