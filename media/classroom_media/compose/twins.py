"""One source's pictures: from its own stream or, where it is shown small, from its small one.

A small picture costs a tenth of a large one to decode and to scale. Both stand on the same
timeline, so one may take over from the other at any tick; it does so once its picture of that
tick is known, and the change is not seen. A stream that lags behind the other is lost: the
other one stands in for it, be it too small or too large.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from classroom_media.api import NS, Slot, StreamFormat
from classroom_media.compose.layouts import box, seen
from classroom_media.compose.pictures import Picture, PictureFeed
from classroom_media.packets import Coded, small_of

ENLARGED: Final = 1.1  # times; a small picture that were enlarged more would look soft
LAG_NS: Final = NS // 2  # of one stream behind the other: it is lost
STEADY_NS: Final = 5 * NS  # the small stream goes on so long before it is trusted again
FINE: Final = 1000  # pixels of a made-up picture, to measure shares of it


class Twins:
    """The pictures of one source, in a programme of `width` by `height` pixels."""

    def __init__(self, source: str, frame_ns: int, *, width: int, height: int) -> None:
        self._source, self._small_name = source, small_of(source)
        self._width, self._height = width, height
        self._large = PictureFeed(source, frame_ns)
        self._small = PictureFeed(self._small_name, frame_ns)
        self._used = self._awaited = self._large
        self._trusted_ns = 0  # from when on the small stream is
        self._slots: Sequence[Slot] = ()
        self._formats: dict[str, StreamFormat] = {}
        self._suffices = False  # the small picture is large enough for all slots
        self._reshaped: tuple[Picture, Picture] | None = None

    @property
    def stream(self) -> str:
        """Name the stream whose pictures are given now."""
        return self._small_name if self._used is self._small else self._source

    @property
    def own(self) -> PictureFeed | None:
        """Give the source's own stream; None while the small one is used instead."""
        return self._large if self._used is self._large else None

    @property
    def first_ns(self) -> int | None:
        """Tell where the first picture stands that could be shown."""
        return self._awaited.first_ns

    @property
    def heard_ns(self) -> int:
        """Tell when the last packet of use came, by our clock."""
        return self._awaited.heard_ns

    @property
    def newest_ns(self) -> int:
        """Tell how far the source has come on the timeline."""
        return max(self._large.newest_ns, self._small.newest_ns)

    def feed(self, packet: Coded, now_ns: int) -> None:
        """Take a packet of either stream; nothing is decoded yet."""
        feed = self._small if packet.stream == self._small_name else self._large
        feed.feed(packet, now_ns)
        if packet.format and packet.format != self._formats.get(packet.stream):
            self._formats[packet.stream] = packet.format
            self._measure()

    def show_in(self, slots: Sequence[Slot]) -> None:
        """Tell where the source is seen from now on; nowhere is fine too."""
        self._slots = slots
        self._measure()

    def live(self, tick_ns: int) -> bool:
        """Tell whether the source delivers, so that a late picture is worth waiting for."""
        return self._awaited.live(tick_ns)

    def decode_some(self, tick_ns: int) -> bool:
        """Decode a little of what this tick needs; tell whether there is no more to decode."""
        return self._wanted(tick_ns).decode_some(tick_ns)

    def ready(self, tick_ns: int) -> bool:
        """Decode as far as needed; tell whether the picture of this tick is known."""
        self._awaited = self._wanted(tick_ns)
        if not self._awaited.ready(tick_ns):
            return False
        if self._awaited is not self._used:
            self._used.hide()
            self._used = self._awaited
        return True

    def take(self, tick_ns: int) -> Picture | None:
        """Give the picture of this tick, as far as is known; None when the source is lost."""
        picture = self._used.take(tick_ns)
        return self._in_shape(picture) if picture and self._used is self._small else picture

    def hide(self) -> None:
        """Stop showing it; what was decoded ahead and the packets stay for its return."""
        self._used.hide()

    def jump(self, tick_ns: int) -> None:
        """Forget the packets that a source which is seen from `tick_ns` on does not need."""
        self._large.jump(tick_ns)
        self._small.jump(tick_ns)

    def forget_unused(self, tick_ns: int) -> None:
        """Do so for the stream alone that is not seen."""
        (self._large if self._used is self._small else self._small).jump(tick_ns)

    def _wanted(self, tick_ns: int) -> PictureFeed:
        large_ns, small_ns = self._large.newest_ns, self._small.newest_ns
        if large_ns - small_ns > LAG_NS:
            self._trusted_ns = tick_ns + STEADY_NS * (small_ns > 0)
            return self._large
        if small_ns - large_ns > LAG_NS:
            return self._small
        is_trusted = self._used is self._small or tick_ns >= self._trusted_ns
        return self._small if self._suffices and is_trusted else self._large

    def _measure(self) -> None:
        small = self._formats.get(self._small_name)
        self._suffices = small is not None and all(
            self._lines_for(slot) <= small.height * ENLARGED for slot in self._slots
        )

    def _lines_for(self, slot: Slot) -> float:
        """Give how many lines of the whole picture a slot could show."""
        aspect = self._aspect or self._width / self._height
        place = box(slot, self._width, self._height, aspect)
        return place.height * FINE / seen(slot, place, FINE, FINE, aspect).height

    @property
    def _aspect(self) -> float:
        """Give the shape of the source's own picture; 0 = not known."""
        own = self._formats.get(self._source)
        return own.width / own.height if own else 0.0

    def _in_shape(self, picture: Picture) -> Picture:
        """Give a small picture the shape of the large one: many cameras squeeze it into 4:3."""
        if self._reshaped is None or self._reshaped[0] is not picture:
            aspect = self._aspect or picture.aspect
            self._reshaped = picture, replace(picture, aspect=aspect)
        return self._reshaped[1]
