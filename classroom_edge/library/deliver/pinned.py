"""A server whose certificate no authority vouches for, but whose key one knows: one's hub.

The site asks the hub to sign the certificate that it sees. Only the hub can; and from then on
every connection must show that same certificate. A copy of the passes of this site is of no use
to anybody in between, because none is shown before that.
"""

import http.client
import secrets
import ssl
from dataclasses import dataclass, field
from hashlib import sha256
from http import HTTPStatus
from urllib.parse import urlsplit

import msgspec

from classroom_edge.library.deliver.target import MisconfiguredError, TransientError
from classroom_edge.library.deliver.web import Web, check
from classroom_edge.sessions.link.passes import NONCE_BYTES, Shared, is_proven


@dataclass
class Pin:
    """The certificate that was seen first; none over HTTP."""

    seen: bytes | None = None

    def hold(self, certificate: bytes) -> None:
        """Raise MisconfiguredError if another certificate is seen now."""
        if self.seen is None:
            self.seen = certificate
        elif self.seen != certificate:
            raise MisconfiguredError("not-the-hub", "another certificate")


@dataclass(frozen=True)
class PinnedWeb(Web):
    """A server that proves itself by `proven_by`, and stays the same afterwards."""

    pin: Pin = field(default_factory=Pin)

    def proven_by(self, shared: Shared, key: str) -> None:
        """Have the hub prove itself to the site of that key, spelled for an address.

        Raises:
            MisconfiguredError: this is not the hub, or does not know the site.
            TransientError: it is not reached.
        """
        nonce = secrets.token_bytes(NONCE_BYTES)
        query = f"key={key}&nonce={nonce.hex()}"
        answer = self.ask("GET", "api/v1/received/proof", query=query)
        if answer.status == HTTPStatus.NOT_FOUND:
            raise MisconfiguredError("not-enrolled-there", answer.said)
        try:
            said = msgspec.json.decode(check(answer, HTTPStatus.OK).body, type=dict[str, str])
        except msgspec.MsgspecError as error:
            raise TransientError("answer-odd", str(error)) from error
        if not is_proven(shared, nonce, self.pin.seen or b"", said.get("proof", "")):
            raise MisconfiguredError("not-the-hub", "it cannot prove that it is")

    def _connection(self) -> http.client.HTTPConnection:
        if urlsplit(self.url).scheme != "https":
            return super()._connection()
        parts = urlsplit(self.url)
        connection = _Pinned(
            parts.hostname or "", parts.port, timeout=self.silence_s, context=_unverified()
        )
        connection.pin = self.pin
        return connection


class _Pinned(http.client.HTTPSConnection):
    """Shows its certificate before anything is said."""

    pin: Pin
    sock: ssl.SSLSocket

    def connect(self) -> None:
        super().connect()
        self.pin.hold(sha256(self.sock.getpeercert(binary_form=True) or b"").digest())


def _unverified() -> ssl.SSLContext:
    """Give TLS by which nobody is known: the hub proves itself by its own key."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
