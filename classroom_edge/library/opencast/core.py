"""A room's connection with an Opencast: requests with its login, to whichever host offers them.

The agent calls the core, and never the other way round. Which host offers what, the core's
registry tells.

Source: Opencast's documentation for developers, "Capture Agent Communication Protocol".
"""

import base64
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from random import Random, SystemRandom
from typing import Final
from urllib.parse import unquote, urlencode, urlsplit

import msgspec

from classroom_edge.library.deliver.target import MisconfiguredError, TransientError
from classroom_edge.library.deliver.web import Answer, Body, Web, check
from classroom_edge.library.opencast import wire
from classroom_edge.library.opencast.digest import Challenge, DigestError, Login

ASKED_WITHIN_S: Final = 60.0  # of a challenge; Spring's expire after 300 s
LOGINS: Final = ("digest", "basic")
FORM: Final = "application/x-www-form-urlencoded"


@dataclass(kw_only=True)
class Core:
    """An Opencast. Its calls block; they raise DeliveryError."""

    url: str
    username: str
    password: str = field(repr=False)
    login: str = "digest"
    authority: str = ""
    random: Random = field(default_factory=SystemRandom)
    monotonic: Callable[[], float] = time.monotonic
    _offered: dict[str, tuple[str, ...]] = field(default_factory=dict, init=False)
    _logins: dict[str, tuple[float, Login]] = field(default_factory=dict, init=False)

    def service(self, kind: str) -> str:
        """Give where a service is offered, another one each time, so that the load is spread."""
        if kind not in self._offered:
            query = urlencode({"serviceType": kind})
            answer = self.ask("GET", f"{self.url.rstrip('/')}/services/available.json", query=query)
            try:
                found = wire.endpoints(check(answer, HTTPStatus.OK).body)
            except msgspec.MsgspecError as error:
                raise TransientError("answer-odd", str(error)) from error
            self._offered[kind] = tuple(self._trusted(one) for one in found)
        if not self._offered[kind]:
            del self._offered[kind]
            raise TransientError("no-service-there", kind)
        return self.random.choice(self._offered[kind])

    def ask(
        self,
        method: str,
        url: str,
        *,
        query: str = "",
        headers: Mapping[str, str] | None = None,
        body: Body | None = None,
    ) -> Answer:
        """Ask for something at a whole address; any status is an answer."""
        web, path = self._at(url)
        target = f"{web.path(path)}?{query}" if query else web.path(path)
        shown = dict(headers or {}) | self._shown(web, method, target)
        return web.ask(method, path, query=query, headers=shown, body=body)

    def post(self, url: str, fields: Mapping[str, str]) -> Answer:
        """Post a form."""
        data = urlencode(fields).encode()
        headers = {"Content-Type": FORM}
        return self.ask("POST", url, headers=headers, body=Body((data,), len(data)))

    def read(self, url: str) -> Iterator[bytes]:
        """Give what lies at a whole address."""
        web, path = self._at(url)
        return web.read(path, headers=self._shown(web, "GET", web.path(path)))

    def _at(self, url: str) -> tuple[Web, str]:
        """Give the server of a whole address, and the path on it, not encoded."""
        parts = urlsplit(url)
        web = Web(f"{parts.scheme}://{parts.netloc}", authority=self.authority)
        return web, unquote(parts.path).lstrip("/")

    def _trusted(self, url: str) -> str:
        """Raise MisconfiguredError if our login would go where anybody can read it."""
        if urlsplit(self.url).scheme == "https" and urlsplit(url).scheme != "https":
            raise MisconfiguredError("not-encrypted-there", url)
        return url

    def _shown(self, web: Web, method: str, target: str) -> dict[str, str]:
        if self.login == "basic":
            coded = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
            return {"Authorization": f"Basic {coded}"}
        asked_s, login = self._logins.get(web.url, (0.0, None))
        if login is None or self.monotonic() - asked_s > ASKED_WITHIN_S:
            login = Login(self._challenge(web), self.username, self.password)
            self._logins[web.url] = self.monotonic(), login
        return {"X-Requested-Auth": "Digest", "Authorization": login.header(method, target)}

    def _challenge(self, web: Web) -> Challenge:
        """Have the server ask who we are, before anything large is sent."""
        answer = web.ask("GET", "info/me.json", headers={"X-Requested-Auth": "Digest"})
        try:
            return Challenge.read(answer.headers.get("www-authenticate", ""))
        except DigestError as error:
            raise MisconfiguredError("no-digest-there", answer.said) from error
