"""Reads parts back, whole or broken off: what is in them, and the packets themselves.

A file that was killed is read up to its last whole packet. Times are file times in
nanoseconds; packets before 0 are there but hidden by the edit list.
"""

import errno
import os
from array import array
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, overload

import av
from av.bitstream import BitStreamFilterContext
from av.container import InputContainer

from classroom_media.api import NS, Kind, RecordError, StreamFormat
from classroom_media.packets import Coded

_BUFFER: Final = 1 << 20  # bytes in one read


@dataclass(frozen=True, slots=True)
class Sample:
    """Where one packet lies."""

    pts_ns: int
    dts_ns: int
    duration_ns: int
    key: bool

    @property
    def end_ns(self) -> int:
        """Where the next one would begin."""
        return self.pts_ns + self.duration_ns


class Samples(Sequence[Sample]):
    """The samples of a stream, in 25 bytes each: a long lesson has a million. A slice is a view."""

    def __init__(self) -> None:
        self._numbers = array("q")  # pts, dts, duration; pts, dts ...
        self._keys = bytearray()
        self._places: range | None = None  # of a view

    def add(self, sample: Sample) -> None:
        """Add the next one."""
        self._numbers.extend((sample.pts_ns, sample.dts_ns, sample.duration_ns))
        self._keys.append(sample.key)

    def __len__(self) -> int:
        return len(self._keys if self._places is None else self._places)

    @overload
    def __getitem__(self, index: int) -> Sample: ...
    @overload
    def __getitem__(self, index: slice) -> "Samples": ...
    def __getitem__(self, index: "int | slice") -> "Sample | Samples":
        places = range(len(self._keys)) if self._places is None else self._places
        if isinstance(index, slice):
            view = Samples()
            view._numbers, view._keys, view._places = self._numbers, self._keys, places[index]
            return view
        place = places[index]
        pts_ns, dts_ns, duration_ns = self._numbers[3 * place : 3 * place + 3]
        return Sample(pts_ns, dts_ns, duration_ns, bool(self._keys[place]))


@dataclass(frozen=True, slots=True)
class Lane:
    """One stream of a file, its samples in order of decoding; at least one."""

    format: StreamFormat
    samples: Samples

    @property
    def end_ns(self) -> int:
        """Where the last sample ends that a player would show."""
        return max(sample.end_ns for sample in self.samples)


Content = dict[Kind, Lane]  # what a file holds; empty = nothing readable


def content_of(path: Path) -> Content:
    """List what a file holds. A missing or unreadable file holds nothing.

    Raises:
        RecordError: the disk does not give back what is in it.
    """
    samples: dict[int, Samples] = {}
    formats: dict[int, StreamFormat] = {}
    with suppress(av.FFmpegError, OSError), opened(path) as container:
        formats = _formats(container)
        for packet, sample in demuxed(container):
            samples.setdefault(packet.stream_index, Samples()).add(sample)
    return {formats[n].kind: Lane(formats[n], found) for n, found in samples.items()}


def packets_of(path: Path) -> Iterator[tuple[Kind, Coded]]:
    """Give the packets of a file in the form in which they were recorded.

    They come in the order and number that `content_of` lists; `stream` is the kind.

    Raises:
        RecordError: the file cannot be read (any more).
    """
    try:
        with opened(path) as container:
            formats = _formats(container)
            in_band = {
                stream.index: BitStreamFilterContext("h264_mp4toannexb", stream)
                for stream in container.streams.video
            }
            for packet, sample in demuxed(container):
                index = packet.stream_index
                coded = in_band[index].filter(packet)[0] if index in in_band else packet
                yield (
                    formats[index].kind,
                    Coded(
                        stream=formats[index].kind,
                        pts_ns=sample.pts_ns,
                        dts_ns=sample.dts_ns,
                        duration_ns=sample.duration_ns,
                        key=sample.key,
                        data=bytes(coded),
                        format=formats[index],
                    ),
                )
    except (av.FFmpegError, OSError) as error:
        raise RecordError(f"{path}: {error}") from error


