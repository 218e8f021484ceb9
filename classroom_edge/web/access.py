"""Who may do what: one table. What it does not name is denied.

On loopback everybody is `LOCAL`: whoever sits at this machine. On any other address there are
people who have logged in, panels that were paired, and everybody else. On both a site of this
hub is known by its pass.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, auto
from http import HTTPStatus
from types import MappingProxyType
from typing import Annotated, Final

from fastapi import Depends, Request

from classroom_edge.room import Who
from classroom_edge.sessions.link.effects import Site as School
from classroom_edge.sessions.link.passes import PassError
from classroom_edge.web.errors import ApiError
from classroom_edge.web.site import Site, site_of

logger = logging.getLogger(__name__)

SESSION_COOKIE: Final = "__Host-classroom-session"
PANEL_COOKIE: Final = "__Host-classroom-panel"


class Role(StrEnum):
    """As what somebody comes."""

    NOBODY = auto()
    PANEL = auto()
    PERSON = auto()
    LOCAL = auto()
    SITE = auto()  # a room of another school, enrolled at this hub


class Action(StrEnum):
    """What somebody may want."""

    ENTER = auto()  # the pages to pair and to log in; the panel's own files
    SEE = auto()  # the room's state, levels, preview
    RECORD = auto()
    RUN_ROUTINE = auto()
    SHOW_LAYOUT = auto()
    MIX_SOUND = auto()
    MOVE_CAMERA = auto()
    MEET = auto()  # sessions with other schools: lead them, take part in them
    BROADCAST = auto()  # what leaves the room: on the air, to other platforms
    WORK_DEVICE = auto()  # what every lesson needs: power, input, volume
    SERVICE_DEVICE = auto()  # everything else a device can do
    WATCH = auto()  # recordings
    SEND = auto()  # recordings to this hub, in the name of a site
    ADMINISTER = auto()  # panels
    INSPECT = auto()  # metrics, the API's documentation


_TEACH: Final = frozenset(
    {
        Action.ENTER,
        Action.SEE,
        Action.RECORD,
        Action.RUN_ROUTINE,
        Action.SHOW_LAYOUT,
        Action.MIX_SOUND,
        Action.MOVE_CAMERA,
        Action.MEET,
        Action.BROADCAST,
        Action.WORK_DEVICE,
    }
)
ALLOWED: Final[Mapping[Role, frozenset[Action]]] = MappingProxyType(
    {
        Role.NOBODY: frozenset({Action.ENTER}),
        Role.PANEL: _TEACH,
        Role.PERSON: frozenset(Action) - {Action.SEND},
        Role.LOCAL: frozenset(Action) - {Action.SEND},
        Role.SITE: frozenset({Action.ENTER, Action.SEND}),
    }
)
LOOKING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
OF_DEVICE_ACTION: Final[Mapping[tuple[str, str], Action]] = MappingProxyType(
    {
        ("pan-tilt-zoom", "drive"): Action.MOVE_CAMERA,
        ("pan-tilt-zoom", "stop"): Action.MOVE_CAMERA,
        ("pan-tilt-zoom", "move-to"): Action.MOVE_CAMERA,
        ("pan-tilt-zoom", "move-by"): Action.MOVE_CAMERA,
        ("pan-tilt-zoom", "home"): Action.MOVE_CAMERA,
        ("focus", "set-autofocus"): Action.MOVE_CAMERA,
        ("focus", "set-focus"): Action.MOVE_CAMERA,
        ("tracking", "set-tracking"): Action.MOVE_CAMERA,
        ("presets", "recall-preset"): Action.MOVE_CAMERA,
        ("power", "set-power"): Action.WORK_DEVICE,
        ("input-select", "select-input"): Action.WORK_DEVICE,
        ("volume", "set-volume"): Action.WORK_DEVICE,
        ("mute", "set-mute"): Action.WORK_DEVICE,
        ("freeze", "set-freeze"): Action.WORK_DEVICE,
        ("keys", "press-key"): Action.WORK_DEVICE,
        ("route", "set-route"): Action.WORK_DEVICE,
        ("level", "set-level"): Action.WORK_DEVICE,
        ("cover", "open-cover"): Action.WORK_DEVICE,
        ("cover", "close-cover"): Action.WORK_DEVICE,
        ("cover", "stop-cover"): Action.WORK_DEVICE,
        ("cover", "set-cover"): Action.WORK_DEVICE,
    }
)  # (capability, action) -> what the table calls it; everything else is SERVICE_DEVICE


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who asks."""

    role: Role
    name: str
    address: str = ""
    school: School | None = None  # of a site

    def may(self, action: Action) -> bool:
        """Whether the table allows it."""
        return action in ALLOWED[self.role]

    @property
    def who(self) -> Who:
        """As the room's log knows them."""
        return Who(name=self.name)


async def visitor_of(request: Request, site: Annotated[Site, Depends(site_of)]) -> Visitor:
    """Tell who asks, by the address we listen on and the cookies they bring."""
    address = request.client.host if request.client else ""
    if (school := await _school_of(request, site)) is not None:
        return Visitor(Role.SITE, f"site:{school.id}", address, school)
    if site.is_local:
        return Visitor(Role.LOCAL, "local", address)
    if token := request.cookies.get(SESSION_COOKIE):
        user = await site.accounts.user_of(token)
        if user is not None:
            return Visitor(Role.PERSON, f"person:{user}", address)
    if token := request.cookies.get(PANEL_COOKIE):
        panel = await site.panels.panel_of(token)
        if panel is not None:
            return Visitor(Role.PANEL, f"panel:{panel}", address)
    return Visitor(Role.NOBODY, "", address)


async def _school_of(request: Request, site: Site) -> School | None:
    """Give the site whose pass a request shows; None without one.

    Raises:
        ApiError: 401, a pass that is not good here; the site shows a new one.
    """
    scheme, _, shown = request.headers.get("authorization", "").partition(" ")
    if site.receiving is None or scheme.lower() != "bearer":
        return None
    try:
        return await site.receiving.gate.admit(shown)
    except PassError as error:
        logger.warning("a pass was shown that is not good: %s", error)
        raise ApiError(HTTPStatus.UNAUTHORIZED, "login-needed") from error


class May:
    """The dependency that every route has: lets a visitor pass who may do `action`."""

    def __init__(self, action: Action) -> None:
        self._action = action

    async def __call__(
        self,
        request: Request,
        site: Annotated[Site, Depends(site_of)],
        visitor: Annotated[Visitor, Depends(visitor_of)],
    ) -> Visitor:
        """Give the visitor; whoever asks for something to be done is there.

        Raises:
            ApiError: 401 where a login would help.
        """
        admitted(visitor, self._action)
        if request.method not in LOOKING:
            site.room.touched()
        return visitor


async def may_work(
    capability: str, action: str, visitor: Annotated[Visitor, Depends(visitor_of)]
) -> Visitor:
    """Let a visitor pass who may do that action of a device's capability."""
    return admitted(visitor, OF_DEVICE_ACTION.get((capability, action), Action.SERVICE_DEVICE))


def admitted(visitor: Visitor, action: Action) -> Visitor:
    """Give the visitor back if the table allows it.

    Raises:
        ApiError: 401; everybody who is refused could log in.
    """
    if not visitor.may(action):
        raise ApiError(HTTPStatus.UNAUTHORIZED, "login-needed")
    return visitor
