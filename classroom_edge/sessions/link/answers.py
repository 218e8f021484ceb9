"""Questions that wait for their answers, at either end of a link."""

import asyncio
from contextlib import suppress

from classroom_edge.sessions.link.effects import Answered


class SilentError(Exception):
    """No answer came in time; whether anything was done is not known."""


class Answers:
    """Who asked what, and waits."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, int], asyncio.Future[str]] = {}

    async def wait(self, site: str, ask_id: int, within_s: float) -> str:
        """Give the answer to a question: "" = done, or a reason. Raises SilentError."""
        place = (site, ask_id)
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._waiting[place] = answer
        try:
            async with asyncio.timeout(within_s):
                return await answer
        except TimeoutError as error:
            raise SilentError(f"{site}: no answer within {within_s} s") from error
        finally:
            del self._waiting[place]

    def take(self, answered: Answered) -> None:
        """Bring an answer; nobody waits for one that comes late, or from elsewhere."""
        with suppress(KeyError, asyncio.InvalidStateError):
            self._waiting[answered.site, answered.answer.id].set_result(answered.answer.reason)
