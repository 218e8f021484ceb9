"""The rules of a recording, pure: from what its journal tells to what is to be done."""

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from classroom_edge.room import RecordingState
from classroom_edge.services.recorders import Order
from classroom_media.api import NS
from classroom_media.record.journal import (
    AnyJournalEvent,
    RecordingStopped,
    SourceBack,
    SourceLost,
    TakeEnded,
    TakeStarted,
)
from classroom_media.record.story import Story

GOES_ON_WITHIN_S: Final = 60.0  # an outage that is a gap in a take; a longer one ends the take
FORGOTTEN_AFTER_S: Final = 1800.0  # nobody expects to be recorded half an hour after a power cut


def new_id(at: datetime) -> str:
    """Give a recording's id; ids sort by time."""
    return f"{at.astimezone(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def state_of(story: Story | None) -> RecordingState:
    """Give where a recording stands."""
    if story is None or story.stopped:
        return RecordingState.IDLE
    if story.open_take is None:
        return RecordingState.PAUSED
    if story.open_take.held_ns is not None:
        return RecordingState.STOPPING
    return RecordingState.RECORDING


def order_of(story: Story | None, folder: str, second: str = "") -> Order:
    """Give what the recorders are to do."""
    take = story.open_take if story else None
    if story is None or take is None or story.stopped:
        return Order()
    return Order(
        recording=story.id,
        folder=folder,
        second=second,
        take=take.number,
        from_ns=take.from_ns,
        lead_in=not take.reason,  # what lies before a resume is nobody's business
        held_ns=take.held_ns,
    )


def place_of(story: Story, at_ns: int) -> float:
    """Give the file time of an instant that has just passed."""
    take = story.takes[-1]
    end_ns = at_ns if take.held_ns is None else min(at_ns, take.held_ns)
    end_ns = end_ns if take.end_ns is None else take.end_ns
    return (story.offset_of(take.number) + max(0, end_ns - take.from_ns)) / NS


def limit_left_s(story: Story, at_ns: int) -> float:
    """Tell how long a recording that ends by itself goes on from an instant that has passed."""
    return story.limit_s - place_of(story, at_ns)


def lost_in(events: Iterable[AnyJournalEvent]) -> set[str]:
    """Give the sources that are lost, as the journal tells it."""
    lost: set[str] = set()
    for event in events:
        if isinstance(event, SourceLost):
            lost.add(event.source)
        elif isinstance(event, SourceBack):
            lost.discard(event.source)
    return lost


def ending(story: Story, *, now_ns: int, reason: str) -> list[AnyJournalEvent]:
    """Give the line that ends the open take, if there is one: now, or at a hold that is past."""
    take = story.open_take
    if take is None:
        return []
    end_ns = now_ns if take.held_ns is None else min(now_ns, take.held_ns)
    return [TakeEnded(at_ns=now_ns, take=take.number, end_ns=end_ns, reason=reason)]


def after_outage(story: Story, *, boot: str, now_ns: int, outage_s: float) -> list[AnyJournalEvent]:
    """Give the lines with which a recording goes on that a daemon finds unfinished.

    None when it simply goes on; another take after a long outage or a new boot; the end when a
    stop had been asked for, or when nobody expects any more to be recorded.
    """
    if not story.takes:  # it ended before it began
        return [RecordingStopped(at_ns=now_ns, reason="outage")]
    take = story.open_take
    if take is not None and take.held_ns is not None:
        end = ending(story, now_ns=now_ns, reason="stop")
        return [*end, RecordingStopped(at_ns=now_ns, reason="stop")]
    if outage_s <= GOES_ON_WITHIN_S and (take is None or take.boot == boot):
        return []
    events: list[AnyJournalEvent] = []
    if take is not None:
        end_ns = story.end_of(take)
        events.append(TakeEnded(at_ns=now_ns, take=take.number, end_ns=end_ns, reason="outage"))
    if outage_s > FORGOTTEN_AFTER_S:
        events.append(RecordingStopped(at_ns=now_ns, reason="outage"))
    elif take is not None:
        number = take.number + 1
        events.append(
            TakeStarted(at_ns=now_ns, take=number, from_ns=now_ns, boot=boot, reason="outage")
        )
    return events
