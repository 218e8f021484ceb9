"""``/lite``: the room on one page without script, for the day the panel breaks.

Also for browsers older than the panel's oldest. It renews itself every five seconds.
"""

import math
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from types import MappingProxyType
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from classroom_edge.room import RecordingState, RecordingView, Refused, Who, Words
from classroom_edge.web.access import Action, May, Visitor, visitor_of
from classroom_edge.web.errors import ApiError
from classroom_edge.web.forms import form_of, language_of, page, with_language
from classroom_edge.web.ports import RoomPort
from classroom_edge.web.site import Site, site_of

RENEW_S: Final = 5
GRACE_S: Final = 10.0  # to go on in the same recording after a stop
MORE_S: Final = 300.0  # for a recording that would end by itself
LIMIT_MAX_S: Final = 3600.0  # of such a one
SOON_S: Final = 60

_Command = Callable[[RoomPort, Who], Awaitable[object]]
COMMANDS: Final[Mapping[str, _Command]] = MappingProxyType(
    {
        "start": lambda room, who: room.recorder.start(who),
        "stop": lambda room, who: room.recorder.stop(who, grace_s=GRACE_S),
        "go-on": lambda room, who: room.recorder.go_on(who),
        "pause": lambda room, who: room.recorder.pause(who),
        "resume": lambda room, who: room.recorder.resume(who),
        "mark": lambda room, who: room.recorder.mark(who),
        "extend": lambda room, who: room.recorder.limit(
            who, room.state().recording.limit_s + MORE_S
        ),
    }
)
OFFERED: Final[Mapping[RecordingState, tuple[str, ...]]] = MappingProxyType(
    {
        RecordingState.IDLE: ("start",),
        RecordingState.RECORDING: ("mark", "pause", "stop"),
        RecordingState.PAUSED: ("resume", "stop"),
        RecordingState.STOPPING: ("go-on",),
        RecordingState.FINISHING: (),
    }
)
_RUNNING: Final = frozenset({RecordingState.RECORDING, RecordingState.PAUSED})

router = APIRouter(prefix="/lite", include_in_schema=False)

Here = Annotated[Site, Depends(site_of)]


@router.get("")
async def lite(
    request: Request,
    site: Here,
    visitor: Annotated[Visitor, Depends(visitor_of)],
    _open: Annotated[Visitor, Depends(May(Action.ENTER))],
) -> Response:
    """Show the room; lead to the entrance who may not see it."""
    if not visitor.may(Action.SEE):
        path = with_language("/login", request, next="/lite")
        return RedirectResponse(path, status_code=HTTPStatus.SEE_OTHER)
    return _shown(request, site)


@router.post("/recording/{command}")
async def record(
    request: Request,
    command: str,
    site: Here,
    visitor: Annotated[Visitor, Depends(May(Action.RECORD))],
) -> Response:
    """Start, stop, go on, pause, resume, mark or extend."""
    if command not in COMMANDS:
        raise ApiError(HTTPStatus.NOT_FOUND, "not-found")
    return await _done(request, site, lambda _: COMMANDS[command](site.room, visitor.who))


@router.post("/routine/{name}")
async def run_routine(
    request: Request,
    name: str,
    site: Here,
    visitor: Annotated[Visitor, Depends(May(Action.RUN_ROUTINE))],
) -> Response:
    """Run a routine."""
    return await _done(request, site, lambda _: site.room.run_routine(visitor.who, name))


@router.post("/layout/{name}")
async def show_layout(
    request: Request,
    name: str,
    site: Here,
    visitor: Annotated[Visitor, Depends(May(Action.SHOW_LAYOUT))],
) -> Response:
    """Show another layout."""

    async def show(form: Mapping[str, str]) -> None:
        sources = tuple(filter(None, [form.get("source", "")]))
        await site.room.programme.show(visitor.who, name, sources)

    return await _done(request, site, show)


async def _done(
    request: Request, site: Site, work: Callable[[Mapping[str, str]], Awaitable[object]]
) -> Response:
    """Do what a form of this page asks for, then show the room again."""
    try:
        await work(await form_of(request))
    except Refused as refused:
        return _shown(request, site, refusal=refused.words, status=HTTPStatus.CONFLICT)
    except ApiError as error:
        return _shown(request, site, refusal=error.body.message, status=error.status)
    return RedirectResponse(with_language("/lite", request), status_code=HTTPStatus.SEE_OTHER)


def _shown(
    request: Request,
    site: Site,
    *,
    refusal: Words | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    state = site.room.state()
    recording = state.recording
    left_s = left_of(recording, state.at)
    is_unwritten = recording.state is RecordingState.RECORDING and not recording.light
    return page(
        request,
        site,
        "lite.html",
        path="/lite",
        status=status,
        state=state,
        recording=recording,
        shows="unwritten" if is_unwritten else recording.state,
        timer=_clock(int(recording.seconds_on_disk)),
        left="" if left_s is None else _clock(left_s),
        ends_soon=left_s is not None and left_s <= SOON_S,
        offered=("extend",) * may_be_extended(recording) + OFFERED[recording.state],
        pictures=[source for source in state.sources if source.picture],
        refusal=(refusal or {}).get(language_of(request, site), ""),
        renew_s=RENEW_S,
        here=with_language("/lite", request),
    )


def left_of(recording: RecordingView, now: datetime) -> int | None:
    """Give the seconds after which a recording ends by itself, pauses left out; None = not."""
    if not recording.limit_s or recording.state not in _RUNNING:
        return None
    if recording.ends_at is None:  # paused
        return math.ceil(max(0.0, recording.limit_s - recording.seconds_on_disk))
    return math.ceil(max(0.0, (recording.ends_at - now).total_seconds()))


def may_be_extended(recording: RecordingView) -> bool:
    """Whether it ends by itself, and may do so later."""
    is_limited = 0 < recording.limit_s <= LIMIT_MAX_S - MORE_S
    return is_limited and recording.state in _RUNNING


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
