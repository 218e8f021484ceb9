"""In which sizes a room's programme goes to its peers."""

from classroom_media.api import Rendition
from classroom_media.live.rungs import SIZES
from classroom_media.workers.specs import LiveSize


def sizes_for(height: int) -> tuple[Rendition, ...]:
    """Give the sizes that a programme of that height is made in for peers, best first."""
    heights = {int(size.name.removesuffix("p")): size for size in SIZES}
    return tuple(
        Rendition(name=size.name, height=at, bitrate_kbps=size.picture_bps // 1000, live=True)
        for at, size in heights.items()
        if at <= height
    )


def live_sizes(sizes: tuple[Rendition, ...], streams: dict[str, str]) -> tuple[LiveSize, ...]:
    """Tell the relay of them; `streams` of the director by the sizes' names."""
    return tuple(
        LiveSize(stream=streams[one.name], height=one.height, bitrate_kbps=one.bitrate_kbps)
        for one in sizes
    )
