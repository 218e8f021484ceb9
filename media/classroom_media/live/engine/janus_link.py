"""Our session with a Janus server: requests, and what it tells later.

A request is answered at once, or taken ("ack") and answered by an event that names its
transaction; events are waited for by one long question at a time.

Source: Janus documentation, "RESTful, WebSockets, RabbitMQ, MQTT, Nanomsg and UnixSockets API".
"""

import asyncio
import contextlib
import secrets
from dataclasses import dataclass
from ssl import SSLContext
from typing import Final
from urllib.parse import quote

from classroom_media.live.engine.api import EngineError
from classroom_media.live.engine.http import Json, ask

ANSWER_S: Final = 10.0
LONG_S: Final = 40.0  # Janus says that nothing happened after 30 s
AGAIN_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Server:
    """Where a Janus is, and the words that it wants to hear."""

    url: str  # ending in /janus
    admin_url: str  # ending in /admin
    secret: str
    admin_secret: str
    tls: SSLContext | None = None

    def __repr__(self) -> str:
        """Tell all but the secrets."""
        return f"Server({self.url})"


class JanusLink:
    """A session. `run` must run as long as it is used."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._session: int | None = None
        self._opened = asyncio.Event()
        self._events: dict[str, asyncio.Future[Json]] = {}

    async def open(self) -> None:
        """Begin.

        Raises:
            EngineError: no Janus is there, or it refuses.
        """
        self._session = _number(await self._post("", {"janus": "create"}))
        self._opened.set()

    async def run(self) -> None:
        """Take events until cancelled; a Janus that is away for a moment is asked again."""
        await self._opened.wait()
        while self._session is not None:
            url = f"{self.server.url}/{self._session}?apisecret={quote(self.server.secret)}"
            try:
                self._note(await ask(url, None, within_s=LONG_S, tls=self.server.tls))
            except EngineError:
                await asyncio.sleep(AGAIN_S)

    async def attach(self, plugin: str) -> int:
        """Give the number of a new handle to a plugin."""
        return _number(await self._post(self._here(), {"janus": "attach", "plugin": plugin}))

    async def detach(self, handle: int) -> None:
        """Give a handle back."""
        await self._post(self._here(handle), {"janus": "detach"})

    async def message(self, handle: int, body: Json, sdp: Json | None = None) -> Json:
        """Say something to a plugin; gives its answer, or the event that is one.

        Raises:
            EngineError: it refuses, or says nothing.
        """
        transaction = secrets.token_hex(8)
        self._events[transaction] = told = asyncio.get_running_loop().create_future()
        request: Json = {"janus": "message", "body": body, "transaction": transaction}
        if sdp is not None:
            request["jsep"] = sdp
        try:
            answer = await self._post(self._here(handle), request)
            if answer.get("janus") == "ack":
                async with asyncio.timeout(ANSWER_S):
                    answer = await told
        except TimeoutError as error:
            raise EngineError(f"Janus did not answer {body.get('request')}") from error
        finally:
            del self._events[transaction]
        return _said(answer, body)

    async def of_handle(self, handle: int) -> Json:
        """Give all that Janus knows of a handle."""
        body: Json = {
            "janus": "handle_info",
            "transaction": secrets.token_hex(8),
            "admin_secret": self.server.admin_secret,
        }
        url = self.server.admin_url + self._here(handle)
        answer = await ask(url, body, within_s=ANSWER_S, tls=self.server.tls)
        info = _checked(answer).get("info")
        return info if isinstance(info, dict) else {}

    async def close(self) -> None:
        """End the session, and all that is in it."""
        if self._session is not None:
            with contextlib.suppress(EngineError):
                await self._post(self._here(), {"janus": "destroy"})
            self._session = None

    def _here(self, handle: int | None = None) -> str:
        return f"/{self._session}" if handle is None else f"/{self._session}/{handle}"

    async def _post(self, path: str, body: Json) -> Json:
        whole = {"transaction": secrets.token_hex(8), "apisecret": self.server.secret, **body}
        answer = await ask(self.server.url + path, whole, within_s=ANSWER_S, tls=self.server.tls)
        return _checked(answer)

    def _note(self, event: Json) -> None:
        told = self._events.get(str(event.get("transaction")))
        if told is not None and not told.done() and event.get("janus") == "event":
            told.set_result(event)


def _checked(answer: Json) -> Json:
    if answer.get("janus") == "error":
        error = answer.get("error")
        raise EngineError(f"Janus refuses: {error}")
    return answer


def _number(answer: Json) -> int:
    data = answer.get("data")
    number = data.get("id") if isinstance(data, dict) else None
    if not isinstance(number, int):
        raise EngineError("Janus gave no number")
    return number


def _said(answer: Json, body: Json) -> Json:
    """Give what a plugin said, with the description that came with it under `jsep`."""
    plugin = answer.get("plugindata")
    data = plugin.get("data") if isinstance(plugin, dict) else None
    if not isinstance(data, dict):
        raise EngineError(f"Janus gave no answer to {body.get('request')}")
    if "error" in data:
        raise EngineError(f"Janus refuses {body.get('request')}: {data['error']}")
    return {**data, "jsep": answer.get("jsep")}
