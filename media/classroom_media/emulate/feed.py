"""Hands the packets of one camera, made on any thread, to whoever listens on the event loop."""

import asyncio
from collections.abc import Callable

from classroom_media.api import Kind, StreamFormat
from classroom_media.packets import Coded
from classroom_media.sources.annexb import PPS, SPS, kind_of, units

Listener = Callable[[Coded], None]


class Feed:
    """What one camera sends; `publish` may be called from any thread, the rest on the loop."""

    def __init__(self, kinds: tuple[Kind, ...]) -> None:
        self.kinds = kinds
        self.formats: dict[Kind, StreamFormat] = {}
        self.parameter_sets: tuple[bytes, ...] = ()  # SPS and PPS of the last keyframe
        self._loop = asyncio.get_running_loop()
        self._listeners: set[Listener] = set()
        self._ready = asyncio.Event()
        self.wants_key: Callable[[], None] = lambda: None  # asks the camera for a keyframe

    def publish(self, packet: Coded) -> None:
        """Pass a packet on; after the loop has ended, to nobody."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._spread, packet)

    async def ready(self) -> None:
        """Wait until every stream has said how it is coded."""
        await self._ready.wait()

    def listen(self, listener: Listener) -> None:
        """Call `listener` with every packet from now on; a keyframe comes soon."""
        self._listeners.add(listener)
        self.wants_key()

    def leave(self, listener: Listener) -> None:
        """Stop calling `listener`."""
        self._listeners.discard(listener)

    def _spread(self, packet: Coded) -> None:
        if packet.format is not None:
            self.formats[packet.format.kind] = packet.format
            if packet.format.kind is Kind.PICTURE:
                sets = (unit for unit in units(packet.data) if kind_of(unit) in {SPS, PPS})
                self.parameter_sets = tuple(sets)
            if all(kind in self.formats for kind in self.kinds):
                self._ready.set()
        for listener in tuple(self._listeners):
            listener(packet)
