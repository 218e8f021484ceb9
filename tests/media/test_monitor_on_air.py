"""A camera that freezes is noticed, on the air and off, while the programme goes on."""

from collections.abc import Sequence

import msgspec

from classroom_media.api import NS, Layout
from classroom_media.compose.pictures import Picture
from classroom_media.compose.programme import Programme
from classroom_media.direct.signs import Role
from classroom_media.monitor.condition import Conditions, Fault
from classroom_media.monitor.eyes import Eyes
from classroom_media.packets import Coded, small_of

from .numbered import START_NS, Recorded, camera, is_regular, play, spec

FREEZES_S = 3.0
SOURCES = ("a", "b", "c", "well")  # "a" is on the air, "c" has a small stream
SMALL = (80, 46)


class Watched(Recorded):
    """A programme with eyes, on a clock made of numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.now_ns = START_NS
        self.conditions = Conditions(dict.fromkeys(SOURCES, Role.TEACHER))
        self.eyes = Eyes(SOURCES, [self.conditions.see], clock=lambda: self.now_ns)
        self.programme = Programme(spec(Layout("single", ("a",)), pictures=SOURCES), self)
        self.found: dict[str, float] = {}  # by source: when it was first told to be frozen

    def decoded(self, stream: str, picture: Picture) -> None:
        self.eyes.hand(stream, picture)

    def feed(self, packet: Coded, now_ns: int) -> None:
        self.now_ns = now_ns
        self.programme.feed(packet, now_ns)
        self.eyes.feed(packet, now_ns)

    def advance(self, now_ns: int) -> bool:
        return self.programme.advance(now_ns)

    def look(self) -> None:
        self.eyes.look()
        for source in SOURCES:
            if self.conditions.fault(source, self.now_ns) is Fault.FROZEN:
                self.found.setdefault(source, (self.now_ns - START_NS) / NS)


def frozen(packets: Sequence[Coded]) -> list[Coded]:
    """Send the picture of one keyframe for ever, keyframe for keyframe."""
    from_ns = START_NS + FREEZES_S * NS
    still = next(packet for packet in packets if packet.key and packet.pts_ns >= from_ns)
    return [
        msgspec.structs.replace(packet, data=still.data, key=True, format=still.format)
        if packet.pts_ns >= still.pts_ns
        else packet
        for packet in packets
    ]


def test_a_camera_that_freezes_is_noticed_on_the_air_and_off() -> None:
    room = Watched()
    films = [frozen(camera(source, seconds=9)) for source in "abc"]
    films += [frozen(camera(small_of("c"), seconds=9, size=SMALL)), camera("well", seconds=9)]
    packets = [packet for film in films for packet in film]
    looks = {n / 5: room.look for n in range(45)}
    play(room, packets, until_s=8.8, at=looks)  # type: ignore[arg-type]
    assert room.found.keys() == {"a", "b", "c"}
    assert all(4 <= at_s - FREEZES_S <= 5.5 for at_s in room.found.values())
    assert is_regular(room.pictures)
