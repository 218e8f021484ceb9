"""A file as if it were a camera: sent at its own pace, and over and over when asked to."""

import time
from collections.abc import Callable, Generator, Iterator
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit
from urllib.request import url2pathname

import av
from av.container import InputContainer

from classroom_media.api import NS, SourceError
from classroom_media.clock import Stamped
from classroom_media.packets import Coded
from classroom_media.sources.handfuls import handfuls
from classroom_media.sources.lanes import Demuxed
from classroom_media.sources.live import lanes_of, picture_indices, reason
from classroom_media.sources.stamper import Stamper
from classroom_media.workers.specs import SourceSpec

LATE_NS: Final = NS  # this far behind (a suspended machine), the rest is shifted


def play(
    spec: SourceSpec, clock: Callable[[], int], sleep: Callable[[float], None] = time.sleep
) -> Generator[Coded, None, None]:
    """Give the packets of ``file:///path?loop=1`` when they are due.

    In a loop the stamps go on without a seam: the next round begins where the picture ended.

    Raises:
        SourceError: the file cannot be read, or has ended and is not looped.
        EncodeError: what is in it cannot be coded.
    """
    url = urlsplit(spec.url)
    path = url2pathname(unquote(url.path)) if "%" in url.path else url2pathname(url.path)
    looped = parse_qs(url.query).get("loop", ["0"])[0] not in {"0", "false", ""}
    try:
        with av.open(path) as container:
            lanes = lanes_of(container, spec)
            packets = _rounds(container, list(lanes), looped=looped)
            stamped = ((packet.stream, packet.dts_ns, packet) for packet in packets)
            shift_ns: int | None = None
            for handful in handfuls(stamped, picture_indices(container)):
                due_ns = max(packet.dts_ns for packet in handful)
                if shift_ns is None:
                    shift_ns = clock() - due_ns
                early_ns = due_ns + shift_ns - clock()
                if early_ns > 0:
                    sleep(early_ns / NS)
                elif early_ns < -LATE_NS:
                    shift_ns -= early_ns
                for packet in handful:
                    placed = packet.moved(shift_ns + spec.delay_ms * 1_000_000)
                    yield from lanes[packet.stream].feed(placed)
    except av.FFmpegError as error:
        raise SourceError(f"{path}: {reason(error)}") from error
    raise SourceError(f"{path}: it is over")


def _rounds(
    container: InputContainer, indices: list[int], *, looped: bool
) -> Iterator[Stamped[Demuxed]]:
    """Give the file's packets, round after round, with stamps that rise in each stream."""
    shift_ns = 0
    last_ns: dict[int, int] = {}
    while True:
        stamper = Stamper(container)
        begin_ns, end_ns = None, 0
        for raw in container.demux([container.streams[index] for index in indices]):
            for packet in stamper.stamp(raw):
                if packet.stream == indices[0]:
                    begin_ns = packet.pts_ns if begin_ns is None else min(begin_ns, packet.pts_ns)
                    end_ns = max(end_ns, packet.pts_ns + packet.duration_ns)
                dts_ns = packet.dts_ns + shift_ns
                if dts_ns > last_ns.get(packet.stream, dts_ns - 1):
                    last_ns[packet.stream] = dts_ns
                    yield packet.moved(shift_ns)
        if not looped or begin_ns is None:
            return
        shift_ns += end_ns - begin_ns
        container.seek(container.start_time or 0)
