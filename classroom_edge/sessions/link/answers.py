"""Questions that wait for their answers, at either end of a link."""

import asyncio
from contextlib import suppress
from typing import Generic, TypeVar

A = TypeVar("A")


class SilentError(Exception):
    """No answer came in time; whether anything was done is not known."""


class Answers(Generic[A]):
    """Who asked what, and waits."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, int], asyncio.Future[A]] = {}

    async def wait(self, site: str, ask_id: int, within_s: float) -> A:
        """Give the answer to a question. Raises SilentError."""
        place = (site, ask_id)
        answer: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self._waiting[place] = answer
        try:
            async with asyncio.timeout(within_s):
                return await answer
        except TimeoutError as error:
            raise SilentError(f"{site}: no answer within {within_s} s") from error
        finally:
            del self._waiting[place]

    def give_up(self) -> None:
        """Let nobody wait any longer: whoever was asked is gone, and what it says late is stale."""
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(SilentError("the other end is lost"))

    def take(self, site: str, ask_id: int, answer: A) -> None:
        """Bring an answer; nobody waits for one that comes late, or from elsewhere."""
        with suppress(KeyError, asyncio.InvalidStateError):
            self._waiting[site, ask_id].set_result(answer)
