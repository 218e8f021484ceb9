"""Plays the device's part of a transcript: what was written before is answered as it was then.

Questions may come in another order than they were recorded, as drivers grow: each is answered
with what followed it in the recording, the next time with what followed it the next time, and
with the last of these from then on. What was recorded after an action is used after that action.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from classroom_drivers.transcript import Kind, Step, Transcript

MASKED = b"*"  # what a secret is read as

Recount = Callable[[bytes], bytes]


@dataclass(slots=True)
class Answer:
    """What followed a question, each piece with its delay; None is the device hanging up."""

    question: Step
    pieces: list[tuple[float, bytes | None]] = field(default_factory=list)


@dataclass(slots=True)
class Chapter:
    """What was recorded from one action to the next, and what the driver must have told by then."""

    action: Step | None = None
    length_s: float = 0.0
    greetings: list[Answer] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    expected: list[Step] = field(default_factory=list)


def chapters_of(transcript: Transcript) -> list[Chapter]:
    """Cut a transcript at its actions."""
    chapters = [Chapter()]
    answer = Answer(Step(0.0, Kind.OPENED))
    began_s = last_s = 0.0
    for step in transcript.steps:
        if step.kind is Kind.DONE:
            chapters.append(Chapter(action=step))
            began_s = step.at_s
        here = chapters[-1]
        here.length_s = max(here.length_s, step.at_s - began_s)
        match step.kind:
            case Kind.OPENED:
                answer = Answer(step)
                here.greetings.append(answer)
            case Kind.WRITTEN:
                answer = Answer(step)
                here.answers.append(answer)
            case Kind.READ:
                answer.pieces.append((step.at_s - last_s, MASKED.join(step.parts)))
            case Kind.HUNG_UP:
                answer.pieces.append((step.at_s - last_s, None))
            case Kind.EXPECTED:
                here.expected.append(step)
        last_s = step.at_s
    return chapters


class Replay:
    """The way to a device that answers as it was recorded."""

    byte_s = 0.0

    def __init__(self, transcript: Transcript) -> None:
        self.chapters = chapters_of(transcript)
        self.unknown: list[bytes] = []  # what was asked and is nowhere in the recording
        self._counter = slice(*(transcript.counter or (0, 0)))
        self._at = 0
        self._used: dict[tuple[int, int], int] = {}

    def turn_to(self, chapter: int) -> None:
        """Answer from now on as it did after that chapter's action."""
        self._at = chapter

    @asynccontextmanager
    async def open(self) -> AsyncIterator["ReplayLink"]:
        """Open a link for the length of a block."""
        link = ReplayLink(self)
        for at in self._order():
            if greetings := self.chapters[at].greetings:
                link.say(self._next(at, greetings), bytes)
                break
        yield link

    def ask(self, link: "ReplayLink", data: bytes) -> None:
        """Answer a question on a link."""
        for at in self._order():
            known = [a for a in self.chapters[at].answers if self._is(a.question, data)]
            if known:
                answer = self._next(at, known)
                link.say(answer, self._recount(b"".join(answer.question.parts), data))
                return
        self.unknown.append(data)

    def _order(self) -> list[int]:
        """Look in this chapter, then in those before, newest first, then in those to come."""
        return [*range(self._at, -1, -1), *range(self._at + 1, len(self.chapters))]

    def _next(self, at: int, known: list[Answer]) -> Answer:
        """Give the first that was not given yet, or the last; what the end cut off is not meant."""
        while len(known) > 1 and not known[-1].pieces:
            known.pop()
        key = at, id(known[0])
        used = self._used.get(key, 0) if at >= self._at else len(known)
        self._used[key] = used + 1
        return known[min(used, len(known) - 1)]

    def _is(self, question: Step, data: bytes) -> bool:
        first, *others = question.parts
        parts = (self._blank(first), *others)
        pattern = b".+".join(re.escape(part) for part in parts)
        return re.fullmatch(pattern, self._blank(data), re.DOTALL) is not None

    def _blank(self, data: bytes) -> bytes:
        size = len(data[self._counter])
        return data[: self._counter.start] + bytes(size) + data[self._counter.start + size :]

    def _recount(self, recorded: bytes, asked: bytes) -> Recount:
        place = self._counter

        def recount(said: bytes) -> bytes:
            if said[place] != recorded[place]:
                return said
            return said[: place.start] + asked[place] + said[place.stop :]

        return recount


class ReplayLink:
    """An open line to the past."""

    def __init__(self, replay: Replay) -> None:
        self._replay = replay
        self._arrived: asyncio.Queue[bytes] = asyncio.Queue()

    async def write(self, data: bytes) -> None:
        """Ask; the answer comes when it came then."""
        self._replay.ask(self, data)

    async def read(self) -> bytes:
        """Wait for what is said; empty once the device has hung up."""
        return await self._arrived.get()

    def say(self, answer: Answer, recount: Recount) -> None:
        """Have everything of an answer arrive in its time."""
        loop = asyncio.get_running_loop()
        at_s = loop.time()
        for delay_s, said in answer.pieces:
            at_s += delay_s
            loop.call_at(at_s, self._arrived.put_nowait, recount(said) if said else b"")
