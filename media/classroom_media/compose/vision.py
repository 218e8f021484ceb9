"""The vision mixer: pictures of all sources in, the programme's picture out."""

from collections.abc import Iterable

import av

from classroom_media.api import Arrangement, Layout, MediaError
from classroom_media.compose.backgrounds import Backgrounds
from classroom_media.compose.canvas import Canvas
from classroom_media.compose.layouts import arrangement, box, uncropped
from classroom_media.compose.pictures import Picture, PictureFeed
from classroom_media.compose.slates import Slates
from classroom_media.packets import Coded


class VisionMixer:
    """Follows all sources, decodes those that are seen, composes them as the layout says."""

    def __init__(
        self,
        sources: Iterable[str],
        layout: Layout,
        slates: Slates,
        *,
        width: int,
        height: int,
        frame_ns: int,
        own: tuple[Arrangement, ...] = (),
    ) -> None:
        self._feeds = {source: PictureFeed(source, frame_ns) for source in sources}
        self._slates = slates
        self._width, self._height = width, height
        self._own = own
        self._backgrounds = Backgrounds(width, height)
        self.turn(layout)

    @property
    def layout(self) -> Layout:
        """Tell what is shown now."""
        return self._layout

    def check(self, layout: Layout) -> None:
        """Refuse a layout that cannot be shown.

        Raises:
            MediaError: no such layout or source, or the wrong number of sources.
        """
        arrangement(layout, self._own)
        for source in layout.sources:
            if source not in self._feeds:
                raise MediaError(f"there is no picture of a source {source!r}")

    def turn(self, layout: Layout) -> None:
        """Show another layout from the next picture on.

        Raises:
            MediaError: as `check`.
        """
        self.check(layout)
        slots = arrangement(layout, self._own)
        self._layout, self._slots = layout, slots.slots
        self._canvas = Canvas(slots.slots, self._backgrounds.behind(slots))
        for source, feed in self._feeds.items():
            if source not in layout.sources:
                feed.hide()

    def feed(self, packet: Coded, now_ns: int) -> None:
        """Take a packet of any source; of unknown ones it is dropped."""
        if feed := self._feeds.get(packet.stream):
            feed.feed(packet, now_ns)

    def first_ns(self) -> list[int | None]:
        """Tell for each visible source from where on it can be shown; None = not yet."""
        return [self._feeds[source].first_ns for source in self._visible]

    def newest_ns(self) -> dict[str, int]:
        """Tell how far each source has come on the timeline; 0 = it was never heard."""
        return {source: feed.newest_ns for source, feed in self._feeds.items()}

    def awaited(self, tick_ns: int) -> list[int]:
        """Decode what this tick needs. Give when each source was last heard that is late."""
        feeds = [self._feeds[source] for source in self._visible]
        late = [feed for feed in feeds if not feed.ready(tick_ns)]
        return [feed.heard_ns for feed in late if feed.live(tick_ns)]

    def picture(self, tick_ns: int) -> av.VideoFrame:
        """Compose what is known of this tick; valid until the next call."""
        for source, feed in self._feeds.items():
            if source not in self._layout.sources:
                feed.jump(tick_ns)
        taken = {source: self._feeds[source].take(tick_ns) for source in self._visible}
        return self._canvas.paint(
            [
                taken[source] or self._slate(index)
                for index, source in enumerate(self._layout.sources)
            ]
        )

    def jump(self, tick_ns: int) -> None:
        """Go on at a later tick: what only the ticks between needed is dropped undecoded."""
        for feed in self._feeds.values():
            feed.jump(tick_ns)

    @property
    def _visible(self) -> list[str]:
        return list(dict.fromkeys(self._layout.sources))

    def _slate(self, index: int) -> Picture:
        slot, aspect = self._slots[index], self._width / self._height
        place = box(uncropped(slot), self._width, self._height, aspect)
        if slot.fill:
            aspect = place.width / place.height
        return self._slates.slate(self._layout.sources[index], place.width, place.height, aspect)
