"""Network cameras that can be turned by ONVIF.

    http://10.0.0.64/onvif/device_service     as the camera says it
    https://10.0.0.64/onvif/device_service    the same, encrypted: every question shakes hands anew
    tcp://10.0.0.64                           without a path, on port 80

Every question has a connection of its own, so that a camera which thinks for half a minute about
where it points can be stopped meanwhile. How it is stopped: `onvif_movement`.

Checked on: emulator only.
Source: as named in codecs.onvif and in onvif_movement.
"""

from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import ClassVar
from xml.etree.ElementTree import Element

from classroom_drivers.api import (
    LinkError,
    RefusedError,
    ReplyTimeoutError,
    Transport,
    UnsupportedError,
)
from classroom_drivers.codecs import onvif
from classroom_drivers.codecs.onvif import Message, Node, Profile, Space
from classroom_drivers.devices.about import About
from classroom_drivers.devices.line_device import POLL_S
from classroom_drivers.devices.onvif_movement import MOVING_POLL_S, MovingOnvifCamera
from classroom_drivers.devices.onvif_service import (
    ANSWER_S,
    FaultError,
    OnvifService,
)
from classroom_drivers.devices.onvif_view import OnvifView, ranges_of
from classroom_drivers.devices.ranges import check_range
from classroom_drivers.links.exchange import Priority

REPLY_S = 1.3  # to the smallest question; a camera that returns is found within 2 s
LOOK_S, PATIENT_S = 2.5, 8.0  # to what is asked once; some think long about their profiles
PRESET_MAX = 999
ANYHOW = Space("", (-1.0, 1.0), (-1.0, 1.0))
SILENT = Node(drives=(ANYHOW,), zoom_drives=(ANYHOW,), presets_max=1, has_home=True)  # try and see


