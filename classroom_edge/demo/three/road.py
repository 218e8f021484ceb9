"""A site's way to its hub over a cable of the demo: neither learns an address beside the cable.

Source: RFC 8839, 5.1 (the candidate attribute).
"""

import re
from dataclasses import dataclass
from typing import Final

NOWHERE: Final = ("127.0.0.1", 9)  # the discard port: who is behind a cable is not dialled

_CANDIDATE: Final = re.compile(
    r"^(a=candidate:\S+ \d+ udp \d+) \S+ \d+ typ host[^\r\n]*(\r?\n)", re.I | re.M
)
_ANY: Final = re.compile(r"^a=candidate:[^\r\n]*\r?\n", re.M)


@dataclass(frozen=True, slots=True)
class CableRoad:
    """What the site's descriptions pass; `end` is the cable's end for picture and sound."""

    end: tuple[str, int]

    async def out(self, offer: str) -> str:
        """Give the offer without a way to this room: the hub learns it by what comes."""
        return leading_to(offer, NOWHERE)

    async def back(self, answer: str) -> str:
        """Give the answer as if the hub were at this end of the cable."""
        return leading_to(answer, self.end)


def leading_to(description: str, place: tuple[str, int]) -> str:
    """Give a description with one candidate for each medium that has any, at that place."""
    media = re.split(r"(?m)^(?=m=)", description)
    return "".join(_leading_to(medium, place) for medium in media)


def _leading_to(medium: str, place: tuple[str, int]) -> str:
    first = _CANDIDATE.search(medium)
    if first is None:
        return medium
    host, port = place
    only = f"{first[1]} {host} {port} typ host{first[2]}"
    before, after = medium[: first.start()], medium[first.end() :]
    return _ANY.sub("", before) + only + _ANY.sub("", after)
