"""What waits to be sent: order, replacement, deadlines."""

import asyncio
from collections.abc import Iterator

import pytest

from classroom_drivers.api import LinkError
from classroom_drivers.links.command_queue import WAITING_MAX, CommandQueue
from classroom_drivers.links.exchange import Exchange, Pending, Priority


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


def pending(
    loop: asyncio.AbstractEventLoop,
    name: str,
    priority: Priority = Priority.COMMAND,
    *,
    kind: str = "",
    expires_s: float = 5.0,
) -> Pending:
    exchange: Exchange[str, str] = Exchange(name=name, priority=priority, kind=kind)
    return Pending(exchange, expires_s, [loop.create_future()])


def names(queue: CommandQueue) -> list[str]:
    found = []
    while first := queue.first(tuple(Priority)):
        queue.remove(first)
        found.append(first.exchange.name)
    return found


def test_the_urgent_go_first_and_equals_in_order(loop: asyncio.AbstractEventLoop) -> None:
    queue = CommandQueue()
    for name, priority in (
        ("poll", Priority.POLL),
        ("one", Priority.COMMAND),
        ("two", Priority.COMMAND),
        ("stop", Priority.STOP),
        ("setup", Priority.SETUP),
    ):
        queue.put(pending(loop, name, priority))
    assert names(queue) == ["setup", "stop", "one", "two", "poll"]


def test_the_newest_of_a_kind_answers_for_the_older(loop: asyncio.AbstractEventLoop) -> None:
    queue = CommandQueue()
    old, new = pending(loop, "10 %", kind="volume"), pending(loop, "20 %", kind="volume")
    queue.put(old)
    queue.put(new)
    assert queue.first(tuple(Priority)) is new
    queue.remove(new)
    assert len(queue) == 0
    new.succeed("done")
    assert all(waiter.result() == "done" for waiter in new.waiters)
    assert len(new.waiters) == 2


def test_a_stop_removes_a_movement_and_a_movement_no_stop(loop: asyncio.AbstractEventLoop) -> None:
    queue = CommandQueue()
    queue.put(pending(loop, "left", kind="move"))
    queue.put(pending(loop, "stop", Priority.STOP, kind="move"))
    queue.put(pending(loop, "right", kind="move"))
    assert names(queue) == ["stop", "right"]


def test_nothing_is_given_that_is_not_allowed(loop: asyncio.AbstractEventLoop) -> None:
    queue = CommandQueue()
    queue.put(pending(loop, "command"))
    assert queue.first({Priority.SETUP, Priority.STOP}) is None
    assert len(queue) == 1


def test_what_nobody_waits_for_any_more_is_not_sent(loop: asyncio.AbstractEventLoop) -> None:
    queue = CommandQueue()
    forgotten = pending(loop, "forgotten")
    forgotten.waiters[0].cancel()
    queue.put(forgotten)
    assert queue.first(tuple(Priority)) is None


def test_what_is_late_is_given_back_unsent(loop: asyncio.AbstractEventLoop) -> None:
    queue = CommandQueue()
    queue.put(pending(loop, "late", expires_s=1.0))
    queue.put(pending(loop, "in time", expires_s=3.0))
    assert queue.next_expiry_s() == 1.0
    assert [late.exchange.name for late in queue.expired(2.0)] == ["late"]
    assert names(queue) == ["in time"]


def test_the_queue_is_bounded(loop: asyncio.AbstractEventLoop) -> None:
    queue = CommandQueue()
    for number in range(WAITING_MAX):
        queue.put(pending(loop, str(number)))
    with pytest.raises(LinkError, match="waiting already"):
        queue.put(pending(loop, "one too many"))
