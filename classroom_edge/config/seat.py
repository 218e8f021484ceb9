"""A hub's seat for guests: a source of every hub, whether its room.toml names it or not."""

from typing import Final

from classroom_edge.config.models import SEAT_URL, Config, SourceConfig
from classroom_edge.words import words

ID: Final = "guest"


def with_seat(config: Config) -> Config:
    """Give a hub the seat, if it has none and the id is free; it has no track of its own."""
    if config.hub is None or any(one.url == SEAT_URL or one.id == ID for one in config.sources):
        return config
    name = words("sessions").say("seat", config.room.language)
    seat = SourceConfig(id=ID, name=name, url=SEAT_URL, sound=True, isolated=False)
    return config.model_copy(update={"sources": (*config.sources, seat)})
