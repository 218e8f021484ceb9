"""What a search gives: a device, and what to write into room.toml for it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """A device that answered."""

    driver: str  # its name in the registry
    url: str
    name: str = ""  # as people named it
    model: str = ""
    serial: str = ""
    how: str = ""  # "PJLink search", "WS-Discovery"
