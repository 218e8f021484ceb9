"""What becomes of a delivery after what was reported of a try. Pure."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from classroom_edge.library.deliver.messages import (
    Arrived,
    Done,
    Failed,
    Kept,
    Moved,
    Report,
    Weighed,
)
from classroom_edge.library.deliver.waiting import Delivery, Patience, Standing

HERE: Final = frozenset(
    {"gone-here", "changed-here", "unreadable-here", "not-finished", "nothing-to-send", "consent"}
)  # codes of what is wrong with a recording, not with the target
ERASED: Final = "erased"  # the recording is no more
ENDS: Final = {"consent": Standing.WITHHELD, ERASED: Standing.DROPPED}  # by code; else REFUSED
CRASHED: Final = Failed(kind="transient", code="crashed")


def begun(delivery: Delivery) -> Delivery:
    """It is being sent now."""
    return replace(delivery, state=Standing.SENDING)


def told(delivery: Delivery, report: Report) -> Delivery:
    """Take over what is told on the way."""
    match report:
        case Weighed(bytes=total):
            return replace(delivery, bytes=total)
        case Moved(there=there):
            return replace(delivery, there=there)
        case Kept(key=key, token=token):
            others = tuple(one for one in delivery.tokens if one[0] != key)
            return replace(delivery, tokens=(*others, (key, token)) if token else others)
        case Arrived(receipt=receipt):
            lying = (*(one for one in delivery.arrived if one.name != receipt.name), receipt)
            size = sum(one.size for one in lying)
            return replace(delivery, arrived=lying, there=size, failures=0)
    return delivery


def interrupted(delivery: Delivery, now: datetime) -> Delivery:
    """It was stopped by us: its hours are over, or a lesson is live."""
    return replace(delivery, state=Standing.WAITING, due_at=now)


def ended(delivery: Delivery, last: Done | Failed, now: datetime, patience: Patience) -> Delivery:
    """Take over how a try ended."""
    if isinstance(last, Done):
        return replace(
            delivery,
            state=Standing.SENT,
            sent_at=now,
            there=delivery.bytes,
            code="",
            said="",
            failures=0,
            tokens=(),
        )
    failed = replace(delivery, code=last.code, said=last.said[:200], failures=delivery.failures + 1)
    if last.kind == "refused":
        return replace(failed, state=ENDS.get(last.code, Standing.REFUSED))
    due_at = now + patience.after(failed.failures)
    return replace(failed, state=Standing.WAITING, due_at=due_at)
