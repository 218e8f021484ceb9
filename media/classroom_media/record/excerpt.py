"""Copies a stretch of a film into a file of its own: to the picture, and without encoding.

The copy begins at the keyframe before the stretch, because a decoder needs what lies between;
an edit list hides that. Chapters go into the file in the two ways that players know.

Source: ISO/IEC 14496-12, 8.6.6 (edit lists); https://ffmpeg.org/ffmpeg-formats.html, "mov, mp4".
"""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import av
from av.container import InputContainer

from classroom_media.api import RecordError
from classroom_media.record.durable import sync_file, sync_folder
from classroom_media.record.titled import Titled

SPARE_BYTES: Final = 64 * 1024 * 1024  # left free on the disk
PLAIN: Final = {"movflags": "faststart"}  # the index at the front: it plays while it is loaded
BLOCKS: Final = 2  # of sound before the first that is heard: a decoder leans on them
MS: Final = 1000


def write_excerpt(
    film: Path, from_s: float, to_s: float, into: Path, chapters: Sequence[Titled] = ()
) -> None:
    """Copy what lies between two instants of a film, and sync it; the film stays as it is.

    Raises:
        RecordError: the film cannot be read, or there is no room for the copy.
    """
    fresh = into.with_name(f".{into.name}")
    try:
        if shutil.disk_usage(into.parent).free < film.stat().st_size + SPARE_BYTES:
            raise RecordError(f"{into}: no room")
        with av.open(str(film)) as source:
            _copy(source, from_s, to_s, fresh, chapters)
        sync_file(fresh)
        fresh.replace(into)
        sync_folder(into.parent)
    except (av.FFmpegError, OSError, ValueError) as error:
        raise RecordError(f"{into}: {error}") from error
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)


def _copy(
    source: InputContainer, from_s: float, to_s: float, into: Path, chapters: Sequence[Titled]
) -> None:
    with av.open(str(into), "w", format="mp4", options=PLAIN) as copy:
        streams = [*source.streams.video, *source.streams.audio]
        copies: dict[int, Any] = {
            stream.index: copy.add_stream_from_template(stream) for stream in streams
        }
        copy.set_chapters(_chapters(chapters, to_s - from_s))
        for packet in _packets(source, from_s, to_s):
            ticks = round(from_s / packet.time_base)
            packet.pts, packet.dts = packet.pts - ticks, packet.dts - ticks
            packet.stream = copies[packet.stream_index]
            copy.mux(packet)


def _packets(source: InputContainer, from_s: float, to_s: float) -> Iterator[Any]:
    """Give what is needed to show a stretch, in order of decoding."""
    source.seek(round(from_s * 1_000_000), backward=True)
    for packet in source.demux(*source.streams.video, *source.streams.audio):
        at: Any = packet
        if at.dts is None or at.pts is None or at.dts * at.time_base >= to_s:
            continue
        ends_s = (at.pts + BLOCKS * at.duration) * at.time_base
        if at.stream.type == "video" or ends_s > from_s:
            yield at


def _chapters(chapters: Sequence[Titled], duration_s: float) -> list[Any]:
    starts = [round(one.at_s * MS) for one in chapters]
    spans = pairwise([*starts, round(duration_s * MS)])
    return [
        {
            "id": number,
            "start": start,
            "end": end,
            "time_base": Fraction(1, MS),
            "metadata": {"title": one.title},
        }
        for number, (one, (start, end)) in enumerate(zip(chapters, spans, strict=True), 1)
    ]
