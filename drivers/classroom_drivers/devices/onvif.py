"""Network cameras that can be turned by ONVIF.

    http://10.0.0.64/onvif/device_service     as the camera says it
    https://10.0.0.64/onvif/device_service    the same, encrypted: every question shakes hands anew
    tcp://10.0.0.64                           without a path, on port 80

Of a movement that is driven the end is ours to guarantee: the camera's own time-out is neither
asked for nor trusted. A camera that accepts a stop and goes on moving is stopped again in the
other form that there is, a movement at speed 0; one that does not tell whether it moves is sent
both. Every question has a connection of its own, so that a camera which thinks for half a minute
about where it points can be stopped meanwhile.

Checked on: emulator only.
Source: as named in codecs.onvif. That time-outs are not kept to: koush/scrypted #2124,
FalkTannhaeuser/python-onvif-zeep #71; that they are refused: Jazea/Onvif.Core #30 (Bosch); that a
stop is not honoured in every form: openvideolibs/python-onvif-zeep-async #155, mnit-rtmc/iris #177
(Cohu); that a status takes 30 s: onvif/testspecs #132.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from itertools import chain, repeat
from types import MappingProxyType
from typing import Any, ClassVar
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
from classroom_drivers.codecs.onvif import Message, Node, Profile, Space
from classroom_drivers.companions import companions
from classroom_drivers.devices.about import About
from classroom_drivers.devices.dead_man import DeadMan
from classroom_drivers.devices.line_device import POLL_S, LineDevice
from classroom_drivers.devices.onvif_service import (
    ANSWER_S,
    DEADLINE_S,
    FaultError,
    OnvifService,
    UnprovedError,
)
from classroom_drivers.devices.onvif_view import OnvifView, check, ranges_of
from classroom_drivers.links.exchange import Exchange, Priority
from classroom_drivers.links.http import HttpTransport

REPLY_S = 1.3  # to the smallest question; a camera that returns is found within 2 s
LOOK_S, PATIENT_S = 2.5, 8.0  # to what is asked once; some think long about their profiles
STATUS_S = 60.0  # some think for half a minute about where they point; nobody waits for them
LOST_S = 5.0  # a status of a camera that is quick otherwise was lost
STOP_REPEATS_S = (0.25, 0.25, 0.5, 1.0)
REFUSALS_MAX = 4  # of stops, in both forms, before it is believed
DRIVE_MAX_S = 10.0
DRIVE_LATE_S = 1.0  # nobody who holds a joystick wants it later
PRESET_MAX = 999
MOVING_POLL_S = 0.5
STILL_S = 0.8  # a camera that has not moved for so long has arrived
RUN_OUT_S = 0.4  # so long a camera that was stopped may go on
INSIST_S = 4.0  # so long after a stop one that goes on is stopped again; then it is somebody else
QUICK_S = 1.0  # a status that comes as fast as this can be waited for
NOT_TOLD = {"ActionNotSupported", "OptionalActionNotSupported"}
NOT_THERE = {"NoProfile", "NoEntity", "NoSource", "NoPTZProfile"}  # the camera was set up anew
UNKNOWN = None, None, None  # where it points
ANYHOW = Space("", (-1.0, 1.0), (-1.0, 1.0))
SILENT = Node(drives=(ANYHOW,), zoom_drives=(ANYHOW,), presets_max=1, has_home=True)  # try and see


class OnvifCamera(LineDevice[Answer]):
    """A camera.

    Options: `user`; `login`, how the password is proved: "digest" (HTTP), "token" (WS-Security) or
    as the camera wants it; `profile`, the token of a media profile, where the first one that can be
    turned is the wrong one; `pan_range_deg` and `tilt_range_deg`, "-170..170", how far it turns,
    for cameras that know no degrees: without them they cannot be sent to a place; `host` and
    `path`, which an http URL sets; `reply_s`, the patience with the smallest question.
    """

    ABOUT = About(
        title="Network cameras with ONVIF: turning, presets, focus",
        reached_by=(
            "http://host/onvif/device_service",
            "https://host/onvif/device_service",
            "tcp://host",
        ),
        sources=(
            "ONVIF, Core Specification 25.12, on faults and authentication",
            "ONVIF, PTZ Service Specification 25.12",
            "ONVIF, Imaging Service Specification 25.12",
        ),
    )
    PORTS: ClassVar[Mapping[str, int]] = MappingProxyType({"http": 80, "https": 443, "tcp": 80})

    def __init__(
        self,
        transport: Transport,
        *,
        user: str = "admin",
        password: str = "",
        login: str = "auto",
        profile: str = "",
        pan_range_deg: str = "",
        tilt_range_deg: str = "",
        host: str = "",
        path: str = "/onvif/device_service",
        reply_s: float = REPLY_S,
    ) -> None:
        self._service = OnvifService(
            user=user, password=password, login=login, host=host, path=path
        )
        super().__init__(HttpTransport(transport), self._service.codec)
        self._view = OnvifView(ranges_of(pan_range_deg, tilt_range_deg))
        self._wanted_profile = profile
        self._reply_s = reply_s
        self._new_link = False
        self._dated_s = float("-inf")  # when it last said what time it is
        self._identified = False
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

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What it can do, as far as it has said."""
        view = self._view
        has = {
            "pan-tilt-zoom": view.turns,
            "presets": view.turns and (view.node is None or view.node.presets_max > 0),
            "focus": view.focus is not None,
            "identity": True,
        }
        return tuple(name for name, there in has.items() if there)

    async def drive(
        self, *, pan: float = 0.0, tilt: float = 0.0, zoom: float = 0.0, for_s: float = DEAD_MAN_S
    ) -> None:
        """Move at -1 to 1 of full speed until stopped, or for `for_s` without another call."""
        for name, speed in (("pan", pan), ("tilt", tilt), ("zoom", zoom)):
            check(name, speed, -1, 1)
        check("for_s", for_s, 0, DRIVE_MAX_S)
        self._check_can("drive")
        if not (pan or tilt or zoom):
            await self.stop()
            return
        self._begin_movement()
        self._dead_man.hold(for_s)
        self._driven = True
        lens = zoom if zoom or self._zooming else None
        self._zooming = bool(zoom)
        await self._move(self._view.drive(pan, tilt, lens), deadline_s=DRIVE_LATE_S)

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
        check("speed", speed, 0, 1)
        check("zoom", zoom or 0.0, 0, 1)
        await self._go(self._view.move_to(pan_deg, tilt_deg, zoom, speed))

    async def move_by(self, *, pan_deg: float, tilt_deg: float, speed: float = 1.0) -> None:
        """Turn by so much from where it points, at `speed` (0 to 1) of full speed."""
        self._check_can("move-by")
        check("pan_deg", pan_deg, -360, 360)
        check("tilt_deg", tilt_deg, -180, 180)
        check("speed", speed, 0, 1)
        await self._go(self._view.move_by(pan_deg, tilt_deg, speed), once=True)

    async def home(self) -> None:
        """Point straight ahead, or where the camera has its home."""
        self._check_can("home")
        if self._view.node is not None and self._view.node.has_home:
            await self._go(onvif.go_home(self._view.token))
        else:
            await self._go(self._view.move_to(0.0, 0.0, None, 1.0))

    async def recall_preset(self, *, number: int) -> None:
        """Go to a remembered place."""
        if number not in self._view.presets:
            await self._look_for_presets()
        known = self._view.presets
        if number not in known:
            there_are = ", ".join(map(str, sorted(known))) or "none"
            raise UnsupportedError(f"no preset {number}; there are: {there_are}")
        try:
            await self._go(onvif.go_to_preset(self._view.token, known[number]))
        except RefusedError:
            known.clear()  # somebody may have changed them
            raise
        self.assume("preset", number, ask=False)

    async def store_preset(self, *, number: int) -> None:
        """Remember the present place under a number."""
        check("number", number, 0, PRESET_MAX)
        await self._look_for_presets()
        known = self._view.presets.get(number, "")
        message = onvif.set_preset(self._view.token, token=known, name=str(number))
        answer = await self._ask(message, once=True)
        self._view.presets[number] = onvif.preset_token_of(answer) or known
        self.assume("preset", number, ask=False)

    async def set_autofocus(self, *, on: bool) -> None:
        """Leave sharpness to the camera (True) or keep it as it is (False)."""
        await self._ask(onvif.set_autofocus(self._source, on=on), kind="autofocus")
        self.assume("autofocus", on)

    async def set_focus(self, *, position: float) -> None:
        """Focus at a distance, 0 near to 1 far; autofocus ends."""
        check("position", position, 0, 1)
        if self._view.focus is None:
            raise UnsupportedError("the lens takes no position")
        await self.set_autofocus(on=False)
        low, high = self._view.focus
        await self._ask(onvif.focus_at(self._source, low + position * (high - low)), kind="focus")

    async def identify(self) -> None:
        """Ask for maker, model, firmware and serial number again."""
        await self._identify(Priority.COMMAND)

    # what the line asks for

    async def begin(self) -> None:
        """Remember that this link is new: the camera may be another one, or still moving."""
        self._new_link = True
        self._identified = False

    async def probe(self) -> None:
        """Ask what time it is; on a new link, who it is and what it can, and stop what was left."""
        await self._ask_date(Priority.SETUP)
        if not self._new_link:
            return
        if self._view.profile is not None:  # it may be another one meanwhile
            await self._identify(Priority.SETUP, self._reply_s)
        await self._look()
        if self._driven:
            await self._stop(Priority.SETUP)
            self._be_still()
        self._status_asked, self._tells_place = None, True
        self._new_link = False

    async def poll(self) -> None:
        """Ask what time it is, which proves life, and where it points."""
        if self.now_s() - self._dated_s >= POLL_S - MOVING_POLL_S:
            await self._ask_date(Priority.POLL)
            await self._ask_focus()
        if not self._identified:
            await self._identify(Priority.POLL)
        if self._view.turns and self._tells_place:
            await self._ask_status()
        else:
            self._note_moving(told=None)

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
            answer = self._service.content("GetStatus", reply.response)
        except UnprovedError as error:
            if error.again:
                self.poll_soon()
        except FaultError as error:
            self._tells_place = not NOT_TOLD.intersection(error.codes)
            self._tells_moving = False
        else:
            if answer is not None:
                self._note_status(onvif.status_of(answer), asked_s)

    # asking

    @property
    def _source(self) -> str:
        return self._view.profile.source if self._view.profile else ""

    async def _ask(self, message: Message, **how: Any) -> Element:  # noqa: ANN401 - as `OnvifService.ask`
        try:
            return await self._service.ask(self.line, message, self.now_s(), **how)
        except FaultError as error:
            if NOT_THERE.intersection(error.codes):
                self._view.forget()
                self._new_link = True
                self.line.doubt()
            raise

    async def _ask_date(self, priority: Priority) -> None:
        with suppress(FaultError):  # then it is alive, and has no clock
            answer = await self._ask(onvif.GET_DATE, priority=priority, timeout_s=self._reply_s)
            if date := onvif.date_of(answer):
                self._service.set_clock(date, self.now_s())
        self._dated_s = self.now_s()

    async def _ask_focus(self) -> None:
        if self._view.focus is None:
            return
        settings = await self._ask(onvif.get_imaging(self._source), priority=Priority.POLL)
        if (on := onvif.autofocus_of(settings)) is not None:
            self.note("autofocus", on)

    async def _ask_status(self) -> None:
        """Ask where it points, without waiting for the answer; one question at a time."""
        asked = self._status_asked
        patience_s = LOST_S if self._status_took_s < QUICK_S else STATUS_S
        if asked is not None and self.now_s() < asked[1] + patience_s:
            return
        number, data = self._service.spell(onvif.get_status(self._view.token), self.now_s())
        self._status_asked = number, self.now_s()
        await self.line.ask(
            Exchange[Answer, None](name="GetStatus", data=data, priority=Priority.POLL)
        )

    # looking around

    async def _identify(self, priority: Priority, timeout_s: float = ANSWER_S) -> None:
        told: dict[str, str] = {}
        with suppress(RefusedError):
            answer = await self._ask(onvif.GET_INFORMATION, priority=priority, timeout_s=timeout_s)
            told = onvif.identity_of(answer)
        self._identified = True
        if self.known("serial-number") not in {None, told.get("serial-number")}:
            self._view.forget()
        for name, text in told.items():
            self.note(name, text)

    async def _look(self) -> None:
        """Find out what it can; what is known already is not asked again."""
        view = self._view
        if not self._service.addresses:
            self._service.addresses = await self._look_for_services()
        if view.profile is None:
            view.profile = await self._look_for_profile()
        if view.node is None:
            view.node = await self._look_at_node(view.profile)
            self.choices["ptz"] = view.can()
        if not view.looked_for_focus:
            view.focus = await self._look_for_focus(view.profile)
            view.looked_for_focus = True

    async def _find_out(self, question: Message, *, first_s: float = LOOK_S) -> Element:
        """Ask at set-up: soon again if an answer was lost, with patience if the camera is slow."""
        for wait_s in (first_s, LOOK_S):
            with suppress(ReplyTimeoutError):
                return await self._ask(question, priority=Priority.SETUP, timeout_s=wait_s)
        return await self._ask(question, priority=Priority.SETUP, timeout_s=PATIENT_S)

    async def _look_for_services(self) -> dict[str, str]:
        for question in (onvif.GET_SERVICES, onvif.GET_CAPABILITIES):  # newer cameras, older ones
            with suppress(RefusedError):
                found = onvif.addresses_of(await self._find_out(question))
                if found:
                    return found
        return {}

    async def _look_for_profile(self) -> Profile:
        there_are = self._service.addresses
        newer = onvif.MEDIA not in there_are and onvif.MEDIA2 in there_are
        question = onvif.GET_PROFILES2 if newer else onvif.GET_PROFILES
        found = onvif.profiles_of(await self._find_out(question))
        fitting = [one for one in found if self._wanted_profile in {"", one.token}]
        if not fitting:
            known = ", ".join(one.token for one in found) or "none"
            raise LinkError(f"no profile {self._wanted_profile!r}; there are: {known}")
        return next((one for one in fitting if one.node), fitting[0])

    async def _look_at_node(self, profile: Profile) -> Node:
        """Ask what turns it; some have a PTZ service and say nothing of it in their profiles."""
        question = onvif.get_node(profile.node) if profile.node else onvif.GET_NODES
        if not profile.node and onvif.PTZ not in self._service.addresses:
            return Node()
        try:
            return onvif.node_of(await self._find_out(question, first_s=ANSWER_S))
        except RefusedError:
            return SILENT

    async def _look_for_focus(self, profile: Profile) -> tuple[float, float] | None:
        if onvif.IMAGING not in self._service.addresses or not profile.source:
            return None
        with suppress(RefusedError):
            question = onvif.get_focus_moves(profile.source)
            return onvif.focus_range_of(await self._find_out(question))
        return None

    async def _look_for_presets(self) -> None:
        answer = await self._ask(onvif.get_presets(self._view.token))
        self._view.presets = onvif.numbers_of(onvif.presets_of(answer))

    # moving and stopping

    def _check_can(self, action: str) -> None:
        can = self.choices.get("ptz", (action,))
        if action not in can:
            raise UnsupportedError(f"it cannot {action}; there are: {', '.join(can) or 'none'}")

    def _begin_movement(self) -> None:
        self._movement += 1
        self._stopped_s = float("-inf")
        self.forget("preset")
        self._moved_s = self.now_s()
        self.poll_s = MOVING_POLL_S
        self.assume("moving", value=True)

    async def _go(self, message: Message, *, once: bool = False) -> None:
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
            await self._ask(
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
        still = self._view.drive(0.0, 0.0, 0.0)
        message = still if self._form % 2 else onvif.stop(self._view.token)
        await self._ask(message, priority=priority, kind="move", timeout_s=wait_s)

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
        if degrees := self._view.degrees(status):
            self.note("pan-deg", round(degrees[0], 2))
            self.note("tilt-deg", round(degrees[1], 2))
        if (tele := self._view.tele(status)) is not None:
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
