"""Playlists: of a lesson that is on, of one from its beginning, and of its qualities. Pure.

Source: draft-ietf-hls-rfc8216bis, 4.4 (tags) and B.1 (low latency).
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from classroom_media.api import NS
from classroom_media.live.hls.package import PART_NS
from classroom_media.live.hls.segments import ListedPart, Segment
from classroom_media.live.hls.shelf import TARGET_S, WITH_PARTS, Shelf

LIVE: Final = "live.m3u8"
LESSON: Final = "lesson.m3u8"
QUALITIES: Final = "index.m3u8"
_HOLD_BACK: Final = 3 * PART_NS / NS  # seconds: the least that the draft allows


def live(shelf: Shelf, epoch: datetime) -> str:
    """List the newest segments and parts; `epoch` is the timeline's 0 by the clock on the wall."""
    segments = list(shelf.window())
    return _spelled(
        (
            f"#EXT-X-TARGETDURATION:{TARGET_S}",
            f"#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK={_HOLD_BACK:.3f}",
            f"#EXT-X-PART-INF:PART-TARGET={PART_NS / NS:.3f}",
            f"#EXT-X-MEDIA-SEQUENCE:{segments[0].number if segments else 0}",
            f"#EXT-X-DISCONTINUITY-SEQUENCE:{_breaks_before(shelf, segments)}",
            *_listed(shelf, segments, epoch),
            *_opened(shelf, segments, epoch),
        )
    )


def lesson(shelf: Shelf, epoch: datetime) -> str:
    """List all complete segments, for who wants it from the beginning, now or later."""
    return _spelled(
        (
            f"#EXT-X-TARGETDURATION:{TARGET_S}",
            f"#EXT-X-PLAYLIST-TYPE:{'VOD' if shelf.ended else 'EVENT'}",
            "#EXT-X-MEDIA-SEQUENCE:0",
            *_segments(shelf.kept(), epoch),
            *(("#EXT-X-ENDLIST",) if shelf.ended else ()),
        )
    )


def qualities(shelves: Iterable[tuple[str, Shelf]], playlist: str) -> str:
    """List the qualities, each the name of its folder, the best first."""
    lines: list[str] = ["#EXT-X-INDEPENDENT-SEGMENTS"]
    for name, shelf in shelves:
        width, height = shelf.size
        size = f",RESOLUTION={width}x{height}" if width else ""
        bits = max(shelf.bits, 1)
        lines.append(f'#EXT-X-STREAM-INF:BANDWIDTH={bits},CODECS="{shelf.codecs}"{size}')
        lines.append(f"{name}/{playlist}")
    return _spelled(lines)


def _spelled(lines: Iterable[str]) -> str:
    return "\n".join(("#EXTM3U", "#EXT-X-VERSION:9", *lines, ""))


def _listed(shelf: Shelf, segments: Sequence[Segment], epoch: datetime) -> Iterator[str]:
    yield from _segments(segments[:-WITH_PARTS], epoch)
    recent = segments[-WITH_PARTS:]
    before = segments[-WITH_PARTS - 1].head if len(segments) > WITH_PARTS else 0
    yield from _segments(recent, epoch, before, with_parts=True)
    if shelf.ended:
        yield "#EXT-X-ENDLIST"


def _opened(shelf: Shelf, segments: Sequence[Segment], epoch: datetime) -> Iterator[str]:
    """List the parts of the segment that is not complete, and name the next one."""
    if shelf.open is not None:
        yield from _preface(shelf.open, segments[-1].head if segments else 0, epoch)
        yield from map(_part, shelf.open.parts)
    if not shelf.ended:
        yield f'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="{shelf.next_part}"'


def _segments(
    segments: Iterable[Segment], epoch: datetime, head: int = 0, *, with_parts: bool = False
) -> Iterator[str]:
    for segment in segments:
        yield from _preface(segment, head, epoch)
        if with_parts:
            yield from map(_part, segment.parts)
        yield f"#EXTINF:{segment.duration_ns / NS:.6f},"
        yield segment.name
        head = segment.head


def _preface(segment: Segment, head: int, epoch: datetime) -> Iterator[str]:
    """Say what holds from this segment on; `head` is that of the one before, 0 if there is none."""
    if segment.head != head:
        if head:
            yield "#EXT-X-DISCONTINUITY"
        yield f'#EXT-X-MAP:URI="{segment.head_name}"'
    at = epoch + timedelta(microseconds=segment.begin_ns // 1000)
    yield f"#EXT-X-PROGRAM-DATE-TIME:{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"


def _part(part: ListedPart) -> str:
    independent = ",INDEPENDENT=YES" if part.independent else ""
    return f'#EXT-X-PART:DURATION={part.duration_ns / NS:.6f},URI="{part.name}"{independent}'


def _breaks_before(shelf: Shelf, segments: Sequence[Segment]) -> int:
    """Count the new heads before the first segment that is listed."""
    return max(segments[0].head - 1, 0) if segments and shelf.complete else 0
