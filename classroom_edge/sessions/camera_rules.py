"""Whose hand is on a room's cameras: its own always, another's only while that room lets it."""

from classroom_edge.sessions import commands as c
from classroom_edge.sessions import events as e
from classroom_edge.sessions.forms import Role
from classroom_edge.sessions.refusals import Reason, Refused
from classroom_edge.sessions.stage_rules import is_open, led_by
from classroom_edge.sessions.state import GRANT_LEAST_NS, GRANT_MAX_NS, Session, Wish

Events = tuple[e.AnyEvent, ...]


def ask_camera(session: Session, who: str, command: c.AskCamera, now_ns: int) -> Events:
    """Ask a room that is there; one waits for its answer at a time."""
    is_open(session)
    led_by(session, who)
    room = session.member(command.room)
    if room is None or room.role is not Role.SITE or not room.present:
        raise Refused(Reason.NO_ROOM)
    if _is_lent(session, room.id, who) or Wish(room.id, who) in session.wishes:
        return ()
    if any(wish.room == room.id for wish in session.wishes):
        raise Refused(Reason.CAMERA_ASKED)
    return (e.CameraAsked(at_ns=now_ns, by=who, room=room.id),)


def grant_camera(session: Session, who: str, command: c.GrantCamera, now_ns: int) -> Events:
    """Lend one's own cameras to who asked for them, or once more to who has them."""
    is_open(session)
    asked = Wish(who, command.to) in session.wishes
    if not asked and not _is_lent(session, who, command.to):
        raise Refused(Reason.NOT_YOURS)
    until_ns = now_ns + min(max(command.lasts_ns, GRANT_LEAST_NS), GRANT_MAX_NS)
    granted = e.CameraGranted(
        at_ns=now_ns, by=who, to=command.to, until_ns=until_ns, cameras=command.cameras
    )
    return (granted,)


def end_grant(session: Session, who: str, command: c.EndGrant, now_ns: int) -> Events:
    """End what concerns oneself: as the room every grant and wish, otherwise one's own."""
    pairs = [(grant.room, grant.to) for grant in session.grants]
    pairs += [(wish.room, wish.by) for wish in session.wishes]
    return tuple(
        e.GrantEnded(at_ns=now_ns, by=who, room=room, member=member)
        for room, member in pairs
        if room == command.room and who in {room, member}
    )


def move_camera(session: Session, who: str, command: c.MoveCamera, now_ns: int) -> Events:
    """Turn another room's camera while its grant lasts; every move is told of."""
    is_open(session)
    if not _is_lent(session, command.room, who):
        raise Refused(Reason.NO_GRANT)
    moved = e.CameraMoved(
        at_ns=now_ns,
        by=who,
        room=command.room,
        camera=command.camera,
        move=command.move,
        preset=command.preset,
    )
    return (moved,)


def _is_lent(session: Session, room: str, to: str) -> bool:
    grant = session.grant_of(room)
    return grant is not None and grant.to == to
