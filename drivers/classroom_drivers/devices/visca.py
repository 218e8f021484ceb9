"""PTZ cameras that speak VISCA: over a serial line, raw over TCP or UDP, or in Sony's envelopes.

    serial:///dev/ttyUSB0?baud=9600     one camera, or the first of a chain
    tcp://10.0.0.7                      bare packets, port 5678
    udp://10.0.0.7                      bare packets, port 1259
    udp://10.0.0.7:52381?framing=sony   Sony's envelopes

Checked on: emulator only.
Source: as named in codecs.visca and codecs.visca_ip; that a stop must carry valid speeds, and
other habits of real cameras: issues of obs-ptz and Companion's PTZOptics module.
"""

import asyncio
from collections.abc import Callable, Mapping
from itertools import chain, repeat
from types import MappingProxyType
from typing import ClassVar

from classroom_drivers.api import (
    DEAD_MAN_S,
    LinkError,
    PowerState,
    RefusedError,
    ReplyTimeoutError,
    Transport,
    UnsupportedError,
)
from classroom_drivers.codecs import visca
from classroom_drivers.codecs.plain import PlainCodec
from classroom_drivers.codecs.visca_ip import RESET, ControllerCodec, OutOfStep, ResetDone
from classroom_drivers.companions import companions
from classroom_drivers.devices.about import About
from classroom_drivers.devices.dead_man import DeadMan
from classroom_drivers.devices.line_device import POLL_S
from classroom_drivers.devices.powered_device import PoweredDevice, Warmth
from classroom_drivers.links.exchange import Codec, Exchange, Priority

REPLY_S = 1.0
SONY_REPLY_S, SONY_RESEND = 0.35, 2  # a datagram may be lost; the same one again does no harm
CHAIN_S = 0.3  # cameras with fixed addresses do not answer the address packet at all
STOP_REPEATS_S = (0.25, 0.25, 0.5, 1.0)  # a slow camera is given more time, then asked for ever
BUSY_TRIES, BUSY_S = 5, 0.1
DRIVE_MAX_S = 10.0
MOVING_POLL_S = 0.5
STILL_S = 0.8  # a camera that has not moved for so long has arrived
POWER = {b"\x02": PowerState.ON, b"\x03": PowerState.OFF, b"\x04": PowerState.OFF}
OF_EARLIER = {0x04, 0x05}  # refusals about a movement that was replaced, not about what we ask

Heard = visca.Reply | ResetDone | OutOfStep
CODECS: Mapping[str, Callable[[], Codec[Heard]]] = MappingProxyType(
    {"bare": lambda: PlainCodec(visca.ReplyDecoder().feed), "sony": ControllerCodec}
)


class BusyError(RefusedError):
    """Both sockets of the camera are in use; a little later it will do."""


class OutOfStepError(LinkError):
    """The camera and we count differently."""


