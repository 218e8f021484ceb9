"""What asking for cameras, lending them and taking them back makes of a session."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from classroom_edge.sessions import events as e
from classroom_edge.sessions.state import Grant, Session, Wish


def _camera_asked(session: Session, event: e.CameraAsked) -> Session:
    return replace(session, wishes=(*session.wishes, Wish(event.room, event.by)))


def _camera_granted(session: Session, event: e.CameraGranted) -> Session:
    return replace(
        session,
        grants=(
            *(grant for grant in session.grants if grant.room != event.by),
            Grant(event.by, event.to, event.until_ns, event.cameras),
        ),
        wishes=tuple(wish for wish in session.wishes if wish != Wish(event.by, event.to)),
    )


def _grant_ended(session: Session, event: e.GrantEnded) -> Session:
    pair = (event.room, event.member)
    return replace(
        session,
        grants=tuple(grant for grant in session.grants if (grant.room, grant.to) != pair),
        wishes=tuple(wish for wish in session.wishes if (wish.room, wish.by) != pair),
    )


CHANGES: Final[dict[type[e.Event], Callable[[Session, Any], Session]]] = {
    e.CameraAsked: _camera_asked,
    e.CameraGranted: _camera_granted,
    e.GrantEnded: _grant_ended,
}
