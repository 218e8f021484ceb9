"""Modbus units: relays, dimmers, curtains, sensors and meters, on a bus or behind a network.

    serial:///dev/ttyUSB0?baud=9600       RTU on RS-485; units on one port share it
    tcp://10.0.0.7                        Modbus TCP, port 502
    tcp://10.0.0.7:4196?framing=rtu       RTU frames over TCP, as serial servers and many relay
                                          boards speak it

What a unit has is said by its `model`, or by the options as in `modbus_points` and
`modbus_covers`. Nothing else of it is ever read or written.

Checked on: emulator only.
Source: as named in codecs.modbus and modbus_models.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from types import MappingProxyType
from typing import ClassVar, TypeVar

from classroom_drivers.api import (
    LinkError,
    RefusedError,
    ReplyTimeoutError,
    Transport,
    UnsupportedError,
    ValueSource,
)
from classroom_drivers.codecs import modbus
from classroom_drivers.codecs.modbus import Frame, RtuCodec, TcpCodec
from classroom_drivers.devices.about import About
from classroom_drivers.devices.line_device import LineDevice
from classroom_drivers.devices.modbus_covers import Cover, covers
from classroom_drivers.devices.modbus_models import QUIRKS
from classroom_drivers.devices.modbus_points import (
    Block,
    Place,
    blocks,
    contacts,
    faders,
    measures,
)
from classroom_drivers.links.exchange import Codec, Exchange, Priority

REPLY_S, NETWORK_REPLY_S = 0.3, 1.5  # a gateway waits for its own units first
MOVING_POLL_S = 0.5
WRITTEN_LENGTH = 4  # bytes of data in the answer to a write
FRAMINGS: Mapping[str, Callable[[], Codec[Frame]]] = MappingProxyType(
    {"rtu": RtuCodec, "tcp": TcpCodec}
)
ABSENT = {modbus.NO_PATH, modbus.NO_TARGET}  # a gateway's word for silence
OBJECTS = {0: "maker", 1: "model", 2: "firmware"}
PointT = TypeVar("PointT")


class ModbusUnit(LineDevice[Frame]):
    """One unit. Several on one bus or behind one gateway take turns.

    Options: `unit`, 1 to 247; `framing`, "rtu" or "tcp"; `relays`, `levels`, `sensors`, `covers`;
    `version`, where its firmware's version stands; `identity`, whether it tells who it is
    (function 2B); `reply_s`, the longest wait for an answer; `gap_s`, the quiet that it wants
    after each.
    """

    ABOUT = About(
        title="Modbus units: relays, dimmers, curtains, sensors, meters (RTU, RTU over TCP, TCP)",
        reached_by=("serial:///dev/ttyUSB0?baud=9600", "tcp://host", "tcp://host:port?framing=rtu"),
        sources=(
            "Modbus Organization, MODBUS Application Protocol Specification V1.1b3",
            "Modbus Organization, MODBUS over Serial Line V1.02, section 2.5",
            "Modbus Organization, MODBUS Messaging on TCP/IP Implementation Guide V1.0b",
        ),
        quirks=QUIRKS,
    )
    SHARING: ClassVar[str] = "bus"
    UNIT: ClassVar[str] = "unit"
    PORTS: ClassVar[Mapping[str, int]] = MappingProxyType({"tcp": 502})

    def __init__(
        self,
        transport: Transport,
        *,
        unit: int = 1,
        framing: str = "",
        relays: str = "",
        levels: str = "",
        sensors: str = "",
        covers: str = "",
        version: str = "",
        identity: bool = False,
        reply_s: float = 0.0,
        gap_s: float = 0.0,
    ) -> None:
        framing = framing or ("rtu" if transport.byte_s else "tcp")
        if framing not in FRAMINGS:
            raise UnsupportedError(f"no framing {framing!r}; there are {', '.join(FRAMINGS)}")
        if not 1 <= unit <= modbus.UNIT_MAX:
            raise UnsupportedError(f"unit {unit} is not within 1 and {modbus.UNIT_MAX}")
        super().__init__(transport, FRAMINGS[framing])
        self._unit = unit
        self._byte_s = transport.byte_s
        self._reply_s = reply_s or (REPLY_S if transport.byte_s else NETWORK_REPLY_S)
        self._gap_s = gap_s
        self._relays = contacts(relays)
        self._faders = faders(levels)
        self._measures = measures(sensors)
        self._covers = self._make_covers(covers)
        self._version = measures(f"version={version}" if version else "")
        self._tells_identity = identity
        self._identified = False
        self._orders = 0  # so much was written: what was asked before says nothing about after
        self._blocks = blocks(self._places())
        signs = self._blocks or tuple(Block(cover.sign, 1) for cover in self._covers)
        if not signs:
            raise UnsupportedError("say what it has: model, relays, levels, sensors or covers")
        self._sign = signs[0]
        self._usual_poll_s = self.poll_s
        self.choices["sensor"] = tuple(measure.name for measure in self._measures)
        self.choices["cover"] = self._covers[0].can if self._covers else ()
        self.choices = {name: offered for name, offered in self.choices.items() if offered}

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What it can do, by what it has."""
        has = {
            "relay": self._relays,
            "level": self._faders,
            "sensor": self._measures,
            "cover": self._covers,
            "identity": self._version or self._tells_identity,
        }
        return tuple(name for name in super().capabilities if has[name])

    # what everybody may ask

    async def set_relay(self, *, on: bool, channel: int = 1) -> None:
        """Close (True) or open a contact; channels count from 1."""
        contact = _channel(self._relays, channel, "relay")
        await self._write(contact.set(self._unit, on=on), kind=f"relay {channel}")
        self.assume(f"relay-{channel}", on, ask=False)

    async def set_level(self, *, percent: float, channel: int = 1) -> None:
        """Set a channel, 0 to 100."""
        fader = _channel(self._faders, channel, "level")
        _check_percent(percent)
        await self._write(fader.set(self._unit, percent), kind=f"level {channel}")
        self.assume(f"level-{channel}", round(percent, 1), ask=False)

    async def open_cover(self, *, channel: int = 1) -> None:
        """Let light in; a projection screen goes up."""
        await _channel(self._covers, channel, "cover").go(opening=True)

    async def close_cover(self, *, channel: int = 1) -> None:
        """Keep light out; a projection screen comes down."""
        await _channel(self._covers, channel, "cover").go(opening=False)

    async def stop_cover(self, *, channel: int = 1) -> None:
        """Stay where it is; overtakes what waits."""
        await _channel(self._covers, channel, "cover").stop()

    async def set_cover(self, *, percent: float, channel: int = 1) -> None:
        """Go to 0 (closed) to 100 (open)."""
        cover = _channel(self._covers, channel, "cover")
        _check_percent(percent)
        await cover.go_to(percent)

    async def read_sensors(self) -> None:
        """Ask now; it is asked by itself from time to time."""
        await self._read_all(Priority.COMMAND)

    async def identify(self) -> None:
        """Ask again who it is; it is asked by itself at every connection."""
        if self._tells_identity:
            frame = await self._ask("identity?", modbus.identify(self._unit), 64)
            for number, text in modbus.objects(frame.data).items():
                if number in OBJECTS and text:
                    self.note(OBJECTS[number], text)
        for measure in self._version:
            raw = await self._read(Block(measure.place, len(measure.places)), Priority.COMMAND)
            if (value := measure.value(raw)) is not None:
                self.note("firmware", str(value))

    # what the line and the poll want

    async def begin(self) -> None:
        """A new link may lead to another unit."""
        self._identified = False

    async def probe(self) -> None:
        """Read what is read first; a refusal is a sign of life, too."""
        try:
            await self._read(self._sign, Priority.SETUP)
        except RefusedError:
            return

    async def poll(self) -> None:
        """Ask for everything that it has."""
        try:
            await self._read_all(Priority.POLL)
            if not self._identified and "identity" in self.capabilities:
                self._identified = True  # once; a refusal would only be repeated
                await self.identify()
        except LinkError:
            self.line.doubt()  # a gateway may answer for a unit that does not
            raise

    async def tend(self) -> None:
        """Do what covers want done in time."""
        async with asyncio.TaskGroup() as tasks:
            for cover in self._covers:
                tasks.create_task(cover.tend())

    def unasked(self, reply: Frame) -> None:
        """Take what others were told; our own unit's word means that it is back."""
        if reply.unit == self._unit:
            self.line.wake()

    # how it is done

    def _make_covers(self, text: str) -> tuple[Cover, ...]:
        return tuple(
            plan.cover(
                self._unit,
                partial(self._write, kind=f"cover {number}"),
                partial(self._tell_cover, number),
            )
            for number, plan in enumerate(covers(text), start=1)
        )

    def _places(self) -> Iterable[Place]:
        yield from (relay.place for relay in self._relays)
        yield from (fader.place for fader in self._faders)
        for measure in self._measures:
            yield from measure.places
        for cover in self._covers:
            yield from cover.places

    async def _read_all(self, priority: Priority) -> None:
        """Read every block, whether or not others were refused; the first refusal is told."""
        orders, refusal, raw = self._orders, None, dict[Place, int]()
        for block in self._blocks:
            try:
                raw |= await self._read(block, priority)
            except RefusedError as error:
                refusal = refusal or error
        if orders == self._orders:
            self._learn(raw)
        else:
            self.poll_soon()
        if refusal:
            raise refusal

    def _learn(self, raw: Mapping[Place, int]) -> None:
        for number, relay in enumerate(self._relays, start=1):
            if relay.place in raw:
                self.note(f"relay-{number}", relay.is_on(raw))
        for number, fader in enumerate(self._faders, start=1):
            if fader.place in raw:
                self.note(f"level-{number}", fader.percent(raw))
        for measure in self._measures:
            if raw.keys() >= set(measure.places) and (value := measure.value(raw)) is not None:
                self.note(measure.name, value)
        for cover in self._covers:
            if raw.keys() >= set(cover.places):
                cover.learn(raw)
        moving = any(cover.moving for cover in self._covers)
        self.poll_s = MOVING_POLL_S if moving else self._usual_poll_s

    def _tell_cover(self, number: int, state: str, percent: float | None) -> None:
        source = ValueSource.ASSUMED if percent is None else ValueSource.POLLED
        self.note(f"cover-{number}", state, source)
        if percent is not None:
            self.note(f"cover-percent-{number}", percent)

    async def _read(self, block: Block, priority: Priority) -> dict[Place, int]:
        count = block.answer_length
        frame = await self._ask(
            f"{block.first} +{block.count}?",
            block.ask(self._unit),
            count,
            priority=priority,
            resend=0 if priority is Priority.SETUP else 1,
        )
        return block.read(frame.data)

    async def _write(
        self,
        frame: Frame,
        *,
        priority: Priority = Priority.COMMAND,
        gap_s: float = 0.0,
        kind: str = "",
    ) -> None:
        """Write, and wait until the unit has said that it did."""
        self._orders += 1
        name = kind or f"function {frame.function:02X}"
        await self._ask(
            name, frame, WRITTEN_LENGTH, priority=priority, resend=1, kind=kind, gap_s=gap_s
        )
        self._orders += 1
        self.poll_soon()

    async def _ask(
        self,
        name: str,
        asked: Frame,
        answer_length: int,
        *,
        priority: Priority = Priority.COMMAND,
        resend: int = 0,
        kind: str = "",
        gap_s: float = 0.0,
    ) -> Frame:
        def answer(heard: Frame) -> Frame | None:
            if (heard.unit, heard.function) != (asked.unit, asked.function):
                return None
            if heard.refusal:
                raise _refusal(name, heard.refusal)
            return heard if _answers(asked, heard, answer_length) else None

        exchange = Exchange[Frame, Frame](
            name=name,
            data=modbus.encode(asked),
            answer=answer,
            timeout_s=self._reply_s + (answer_length + 4) * self._byte_s,
            resend=resend,
            priority=priority,
            kind=kind,
            gap_s=max(self._gap_s, gap_s),
        )
        return await self.line.ask(exchange)


def _answers(asked: Frame, heard: Frame, length: int) -> bool:
    """Tell an answer by what it repeats, or by its length; some boards give more bits than that."""
    if asked.function in modbus.WRITES:
        return heard.data[:2] == asked.data[:2]
    if asked.function in modbus.READS_BITS:
        return len(heard.data) >= length
    return len(heard.data) == length or asked.function == modbus.IDENTIFY


def _refusal(name: str, code: int) -> RefusedError | ReplyTimeoutError:
    text = f"{name}: {modbus.REFUSALS.get(code, f'exception {code:02X}')}"
    return ReplyTimeoutError(text) if code in ABSENT else RefusedError(text)


def _channel(there: tuple[PointT, ...], channel: int, what: str) -> PointT:
    if not 1 <= channel <= len(there):
        raise UnsupportedError(f"no {what} {channel}; there are {len(there)}")
    return there[channel - 1]


def _check_percent(percent: float) -> None:
    if not 0 <= percent <= 100:
        raise UnsupportedError(f"percent: {percent} is not within 0 and 100")
