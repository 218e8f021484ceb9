"""How a recording belongs to lessons that several rooms have together. Values and pure rules.

The rooms of a session share one time, which its hub counts: nanoseconds since 1970 (*hub time*).
Each room records on its own clock; *anchors* tie its file time to hub time, one for each take and
each time that the daemon compared both.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from classroom_media.api import NS
from classroom_media.record.story import SessionTime, Story, Take

LIVE: Final = "live"
LATER: Final = "later"


class Anchor(msgspec.Struct, frozen=True, kw_only=True):
    """One instant on both clocks."""

    at_s: float  # file time
    hub_ns: int


class Attended(msgspec.Struct, frozen=True, kw_only=True):
    """A session that the room was in while it recorded."""

    session: str
    title: str
    anchors: tuple[Anchor, ...]  # in order


class Passage(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of a film, in its own time, and how it came here: "live" or "later"."""

    from_s: float
    to_s: float
    came: str


class Joined(msgspec.Struct, frozen=True, kw_only=True):
    """A film that another room recorded, whole and in its own quality."""

    name: str  # by which it was asked for
    session: str
    file: str
    hub_ns: int  # hub time at the film's beginning
    passages: tuple[Passage, ...]


def attended(story: Story) -> tuple[Attended, ...]:
    """Tell which sessions a recording belongs to, and how its time maps to theirs."""
    found: dict[str, list[SessionTime]] = {}
    for stamp in story.sessions:
        found.setdefault(stamp.session, []).append(stamp)
    return tuple(
        Attended(session=session, title=stamps[-1].title, anchors=_anchors(story, stamps))
        for session, stamps in found.items()
    )


def film_ns(anchors: Sequence[Anchor], hub_ns: int) -> int:
    """Give the file time of an instant of hub time; in a pause, where it goes on after it."""
    before = [anchor for anchor in anchors if anchor.hub_ns <= hub_ns]
    anchor = before[-1] if before else anchors[0]
    place_ns = round(anchor.at_s * NS) + hub_ns - anchor.hub_ns
    after = anchors[len(before) : len(before) + 1] if before else ()
    return min([place_ns, *(round(one.at_s * NS) for one in after)])


def hub_ns(anchors: Sequence[Anchor], file_ns: int) -> int:
    """Give hub time at an instant of file time."""
    before = [anchor for anchor in anchors if anchor.at_s * NS <= file_ns]
    anchor = before[-1] if before else anchors[0]
    return anchor.hub_ns + file_ns - round(anchor.at_s * NS)


def _anchors(story: Story, stamps: Sequence[SessionTime]) -> tuple[Anchor, ...]:
    boots = {take.number: take.boot for take in story.takes}
    found: dict[float, int] = {}
    for take in story.takes:
        known = [one for one in stamps if boots.get(one.take) == take.boot]
        if known:
            instants = [take.from_ns, *_inside(story, take, known)]
            found |= {
                story.file_s(take.number, at_ns): _hub_time(known, at_ns) for at_ns in instants
            }
    return tuple(Anchor(at_s=at_s, hub_ns=found[at_s]) for at_s in sorted(found))


def _inside(story: Story, take: Take, stamps: Iterable[SessionTime]) -> list[int]:
    end_ns = story.end_of(take)
    return [one.at_ns for one in stamps if take.from_ns < one.at_ns < end_ns]


def _hub_time(stamps: Sequence[SessionTime], at_ns: int) -> int:
    """Give hub time at an instant of our clock, by the comparison that was nearest."""
    nearest = min(stamps, key=lambda one: abs(one.at_ns - at_ns))
    return nearest.hub_ns + at_ns - nearest.at_ns
