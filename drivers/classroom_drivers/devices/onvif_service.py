"""Asking an ONVIF camera: messages to its services, the password proved as it wants it proved.

Checked on: emulator only.
Source: ONVIF Core Specification 25.12, on authentication: a question without any proof is answered
401 by cameras that know HTTP digest, and refused as NotAuthorized by those that know the user name
token only. So the first question is asked bare, and the answer decides.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from secrets import token_bytes
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from classroom_drivers.api import AuthenticationError, RefusedError, UnsupportedError
from classroom_drivers.codecs import onvif
from classroom_drivers.codecs.http import (
    ERRORS,
    UNAUTHORIZED,
    Answer,
    Digest,
    HttpCodec,
    Request,
    Response,
    challenges,
    encode,
    numbered,
)
from classroom_drivers.codecs.onvif import Fault, Message
from classroom_drivers.links.exchange import Exchange, Priority
from classroom_drivers.links.line import Line

ANSWER_S = 4.0
DEADLINE_S = 5.0  # nothing is sent later than this
TRIES = 3  # of one question, while the camera says how it wants the password proved
REFUSED_S, REFUSED_MAX_S = 60.0, 600.0  # cameras lock out who tries a wrong password often
BEFORE_PASSWORD = {onvif.GET_DATE, onvif.GET_SERVICES, onvif.GET_CAPABILITIES}
LOGINS = ("auto", "digest", "token")


class FaultError(RefusedError):
    """The camera's own words for no."""

    def __init__(self, text: str, codes: tuple[str, ...]) -> None:
        super().__init__(text)
        self.codes = codes


class UnprovedError(AuthenticationError):
    """The camera wants the password proved, or proved otherwise: then it is asked again."""

    def __init__(self, text: str, *, again: bool) -> None:
        super().__init__(text)
        self.again = again


class OnvifService:
    """The services of one camera, and the way to prove oneself to them."""

    def __init__(self, *, user: str, password: str, login: str, host: str, path: str) -> None:
        if login not in LOGINS:
            raise UnsupportedError(f"no login {login!r}; there are {', '.join(LOGINS)}")
        self.addresses: dict[str, str] = {}  # of the services, once they are known
        self._user, self._password, self._login = user, password, login
        self._host, self._path = host, path or "/"
        self._digest = Digest(user, password)
        self._uses_token = login == "token"
        self._clock: tuple[datetime, float] | None = None  # the camera's, and when it said so
        self._refusals = 0  # of proofs, in a row
        self._refused_s = float("-inf")
        self._numbers = count(1)

    def codec(self) -> HttpCodec:
        """Give the codec of a new link."""
        return HttpCodec(self._digest.authorize)

    def set_clock(self, date: datetime, now_s: float) -> None:
        """Know what time it is in the camera."""
        self._clock = date, now_s

    async def ask(
        self,
        line: Line[Answer],
        message: Message,
        now_s: float,
        *,
        priority: Priority = Priority.COMMAND,
        kind: str = "",
        timeout_s: float = ANSWER_S,
        once: bool = False,
        deadline_s: float = DEADLINE_S,
        wanted: Callable[[], bool] = lambda: True,
    ) -> Element:
        """Ask and give what the answer carries; as long as it is wanted, prove the password.

        Raises:
            FaultError: the camera says no.
            AuthenticationError: it does not take the password.
            DeviceError: as `Line.ask`.
        """
        self._check_refused(message, now_s)
        for left in reversed(range(TRIES)):
            number, data = self.spell(message, now_s)
            exchange = Exchange[Answer, Element](
                name=message.name,
                data=data,
                answer=partial(self._answer, message.name, number),
                timeout_s=timeout_s,
                priority=priority,
                kind=kind,
                once=once,
                deadline_s=deadline_s,
            )
            try:
                answer = await line.ask(exchange)
            except UnprovedError as error:
                if not error.again:
                    self._refusals, self._refused_s = self._refusals + 1, now_s
                if not (error.again and left and wanted()):
                    raise
            else:
                if message not in BEFORE_PASSWORD:
                    self._refusals = 0
                return answer
        raise AssertionError("the last try returns or raises")

    def spell(self, message: Message, now_s: float) -> tuple[int, bytes]:
        """Spell a question under the next number."""
        address = self.addresses.get(message.service, "")
        target = (urlsplit(address).path if address else "") or self._path
        kind = f'application/soap+xml; charset=utf-8; action="{message.action}"'
        headers = ("Host", self._host), ("Content-Type", kind), ("Connection", "close")
        body = onvif.envelope(message, self._token(now_s))
        number = next(self._numbers)
        return number, numbered(number, encode(Request("POST", target, headers, body)))

    def content(self, name: str, response: Response) -> Element | None:
        """Give what a response carries, None if it cannot be read; raise what it refuses."""
        found = onvif.read(response.body)
        unproved = isinstance(found, Fault) and onvif.NOT_AUTHORIZED in found.codes
        if unproved or response.status == UNAUTHORIZED:
            raise UnprovedError(f"{name}: not authorized", again=self._may_prove(response))
        if isinstance(found, Fault):
            raise FaultError(f"{name}: {found}", found.codes)
        if response.status >= ERRORS:
            raise FaultError(f"{name}: HTTP {response.status}", (str(response.status),))
        return found

    def _check_refused(self, message: Message, now_s: float) -> None:
        """Raise without asking what was refused lately, ever more seldom."""
        if not self._refusals or message in BEFORE_PASSWORD:
            return
        pause_s = min(REFUSED_S * 2 ** (self._refusals - 1), REFUSED_MAX_S)
        left_s = self._refused_s + pause_s - now_s
        if left_s > 0:
            text = f"{message.name}: not authorized; tried again in {left_s:.0f} s"
            raise UnprovedError(text, again=False)

    def _answer(self, name: str, number: int, reply: Answer) -> Element | None:
        return self.content(name, reply.response) if reply.number == number else None

    def _token(self, now_s: float) -> str:
        """Prove the password in the message itself, at the camera's own time."""
        if not self._uses_token or not self._password:
            return ""
        created = datetime.now(UTC)
        if self._clock is not None:
            date, said_s = self._clock
            created = date + timedelta(seconds=now_s - said_s)
        nonce = token_bytes(16)
        return onvif.user_name_token(self._user, self._password, nonce=nonce, created=created)

    def _may_prove(self, response: Response) -> bool:
        """Take a refusal; say whether there is something else to prove it by."""
        if not self._password:
            return False
        if self._login != "token" and challenges(response.values("www-authenticate")):
            self._uses_token = False
            return self._digest.challenged(response)
        if self._login == "digest" or self._uses_token:
            return False
        self._uses_token = True
        return True
