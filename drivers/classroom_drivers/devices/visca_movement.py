"""Pointing a VISCA camera: driving, places, presets, and the stop that always gets through."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from itertools import chain, repeat

from classroom_drivers.api import (
    DEAD_MAN_S,
    LinkError,
    RefusedError,
    ReplyTimeoutError,
    Transport,
)
from classroom_drivers.codecs import visca
from classroom_drivers.companions import companions
from classroom_drivers.devices.dead_man import DeadMan
from classroom_drivers.devices.line_device import POLL_S
from classroom_drivers.devices.powered_device import Warmth
from classroom_drivers.devices.ranges import check_drive, check_range
from classroom_drivers.devices.visca_dialogue import (
    BUSY_S,
    BusyError,
    Heard,
    Manner,
    OutOfStepError,
    ViscaDevice,
)
from classroom_drivers.devices.visca_places import DIGITS, Pointing, PresetNumbers
from classroom_drivers.links.exchange import Exchange, Priority

STOP_REPEATS_S = (0.25, 0.25, 0.5, 1.0)  # a slow camera is given more time, then asked for ever
STOP_REFUSALS = 4  # a camera that refuses so often does not move, or never will stop
DRIVE_LATE_S = 1.0  # nobody who holds a joystick wants it later
MOVING_POLL_S = 0.5
STILL_S = 0.8  # a camera that has not moved for so long has arrived
SOCKETS = (1, 2)


class MovingCamera(ViscaDevice):
    """A camera that turns and zooms. Of a movement that is driven, the end is ours to guarantee."""

    def __init__(
        self,
        transport: Transport,
        warmth: Warmth,
        manner: Manner,
        *,
        pointing: Pointing,
        presets: PresetNumbers,
        move_gap_s: float,
    ) -> None:
        super().__init__(transport, warmth, manner)
        self._pointing = pointing
        self._presets = presets
        self._move_gap_s = move_gap_s
        self._digits = DIGITS[8]  # until the camera shows that it has more
        self._dead_man = DeadMan()
        self._driven = False  # it may be moving without an end of its own
        self._zooming = False
        self._stopped = False  # and not asked since where that was
        self._sockets: set[int] = set()  # in which movements are under way
        self._moved_s = float("-inf")  # when it was last seen or made to move
        self.choices["ptz"] = ("drive", "move-to", "move-by", "home")

    # what everybody may ask

    async def drive(
        self, *, pan: float = 0.0, tilt: float = 0.0, zoom: float = 0.0, for_s: float = DEAD_MAN_S
    ) -> None:
        """Move at -1 to 1 of full speed until stopped, or for `for_s` without another call."""
        check_drive(pan, tilt, zoom, for_s)
        if not (pan or tilt or zoom):
            await self.stop()
            return
        self.check_ready("pan-tilt-zoom")
        mine = self._begin_movement()
        self._dead_man.hold(for_s)
        self._driven = True
        body = visca.drive(_step(pan, visca.PAN_SPEED_MAX), _step(tilt, visca.TILT_SPEED_MAX))
        await self._move("drive", body, deadline_s=DRIVE_LATE_S)
        if (zoom or self._zooming) and mine == self.movement:
            self._zooming = bool(zoom)
            speed = _step(zoom, visca.ZOOM_SPEED_MAX)
            await self._move("zoom", visca.zoom(speed), deadline_s=DRIVE_LATE_S)
        if mine != self.movement and not self._driven:
            await self.stop()  # it was overtaken by a stop, and may have begun after it

    async def stop(self) -> None:
        """Stop; overtakes everything that waits and is repeated until the camera confirms."""
        self.movement += 1
        mine = self.movement
        await self._stop_all(STOP_REPEATS_S, Priority.STOP)
        if mine == self.movement:
            self._stand()
            self.assume("moving", value=False)

    async def move_to(
        self, *, pan_deg: float, tilt_deg: float, zoom: float | None = None, speed: float = 1.0
    ) -> None:
        """Point at a place, at `speed` (0 to 1) of full speed; zoom stays if not given."""
        check_range("pan_deg", pan_deg, -180, 180)
        check_range("tilt_deg", tilt_deg, -210, 210)
        check_range("speed", speed, 0, 1)
        check_range("zoom", zoom or 0.0, 0, 1)
        pointing = self._pointing
        place = pointing.units(pan_deg, tilt_deg)
        body = visca.move_to(*place, pointing.speeds(speed), self._digits)
        if await self._go("move", body) and zoom is not None:
            await self._move("zoom", visca.zoom_to(round(zoom * visca.ZOOM_TELE)))

    async def move_by(self, *, pan_deg: float, tilt_deg: float, speed: float = 1.0) -> None:
        """Turn by so much from where it points, at `speed` (0 to 1) of full speed."""
        check_range("pan_deg", pan_deg, -360, 360)
        check_range("tilt_deg", tilt_deg, -360, 360)
        check_range("speed", speed, 0, 1)
        pointing = self._pointing
        place = pointing.units(pan_deg, tilt_deg)
        body = visca.move_by(*place, pointing.speeds(speed), self._digits)
        await self._go("move by", body, again=False)

    async def home(self) -> None:
        """Point straight ahead."""
        await self._go("home", visca.HOME)

    async def recall_preset(self, *, number: int) -> None:
        """Go to a remembered place."""
        body = self._presets.spell(visca.recall_preset(0), number)
        if await self._go("recall", body, capability="presets"):
            self.assume("preset", number, ask=False)

    async def store_preset(self, *, number: int) -> None:
        """Remember the present place under a number."""
        body = self._presets.spell(visca.store_preset(0), number)
        self.check_ready("presets")
        await self.do("store", body)
        self.assume("preset", number, ask=False)

    # what the line and the camera bring

    async def begin(self) -> None:
        """Know nothing of a preset: the camera may have been switched off meanwhile."""
        await super().begin()
        self._sockets.clear()
        self.forget("preset")

    async def probe(self) -> None:
        """Come into step, and stop what a lost link left moving."""
        await super().probe()
        if self.new_link and self._driven:
            self.movement += 1
            with suppress(RefusedError):  # in standby: it does not move
                if not await self._stop_all(STOP_REPEATS_S, Priority.SETUP):
                    raise LinkError("the camera does not confirm a stop")
            self._stand()

    def unasked(self, reply: Heard) -> None:
        """Take the end of movements, and that a camera began anew."""
        super().unasked(reply)
        match reply:
            case visca.Completion(address, socket) if self.ours(address):
                self._sockets.discard(socket)
                self.poll_soon()
            case visca.Refusal(address, socket, _) if self.ours(address):
                self._sockets.discard(socket)
            case visca.NetworkChange(address) if address == self.address:
                self._sockets.clear()
                self.forget("preset")

    def accepted(self, kind: str, socket: int) -> None:
        """Remember in which socket a movement is under way."""
        if kind == "move":
            self._sockets.add(socket)

    async def make_room(self, kind: str) -> None:
        """Cancel the movements under way when a newer one finds both sockets in use."""
        if kind == "move":
            sockets = self._sockets or SOCKETS
            exchange = Exchange[Heard, None](
                name="cancel",
                data=b"".join(visca.encode(self.address, visca.cancel(one)) for one in sockets),
                gap_s=self._move_gap_s,
            )
            await self.line.ask(exchange)

    async def ask_place(self) -> None:
        """Ask where it points; it is polled more often while it moves."""
        found: dict[str, float] = {}
        if place := await self.maybe("position", visca.ASK_POSITION, tuple(DIGITS)):
            self._digits = DIGITS[len(place)]
            found["pan-deg"], found["tilt-deg"] = self._pointing.degrees(place)
        if lens := await self.maybe("zoom", visca.ASK_ZOOM, (visca.DIGITS,)):
            found["zoom"] = round(visca.from_nibbles(lens, signed=False) / visca.ZOOM_TELE, 4)
        self._note_place(found)

    async def tend(self) -> None:
        """Stop what nobody refreshes."""
        async with companions() as start:
            start(super().tend())
            await self._dead_man.run(self.stop)

    # how it is done

    def _note_place(self, place: dict[str, float]) -> None:
        before = {name: self.known(name) for name in place}
        for name, value in place.items():
            self.note(name, value)
        just_stopped, self._stopped = self._stopped, False
        if before != place and None not in before.values() and not just_stopped:
            if not self.known("moving"):
                self.forget("preset")  # another hand moved it, or it began anew
            self._moved_s = self.now_s()
        moving = self._driven or self.now_s() - self._moved_s < STILL_S
        self.note("moving", moving)
        self.poll_s = MOVING_POLL_S if moving else POLL_S

    def _begin_movement(self) -> int:
        self.movement += 1
        self.forget("preset")
        self.assume("moving", value=True, ask=False)
        self._moved_s = self.now_s()
        self.poll_s = MOVING_POLL_S
        return self.movement

    def _stand(self) -> None:
        """Know that nothing moves any more."""
        self._driven = self._zooming = False
        self._sockets.clear()
        self._stopped = True
        self._moved_s = float("-inf")
        self._dead_man.release()

    async def _move(
        self, name: str, body: bytes, *, again: bool = True, deadline_s: float = 5.0
    ) -> None:
        await self.do(
            name, body, kind="move", gap_s=self._move_gap_s, deadline_s=deadline_s, again=again
        )

    async def _go(
        self, name: str, body: bytes, *, again: bool = True, capability: str = "pan-tilt-zoom"
    ) -> bool:
        """Start a movement that has an end; say whether it is still the newest."""
        self.check_ready(capability)
        mine = self._begin_movement()
        if self._zooming:
            await self._move("stop zoom", visca.ZOOM_STOP)
        if mine == self.movement:
            self._driven = self._zooming = False
            self._dead_man.release()
            await self._move(name, body, again=again)
        return mine == self.movement

    async def _stop_all(self, waits_s: Sequence[float], priority: Priority) -> bool:
        """Say stop until the camera confirms it; say whether it did. As a STOP, go on for ever.

        Raises:
            RefusedError: the camera refuses again and again; in standby it does.
        """
        refusals = 0
        patient = repeat(waits_s[-1]) if priority is Priority.STOP else ()
        for wait_s in chain(waits_s, patient):
            try:
                await self._stop_once(wait_s, priority)
            except ReplyTimeoutError:
                continue
            except (BusyError, OutOfStepError):
                await asyncio.sleep(BUSY_S)
            except RefusedError:
                refusals += 1
                if refusals >= STOP_REFUSALS:
                    raise
                await asyncio.sleep(BUSY_S)
            else:
                return True
        return False

    async def _stop_once(self, wait_s: float, priority: Priority) -> None:
        """Say stop to all axes and cancel what is under way; both stops must be confirmed.

        An acknowledgement does not say of what, so only two of them are proof. A camera whose
        two sockets are in use takes no stop: that is what the cancels are for.
        """
        confirmed = 0

        def both(heard: Heard) -> bool | None:
            nonlocal confirmed
            match heard:
                case visca.Ack(address) | visca.Completion(address, 0) if self.ours(address):
                    confirmed += 1
            self.check("stop", heard)
            return True if confirmed == 2 else None

        cancels = [visca.cancel(socket) for socket in sorted(self._sockets) if socket]
        bodies = [*cancels, visca.STOP, visca.ZOOM_STOP]
        exchange = Exchange[Heard, bool](
            name="stop",
            data=b"".join(visca.encode(self.address, body) for body in bodies),
            answer=both,
            timeout_s=wait_s,
            priority=priority,
            kind="move",
            gap_s=self._move_gap_s,
        )
        await self.line.ask(exchange)


def _step(share: float, fastest: int) -> int:
    """Turn a share of full speed into a step; anything but 0 moves."""
    if not share:
        return 0
    step = max(round(abs(share) * fastest), 1)
    return step if share > 0 else -step
