"""One open link in use: sends what waits, each in its turn, and gives each answer to who asked.

One exchange is under way at a time; a STOP does not wait for it, unless the wire is half duplex.
The next bytes are handed over only when the last ones have left, whoever wrote them, so that
nothing urgent queues up behind them in the system.
"""

import asyncio
from collections.abc import Callable, Collection
from typing import Generic

from classroom_drivers.api import DeviceError, ExpiredError, Link, LinkError, ReplyTimeoutError
from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.links.command_queue import CommandQueue
from classroom_drivers.links.exchange import Codec, Pending, Priority, ReplyT
from classroom_drivers.links.journal import Journal
from classroom_drivers.links.turns import Turns

EVERYTHING = frozenset(Priority)
URGENT = frozenset({Priority.SETUP, Priority.STOP})
WRITE_S = 2.0  # a system that takes no bytes for so long has lost the other side


class Conversation(Generic[ReplyT]):
    """Runs until the link ends."""

    def __init__(
        self,
        link: Link,
        codec: Codec[ReplyT],
        queue: CommandQueue,
        *,
        byte_s: float,
        turns: Turns,
        unasked: Callable[[ReplyT], None],
        journal: Journal,
    ) -> None:
        self.ready = False  # until then only SETUP is sent
        self.answered = 0
        self.missed = asyncio.Event()  # an answer did not come
        self._link = link
        self._codec = codec
        self._queue = queue
        self._byte_s = byte_s
        self._unasked = unasked
        self._journal = journal
        self._waiting: list[Pending] = []
        self._woken = asyncio.Event()
        self._turn = turns.join(self.wake)
        self._quiet_until_s = 0.0
        self._late_until_s = 0.0

    def wake(self) -> None:
        """Look at the queue again."""
        self._woken.set()

    def open(self) -> None:
        """Begin to send everything."""
        self.ready = True
        self.wake()

    def leave(self) -> list[Pending]:
        """Let others write; give back what was sent and is not answered."""
        self._turn.leave(asyncio.get_running_loop().time())
        waiting, self._waiting = self._waiting, []
        return waiting

    async def read(self) -> None:
        """Read until the link ends, which raises LinkError."""
        while data := await self._link.read():
            self._journal.heard(data)
            for found in self._codec.feed(data):
                if not isinstance(found, Garbage):
                    self._match(found)
        self._journal.hung_up()
        raise LinkError("closed by the other side")

    async def write(self) -> None:
        """Send until cancelled, or until the link ends, which raises LinkError."""
        clock = asyncio.get_running_loop().time
        while True:
            self._woken.clear()
            self._expire(clock())
            pending = self._next(clock())
            if pending:
                await self._transmit(pending, clock)
            else:
                await self._nap(clock())

    def _next(self, now_s: float) -> Pending | None:
        """Take what is to be sent now, if it is our turn."""
        first = self._queue.first(self._allowed(now_s))
        if not self._turn.wish(first.exchange.priority if first else None, now_s) or not first:
            return None
        self._queue.remove(first)
        return first

    def _allowed(self, now_s: float) -> Collection[Priority]:
        late = now_s < self._late_until_s
        if not self.ready:
            busy = self._waiting or late or now_s < self._quiet_until_s
            return () if busy else (Priority.SETUP,)
        if late:
            return (Priority.STOP,)
        return URGENT if self._waiting or now_s < self._quiet_until_s else EVERYTHING

    async def _transmit(self, pending: Pending, clock: Callable[[], float]) -> None:
        exchange = pending.exchange
        if exchange.data and not pending.spelled:
            pending.spelled = tuple(self._codec.spell(exchange.data))
        for older in self._waiting:
            older.outdated |= bool(exchange.kind) and older.exchange.kind == exchange.kind
        pending.sent += 1
        length_s = sum(map(len, pending.spelled)) * self._byte_s
        pending.answer_due_s = clock() + length_s + exchange.timeout_s
        pending.assent_due_s = clock() + length_s + exchange.assent_s
        self._waiting.append(pending)
        self._turn.begin()
        try:
            async with asyncio.timeout(WRITE_S):
                for data in pending.spelled:
                    self._journal.wrote(exchange.name, data)
                    await self._link.write(data)
        except TimeoutError as error:
            raise LinkError(f"{exchange.name}: could not be written") from error
        gone_s = clock() + length_s
        self._turn.written(gone_s, answered=exchange.answer is not None)
        if exchange.answer is None:
            self._waiting.remove(pending)
            self._quiet_until_s = gone_s + exchange.gap_s
            pending.succeed(None)

    def _match(self, reply: ReplyT) -> None:
        """Give a reply to the oldest that knows it as its answer."""
        for pending in self._waiting:
            try:
                result = pending.exchange.answer(reply) if pending.exchange.answer else None
            except DeviceError as error:
                pending.fail(error)
            else:
                if result is None:
                    continue
                pending.succeed(result)
            self.answered += 1
            self._waiting.remove(pending)
            now_s = asyncio.get_running_loop().time()
            self._quiet_until_s = now_s + pending.exchange.gap_s
            self._turn.over(now_s)
            self.wake()
            return
        self._unasked(reply)

    def _expire(self, now_s: float) -> None:
        for late in self._queue.expired(now_s):
            text = f"{late.exchange.name}: not sent within {late.exchange.deadline_s} s"
            late.fail(ExpiredError(text))
        for accepted in [p for p in self._waiting if p.assent_due_s <= now_s]:
            accepted.assent_due_s = float("inf")
            accepted.succeed(None)
        for silent in [p for p in self._waiting if p.answer_due_s <= now_s]:
            self._waiting.remove(silent)
            self._turn.over(now_s)
            self._late_until_s = now_s + self._turn.late_s
            again = silent.sent <= silent.exchange.resend and not silent.outdated
            if again and silent.wanted:
                self._queue.put_back(silent)
                continue
            self.missed.set()
            text = f"{silent.exchange.name}: no answer within {silent.exchange.timeout_s:.2g} s"
            silent.fail(ReplyTimeoutError(text))

    async def _nap(self, now_s: float) -> None:
        """Wait until something is put, answered, free again or overdue."""
        moments = [min(p.answer_due_s, p.assent_due_s) for p in self._waiting]
        moments += [t for t in (self._late_until_s, self._quiet_until_s) if t > now_s]
        until_s = min(*moments, self._turn.next_s(now_s), self._queue.next_expiry_s())
        try:
            async with asyncio.timeout_at(until_s if until_s < float("inf") else None):
                await self._woken.wait()
        except TimeoutError:
            pass
