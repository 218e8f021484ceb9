"""PTZ cameras and domes that speak Pelco-D or Pelco-P, over RS-485 or a serial device server.

    serial:///dev/ttyUSB0?baud=2400     several of them may share the line
    tcp://10.0.0.7:4001                 a serial device server, or the camera itself
    udp://10.0.0.7:6000                 the same

Nearly all of them are mute: what they do is assumed, and a stop is said three times. One that
tells where it points (option `answers`) is asked; otherwise its loss cannot be seen.

Checked on: emulator only.
Source: as named in codecs.pelco; that an angle is in hundredths of a degree and tilt counts
downwards: PyPTZController 0.1.2, ptz_controller.py, where it is said to be tried.
"""

from types import MappingProxyType
from typing import ClassVar

from classroom_drivers.actions import capabilities_of
from classroom_drivers.api import DEAD_MAN_S, Transport, UnsupportedError
from classroom_drivers.codecs import pelco
from classroom_drivers.codecs.pelco import DIALECTS, FrameDecoder, Message
from classroom_drivers.codecs.plain import PlainCodec
from classroom_drivers.companions import companions
from classroom_drivers.devices.about import About, Quirk
from classroom_drivers.devices.dead_man import DeadMan
from classroom_drivers.devices.line_device import POLL_S, LineDevice
from classroom_drivers.devices.ranges import check_drive, check_range, numbers_in
from classroom_drivers.links.exchange import Exchange, Priority

REPLY_S = 0.5
STOP_TIMES, STOP_GAP_S = 3, 0.1
NUDGE_S = 0.2  # how long a key of the lens is held
DRIVE_LATE_S = 1.0
MOVING_POLL_S = 0.5
ADDRESSES = MappingProxyType({"d": 255, "p": 32})
TURN = 36000  # hundredths of a degree
SWITCHES = MappingProxyType(
    {"autofocus": (pelco.AUTOFOCUS, 1), "manual-focus": (pelco.AUTOFOCUS, 2)}
)
TRACKING = MappingProxyType({"aver": (0x65, 0x67)})


