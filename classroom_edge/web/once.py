"""A command sent twice is done once: the header ``Idempotency-Key`` names it.

A panel whose answer got lost on a bad network simply sends the same again, and gets the
answer of the first time. Only what succeeded is remembered, and only the newest.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REMEMBERED: Final = 256  # answers; each is below a kilobyte
KEY_MAX: Final = 128  # characters

_Name = tuple[str, str, str, str]


@dataclass(slots=True)
class _Answer:
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    messages: list[Message] = field(default_factory=list)


class Once:
    """Answers a POST whose key it knows from memory."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._answers: OrderedDict[_Name, _Answer] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        name = _name(scope)
        if name is None:
            await self._app(scope, receive, send)
            return
        answer = self._answers.setdefault(name, _Answer())
        self._answers.move_to_end(name)
        while len(self._answers) > REMEMBERED:
            self._answers.popitem(last=False)
        async with answer.turn:
            if not answer.messages:
                answer.messages = await self._ask(scope, receive, send)
                return
        for message in answer.messages:
            await send(message)

    async def _ask(self, scope: Scope, receive: Receive, send: Send) -> list[Message]:
        """Pass the request on; give what was answered, if that was a yes."""
        answered: list[Message] = []

        async def noted(message: Message) -> None:
            answered.append(message)
            await send(message)

        await self._app(scope, receive, noted)
        good = bool(answered) and answered[0].get("status", 500) < 300
        return answered if good else []


def _name(scope: Scope) -> _Name | None:
    """What makes a request the same: where it goes, from whom it comes, and its key."""
    if scope["type"] != "http" or scope["method"] != "POST":
        return None
    headers = Headers(scope=scope)
    key = headers.get("idempotency-key", "")
    if not 0 < len(key) <= KEY_MAX:
        return None
    return scope["path"], headers.get("cookie", ""), headers.get("authorization", ""), key
