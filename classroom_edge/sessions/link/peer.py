"""What a hub knows of one site that has said something: its epoch, its numbers, its measure."""

from dataclasses import dataclass, field
from typing import Final

from classroom_edge.sessions.link import wire
from classroom_edge.sessions.link.effects import Send, Site
from classroom_edge.sessions.link.limits import Bucket

RATE_HZ: Final = 50.0  # messages of one site, in the long run
BURST: Final = 100.0
GREETS_HZ: Final = 2.0  # how often one is asked to say Hello


@dataclass
class Peer:
    """One enrolled key. `epoch` is 0 until it was welcome; `route` is where it spoke from last."""

    site: Site
    route: bytes
    heard_ns: int
    epoch: int = 0
    nonce: int = -1
    number_in: int = 0
    number_out: int = 0
    is_dark: bool = True
    is_flooding: bool = False
    bucket: Bucket = field(default_factory=lambda: Bucket(RATE_HZ, BURST))
    greets: Bucket = field(default_factory=lambda: Bucket(GREETS_HZ, 1))

    def letter(self, body: wire.ToSite, deadline_ns: int = 0) -> Send:
        """Write to it, with the next number of its epoch."""
        self.number_out += 1
        letter = wire.LetterToSite(
            epoch=self.epoch, number=self.number_out, deadline_ns=deadline_ns, body=body
        )
        return Send(wire.encode(letter), self.route)
