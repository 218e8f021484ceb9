"""The seat: a source of the room for whoever has none of its own, one peer after the other."""

from collections.abc import Mapping
from typing import Final

import msgspec

from classroom_media.messages import SEAT
from classroom_media.packets import Coded

SOUND: Final = "-sound"


class Seat:
    """Who sits there; `remotes` are the room's sources by peer, the seat's by `SEAT`."""

    def __init__(self, remotes: Mapping[str, str]) -> None:
        self._remotes = remotes
        self.peer = ""  # "" = nobody
        self._has_begun = False  # with a keyframe

    def give_to(self, peer: str) -> bool:
        """Let a peer sit there, or nobody (""); tell whether that is somebody new."""
        if peer == self.peer:
            return False
        self.peer, self._has_begun = peer, False
        return bool(peer)

    @property
    def remotes(self) -> dict[str, str]:
        """The room's sources by peer, as they are now."""
        source = self._remotes.get(SEAT)
        return {**self._remotes, self.peer: source} if self.peer and source else {**self._remotes}

    def named(self, packet: Coded) -> Coded:
        """Give a packet under the name by which the room knows it: its own until a keyframe."""
        if not self.peer or packet.stream.removesuffix(SOUND) != self.peer:
            return packet
        if packet.stream == self.peer:
            self._has_begun = self._has_begun or packet.key
            if not self._has_begun:
                return packet
        kind = packet.stream.removeprefix(self.peer)
        return msgspec.structs.replace(packet, stream=f"{SEAT}{kind}")
