"""Where everything of the three classrooms is found on loopback, and what each room is called."""

import socket
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final, Self

from classroom_edge.demo.ports import KeptPorts
from classroom_edge.words import words

HUB: Final = "centre"
SITES: Final = ("hill", "lake")
CABLES: Final = "cables"  # the page of the demo itself


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreePorts(KeptPorts):
    """Ports on 127.0.0.1. Beside a link there is the desk for new sites, at the next one."""

    rtsp: int
    link: int
    media: int  # UDP
    hill_link: int  # what the site dials instead: its cable's end
    hill_media: int  # UDP
    lake_link: int
    lake_media: int  # UDP
    hill_camera: int
    lake_camera: int

    @classmethod
    def free(cls) -> Self:
        """Find ports that nobody uses now."""
        found = super(ThreePorts, cls).free()
        pairs = {name: _pair() for name in cls.__dataclass_fields__ if name.endswith("link")}
        return replace(found, **pairs)

    def cable(self, site: str) -> tuple[int, int]:
        """Give the ends of a site's cable: for its link, and for picture and sound."""
        return getattr(self, f"{site}_link"), getattr(self, f"{site}_media")

    def camera(self, site: str) -> int:
        """Give where the head of a site's camera listens."""
        number: int = getattr(self, f"{site}_camera")
        return number


def name_of(site: str, language: str = "zh-CN") -> str:
    """Give what a site is called; its room is one in China, whoever looks on."""
    return words("three").say(f"site.{site}", language)


def panels(first: int) -> dict[str, int]:
    """Give the port of every page, from the one on that the demo was given."""
    return {name: first + at for at, name in enumerate((CABLES, HUB, *SITES))}


def _pair() -> int:
    """Find a port that is free, as is the next one."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as first, suppress(OSError):
            port: int = first.getsockname()[1]
            with socket.create_server(("127.0.0.1", port + 1)):
                return port
