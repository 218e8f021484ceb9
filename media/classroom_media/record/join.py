"""Joins parts without decoding them: packets are copied, holes in the sound become silence."""

import heapq
from collections.abc import Iterable, Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import msgspec
import numpy as np

from classroom_media.api import NS, Kind, RecordError, StreamFormat
from classroom_media.packets import Coded
from classroom_media.record.durable import DurableFile
from classroom_media.record.flatten import flatten
from classroom_media.record.part import Pace, PartWriter
from classroom_media.record.plan import ROUNDING_NS, Segment, Whole
from classroom_media.record.reading import packets_of

AT_LEISURE: Final = Pace(fragment_ns=NS, sync_ns=60 * NS)
WARM_UP_BLOCKS: Final = 4  # an encoder's first blocks differ from the rest


def join(folder: Path, whole: Whole, into: Path) -> None:
    """Write a file from its parts and sync it; the parts stay as they are.

    Raises:
        RecordError: a part cannot be read, or the file cannot be written; it is removed then.
    """
    try:
        sink = DurableFile(into)
    except OSError as error:
        raise RecordError(f"{into}: {error.strerror}") from error
    try:
        formats = {str(kind): form for kind, form in whole.formats.items()}
        writer = PartWriter(sink, formats, whole.start_ns, pace=AT_LEISURE)
        for packet in joined(folder, whole):
            writer.write(packet)
        writer.seal()
        flatten(into)
    except RecordError:
        sink.close()
        with suppress(OSError):
            into.unlink()
        raise


def joined(folder: Path, whole: Whole) -> Iterator[Coded]:
    """Give the packets of the whole file at their file times, in order of decoding.

    Raises:
        RecordError: a part cannot be read.
    """
    lanes = (_lane(folder, whole.segments, kind, form) for kind, form in whole.formats.items())
    return heapq.merge(*lanes, key=lambda packet: packet.dts_ns)


def _lane(
    folder: Path, segments: Iterable[Segment], kind: Kind, form: StreamFormat
) -> Iterator[Coded]:
    last: Coded | None = None
    for segment in segments:
        for packet in _taken(folder, segment, kind):
            if kind is Kind.SOUND and last is not None:
                yield from _silence(last, packet, form)
            yield packet
            last = packet


def _taken(folder: Path, segment: Segment, kind: Kind) -> Iterator[Coded]:
    keep = segment.keep.get(kind, range(0))
    number = 0
    for found, packet in packets_of(folder / segment.part.file):
        if found is not kind:
            continue
        if number in keep:
            yield msgspec.structs.replace(
                packet,
                pts_ns=packet.pts_ns + segment.shift_ns,
                dts_ns=packet.dts_ns + segment.shift_ns,
            )
        number += 1
        if number >= keep.stop:
            return


def _silence(before: Coded, after: Coded, form: StreamFormat) -> Iterator[Coded]:
    """Fill a hole with as many whole blocks of silence as it holds."""
    duration_ns = max(before.duration_ns, 1)
    gap_ns = after.pts_ns - before.pts_ns - duration_ns
    blocks = max(gap_ns + ROUNDING_NS, 0) // duration_ns
    if blocks == 0:
        return
    data = silent_block(form)
    for number in range(1, blocks + 1):
        # counted from the start of the hole: rounded durations must not add up
        at_ns = before.pts_ns + number * 1024 * NS // form.sample_rate_hz
        yield msgspec.structs.replace(before, pts_ns=at_ns, dts_ns=at_ns, data=data)


def silent_block(form: StreamFormat) -> bytes:
    """Encode one block of silence that fits between blocks of this format.

    Raises:
        RecordError: there is no encoder for it.
    """
    try:
        encoder: Any = av.CodecContext.create(form.codec, "w")
        encoder.sample_rate, encoder.format = form.sample_rate_hz, "fltp"
        encoder.layout = {1: "mono", 2: "stereo"}.get(form.channels, f"{form.channels} channels")
        encoder.time_base = Fraction(1, form.sample_rate_hz)
        quiet = np.zeros((form.channels, 1024), np.float32)
        packets: list[Any] = []
        for number in range(WARM_UP_BLOCKS + 1):
            frame = av.AudioFrame.from_ndarray(quiet, format="fltp", layout=encoder.layout.name)
            frame.sample_rate, frame.pts = form.sample_rate_hz, number * 1024
            packets += encoder.encode(frame)
        return bytes(packets[-1])
    except (av.FFmpegError, ValueError, IndexError) as error:
        raise RecordError(f"no silence for {form.codec}: {error}") from error