class OnvifCamera(MovingOnvifCamera):
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
        service = OnvifService(user=user, password=password, login=login, host=host, path=path)
        view = OnvifView(ranges_of(pan_range_deg, tilt_range_deg))
        super().__init__(transport, service, view)
        self._wanted_profile = profile
        self._reply_s = reply_s
        self._dated_s = float("-inf")  # when it last said what time it is
        self._identified = False

    # what everybody may ask

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What it can do, as far as it has said."""
        view = self.view
        has = {
            "pan-tilt-zoom": view.turns,
            "presets": view.turns and (view.node is None or view.node.presets_max > 0),
            "focus": view.focus is not None,
            "identity": True,
        }
        return tuple(name for name, there in has.items() if there)

    async def recall_preset(self, *, number: int) -> None:
        """Go to a remembered place."""
        if number not in self.view.presets:
            await self._look_for_presets()
        known = self.view.presets
        if number not in known:
            there_are = ", ".join(map(str, sorted(known))) or "none"
            raise UnsupportedError(f"no preset {number}; there are: {there_are}")
        try:
            await self.go(onvif.go_to_preset(self.view.token, known[number]))
        except RefusedError:
            known.clear()  # somebody may have changed them
            raise
        self.assume("preset", number, ask=False)

    async def store_preset(self, *, number: int) -> None:
        """Remember the present place under a number."""
        check_range("number", number, 0, PRESET_MAX)
        await self._look_for_presets()
        known = self.view.presets.get(number, "")
        message = onvif.set_preset(self.view.token, token=known, name=str(number))
        answer = await self.ask(message, once=True)
        self.view.presets[number] = onvif.preset_token_of(answer) or known
        self.assume("preset", number, ask=False)

    async def set_autofocus(self, *, on: bool) -> None:
        """Leave sharpness to the camera (True) or keep it as it is (False)."""
        await self.ask(onvif.set_autofocus(self._source, on=on), kind="autofocus")
        self.assume("autofocus", on)

    async def set_focus(self, *, position: float) -> None:
        """Focus at a distance, 0 near to 1 far; autofocus ends."""
        check_range("position", position, 0, 1)
        if self.view.focus is None:
            raise UnsupportedError("the lens takes no position")
        await self.set_autofocus(on=False)
        low, high = self.view.focus
        await self.ask(onvif.focus_at(self._source, low + position * (high - low)), kind="focus")

    async def identify(self) -> None:
        """Ask for maker, model, firmware and serial number again."""
        await self._identify(Priority.COMMAND)

    # what the line asks for

    async def begin(self) -> None:
        """Remember that this link is new: the camera may be another one, or still moving."""
        self.new_link = True
        self._identified = False

    async def probe(self) -> None:
        """Ask what time it is; on a new link, who it is and what it can, and stop what was left."""
        await self._ask_date(Priority.SETUP)
        if not self.new_link:
            return
        if self.view.profile is not None:  # it may be another one meanwhile
            await self._identify(Priority.SETUP, self._reply_s)
        await self._look()
        await self.stop_what_was_left()
        self.new_link = False

    async def poll(self) -> None:
        """Ask what time it is, which proves life, and where it points."""
        if self.now_s() - self._dated_s >= POLL_S - MOVING_POLL_S:
            await self._ask_date(Priority.POLL)
            await self._ask_focus()
        if not self._identified:
            await self._identify(Priority.POLL)
        await self.ask_status()

    # asking

    @property
    def _source(self) -> str:
        return self.view.profile.source if self.view.profile else ""

    async def _ask_date(self, priority: Priority) -> None:
        with suppress(FaultError):  # then it is alive, and has no clock
            answer = await self.ask(onvif.GET_DATE, priority=priority, timeout_s=self._reply_s)
            if date := onvif.date_of(answer):
                self.service.set_clock(date, self.now_s())
        self._dated_s = self.now_s()

    async def _ask_focus(self) -> None:
        if self.view.focus is None:
            return
        settings = await self.ask(onvif.get_imaging(self._source), priority=Priority.POLL)
        if (on := onvif.autofocus_of(settings)) is not None:
            self.note("autofocus", on)

    # looking around

    async def _identify(self, priority: Priority, timeout_s: float = ANSWER_S) -> None:
        told: dict[str, str] = {}
        with suppress(RefusedError):
            answer = await self.ask(onvif.GET_INFORMATION, priority=priority, timeout_s=timeout_s)
            told = onvif.identity_of(answer)
        self._identified = True
        if self.known("serial-number") not in {None, told.get("serial-number")}:
            self.view.forget()
        for name, text in told.items():
            self.note(name, text)

    async def _look(self) -> None:
        """Find out what it can; what is known already is not asked again."""
        view = self.view
        if not self.service.addresses:
            self.service.addresses = await self._look_for_services()
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
                return await self.ask(question, priority=Priority.SETUP, timeout_s=wait_s)
        return await self.ask(question, priority=Priority.SETUP, timeout_s=PATIENT_S)

    async def _look_for_services(self) -> dict[str, str]:
        for question in (onvif.GET_SERVICES, onvif.GET_CAPABILITIES):  # newer cameras, older ones
            with suppress(RefusedError):
                found = onvif.addresses_of(await self._find_out(question))
                if found:
                    return found
        return {}

    async def _look_for_profile(self) -> Profile:
        there_are = self.service.addresses
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
        if not profile.node and onvif.PTZ not in self.service.addresses:
            return Node()
        try:
            return onvif.node_of(await self._find_out(question, first_s=ANSWER_S))
        except RefusedError:
            return SILENT

    async def _look_for_focus(self, profile: Profile) -> tuple[float, float] | None:
        if onvif.IMAGING not in self.service.addresses or not profile.source:
            return None
        with suppress(RefusedError):
            question = onvif.get_focus_moves(profile.source)
            return onvif.focus_range_of(await self._find_out(question))
        return None

    async def _look_for_presets(self) -> None:
        answer = await self.ask(onvif.get_presets(self.view.token))
        self.view.presets = onvif.numbers_of(onvif.presets_of(answer))
