"""Reads parts back, whole or broken off: what is in them, and the packets themselves.

A file that was killed is read up to its last whole packet. Times are file times in
nanoseconds; packets before 0 are there but hidden by the edit list.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import av
from av.bitstream import BitStreamFilterContext
from av.container import InputContainer

from classroom_media.api import NS, Kind, RecordError, StreamFormat
from classroom_media.packets import Coded
from classroom_media.record.samples import Content, Lane, Sample, Samples

_BUFFER: Final = 1 << 20  # bytes in one read


def content_of(path: Path) -> Content:
    """List what a file holds. A missing or unreadable file holds nothing.

    Raises:
        RecordError: the disk does not give back what is in it.
    """
    samples: dict[int, Samples] = {}
    formats: dict[int, StreamFormat] = {}
    with suppress(av.FFmpegError, OSError), opened(path) as container:
        formats = formats_of(container)
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
            formats = formats_of(container)
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


def formats_of(container: InputContainer) -> dict[int, StreamFormat]:
    """Tell what each stream of a film is, by its number."""
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