class ViscaCamera(PoweredDevice[Heard]):
    """A camera. Of a movement that is driven, the end is ours to guarantee.

    Options: `address` in a serial chain; `framing`, "bare" or "sony"; `units_per_deg` of the
    camera's positions; `warm_up_s`; `move_gap_s`, the quiet it wants after a movement.
    """

    ABOUT = About(
        title="PTZ cameras with VISCA: serial, raw over TCP and UDP, in Sony's envelopes",
        reached_by=(
            "serial:///dev/ttyUSB0?baud=9600",
            "tcp://host",
            "udp://host",
            "udp://host:52381?framing=sony",
        ),
        sources=("Sony, EVI-D100 Technical Manual, p23", "Sony, EVI-D70 Technical Manual, p38"),
    )
    PORTS: ClassVar[Mapping[str, int]] = MappingProxyType({"tcp": 5678, "udp": 1259})

    def __init__(
        self,
        transport: Transport,
        *,
        address: int = 1,
        framing: str = "bare",
        units_per_deg: float = visca.UNITS_PER_DEG,
        warm_up_s: float = 15.0,
        move_gap_s: float = 0.05,
    ) -> None:
        if framing not in CODECS:
            raise UnsupportedError(f"no framing {framing!r}; there are {', '.join(CODECS)}")
        _check("address", address, 1, 7)
        waiting = ("pan-tilt-zoom", "presets", "tally")
        super().__init__(
            transport,
            CODECS[framing],
            Warmth(warm_up_s=warm_up_s, late_s=warm_up_s, waiting=waiting),
        )
        self._address = address
        self._sony = framing == "sony"
        self._reply_s, self._resend = (SONY_REPLY_S, SONY_RESEND) if self._sony else (REPLY_S, 0)
        self._chain = transport.byte_s > 0 and not self._sony
        self._units_per_deg = units_per_deg
        self._move_gap_s = move_gap_s
        self.choices["ptz"] = ("drive", "move-to", "move-by", "home")
        self._identified = False
        self._new_link = False
        self._dead_man = DeadMan()
        self._driven = False  # it may be moving without an end of its own
        self._zooming = False
        self._moved_s = float("-inf")  # when it was last seen or made to move
        self._movement = 0  # counts stops and movements: what is older must not start any more

    async def switch(self, *, on: bool) -> None:
        """Send the command."""
        await self._do("power", visca.power(on=on), kind="power")

    async def set_tally(self, *, on: bool) -> None:
        """Light the lamp or put it out."""
        self.check_ready("tally")
        await self._do("tally", visca.tally(on=on), kind="tally")
        self.assume("tally", on, ask=False)

    async def recall_preset(self, *, number: int) -> None:
        """Go to a remembered place."""
        _check("number", number, 0, visca.PRESET_MAX)
        self.check_ready("presets")
        if await self._go("recall", visca.recall_preset(number)):
            self.assume("preset", number, ask=False)

    async def store_preset(self, *, number: int) -> None:
        """Remember the present place under a number."""
        _check("number", number, 0, visca.PRESET_MAX)
        self.check_ready("presets")
        await self._do("store", visca.store_preset(number))
        self.assume("preset", number, ask=False)

    async def move_to(
        self, *, pan_deg: float, tilt_deg: float, zoom: float | None = None, speed: float = 1.0
    ) -> None:
        """Point at a place, at `speed` (0 to 1) of full speed; zoom stays if not given."""
        _check("pan_deg", pan_deg, -180, 180)
        _check("tilt_deg", tilt_deg, -90, 90)
        _check("speed", speed, 0, 1)
        _check("zoom", zoom or 0.0, 0, 1)
        self.check_ready("pan-tilt-zoom")
        body = visca.move_to(
            round(pan_deg * self._units_per_deg),
            round(tilt_deg * self._units_per_deg),
            max(round(speed * visca.PAN_SPEED_MAX), 1),
            max(round(speed * visca.TILT_SPEED_MAX), 1),
        )
        if await self._go("move", body) and zoom is not None:
            await self._do("zoom", visca.zoom_to(round(zoom * visca.ZOOM_TELE)), kind="move")

    async def move_by(self, *, pan_deg: float, tilt_deg: float, speed: float = 1.0) -> None:
        """Turn by so much from where it points, at `speed` (0 to 1) of full speed."""
        _check("pan_deg", pan_deg, -360, 360)
        _check("tilt_deg", tilt_deg, -180, 180)
        _check("speed", speed, 0, 1)
        self.check_ready("pan-tilt-zoom")
        body = visca.move_by(
            round(pan_deg * self._units_per_deg),
            round(tilt_deg * self._units_per_deg),
            max(round(speed * visca.PAN_SPEED_MAX), 1),
            max(round(speed * visca.TILT_SPEED_MAX), 1),
        )
        await self._go("move by", body)

    async def home(self) -> None:
        """Point straight ahead."""
        self.check_ready("pan-tilt-zoom")
        await self._go("home", visca.HOME)

    async def drive(
        self, *, pan: float = 0.0, tilt: float = 0.0, zoom: float = 0.0, for_s: float = DEAD_MAN_S
    ) -> None:
        """Move at -1 to 1 of full speed until stopped, or for `for_s` without another call."""
        for name, speed in (("pan", pan), ("tilt", tilt), ("zoom", zoom)):
            _check(name, speed, -1, 1)
        _check("for_s", for_s, 0, DRIVE_MAX_S)
        if not (pan or tilt or zoom):
            await self.stop()
            return
        self.check_ready("pan-tilt-zoom")
        mine = self._begin_movement()
        self._dead_man.hold(for_s)
        self._driven = True
        body = visca.drive(_step(pan, visca.PAN_SPEED_MAX), _step(tilt, visca.TILT_SPEED_MAX))
        await self._do("drive", body, kind="move")
        if (zoom or self._zooming) and mine == self._movement:
            self._zooming = bool(zoom)
            speed = _step(zoom, visca.ZOOM_SPEED_MAX)
            await self._do("zoom", visca.zoom(speed), kind="move")

    async def stop(self) -> None:
        """Stop; overtakes everything that waits and is repeated until the camera confirms."""
        mine = self._movement = self._movement + 1
        for wait_s in chain(STOP_REPEATS_S, repeat(STOP_REPEATS_S[-1])):
            if await self._stopped(wait_s):
                break
        if mine == self._movement:
            self._driven = self._zooming = False
            self._moved_s = float("-inf")
            self._dead_man.release()
            self.assume("moving", value=False)

    async def identify(self) -> None:
        """Ask for maker, model and firmware again; a camera tells them as numbers."""
        version = await self._ask("version", visca.ASK_VERSION, 7)
        for name, part in (("maker", version[:2]), ("model", version[2:4])):
            self.note(name, part.hex())
        self.note("firmware", version[4:6].hex())
        self._identified = True

    async def begin(self) -> None:
        """Remember that this link is new: addresses and counters are not set yet."""
        self._identified = False
        self._new_link = True

    async def probe(self) -> None:
        """Set up what is new, ask for power; and stop what a lost link left moving."""
        if self._sony:
            await self._hear("reset", RESET, ResetDone)
        elif self._chain and self._new_link:
            await self._set_addresses()
        self._note_power(await self._ask("power", visca.ASK_POWER, 1, Priority.SETUP))
        if self._new_link and self._driven:
            await self._stop_what_was_left()
        self._new_link = False

    async def poll(self) -> None:
        """Ask for power, and where it points when it is on."""
        self._note_power(await self._ask("power", visca.ASK_POWER, 1, Priority.POLL))
        if self.known("power") != PowerState.ON:
            return
        place = await self._ask("position", visca.ASK_POSITION, 8, Priority.POLL)
        lens = await self._ask("zoom", visca.ASK_ZOOM, 4, Priority.POLL)
        before = self.known("pan-deg"), self.known("tilt-deg"), self.known("zoom")
        pan, tilt = visca.from_nibbles(place[:4]), visca.from_nibbles(place[4:])
        self.note("pan-deg", round(pan / self._units_per_deg, 2))
        self.note("tilt-deg", round(tilt / self._units_per_deg, 2))
        tele = visca.from_nibbles(lens, signed=False) / visca.ZOOM_TELE
        self.note("zoom", round(tele, 4))
        after = self.known("pan-deg"), self.known("tilt-deg"), self.known("zoom")
        if before != after and None not in before:
            self._moved_s = self.now_s()
        moving = self._driven or self.now_s() - self._moved_s < STILL_S
        self.note("moving", moving)
        self.poll_s = MOVING_POLL_S if moving else POLL_S
        if not self._identified:
            await self.identify()

    async def tend(self) -> None:
        """Stop what nobody refreshes."""
        async with companions() as start:
            start(super().tend())
            await self._dead_man.run(self.stop)

    def unasked(self, reply: Heard) -> None:
        """Take completions, and the news that somebody joined or left the chain."""
        match reply:
            case visca.Completion(address) if self._ours(address):
                self.poll_soon()
            case visca.NetworkChange():
                self._new_link = True
                self.line.doubt()

    def _note_power(self, code: bytes) -> None:
        self.note_power(POWER.get(code, PowerState.OFF))

    def _begin_movement(self) -> int:
        self._movement += 1
        self.forget("preset")
        self.assume("moving", value=True, ask=False)
        self._moved_s = self.now_s()
        self.poll_s = MOVING_POLL_S
        return self._movement

    async def _go(self, name: str, body: bytes) -> bool:
        """Start a movement that has an end; say whether it is still the newest."""
        mine = self._begin_movement()
        if self._zooming:
            await self._do("stop zoom", visca.ZOOM_STOP, kind="move")
        if mine == self._movement:
            self._driven = self._zooming = False
            self._dead_man.release()
            await self._do(name, body, kind="move")
        return mine == self._movement

    async def _stop_what_was_left(self) -> None:
        for wait_s in STOP_REPEATS_S:
            if await self._stopped(wait_s, Priority.SETUP):
                self._driven = self._zooming = False
                self._dead_man.release()
                return
        raise LinkError("the camera does not confirm a stop")

    async def _stopped(self, wait_s: float, priority: Priority = Priority.STOP) -> bool:
        """Say stop to all axes; tell whether both halves are confirmed by the camera.

        An acknowledgement does not say of what, so only two of them are proof.
        """
        confirmed = 0

        def both(heard: Heard) -> bool | None:
            nonlocal confirmed
            match heard:
                case visca.Ack(address) if self._ours(address):
                    confirmed += 1
                case visca.Refusal(address, _, code) if self._ours(address):
                    self._check_refusal("stop", code)
            return True if confirmed == 2 else None

        exchange = Exchange[Heard, bool](
            name="stop",
            data=b"".join(visca.encode(self._address, b) for b in (visca.STOP, visca.ZOOM_STOP)),
            answer=both,
            timeout_s=wait_s,
            priority=priority,
            kind="move",
        )
        try:
            return await self.line.ask(exchange)
        except (ReplyTimeoutError, BusyError):
            return False

    async def _do(self, name: str, body: bytes, *, kind: str = "") -> None:
        """Do a command; a busy camera is asked again, unless something newer was asked for."""
        mine = self._movement
        for _ in range(BUSY_TRIES):
            try:
                await self._command(name, body, kind)
            except (BusyError, OutOfStepError) as error:
                problem = error
                await asyncio.sleep(BUSY_S)
                if kind == "move" and mine != self._movement:
                    return
            else:
                return
        raise problem

    async def _command(self, name: str, body: bytes, kind: str) -> None:
        def accepted(heard: Heard) -> bool | None:
            match heard:
                case visca.Ack(address) if self._ours(address):
                    return True
                case visca.Refusal(address, _, code) if self._ours(address):
                    self._check_refusal(name, code)
                case OutOfStep():
                    raise OutOfStepError(f"{name}: out of step")
            return None

        exchange = Exchange[Heard, bool](
            name=name,
            data=visca.encode(self._address, body),
            answer=accepted,
            timeout_s=self._reply_s,
            resend=self._resend,
            kind=kind,
            gap_s=self._move_gap_s if kind == "move" else 0.0,
        )
        await self.line.ask(exchange)

    async def _ask(
        self, name: str, body: bytes, length: int, priority: Priority = Priority.COMMAND
    ) -> bytes:
        def told(heard: Heard) -> bytes | None:
            match heard:
                case visca.Answer(address, data) if self._ours(address) and len(data) == length:
                    return data
                case visca.Refusal(address, _, code) if self._ours(address):
                    self._check_refusal(name, code)
                case OutOfStep():
                    raise OutOfStepError(f"{name}: out of step")
            return None

        exchange = Exchange[Heard, bytes](
            name=f"{name}?",
            data=visca.encode(self._address, body),
            answer=told,
            timeout_s=self._reply_s,
            resend=self._resend,
            priority=priority,
        )
        try:
            return await self.line.ask(exchange)
        except OutOfStepError:  # the question had arrived and the answer was lost: ask anew
            return await self.line.ask(exchange)

    async def _set_addresses(self) -> None:
        """Number the chain and clear what cameras were doing; fixed addresses stay silent."""
        try:
            await self._hear("addresses", visca.encode(visca.ALL, visca.SET_ADDRESS), visca.Echo)
            await self._hear("clear", visca.encode(visca.ALL, visca.CLEAR), visca.Echo)
        except ReplyTimeoutError:
            return

    async def _hear(self, name: str, data: bytes, kind: type[Heard]) -> None:
        exchange = Exchange[Heard, Heard](
            name=name,
            data=data,
            answer=lambda heard: heard if isinstance(heard, kind) else None,
            timeout_s=CHAIN_S,
            resend=self._resend,
            priority=Priority.SETUP,
        )
        await self.line.ask(exchange)

    def _check_refusal(self, name: str, code: int) -> None:
        if code in OF_EARLIER:
            return
        text = f"{name}: {visca.REFUSALS.get(code, f'error {code:02X}')}"
        raise BusyError(text) if code == visca.BUSY else RefusedError(text)

    def _ours(self, address: int) -> bool:
        """Only in a chain does the address matter; some cameras give a wrong one elsewhere."""
        return not self._chain or address == self._address


def _check(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise UnsupportedError(f"{name}: {value} is not within {low} and {high}")


def _step(share: float, fastest: int) -> int:
    """Turn a share of full speed into a step; anything but 0 moves."""
    if not share:
        return 0
    step = max(round(abs(share) * fastest), 1)
    return step if share > 0 else -step
