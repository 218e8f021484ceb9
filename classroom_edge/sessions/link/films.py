"""What hub and site say to each other about films that one of them missed.

Whoever missed something asks: which films there are for it, then for pieces of them by digest.
Every question may be asked again, after any cut: nothing is changed by it.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Final

import msgspec

from classroom_edge.sessions.commands import Id

FILMS_MAX: Final = 64  # told at once; who asks goes on from the last of them
PIECE_MAX: Final = 48 * 1024  # bytes
PIECE_TO_HUB_MAX: Final = 12 * 1024  # bytes: what a site says is shorter than what a hub says
LATER, THERE, GONE = "later", "there", "gone"
NONE: Final = ".none"  # ends the name of a film that a session should have, and has not

Instant = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]  # hub time
Size = Annotated[int, msgspec.Meta(ge=0, le=2**50)]
Digest = Annotated[bytes, msgspec.Meta(max_length=32)]
FilmName = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9._-]{0,119}$")]


class Owed(msgspec.Struct, frozen=True, kw_only=True, tag="owed"):
    """Which films are there for this end, of sessions that ended after an instant?"""

    since_ns: Instant


class Fetch(msgspec.Struct, frozen=True, kw_only=True, tag="fetch"):
    """Give a piece of a film's outline, or of what is in it: what has that digest, from a byte."""

    film: FilmName
    digest: Digest
    offset: Size
    most: Annotated[int, msgspec.Meta(ge=1, le=PIECE_MAX)]


class Film(msgspec.Struct, frozen=True, kw_only=True):
    """A passage of a session, as one end recorded it."""

    name: FilmName
    session: Id
    title: Annotated[str, msgspec.Meta(max_length=200)]
    from_ns: Instant
    to_ns: Instant
    state: Annotated[str, msgspec.Meta(pattern=f"^({LATER}|{THERE}|{GONE})$")]
    outline: Digest = b""  # when it is there
    outline_size: Size = 0


class Owing(msgspec.Struct, frozen=True, kw_only=True, tag="owing"):
    """These, those of the oldest session first."""

    films: Annotated[tuple[Film, ...], msgspec.Meta(max_length=FILMS_MAX)]


class Piece(msgspec.Struct, frozen=True, kw_only=True, tag="piece"):
    """Bytes of it, and which share of the line is for whoever asked, for now."""

    data: Annotated[bytes, msgspec.Meta(max_length=PIECE_MAX)]
    share: Annotated[float, msgspec.Meta(ge=0, le=1)]


class NoPiece(msgspec.Struct, frozen=True, kw_only=True, tag="no-piece"):
    """There is none: "gone", or "not-yours"."""

    reason: Annotated[str, msgspec.Meta(max_length=40)]


Question = Owed | Fetch
Reply = Owing | Piece | NoPiece
Answering = Callable[[str, Question], Awaitable[Reply]]  # by whom, about what


async def no_films(_site: str, question: Question) -> Reply:
    """Answer for a room that keeps nothing for others."""
    return Owing(films=()) if isinstance(question, Owed) else NoPiece(reason=GONE)
