"""Who has a place on the wall of all pictures."""

from classroom_edge.config.models import SEAT_URL, Config


def wall_of(config: Config, guest: str) -> dict[str, str]:
    """Give the sources on the wall in their order, by name.

    The guests' seat has a place while somebody sits there, and that guest's name; "" = nobody.
    """
    pictures = (one for one in config.sources if one.picture)
    names = {one.id: guest if one.url == SEAT_URL else one.name for one in pictures}
    return {source: name for source, name in names.items() if name}