class PelcoCamera(LineDevice[Message]):
    """A camera that is told where to go, and believed to do it.

    Options: `protocol`, "d" or "p"; `address`, counted from 1 (P sends one less); `answers`,
    whether it tells where it points; `presets`, "1-32,35-94" (33, 34 and 95 often are functions of
    the camera); `speed_max`, its fastest step; `tracking`, "aver".
    """

    ABOUT = About(
        title="PTZ cameras and domes with Pelco-D or Pelco-P",
        reached_by=("serial:///dev/ttyUSB0?baud=2400", "tcp://host:port", "udp://host:port"),
        sources=(
            "Pelco, D Protocol Manual TF-0002, version 2 revision 1",
            "Oxic, XPM9A261A manual, p59 (D)",
            "Dante, DLM1971 manual, p24 (P)",
            "AVIPAS, AV-1281G User's Manual, p45 (D, questions)",
            "Glow Stream, GS300-12X-NDI manual, p72 (P, questions)",
        ),
        quirks=(
            Quirk(
                model="aver-md330u",
                why="Pelco-P; speeds to 17 (hex); follows people",
                source="AVer, MD330U manual, p49",
                options=MappingProxyType(
                    {"protocol": "p", "speed_max": 0x17, "tracking": "aver", "presets": "1-255"}
                ),
            ),
        ),
    )
    SHARING: ClassVar[str] = "bus"
    BAUD: ClassVar[int] = 2400

    def __init__(
        self,
        transport: Transport,
        *,
        protocol: str = "d",
        address: int = 1,
        answers: bool = False,
        presets: str = "1-32,35-94,97-255",
        speed_max: int = pelco.SPEED_MAX,
        tracking: str = "",
    ) -> None:
        if protocol not in DIALECTS:
            raise UnsupportedError(f"no protocol {protocol!r}; there are {', '.join(DIALECTS)}")
        if tracking and tracking not in TRACKING:
            raise UnsupportedError(f"no tracking {tracking!r}; there are {', '.join(TRACKING)}")
        check_range("address", address, 1, ADDRESSES[protocol])
        check_range("speed_max", speed_max, 1, 0xFF)
        dialect = DIALECTS[protocol]
        super().__init__(transport, lambda: PlainCodec(FrameDecoder(dialect).feed))
        self._dialect = dialect
        self._address = address
        self._answers = answers
        self._presets = numbers_in("presets", presets)
        self._speed_max = speed_max
        self._tracking = TRACKING.get(tracking)
        self._dead_man = DeadMan()
        self._driven = False
        self._movement = 0  # counts stops and movements: what is older must not go on
        self._new_link = False
        self.choices["ptz"] = ("drive",)
        self.choices["key"] = (*dialect.lens, *SWITCHES)

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What it can do; few models follow people."""
        absent = set() if self._tracking else {"tracking"}
        return tuple(name for name in capabilities_of(type(self)) if name not in absent)

    # what everybody may ask

    async def drive(
        self, *, pan: float = 0.0, tilt: float = 0.0, zoom: float = 0.0, for_s: float = DEAD_MAN_S
    ) -> None:
        """Move at -1 to 1 of full speed until stopped; zoom has one speed only."""
        check_drive(pan, tilt, zoom, for_s)
        if not (pan or tilt or zoom):
            await self.stop()
            return
        self._begin_movement(for_s)
        way = (zoom > 0) - (zoom < 0)
        await self._move("drive", self._drive(self._step(pan), self._step(tilt), way))

    async def stop(self) -> None:
        """Stop; overtakes everything that waits. Said three times, for nothing confirms it."""
        self._movement += 1
        await self._halt(Priority.STOP)

    async def move_to(
        self, *, pan_deg: float, tilt_deg: float, zoom: float | None = None, speed: float = 1.0
    ) -> None:
        """Not possible: it has no places but its presets."""
        raise UnsupportedError("this camera goes to presets only")

    async def move_by(self, *, pan_deg: float, tilt_deg: float, speed: float = 1.0) -> None:
        """Not possible: it has no places but its presets."""
        raise UnsupportedError("this camera goes to presets only")

    async def home(self) -> None:
        """Not possible: it has no places but its presets."""
        raise UnsupportedError("this camera goes to presets only")

    async def recall_preset(self, *, number: int) -> None:
        """Go to a remembered place; when it arrives is not told."""
        self._check_preset(number)
        self._movement += 1
        await self._move("recall", pelco.extended(self._address, pelco.RECALL, number))
        self._stand()
        self.assume("preset", number, ask=False)

    async def store_preset(self, *, number: int) -> None:
        """Remember the present place under a number."""
        self._check_preset(number)
        await self._send("store", pelco.extended(self._address, pelco.STORE, number))
        self.assume("preset", number, ask=False)

    async def press_key(self, *, name: str) -> None:
        """Turn focus or iris a little, or switch autofocus, by the name among the choices."""
        if name in SWITCHES:
            code, value = SWITCHES[name]
            await self._send(name, pelco.extended(self._address, code, value))
        elif name in self._dialect.lens:
            self._begin_movement(DEAD_MAN_S)
            pressed = Message(self._address, *self._dialect.lens[name])
            await self._move(name, pressed, gap_s=NUDGE_S)
            await self._halt(Priority.COMMAND)
        else:
            raise UnsupportedError(f"no key {name!r}; there are {', '.join(self.choices['key'])}")

    async def set_tracking(self, *, on: bool) -> None:
        """Let it follow (True) or stay (False)."""
        if not self._tracking:
            raise UnsupportedError("this model follows nobody, as far as is known")
        code = self._tracking[0 if on else 1]
        await self._send("tracking", pelco.extended(self._address, code))
        self.assume("tracking", on, ask=False)

    # what the line and the camera bring

    async def begin(self) -> None:
        """Remember that this link is new: a movement may be going on."""
        self._new_link = True
        self.forget("preset", "tracking")

    async def probe(self) -> None:
        """Ask where it points, if it tells; and stop what a lost link left moving."""
        if self._answers:
            await self._ask("pan", pelco.ASK_PAN, Priority.SETUP)
        if self._new_link and self._driven:
            self._movement += 1
            for _ in range(STOP_TIMES):
                await self._send("stop", self._drive(0, 0, 0), Priority.SETUP, gap_s=STOP_GAP_S)
            self._stand()
        self._new_link = False

    async def poll(self) -> None:
        """Ask where it points, if it tells."""
        if not self._answers:
            return
        pan = await self._ask("pan", pelco.ASK_PAN)
        tilt = await self._ask("tilt", pelco.ASK_TILT)
        zoom = await self._ask("zoom", pelco.ASK_ZOOM)
        place = {"pan-deg": _degrees(pan), "tilt-deg": -_degrees(tilt), "zoom": zoom / 0xFFFF}
        before = {name: self.known(name) for name in place}
        for name, value in place.items():
            self.note(name, round(value, 4))
        moved = before != {name: self.known(name) for name in place}
        moving = self._driven or (moved and None not in before.values())
        self.note("moving", moving)
        self.poll_s = MOVING_POLL_S if moving else POLL_S

    async def tend(self) -> None:
        """Stop what nobody refreshes."""
        async with companions() as start:
            start(super().tend())
            await self._dead_man.run(self.stop)

    # how it is done

    def _check_preset(self, number: int) -> None:
        if number not in self._presets:
            raise UnsupportedError(f"number: there is no preset {number}")

    def _step(self, share: float) -> int:
        step = max(round(abs(share) * self._speed_max), 1) if share else 0
        return step if share > 0 else -step

    def _drive(self, pan: int, tilt: int, zoom: int) -> Message:
        return pelco.drive(self._address, pan, tilt, zoom)

    def _begin_movement(self, for_s: float) -> None:
        self._movement += 1
        self._dead_man.hold(for_s)
        self._driven = True
        self.forget("preset")
        self.assume("moving", value=True, ask=False)
        self.poll_s = MOVING_POLL_S

    def _stand(self) -> None:
        """Know that nothing moves any more that has no end of its own."""
        self._driven = False
        self._dead_man.release()
        self.assume("moving", value=False)

    async def _halt(self, priority: Priority) -> None:
        """Say stop, and again, unless something newer was asked for."""
        mine = self._movement
        for _ in range(STOP_TIMES):
            if mine != self._movement:
                return
            await self._send("stop", self._drive(0, 0, 0), priority, "move", gap_s=STOP_GAP_S)
            priority = Priority.COMMAND
        if mine == self._movement:
            self._stand()

    async def _move(self, name: str, message: Message, *, gap_s: float = 0.0) -> None:
        await self._send(name, message, kind="move", gap_s=gap_s, deadline_s=DRIVE_LATE_S)

    async def _send(
        self,
        name: str,
        message: Message,
        priority: Priority = Priority.COMMAND,
        kind: str = "",
        *,
        gap_s: float = 0.0,
        deadline_s: float = 5.0,
    ) -> None:
        exchange = Exchange[Message, None](
            name=name,
            data=self._dialect.encode(message),
            priority=priority,
            kind=kind,
            gap_s=gap_s,
            deadline_s=deadline_s,
        )
        await self.line.ask(exchange)

    async def _ask(self, name: str, code: int, priority: Priority = Priority.POLL) -> int:
        def answer(heard: Message) -> int | None:
            right = (self._address, 0, code + pelco.ANSWER)
            return heard.value if (heard.address, heard.first, heard.second) == right else None

        exchange = Exchange[Message, int](
            name=f"{name}?",
            data=self._dialect.encode(pelco.extended(self._address, code)),
            answer=answer,
            timeout_s=REPLY_S,
            priority=priority,
        )
        return await self.line.ask(exchange)


def _degrees(hundredths: int) -> float:
    """Turn 0 to 35999 hundredths into -180 to 180 degrees."""
    return (hundredths - TURN if hundredths > TURN // 2 else hundredths) / 100
