"""What peers send, passed on as it comes to screens of this room that show one of them."""

from collections.abc import Callable, Iterator
from typing import Final

from classroom_media.live.fan_out import FanOut
from classroom_media.live.relay.rungs import rungs_of
from classroom_media.live.rtp import numbering
from classroom_media.live.rungs import Rung
from classroom_media.packets import Coded
from classroom_media.workers.specs import LiveSize

SOUND: Final = "-sound"
HEIGHT: Final = 720  # at most
BITRATE_KBPS: Final = 2500  # so much passes from one end of a machine to the other in any case


class Passing:
    """A fan-out for each peer that is shown: one size, the one in which it comes."""

    rungs: tuple[Rung, ...] = rungs_of(
        (LiveSize(stream="", height=HEIGHT, bitrate_kbps=BITRATE_KBPS),)
    )

    def __init__(self, keyframe: Callable[[str], None]) -> None:
        """`keyframe` asks a peer for one."""
        self._keyframe = keyframe
        self._fan_outs: dict[str, FanOut] = {}

    def of(self, shown: str) -> FanOut:
        """Give what sends a peer's picture and sound on."""
        if shown not in self._fan_outs:
            self._fan_outs[shown] = FanOut(1, numbering.SOUND)
        return self._fan_outs[shown]

    def take(self, packet: Coded, now_ns: int) -> Iterator[tuple[str, list[bytes]]]:
        """Take what has come from a peer; give names and packets."""
        if fan_out := self._fan_outs.get(packet.stream):
            yield from fan_out.picture(0, packet, now_ns)
        elif fan_out := self._fan_outs.get(packet.stream.removesuffix(SOUND)):
            yield from fan_out.sound(packet, now_ns)

    def tick(self, now_ns: int) -> Iterator[tuple[str, list[bytes]]]:
        """Give what had to wait until now."""
        for shown, fan_out in self._fan_outs.items():
            yield from fan_out.tick(now_ns)
            if fan_out.keyframes(now_ns):
                self._keyframe(shown)
