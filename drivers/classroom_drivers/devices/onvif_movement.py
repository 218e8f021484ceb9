"""Pointing an ONVIF camera: driving, places, and the stop that is ours to repeat.

Of a movement that is driven the end is ours to guarantee: the camera's own time-out is neither
asked for nor trusted. A camera that accepts a stop and goes on moving is stopped again in the
other form that there is, a movement at speed 0; one that does not tell whether it moves is sent
both.

Checked on: emulator only.
Source: that time-outs are not kept to: koush/scrypted #2124, FalkTannhaeuser/python-onvif-zeep #71;
that they are refused: Jazea/Onvif.Core #30 (Bosch); that a stop is not honoured in every form:
openvideolibs/python-onvif-zeep-async #155, mnit-rtmc/iris #177 (Cohu); that a status takes 30 s:
onvif/testspecs #132.
"""

import asyncio
from contextlib import suppress
from itertools import chain, repeat
from typing import Any
from xml.etree.ElementTree import Element

from classroom_drivers.api import (
    DEAD_MAN_S,
    DeviceError,
    LinkError,
    RefusedError,
    ReplyTimeoutError,
    Transport,
    UnsupportedError,
    ValueSource,
)
from classroom_drivers.codecs import onvif
from classroom_drivers.codecs.http import Answer
from classroom_drivers.codecs.onvif import Message
from classroom_drivers.companions import companions
from classroom_drivers.devices.dead_man import DeadMan
from classroom_drivers.devices.line_device import POLL_S, LineDevice
from classroom_drivers.devices.onvif_service import (
    ANSWER_S,
    DEADLINE_S,
    FaultError,
    OnvifService,
    UnprovedError,
)
from classroom_drivers.devices.onvif_view import OnvifView
from classroom_drivers.devices.ranges import check_drive, check_range
from classroom_drivers.links.exchange import Exchange, Priority
from classroom_drivers.links.http import HttpTransport

STATUS_S = 60.0  # some think for half a minute about where they point; nobody waits for them
LOST_S = 5.0  # a status of a camera that is quick otherwise was lost
STOP_REPEATS_S = (0.25, 0.25, 0.5, 1.0)
REFUSALS_MAX = 4  # of stops, in both forms, before it is believed
DRIVE_LATE_S = 1.0  # nobody who holds a joystick wants it later
MOVING_POLL_S = 0.5
STILL_S = 0.8  # a camera that has not moved for so long has arrived
RUN_OUT_S = 0.4  # so long a camera that was stopped may go on
INSIST_S = 4.0  # so long after a stop one that goes on is stopped again; then it is somebody else
QUICK_S = 1.0  # a status that comes as fast as this can be waited for
NOT_TOLD = {"ActionNotSupported", "OptionalActionNotSupported"}
NOT_THERE = {"NoProfile", "NoEntity", "NoSource", "NoPTZProfile"}  # the camera was set up anew
UNKNOWN = None, None, None  # where it points


