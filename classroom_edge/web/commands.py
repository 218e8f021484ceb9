"""``/api/v1``: the room's state, and everything that can be asked of it."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from classroom_edge.room import RoomState, SoundView, StepView
from classroom_edge.web.access import Action, May, Visitor, may_work
from classroom_edge.web.errors import ErrorBody
from classroom_edge.web.schemas import (
    Accepted,
    Arguments,
    DirectingBody,
    LayoutBody,
    LimitBody,
    MarkBody,
    Marked,
    SoundBody,
    StartBody,
    Started,
    StopBody,
    TitlesBody,
    TrackingBody,
)
from classroom_edge.web.site import Site, site_of

ANSWERS: dict[int | str, dict[str, Any]] = {
    401: {"model": ErrorBody, "description": "login needed"},
    403: {"model": ErrorBody, "description": "asked by a foreign page"},
    404: {"model": ErrorBody, "description": "no such thing"},
    409: {"model": ErrorBody, "description": "refused: the room is not in a state for it"},
    422: {"model": ErrorBody, "description": "wrong body"},
    502: {"model": ErrorBody, "description": "the device does not answer"},
}

router = APIRouter(prefix="/api/v1", responses=ANSWERS)

Here = Annotated[Site, Depends(site_of)]
Recorder = Annotated[Visitor, Depends(May(Action.RECORD))]


@router.get("/room", dependencies=[Depends(May(Action.SEE))], tags=["room"])
async def room(site: Here) -> RoomState:
    """Everything about the room at this instant."""
    return site.room.state()


@router.post("/recording/start", tags=["recording"])
async def start(site: Here, visitor: Recorder, body: StartBody | None = None) -> Started:
    """Begin a recording."""
    body = body or StartBody()
    begun = await site.room.recorder.start(
        visitor.who, title=body.title, pre_roll=body.pre_roll, limit_s=60 * body.minutes
    )
    return Started(id=begun)


@router.post("/recording/limit", tags=["recording"])
async def limit(site: Here, visitor: Recorder, body: LimitBody) -> Accepted:
    """Have the recording end by itself, later than it would, or not."""
    await site.room.recorder.limit(visitor.who, 60 * body.minutes)
    return Accepted()


@router.post("/recording/stop", tags=["recording"])
async def stop(site: Here, visitor: Recorder, body: StopBody | None = None) -> Accepted:
    """End the recording: at once, or after a grace in which `go-on` continues it."""
    await site.room.recorder.stop(visitor.who, grace_s=(body or StopBody()).grace_s)
    return Accepted()


@router.post("/recording/go-on", tags=["recording"])
async def go_on(site: Here, visitor: Recorder) -> Accepted:
    """Undo a stop within its grace; the recording has no seam."""
    await site.room.recorder.go_on(visitor.who)
    return Accepted()


@router.post("/recording/pause", tags=["recording"])
async def pause(site: Here, visitor: Recorder) -> Accepted:
    """Keep nothing from now on, until resumed."""
    await site.room.recorder.pause(visitor.who)
    return Accepted()


@router.post("/recording/resume", tags=["recording"])
async def resume(site: Here, visitor: Recorder) -> Accepted:
    """Go on after a pause."""
    await site.room.recorder.resume(visitor.who)
    return Accepted()


@router.post("/recording/mark", tags=["recording"])
async def mark(site: Here, visitor: Recorder, body: MarkBody | None = None) -> Marked:
    """Mark this instant."""
    return Marked(at_s=await site.room.recorder.mark(visitor.who, (body or MarkBody()).text))


@router.post("/routines/{name}", tags=["room"])
async def run_routine(
    name: str, site: Here, visitor: Annotated[Visitor, Depends(May(Action.RUN_ROUTINE))]
) -> Accepted:
    """Bring the room into the state that a routine describes; its steps show in the state."""
    await site.room.run_routine(visitor.who, name)
    return Accepted()


@router.get("/routines/{name}/steps", tags=["room"])
async def preview_routine(
    name: str, site: Here, _visitor: Annotated[Visitor, Depends(May(Action.SEE))]
) -> tuple[StepView, ...]:
    """Tell what a routine would do now, step by step, and do nothing."""
    return site.room.preview_routine(name)


@router.post("/layout/{name}", tags=["room"])
async def show_layout(
    name: str,
    site: Here,
    visitor: Annotated[Visitor, Depends(May(Action.SHOW_LAYOUT))],
    body: LayoutBody | None = None,
) -> Accepted:
    """Show another layout in the programme."""
    await site.room.programme.show(visitor.who, name, (body or LayoutBody()).chosen)
    return Accepted()


@router.post("/programme/directing", tags=["room"])
async def direct(
    site: Here, visitor: Annotated[Visitor, Depends(May(Action.SHOW_LAYOUT))], body: DirectingBody
) -> Accepted:
    """Let the director's rules choose what is shown, or people.

    While the rules do, a layout that somebody shows stays for a while before they go on.
    """
    await site.room.programme.direct(visitor.who, body.mode)
    return Accepted()


@router.post("/sources/{source}/tracking", tags=["room"])
async def track(
    source: str,
    site: Here,
    visitor: Annotated[Visitor, Depends(May(Action.MOVE_CAMERA))],
    body: TrackingBody,
) -> Accepted:
    """Let the camera of a source follow whoever moves in its picture, or not.

    Whoever moves the camera meanwhile has it for a while; switched on again, it follows at once.
    """
    site.room.programme.track(visitor.who, source, on=body.on)
    return Accepted()


@router.post("/titles", tags=["room"])
async def write_titles(
    site: Here,
    visitor: Annotated[Visitor, Depends(May(Action.SHOW_LAYOUT))],
    body: TitlesBody | None = None,
) -> Accepted:
    """Write something over the programme: lower third, subtitle, or a card instead of it."""
    shown = site.room.state().programme.titles
    await site.room.programme.write(visitor.who, (body or TitlesBody()).over(shown))
    return Accepted()


@router.post("/sounds/{source}", tags=["room"])
async def mix_sound(
    source: str,
    site: Here,
    visitor: Annotated[Visitor, Depends(May(Action.MIX_SOUND))],
    body: SoundBody | None = None,
) -> Accepted:
    """Mix a source's sound otherwise: gain, mute, delay, sides, high-pass, gate."""
    sounds = {one.source: one for one in site.room.state().programme.sounds}
    sound = sounds.get(source, SoundView(source))
    await site.room.programme.mix(visitor.who, (body or SoundBody()).over(sound))
    return Accepted()


@router.post("/devices/{device}/{capability}/{action}", tags=["devices"])
async def perform(
    *,
    device: str,
    capability: str,
    action: str,
    site: Here,
    visitor: Annotated[Visitor, Depends(may_work)],
    arguments: Arguments | None = None,
) -> Accepted:
    """Do an action of a device's capability; the body holds the arguments by name.

    ``POST /devices/projector/power/set-power`` with ``{"on": true}``.
    """
    await site.room.perform(visitor.who, device, capability, action, dict(arguments or {}))
    return Accepted()
