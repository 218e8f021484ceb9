"""A lesson that goes on: packets of the programme go in, pieces for its shelves come out. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from classroom_media.api import Kind
from classroom_media.live.hls.package import Head, Packager, Part
from classroom_media.messages import Quality
from classroom_media.packets import Coded

Piece = tuple[str, Head | Part]  # with the name of its quality


class OnAir:
    """Packages every quality; the sound may be one for all."""

    def __init__(self, qualities: Iterable[Quality]) -> None:
        self._packagers: dict[str, Packager] = {}
        self._takers: dict[str, list[tuple[str, Kind]]] = defaultdict(list)  # by stream
        for one in qualities:
            self._packagers[one.name] = Packager()
            self._takers[one.picture].append((one.name, Kind.PICTURE))
            self._takers[one.sound].append((one.name, Kind.SOUND))

    def feed(self, packet: Coded) -> Iterator[Piece]:
        """Take a packet of any stream; give what is complete by it."""
        for quality, kind in self._takers.get(packet.stream, ()):
            for piece in self._packagers[quality].feed(kind, packet):
                yield quality, piece

    def end(self) -> Iterator[Piece]:
        """Give what is left."""
        for quality, packager in self._packagers.items():
            for piece in packager.end():
                yield quality, piece
