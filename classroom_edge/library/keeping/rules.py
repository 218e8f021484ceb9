"""Which recordings may be deleted by rule, why, and in what order. Pure.

What has not arrived where it is to be delivered is never deleted, whatever else the rules say; nor
what is held, damaged, or somebody is at work on. Where nothing is delivered anywhere, a recording
here may be the only one: then only a rule by age deletes it, which somebody must have written.
What another school has sent its hub it may have deleted, for it was told that it is safe there: it
goes by a rule of its own, counted from its arrival, and never because room is short.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Why(StrEnum):
    """Why a recording goes or stays."""

    DELIVERED = "delivered"  # goes: everything arrived, long enough ago
    AGE = "age"  # goes: it is old
    SPACE = "space"  # goes: room is needed, and it has been delivered
    BUSY = "busy"  # stays: somebody records, finishes, edits or watches it
    HELD = "held"  # stays: a person said so
    DAMAGED = "damaged"  # stays: a person should look at it
    WITHHELD = "withheld"  # stays: its consent does not let it be delivered
    WAITING = "waiting"  # stays: it has not arrived everywhere yet
    SENT = "sent"  # stays: another school sent it; the days of such are not over
    YOUNG = "young"  # stays: the least of days is not over
    NO_RULE = "no-rule"  # stays: no rule concerns it


GOES = frozenset({Why.DELIVERED, Why.AGE, Why.SPACE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What ``[keeping]`` of room.toml says; None = no such rule."""

    after_delivery: timedelta | None = None
    age: timedelta | None = None
    least: timedelta = timedelta(days=1)  # kept so long in any case, from the recording's begin
    delivers: bool = False  # some target gets every recording
    received: timedelta | None = None  # for what another school has sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A recording as the rules look at it."""

    id: str
    started_at: datetime  # aware
    bytes: int
    delivered_at: datetime | None = None  # when the last of what is to arrive had arrived
    withheld: bool = False  # its consent keeps it from some target
    waiting: bool = False  # something of it is asked to be delivered, or is being sent
    busy: bool = False
    held: bool = False
    damaged: bool = False
    received_at: datetime | None = None  # from another school; None = it was recorded here


@dataclass(frozen=True, slots=True)
class Space:
    """The disk; bytes."""

    free: int
    wanted: int  # that should be free


@dataclass(frozen=True, slots=True)
class Deletion:
    """What goes, and why."""

    recording: str
    bytes: int
    why: Why


def judge(one: Kept, rules: Rules, now: datetime) -> Why:
    """Tell why a recording goes or stays, as long as there is room enough."""
    if (stays := _in_use(one)) is not None:
        return stays
    if one.received_at is not None:
        is_over = rules.received is not None and now - one.received_at >= rules.received
        return Why.AGE if is_over and not one.waiting else Why.SENT
    if (stays := _protected(one, rules, now)) is not None:
        return stays
    after, arrived = rules.after_delivery, one.delivered_at
    if rules.delivers and after is not None and arrived and now - arrived >= after:
        return Why.DELIVERED
    if rules.age is not None and now - one.started_at >= rules.age:
        return Why.AGE
    return Why.NO_RULE


def _in_use(one: Kept) -> Why | None:
    reasons = ((one.busy, Why.BUSY), (one.held, Why.HELD), (one.damaged, Why.DAMAGED))
    return next((why for holds, why in reasons if holds), None)


def _protected(one: Kept, rules: Rules, now: datetime) -> Why | None:
    reasons = (
        (rules.delivers and one.delivered_at is None and one.withheld, Why.WITHHELD),
        (one.waiting or (rules.delivers and one.delivered_at is None), Why.WAITING),
        (now - one.started_at < rules.least, Why.YOUNG),
    )
    return next((why for holds, why in reasons if holds), None)


def plan(
    recordings: Iterable[Kept], rules: Rules, now: datetime, space: Space
) -> tuple[Deletion, ...]:
    """Give what is to be deleted, in order: what is due, then for space what was delivered.

    For space the oldest goes first, and no more than is needed.
    """
    judged = sorted(((one, judge(one, rules, now)) for one in recordings), key=_oldest_first)
    due = tuple(Deletion(one.id, one.bytes, why) for one, why in judged if why in GOES)
    short = space.wanted - space.free - sum(one.bytes for one in due)
    rest = (one for one, why in judged if why is Why.NO_RULE)
    return (*due, *_for_space(rest, rules, short))


def _for_space(rest: Iterable[Kept], rules: Rules, short: int) -> Iterator[Deletion]:
    for one in rest:
        if short <= 0 or not rules.delivers:
            return
        short -= one.bytes
        yield Deletion(one.id, one.bytes, Why.SPACE)


def spare_bytes(recordings: Iterable[Kept], rules: Rules, now: datetime) -> int:
    """Give how much the rules could free if room were needed, bytes."""
    goes = GOES | ({Why.NO_RULE} if rules.delivers else set())
    return sum(one.bytes for one in recordings if judge(one, rules, now) in goes)


def _oldest_first(judged: tuple[Kept, Why]) -> tuple[datetime, str]:
    return judged[0].started_at, judged[0].id
