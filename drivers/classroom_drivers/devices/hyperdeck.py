"""Blackmagic HyperDeck recorders: record, stop, play, and how much room is left.

Checked on: emulator only.
Source: Blackmagic Design, HyperDeck Ethernet Protocol.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from classroom_drivers.api import (
    AuthenticationError,
    RefusedError,
    Transport,
    UnsupportedError,
    ValueSource,
)
from classroom_drivers.codecs import hyperdeck
from classroom_drivers.codecs.hyperdeck import REFUSALS, Reply, ReplyDecoder, encode
from classroom_drivers.codecs.plain import PlainCodec
from classroom_drivers.devices.about import About
from classroom_drivers.devices.line_device import LineDevice
from classroom_drivers.links.exchange import Exchange, Priority

REPLY_S = 2.0
GREETING_S = 1.5
HEALTH_S = 10.0
SLOTS_MAX = 8
KEYS: Mapping[str, bytes] = MappingProxyType(
    {
        "record": encode("record"),
        "stop": encode("stop"),
        "play": encode("play"),
        "loop": encode("play", loop=True),
        "next": encode("goto", clip_id="+1"),
        "previous": encode("goto", clip_id="-1"),
        "first": encode("goto", clip_id="start"),
    }
)
IDENTITY = {
    "model": "model",
    "name": "name",
    "software version": "firmware",
    "unique id": "serial-number",
}


class HyperDeck(LineDevice[Reply]):
    """A recorder. Its keys are record, stop, play, loop, next, previous, first and its slots.

    Values besides: `transport` ("stopped", "record", "play"...), `slot` (the one in use),
    `recording-left-s` (on that slot). Options: `slots` is how many it has; `least_minutes` is the
    room below which its health is not ok.
    """

    ABOUT = About(
        title="Blackmagic HyperDeck recorders",
        reached_by=("tcp://host",),
        sources=("Blackmagic Design, HyperDeck Ethernet Protocol (Developer Information)",),
    )
    PORTS: ClassVar[Mapping[str, int]] = MappingProxyType({"tcp": 9993})

    def __init__(
        self, transport: Transport, *, slots: int = 2, least_minutes: float = 30.0
    ) -> None:
        super().__init__(transport, lambda: PlainCodec(ReplyDecoder().feed))
        if not 1 <= slots <= SLOTS_MAX:
            raise UnsupportedError(f"slots={slots} is not between 1 and {SLOTS_MAX}")
        self._slots: dict[int, dict[str, str]] = {}
        self._remote = True
        self._least_s = least_minutes * 60
        self._count = slots
        self._keys = dict(KEYS)
        for number in range(1, slots + 1):
            self._keys[f"slot-{number}"] = encode("slot select", slot_id=number)
        self._health_due_s = 0.0
        self._identified = False
        self.choices["key"] = tuple(self._keys)

    async def press_key(self, *, name: str) -> None:
        """Do what a key of the recorder does."""
        if name not in self._keys:
            raise UnsupportedError(f"no key {name!r}; there are {', '.join(self._keys)}")
        wanted = (hyperdeck.OK, hyperdeck.LOCKED_OUT)
        reply = await self._ask(name, self._keys[name], wanted, once=True)
        if reply.code == hyperdeck.LOCKED_OUT:  # somebody pressed the button REM: take it back
            await self._ask("remote", encode("remote", enable=True), (hyperdeck.OK,))
            await self._ask(name, self._keys[name], (hyperdeck.OK,), once=True)
        self.poll_soon()

    async def identify(self) -> None:
        """Ask for model, name, firmware and serial number again."""
        reply = await self._ask("device info", encode("device info"), (hyperdeck.DEVICE,))
        self._take(reply, ValueSource.POLLED)

    async def check_health(self) -> None:
        """Ask how much room there is, and whether there are disks."""
        for number in range(1, self._count + 1):
            data = encode("slot info", slot_id=number)
            try:
                reply = await self._ask(f"slot {number}?", data, (hyperdeck.SLOT,), Priority.POLL)
            except RefusedError:
                continue  # it has no such slot
            self._take(reply, ValueSource.POLLED)

    async def begin(self) -> None:
        """Wait for the greeting, then ask to be told what changes."""
        self._identified, self._health_due_s = False, 0.0
        greeting = await self._ask("greeting", b"", (hyperdeck.GREETING,), Priority.SETUP)
        self._take(greeting, ValueSource.PUSHED)
        told = encode("notify", transport=True, slot=True, remote=True)
        await self._ask("notify", told, (hyperdeck.OK, hyperdeck.NOTIFY), Priority.SETUP)

    async def probe(self) -> None:
        """Ask whether it may be controlled: short, and answered by all."""
        await self._ask_remote(Priority.SETUP)

    async def poll(self) -> None:
        """Ask what it does; now and then how much room there is."""
        await self._ask_remote(Priority.POLL)
        data = encode("transport info")
        reply = await self._ask("transport info", data, (hyperdeck.TRANSPORT,), Priority.POLL)
        self._take(reply, ValueSource.POLLED)
        if not self._identified:
            self._identified = True  # one that does not answer this is asked once
            await self.identify()
        if self.now_s() >= self._health_due_s:
            self._health_due_s = self.now_s() + HEALTH_S
            await self.check_health()

    def unasked(self, reply: Reply) -> None:
        """Take its news."""
        if reply.code > hyperdeck.GREETING:
            self._take(reply, ValueSource.PUSHED)

    async def _ask_remote(self, priority: Priority) -> None:
        reply = await self._ask("remote?", encode("remote"), (hyperdeck.REMOTE,), priority)
        self._take(reply, ValueSource.POLLED)

    def _take(self, reply: Reply, source: ValueSource) -> None:
        told = reply.named()
        match reply.code % 300:
            case hyperdeck.TRANSPORT:
                self._take_transport(told, source)
            case hyperdeck.SLOT if told.get("slot id", "").isdecimal():
                self._slots[int(told["slot id"])] = told
                self._note_room(source)
            case hyperdeck.REMOTE:
                self._remote = told.get("enabled") == "true"
            case hyperdeck.DEVICE | hyperdeck.OK:  # the second is the greeting
                self.note("maker", "Blackmagic Design", source)
                for word, name in IDENTITY.items():
                    if told.get(word):
                        self.note(name, told[word], source)

    def _take_transport(self, told: Mapping[str, str], source: ValueSource) -> None:
        if told.get("status"):
            self.note("transport", told["status"], source)
        if told.get("slot id", "").isdecimal():
            self.note("slot", int(told["slot id"]), source)
            self._note_room(source)

    def _note_room(self, source: ValueSource) -> None:
        left_s = {
            number: int(slot["recording time"])
            for number, slot in self._slots.items()
            if slot.get("status") == "mounted" and slot.get("recording time", "").isdecimal()
        }
        chosen = int(self.known("slot") or min(left_s, default=0))
        if chosen in left_s:
            self.note("recording-left-s", left_s[chosen], source)
        else:
            self.forget("recording-left-s")
        faults = [
            f"slot {number}: {slot['status']}"
            for number, slot in sorted(self._slots.items())
            if slot.get("status") in {"error", "mounting"} or slot.get("blocked") == "true"
        ]
        if not self._remote:
            faults.append(REFUSALS[hyperdeck.LOCKED_OUT])
        if not left_s:
            faults.append("no disk")
        elif max(left_s.values()) < self._least_s:
            faults.append(f"{max(left_s.values()) // 60} min of recording left")
        self.note("health", ", ".join(faults) or "ok", source)

    async def _ask(
        self,
        name: str,
        data: bytes,
        codes: tuple[int, ...],
        priority: Priority = Priority.COMMAND,
        *,
        once: bool = False,
    ) -> Reply:
        def answer(heard: Reply) -> Reply | None:
            if heard.code in codes and _whole(heard):
                return heard
            if heard.code in hyperdeck.NO_ENTRY:
                raise AuthenticationError(f"{name}: {REFUSALS[heard.code]}")
            if heard.code < hyperdeck.OK:
                said = REFUSALS.get(heard.code, heard.title)
                raise RefusedError(f"{name}: {said} ({heard.code})")
            return None

        exchange = Exchange[Reply, Reply](
            name=name,
            data=data,
            answer=answer,
            timeout_s=REPLY_S if data else GREETING_S,
            priority=priority,
            once=once,
        )
        return await self.line.ask(exchange)


def _whole(reply: Reply) -> bool:
    """Say whether a reply has what it must have; only the one that proves life is looked at."""
    words = reply.named()
    if reply.code != hyperdeck.REMOTE:
        return True
    return {words.get("enabled"), words.get("override")} <= {"true", "false"}
