"""What a room has by which the timetable's rules may call it."""

from collections.abc import Iterator

from classroom_edge.config.models import Config
from classroom_schedules.furniture import Furniture
from classroom_schedules.rules import Live


def furniture(config: Config) -> Furniture:
    """Give the routines, layouts, pictures and ways to be live of a room.toml."""
    return Furniture(
        routines=tuple(one.name for one in config.routines),
        layouts=config.slots,
        sources=config.pictures,
        live=tuple(_live(config)),
    )


def _live(config: Config) -> Iterator[Live]:
    if config.hub is not None or config.site is not None:
        yield Live.SESSION
    if config.broadcast is not None:
        yield Live.BROADCAST
