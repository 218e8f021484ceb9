"""The vision mixer: pictures of all sources in, the programme's picture out."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import av

from classroom_media.api import Arrangement, Layout, MediaError, Slot
from classroom_media.compose.backgrounds import Backgrounds
from classroom_media.compose.canvas import Canvas
from classroom_media.compose.fade import Fade
from classroom_media.compose.layouts import Box, arrangement, box, seen, uncropped
from classroom_media.compose.pictures import Picture, PictureFeed
from classroom_media.compose.slates import Slates
from classroom_media.compose.twins import Twins
from classroom_media.packets import Coded, small_of

Decoded = Callable[[str, Picture], None]  # told of every picture shown, before it is composed


@dataclass(frozen=True, slots=True, eq=False)
class _Scene:
    """A layout with what paints it."""

    layout: Layout
    slots: tuple[Slot, ...]
    canvas: Canvas
    is_whole: bool  # its one picture fills it, and all of that picture is seen


class VisionMixer:
    """Follows all sources, decodes those that are seen, composes them as the layout says.

    While one layout fades into another, both are on air and all their sources are decoded.
    """

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
        decoded: Decoded = lambda _stream, _picture: None,
    ) -> None:
        self._feeds = {
            source: Twins(source, frame_ns, width=width, height=height) for source in sources
        }
        self._by_stream = self._feeds | {
            small_of(source): feed for source, feed in self._feeds.items()
        }
        self._slates = slates
        self._width, self._height = width, height
        self._own = own
        self._decoded = decoded
        self._backgrounds = Backgrounds(width, height)
        self._fade = Fade(width, height)
        self._leaving: _Scene | None = None  # what fades away
        self._step = self._steps = 0  # of the fade
        self._scene = self._prepared(layout)
        self._seat()

    @property
    def layout(self) -> Layout:
        """Tell what is shown now, or is fading in."""
        return self._scene.layout

    @property
    def is_fading(self) -> bool:
        """Whether one layout is fading into another."""
        return self._leaving is not None

    @property
    def sole(self) -> PictureFeed | None:
        """Give the source whose picture is the programme's, if nothing is made of it."""
        if self.is_fading or not self._scene.is_whole:
            return None
        return self._feeds[self._scene.layout.sources[0]].own

    def check(self, layout: Layout) -> None:
        """Refuse a layout that cannot be shown.

        Raises:
            MediaError: no such layout or source, or the wrong number of sources.
        """
        arrangement(layout, self._own)
        for source in layout.sources:
            if source not in self._feeds:
                raise MediaError(f"there is no picture of a source {source!r}")

    def turn(self, layout: Layout, *, ticks: int = 0) -> None:
        """Show another layout from the next picture on, or after a fade of so many pictures.

        Raises:
            MediaError: as `check`.
        """
        if layout == self._scene.layout:
            return
        old, self._scene = self._scene, self._prepared(layout)
        self._leaving = old if ticks else None
        self._step, self._steps = 0, ticks
        self._seat()

    def feed(self, packet: Coded, now_ns: int) -> None:
        """Take a packet of any source; of unknown ones it is dropped."""
        if feed := self._by_stream.get(packet.stream):
            feed.feed(packet, now_ns)

    def first_ns(self) -> list[int | None]:
        """Tell for each visible source from where on it can be shown; None = not yet."""
        return [self._feeds[source].first_ns for source in self._visible]

    def newest_ns(self) -> dict[str, int]:
        """Tell how far each source has come on the timeline; 0 = it was never heard."""
        return {source: feed.newest_ns for source, feed in self._feeds.items()}

    def decode_some(self, tick_ns: int) -> bool:
        """Decode a little of what this tick needs; tell whether there is no more to decode."""
        return all(self._feeds[source].decode_some(tick_ns) for source in self._visible)

    def awaited(self, tick_ns: int) -> list[int]:
        """Decode what this tick needs. Give when each source was last heard that is late."""
        return self._late(self._scene.layout.sources, tick_ns)

    def awaited_in_leaving(self, tick_ns: int) -> list[int]:
        """Do the same for the sources that are only fading away."""
        return self._late(set(self._visible) - set(self._scene.layout.sources), tick_ns)

    @contextmanager
    def picture(self, tick_ns: int) -> Iterator[av.VideoFrame]:
        """Compose what is known of this tick, for as long as it is used."""
        self.forget_unseen(tick_ns)
        taken = {source: self._taken(source, tick_ns) for source in self._visible}
        if self._leaving is None:
            with self._scene.canvas.composed(self._shown(self._scene, taken)) as frame:
                yield frame
        else:
            yield self._faded(self._leaving, taken)

    def _faded(self, leaving: _Scene, taken: dict[str, Picture | None]) -> av.VideoFrame:
        self._step += 1
        share = self._step / (self._steps + 1)
        old, new = (one.canvas.paint(self._shown(one, taken)) for one in (leaving, self._scene))
        if self._step == self._steps:
            self._end_fade()
        return self._fade.mix(old, new, share)

    def forget_unseen(self, tick_ns: int) -> None:
        """Of what is not seen, keep what it takes to show it from this tick on."""
        visible = self._visible
        for source, feed in self._feeds.items():
            if source in visible:
                feed.forget_unused(tick_ns)
            else:
                feed.jump(tick_ns)

    def jump(self, tick_ns: int) -> None:
        """Go on at a later tick: what only the ticks between needed is dropped undecoded."""
        self._end_fade()
        for feed in self._feeds.values():
            feed.jump(tick_ns)

    @property
    def _visible(self) -> list[str]:
        leaving = self._leaving.layout.sources if self._leaving else ()
        return list(dict.fromkeys((*self._scene.layout.sources, *leaving)))

    def _prepared(self, layout: Layout) -> _Scene:
        self.check(layout)
        found = arrangement(layout, self._own)
        canvas = Canvas(found.slots, self._backgrounds.behind(found))
        return _Scene(layout, found.slots, canvas, self._is_whole(found.slots))

    def _is_whole(self, slots: tuple[Slot, ...]) -> bool:
        size, aspect = (self._width, self._height), self._width / self._height
        places = [box(slot, *size, aspect) for slot in slots]
        shown = [
            seen(slot, place, *size, aspect) for slot, place in zip(slots, places, strict=True)
        ]
        is_keyed = any(slot.key for slot in slots)
        return not is_keyed and places == shown == [Box(0, 0, *size)]

    def _taken(self, source: str, tick_ns: int) -> Picture | None:
        feed = self._feeds[source]
        picture = feed.take(tick_ns)
        if picture is not None:
            self._decoded(feed.stream, picture)
        return picture

    def _late(self, sources: Iterable[str], tick_ns: int) -> list[int]:
        feeds = [self._feeds[source] for source in dict.fromkeys(sources)]
        late = [feed for feed in feeds if not feed.ready(tick_ns)]
        return [feed.heard_ns for feed in late if feed.live(tick_ns)]

    def _shown(self, scene: _Scene, taken: dict[str, Picture | None]) -> list[Picture]:
        placed = zip(scene.layout.sources, scene.slots, strict=True)
        return [taken[source] or self._slate(source, slot) for source, slot in placed]

    def _slate(self, source: str, slot: Slot) -> Picture:
        aspect = self._width / self._height
        place = box(uncropped(slot), self._width, self._height, aspect)
        if slot.fill:
            aspect = place.width / place.height
        return self._slates.slate(source, place.width, place.height, aspect)

    def _end_fade(self) -> None:
        self._leaving = None
        self._seat()

    def _seat(self) -> None:
        """Tell every source where it is seen; hide those that are not."""
        scenes = [scene for scene in (self._scene, self._leaving) if scene]
        for source, feed in self._feeds.items():
            seats = [
                slot
                for scene in scenes
                for name, slot in zip(scene.layout.sources, scene.slots, strict=True)
                if name == source
            ]
            feed.show_in(seats)
            if not seats:
                feed.hide()