class MovingOnvifCamera(LineDevice[Answer]):
    """A camera that turns and zooms, as far as its `view` says."""

    def __init__(self, transport: Transport, service: OnvifService, view: OnvifView) -> None:
        super().__init__(HttpTransport(transport), service.codec)
        self.service = service
        self.view = view
        self.new_link = False
        self._dead_man = DeadMan()
        self._driven = False  # it may be moving without an end of its own
        self._zooming = False
        self._moved_s = float("-inf")  # when it was last seen or made to move
        self._movement = 0  # counts stops and movements
        self._under_way = 0  # movements that were asked for and not answered
        self._landed = asyncio.Event()
        self._form = 0  # of a stop: even is Stop, odd a movement at speed 0
        self._stopped_s = float("-inf")  # when a stop was accepted that it has not confirmed
        self._goes_on = asyncio.Event()
        self._status_asked: tuple[int, float] | None = None
        self._status_took_s = STATUS_S
        self._tells_place = True
        self._tells_moving = False

    # what everybody may ask

    async def drive(
        self, *, pan: float = 0.0, tilt: float = 0.0, zoom: float = 0.0, for_s: float = DEAD_MAN_S
    ) -> None:
        """Move at -1 to 1 of full speed until stopped, or for `for_s` without another call."""
        check_drive(pan, tilt, zoom, for_s)
        self._check_can("drive")
        if not (pan or tilt or zoom):
            await self.stop()
            return
        self._begin_movement()
        self._dead_man.hold(for_s)
        self._driven = True
        lens = zoom if zoom or self._zooming else None
        self._zooming = bool(zoom)
        await self._move(self.view.drive(pan, tilt, lens), deadline_s=DRIVE_LATE_S)

    async def stop(self) -> None:
        """Stop; overtakes everything that waits and is repeated until the camera confirms."""
        mine = self._movement = self._movement + 1
        while True:
            racing = self._under_way
            await self._stop(Priority.STOP)
            if not racing:
                break
            await self._landed.wait()  # it may begin after the stop that overtook it
            if mine != self._movement:
                return
        if mine == self._movement:
            self._be_still()

    async def move_to(
        self, *, pan_deg: float, tilt_deg: float, zoom: float | None = None, speed: float = 1.0
    ) -> None:
        """Point at a place, at `speed` (0 to 1) of full speed; zoom stays if not given."""
        self._check_can("move-to")
        check_range("speed", speed, 0, 1)
        check_range("zoom", zoom or 0.0, 0, 1)
        await self.go(self.view.move_to(pan_deg, tilt_deg, zoom, speed))

    async def move_by(self, *, pan_deg: float, tilt_deg: float, speed: float = 1.0) -> None:
        """Turn by so much from where it points, at `speed` (0 to 1) of full speed."""
        self._check_can("move-by")
        check_range("pan_deg", pan_deg, -360, 360)
        check_range("tilt_deg", tilt_deg, -180, 180)
        check_range("speed", speed, 0, 1)
        await self.go(self.view.move_by(pan_deg, tilt_deg, speed), once=True)

    async def home(self) -> None:
        """Point straight ahead, or where the camera has its home."""
        self._check_can("home")
        if self.view.node is not None and self.view.node.has_home:
            await self.go(onvif.go_home(self.view.token))
        else:
            await self.go(self.view.move_to(0.0, 0.0, None, 1.0))

    # what the line and the driver bring

    async def tend(self) -> None:
        """Stop what nobody refreshes, and what does not stop."""
        async with companions() as start:
            start(self._insist())
            await self._dead_man.run(self.stop)

    def unasked(self, reply: Answer) -> None:
        """Take the answers that nobody waits for: where it points."""
        if self._status_asked is None or reply.number != self._status_asked[0]:
            return
        asked_s, self._status_asked = self._status_asked[1], None
        try:
            answer = self.service.content("GetStatus", reply.response)
        except UnprovedError as error:
            if error.again:
                self.poll_soon()
        except FaultError as error:
            self._tells_place = not NOT_TOLD.intersection(error.codes)
            self._tells_moving = False
        else:
            if answer is not None:
                self._note_status(onvif.status_of(answer), asked_s)

    async def ask(self, message: Message, **how: Any) -> Element:  # noqa: ANN401 - as `OnvifService.ask`
        """Ask, as `OnvifService.ask` does; look anew at a camera that has been set up anew."""
        try:
            return await self.service.ask(self.line, message, self.now_s(), **how)
        except FaultError as error:
            if NOT_THERE.intersection(error.codes):
                self.view.forget()
                self.new_link = True
                self.line.doubt()
            raise

    async def stop_what_was_left(self) -> None:
        """Stop what a lost link left moving; ask again for what was refused before."""
        if self._driven:
            await self._stop(Priority.SETUP)
            self._be_still()
        self._status_asked, self._tells_place = None, True

    async def ask_status(self) -> None:
        """Ask where it points, without waiting for the answer; one question at a time."""
        if not (self.view.turns and self._tells_place):
            self._note_moving(told=None)
            return
        asked = self._status_asked
        patience_s = LOST_S if self._status_took_s < QUICK_S else STATUS_S
        if asked is not None and self.now_s() < asked[1] + patience_s:
            return
        number, data = self.service.spell(onvif.get_status(self.view.token), self.now_s())
        self._status_asked = number, self.now_s()
        await self.line.ask(
            Exchange[Answer, None](name="GetStatus", data=data, priority=Priority.POLL)
        )

    # how it is done

    def _check_can(self, action: str) -> None:
        can = self.choices.get("ptz")
        if can is None:
            raise LinkError(f"{action}: the camera has not told what it can yet")
        if action not in can:
            raise UnsupportedError(f"it cannot {action}; there are: {', '.join(can) or 'none'}")

    def _begin_movement(self) -> None:
        self._movement += 1
        self._stopped_s = float("-inf")
        self.forget("preset")
        self._moved_s = self.now_s()
        self.poll_s = MOVING_POLL_S
        self.assume("moving", value=True)

    async def go(self, message: Message, *, once: bool = False) -> None:
        """Start a movement that has an end."""
        self._begin_movement()
        self._driven = self._zooming = False
        self._dead_man.release()
        await self._move(message, once=once)

    async def _move(
        self, message: Message, *, once: bool = False, deadline_s: float = DEADLINE_S
    ) -> None:
        """Ask for a movement; once something newer was asked for, its own end is no matter."""
        mine = self._movement
        self._under_way += 1
        self._landed.clear()
        try:
            await self.ask(
                message,
                kind="move",
                once=once,
                deadline_s=deadline_s,
                wanted=lambda: mine == self._movement,
            )
        except (UnprovedError, ReplyTimeoutError):
            if mine == self._movement:
                raise
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._landed.set()

    async def _stop(self, priority: Priority) -> None:
        """Send stops, in one form and then in the other, until one is accepted.

        Both are sent to a camera that does not tell, or not soon, whether it moves.
        """
        refusals = 0
        for wait_s in chain(STOP_REPEATS_S, repeat(STOP_REPEATS_S[-1])):
            try:
                await self._stop_once(priority, wait_s)
            except ReplyTimeoutError:
                continue
            except RefusedError:
                self._form += 1
                refusals += 1
                if refusals == REFUSALS_MAX:
                    raise
            else:
                break
        if not self._tells_moving:
            self._form += 1
            with suppress(ReplyTimeoutError, RefusedError):
                await self._stop_once(priority, ANSWER_S)
            self._form += 1

    async def _stop_once(self, priority: Priority, wait_s: float) -> None:
        still = self.view.drive(0.0, 0.0, 0.0)
        message = still if self._form % 2 else onvif.stop(self.view.token)
        await self.ask(message, priority=priority, kind="move", timeout_s=wait_s)

    def _be_still(self) -> None:
        self._driven = self._zooming = False
        self._moved_s = float("-inf")
        self._stopped_s = self.now_s()
        self._dead_man.release()
        self.assume("moving", value=False)

    async def _insist(self) -> None:
        """Stop a camera once more that has accepted a stop and goes on."""
        while True:
            await self._goes_on.wait()
            self._goes_on.clear()
            self._form += 1
            with suppress(DeviceError):
                await self._stop(Priority.STOP)
            self.poll_soon()

    def _note_status(self, status: onvif.Status, asked_s: float) -> None:
        self._status_took_s = self.now_s() - asked_s
        self._tells_moving = status.moving is not None and self._status_took_s < QUICK_S
        before = self.known("pan-deg"), self.known("tilt-deg"), self.known("zoom")
        if degrees := self.view.degrees(status):
            self.note("pan-deg", round(degrees[0], 2))
            self.note("tilt-deg", round(degrees[1], 2))
        if (tele := self.view.tele(status)) is not None:
            self.note("zoom", round(tele, 4))
        after = self.known("pan-deg"), self.known("tilt-deg"), self.known("zoom")
        if asked_s < self._stopped_s + RUN_OUT_S:
            return  # too early to say
        if status.moving and asked_s < self._stopped_s + INSIST_S:
            self._goes_on.set()
        if status.moving is False:
            self._stopped_s = float("-inf")
        if status.moving or before not in {after, UNKNOWN}:
            self._moved_s = self.now_s()
        self._note_moving(told=status.moving)

    def _note_moving(self, *, told: bool | None) -> None:
        lately = self.now_s() - self._moved_s < STILL_S
        moving = self._driven or (lately if told is None else told)
        source = ValueSource.ASSUMED if self._driven or told is None else ValueSource.POLLED
        self.note("moving", moving, source)
        self.poll_s = MOVING_POLL_S if moving else POLL_S
