"""The programme once more in other sizes, for those who watch live; each is encoded once.

Whoever wants the programme's own size is given the programme's own packets. While nobody asks
for a size, it costs nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import av

from classroom_media.api import MediaError, Rendition
from classroom_media.compose.canvas import Fitter
from classroom_media.encode.form import PictureForm
from classroom_media.encode.h264 import PictureEncoder
from classroom_media.encode.ladder import Ladder
from classroom_media.encode.rungs import SOFTWARE
from classroom_media.packets import Coded

LEAST: Final = 72  # pixels of height
TAKEN: Final = frozenset({"", "sound"})  # names that would be those of other streams


@dataclass(slots=True)
class _Copy:
    """One size at work."""

    form: PictureForm
    fitter: Fitter
    encoder: PictureEncoder


class Renditions:
    """Everything that is made besides the programme's own size.

    `order` may be called from any thread; the rest belongs to the thread of the programme.
    """

    def __init__(self, stream: str, form: PictureForm, ladder: Ladder) -> None:
        self._stream = stream
        self._form = form
        self._ladder = ladder
        self._wanted: tuple[Rendition, ...] = ()
        self._copies: dict[Rendition, _Copy] = {}
        self._keys: set[str] = set()  # streams that are to have a keyframe
        self._resting: frozenset[str] = frozenset()  # live streams that nobody watches

    @property
    def streams(self) -> dict[str, str]:
        """Tell which stream each rendition that was asked for is, by its name."""
        return {one.name: self._stream_of(one) for one in self._wanted}

    @property
    def are_wanted(self) -> bool:
        """Whether composed pictures are needed for any of them."""
        return any(map(self._is_made, self._wanted))

    def order(self, wanted: Iterable[Rendition]) -> None:
        """Make these from the next picture on, and no others; each begins with a keyframe.

        Raises:
            MediaError: a name is given twice or taken, or a height is odd or too great.
        """
        wanted = tuple(wanted)
        names = {one.name for one in wanted}
        if len(names) < len(wanted) or names & TAKEN:
            raise MediaError("renditions need names of their own")
        for one in wanted:
            if one.height % 2 or not LEAST <= one.height <= self._form.height:
                raise MediaError(f"a height of {one.height} is odd, too small or too great")
        self._wanted = wanted

    def keyframe(self, stream: str) -> None:
        """Make the next picture of a rendition's stream a keyframe; one that rests goes on.

        Raises:
            MediaError: no rendition has this stream.
        """
        if stream not in map(self._stream_of, filter(self._is_made, self._wanted)):
            raise MediaError(f"there is no rendition with a stream {stream!r}")
        self._resting -= {stream}
        self._keys.add(stream)

    def rest(self, streams: Iterable[str]) -> None:
        """Make nothing of these until a keyframe is asked for; only live ones may rest."""
        self._resting |= set(streams)

    def encode(self, frame: av.VideoFrame, index: int) -> list[Coded]:
        """Encode the programme's frame of grid place `index` in every size that is wanted."""
        wanted = [one for one in self._wanted if self._is_made(one) and not self._rests(one)]
        for gone in self._copies.keys() - set(wanted):
            del self._copies[gone]  # what is inside nobody wants to see
        made: list[Coded] = []
        for one in wanted:
            copy = self._copies.get(one) or self._begin(one)
            small = copy.fitter.fit(frame, copy.form.width, copy.form.height)
            made += copy.encoder.encode(small, index, key=self._take_key(one))
        return made

    def change(self, preset: str, threads: int) -> list[Coded]:
        """Have x264 work in another way; give what was still inside."""
        self._form = replace(self._form, preset=preset, threads=threads)
        encoders = [one.encoder for one in self._copies.values()]
        return [packet for encoder in encoders for packet in encoder.change(preset, threads)]

    def flush(self) -> list[Coded]:
        """Give what was still inside; everything begins anew after it."""
        made = [packet for one in self._copies.values() for packet in one.encoder.flush()]
        self._copies.clear()
        return made

    def _begin(self, one: Rendition) -> _Copy:
        width = round(one.height * self._form.width / self._form.height / 2) * 2
        form = replace(
            self._form,
            width=width,
            height=one.height,
            quality=one.quality,
            bitrate_kbps=one.bitrate_kbps,
            live=one.live,
        )
        ladder = Ladder((SOFTWARE,)) if one.live else self._ladder
        encoder = PictureEncoder(self._stream_of(one), form, ladder)
        copy = self._copies[one] = _Copy(form, Fitter(), encoder)
        return copy

    def _take_key(self, one: Rendition) -> bool:
        stream = self._stream_of(one)
        wished = stream in self._keys
        self._keys.discard(stream)
        return wished

    def _rests(self, one: Rendition) -> bool:
        return one.live and self._stream_of(one) in self._resting

    def _is_made(self, one: Rendition) -> bool:
        """Tell whether a rendition is encoded by itself."""
        return one.live or one.height != self._form.height

    def _stream_of(self, one: Rendition) -> str:
        return f"{self._stream}-{one.name}" if self._is_made(one) else self._stream
