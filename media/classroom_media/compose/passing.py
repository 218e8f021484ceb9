"""The smart programme: while one camera fills the picture, its own packets are the programme.

    encoding ──► the camera's next keyframe, if it may be passed ──► passing
       ▲                                                                │
       └── another layout, a title, a late source, a keyframe that does not fit

Passed pictures keep the camera's own places on the timeline, as in its isolated track. Its clock
is not the programme's, and a copied picture can neither be left out nor doubled to fit a grid.
Only at a seam the first one stands where the last encoded one ends, and the difference, half a
frame at most, is worked off by a millisecond with each picture.
"""

import logging
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from classroom_media.api import Kind, StreamFormat
from classroom_media.compose.passable import LONGEST_NS, Keyframe, KeyframeReader, Terms
from classroom_media.compose.pictures import PictureFeed
from classroom_media.packets import Coded

WORKED_OFF_NS: Final = 1_000_000  # with each picture
RISE_NS: Final = 1_000_000  # from one picture to the next, at least

logger = logging.getLogger(__name__)


class Making(StrEnum):
    """How the programme's pictures come about."""

    ENCODING = "encoding"
    PASSING = "passing"


@dataclass(slots=True)
class Seam:
    """Places a camera's pictures: where they stand, but for the way from an earlier place."""

    most_ns: int  # that a picture may be away from its own place
    at_ns: int = 0  # the last picture's place
    end_ns: int = 0  # and where it ends
    _shift_ns: int = 0

    def begin(self, pts_ns: int, end_ns: int) -> None:
        """Lead from a picture that ends at `end_ns` to one that belongs at `pts_ns`."""
        self._shift_ns = max(-self.most_ns, min(self.most_ns, end_ns - pts_ns))

    def place(self, pts_ns: int, duration_ns: int) -> tuple[int, int]:
        """Give the next picture's place and duration; places rise."""
        at_ns = max(pts_ns + self._shift_ns, self.at_ns + RISE_NS)
        step_ns = max(-WORKED_OFF_NS, min(WORKED_OFF_NS, self._shift_ns))
        self._shift_ns -= step_ns
        self.at_ns, self.end_ns = at_ns, at_ns + max(duration_ns - step_ns, RISE_NS)
        return at_ns, self.end_ns - at_ns


class Passing:
    """Turns one camera's packets into the programme's, from a keyframe on. Knows no clock."""

    def __init__(self, stream: str, terms: Terms, frame_ns: int) -> None:
        self._stream = stream
        self._terms = terms
        self._frame_ns = frame_ns
        self._format = StreamFormat(
            kind=Kind.PICTURE, codec="h264", width=terms.width, height=terms.height, fps=terms.fps
        )
        self._seam = Seam(most_ns=frame_ns // 2 - WORKED_OFF_NS)
        self._reader = KeyframeReader()
        self._key_ns = self._last_ns = 0  # the camera's own places
        self._cadence_ns = frame_ns  # as in its last whole group: cameras guess their durations
        self._objections: dict[PictureFeed, str] = {}  # as told last
        self.feed: PictureFeed | None = None  # of the camera that is passed

    @property
    def making(self) -> Making:
        """Tell how the programme's pictures come about."""
        return Making.PASSING if self.feed else Making.ENCODING

    @property
    def end_ns(self) -> int:
        """Tell where a picture of the programme would follow the last one that was passed."""
        return max(self._seam.end_ns, self._seam.at_ns + self._frame_ns)

    def begin(self, feed: PictureFeed, keyframe: Coded, end_ns: int) -> bool:
        """Begin with a keyframe, after a picture that ends at `end_ns`; tell whether it may."""
        coded = self._reader.read(keyframe.data)
        if not coded.is_fresh or self._speaks_against(feed, coded):
            return False
        feed.begin_passing(keyframe)
        self._seam.begin(keyframe.pts_ns, end_ns)
        self._last_ns = self._key_ns = keyframe.pts_ns - 1
        self.feed = feed
        return True

    def take(self, until_ns: int) -> list[Coded]:
        """Give the packets up to an instant; ends before one that does not fit."""
        taken: list[Coded] = []
        while self.feed and (packet := self.feed.upcoming) and packet.pts_ns <= until_ns:
            data = self._passed(self.feed, packet)
            if not data:
                self.feed = None
                break
            self.feed.pass_on(packet)
            taken.append(self._coded(packet, data))
        return taken

    def end(self) -> None:
        """Pass nothing more; the feed decodes what it needs."""
        self.feed = None

    def _passed(self, feed: PictureFeed, packet: Coded) -> bytes:
        """Give what is passed of a packet; nothing of one that does not fit."""
        if packet.pts_ns <= self._last_ns:
            return b""
        if not packet.key:
            return packet.data if packet.pts_ns - self._key_ns <= LONGEST_NS else b""
        coded = self._reader.read(packet.data)
        return b"" if self._speaks_against(feed, coded) else coded.data

    def _coded(self, packet: Coded, data: bytes) -> Coded:
        self._last_ns = packet.pts_ns
        if packet.key:
            self._key_ns = packet.pts_ns
        at_ns, duration_ns = self._seam.place(packet.pts_ns, self._cadence_ns)
        return Coded(
            stream=self._stream,
            pts_ns=at_ns,
            dts_ns=at_ns,
            duration_ns=duration_ns,
            key=packet.key,
            data=data,
            format=self._format if packet.key else None,
        )

    def _speaks_against(self, feed: PictureFeed, keyframe: Keyframe) -> bool:
        """Tell whether a camera may not be passed; log what speaks against it, once."""
        group = feed.last_group
        why = self._terms.on_group(group, passing=feed is self.feed)
        why = why or self._terms.on_sets(keyframe.sets)
        if why and self._objections.get(feed) != why:
            logger.info("%s is not passed: %s", feed.source, why)
        self._objections[feed] = why
        if group:
            self._cadence_ns = max(group.step_ns, RISE_NS)
        return bool(why)
