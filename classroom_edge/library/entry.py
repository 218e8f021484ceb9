"""What the catalogue knows of one recording, and what can be asked of it. Values and pure rules."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from classroom_edge.library.card import Consent

UNREADABLE: Final = "unreadable"  # the state of a recording whose manifest says nothing
PAGE_MOST: Final = 200
ASKED_MOST: Final = 200  # characters of a search


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One recording as it is listed. `stamp` tells when it must be read again."""

    id: str
    stamp: str
    started_at: datetime
    state: str  # of the manifest, or UNREADABLE
    title: str = ""
    subject: str = ""
    teachers: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    duration_s: float = 0.0
    bytes: int = 0
    thumbnail: str = ""
    filmstrip: str = ""
    tracks: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()  # with other rooms, in which it was recorded
    marks: int = 0
    gaps: int = 0  # of what is missing, pauses left out
    held: bool = False
    consent: Consent = Consent.INTERNAL
    edits: int = 0
    receipts: int = 0  # of what arrived elsewhere
    problem: str = ""
    school: str = ""  # that has sent it here, to its hub; "" = it was recorded here
    received_at: datetime | None = None
    words: str = ""  # everything that a search looks at, folded


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is looked for; what is empty does not matter."""

    asked: str = ""  # words, each of which must occur
    teacher: str = ""
    subject: str = ""
    class_name: str = ""
    since: datetime | None = None
    until: datetime | None = None  # excluded
    state: str = ""
    session: str = ""
    after: str = ""  # the page's mark, as `Page.next` gave it
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Page:
    """Some of what was found, newest first, and the mark of the page after it."""

    items: tuple[Entry, ...]
    next: str  # "" = this was the last one
    total: int  # of everything that was found


class QueryError(ValueError):
    """What is asked cannot be asked: the mark of no page."""


def fold(text: str) -> str:
    """Spell a text so that what people take for the same is the same: width, case, spaces.

    Source: Unicode Standard Annex 15 (NFKC), section 3.13 of the standard (case folding).
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    return " ".join("".join(c if c.isprintable() else " " for c in plain).split())


def wanted(asked: str) -> tuple[str, ...]:
    """Give the words of a search, each once."""
    return tuple(dict.fromkeys(fold(asked).split(" "))) if fold(asked) else ()