class _File:
    """A file, or its beginning; it remembers when the disk gave an error instead of bytes.

    A demuxer takes an error for the end of the file, and a finisher would let go of the rest.

    Raises:
        FileNotFoundError: there is none.
        RecordError: it cannot be opened.
    """

    def __init__(self, path: Path, upto: int | None) -> None:
        self.name = str(path)
        self._at = 0
        self._failure: OSError | None = None
        try:
            self._file = path.open("rb", buffering=0)
            self._upto = path.stat().st_size if upto is None else upto
        except FileNotFoundError:
            raise
        except OSError as error:
            raise RecordError(f"{path}: {error.strerror}") from error

    def read(self, size: int, /) -> bytes:
        """Read; nothing behind the end."""
        try:
            self._file.seek(self._at)
            data = self._file.read(max(min(size, self._upto - self._at), 0)) or b""
        except OSError as error:
            self._failure = error
            raise
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Move; the end is where it was said to be."""
        at = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._upto}[whence]
        if at < 0:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        self._at = at
        return at

    def tell(self) -> int:
        """Say where the next byte is read."""
        return self._at

    def check(self) -> None:
        """Return if every byte that was asked for was given; raise RecordError otherwise."""
        if self._failure is not None:
            raise RecordError(f"{self.name}: {self._failure}") from self._failure

    def close(self) -> None:
        """Close it."""
        with suppress(OSError):
            self._file.close()


@contextmanager
def opened(path: Path, *, upto: int | None = None) -> Iterator[InputContainer]:
    """Open a file for its packets, as if it ended after `upto` bytes.

    Raises:
        FFmpegError, OSError: it is not there, or there is nothing readable in it.
        RecordError: at the latest in the end: the disk does not give back what is in it.
    """
    with closing(_File(path, upto)) as file:
        try:
            with av.open(file, "r", buffer_size=_BUFFER) as container:
                yield container
        except (av.FFmpegError, OSError):
            file.check()
            raise
        file.check()


def check_pictures(path: Path, lane: Lane) -> None:
    """Decode the first and the last group of pictures; return if every one came out.

    Raises:
        RecordError: the file cannot be decoded, or pictures are missing.
    """
    keys = [n for n, sample in enumerate(lane.samples) if sample.key]
    first = range(keys[0], keys[1] if len(keys) > 1 else len(lane.samples))
    last = range(keys[-1], len(lane.samples))
    try:
        for group in (first, last):
            _check_group(path, lane, group)
    except (av.FFmpegError, OSError) as error:
        raise RecordError(f"{path}: {error}") from error


def _check_group(path: Path, lane: Lane, group: range) -> None:
    start_ns = lane.samples[group.start].pts_ns
    earliest_ns = max(start_ns, 0)  # others are hidden, or lean on the group before
    wanted = {ns for n in group if (ns := lane.samples[n].pts_ns) >= earliest_ns}
    if not wanted:
        return
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        if start_ns > 0:
            container.seek(start_ns // 1000, backward=True)  # microseconds
        latest_ns = max(wanted)
        for frame in container.decode(stream):
            if frame.pts is not None and frame.time_base is not None:
                at_ns = round(frame.pts * frame.time_base * NS)
                wanted = {ns for ns in wanted if abs(ns - at_ns) > 1000}
                if at_ns >= latest_ns:
                    break
    if wanted:
        raise RecordError(f"{path}: {len(wanted)} pictures of a group cannot be decoded")


def demuxed(container: InputContainer) -> Iterator[tuple["av.Packet[Any]", Sample]]:
    """Give whole packets until the file, or its readable part, ends."""
    wanted = [*container.streams.video, *container.streams.audio]
    with suppress(av.FFmpegError):
        for packet in container.demux(wanted):
            if packet.is_corrupt:  # cut off in its middle
                return
            if packet.size and (sample := _sample(packet)) is not None:
                yield packet, sample


def _sample(packet: "av.Packet[Any]") -> Sample | None:
    base, pts, dts = packet.time_base, packet.pts, packet.dts
    if base is None or pts is None or dts is None:
        return None

    def ns(ticks: int) -> int:
        return (ticks * base.numerator * NS + base.denominator // 2) // base.denominator

    return Sample(ns(pts), ns(dts), ns(packet.duration or 0), packet.is_keyframe)


def _formats(container: InputContainer) -> dict[int, StreamFormat]:
    found: dict[int, StreamFormat] = {}
    for picture in container.streams.video:
        found[picture.index] = StreamFormat(
            kind=Kind.PICTURE,
            codec=picture.codec_context.name,
            width=picture.codec_context.width,
            height=picture.codec_context.height,
            fps=float(picture.average_rate or 0),
        )
    for sound in container.streams.audio:
        found[sound.index] = StreamFormat(
            kind=Kind.SOUND,
            codec=sound.codec_context.name,
            sample_rate_hz=sound.codec_context.sample_rate,
            channels=sound.codec_context.channels,
            extradata=bytes(sound.codec_context.extradata or b""),
        )
    return found
