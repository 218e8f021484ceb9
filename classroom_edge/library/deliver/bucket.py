"""A bucket of S3 storage: signed requests of its objects, and of the bucket itself.

Source: Amazon S3 User Guide, "Virtual hosting of buckets": path-style and virtual-hosted-style.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from classroom_edge.library.deliver.pieces import PIECE
from classroom_edge.library.deliver.sigv4 import EMPTY, Signer, query_of
from classroom_edge.library.deliver.web import Answer, Body, Web

STYLES: Final = ("path", "virtual")  # the bucket is in the path, or in the host's name
Told = Callable[[int], None]  # so many bytes more went out, or came back


def utc_now() -> datetime:
    """Give the instant."""
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """A bucket and a prefix in it: both are in the URL."""

    web: Web
    signer: Signer
    style: str = "path"
    now: Callable[[], datetime] = utc_now

    def ask(
        self,
        method: str,
        where: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        data: bytes | None = None,
        told: Told | None = None,
    ) -> Answer:
        """Ask something of an object; any status is an answer. Raises DeliveryError."""
        spelled = query_of(query or {})
        digest = hashlib.sha256(data or b"").hexdigest()
        signed = self._signed(method, (self.web.path(where), spelled), headers or {}, digest)
        body = None if data is None else Body(_pieces(data, told), len(data))
        return self.web.ask(method, where, query=spelled, headers=signed, body=body)

    def ask_bucket(self, query: Mapping[str, str]) -> Answer:
        """Ask something of the bucket. Raises DeliveryError."""
        parts, spelled = urlsplit(self.web.url), query_of(query)
        bucket = "" if self.style == "virtual" else parts.path.strip("/").partition("/")[0]
        web = Web(f"{parts.scheme}://{parts.netloc}/{bucket}", authority=self.web.authority)
        signed = self._signed("GET", (web.path(""), spelled), {}, EMPTY)
        return web.ask("GET", "", query=spelled, headers=signed)

    def read(self, where: str, told: Told) -> str:
        """Read an object; give its SHA-256, in hexadecimal. Raises DeliveryError."""
        signed = self._signed("GET", (self.web.path(where), ""), {}, EMPTY)
        digest = hashlib.sha256()
        for piece in self.web.read(where, headers=signed):
            digest.update(piece)
            told(len(piece))
        return digest.hexdigest()

    def key(self, where: str) -> str:
        """Give an object's key in the bucket."""
        prefix = urlsplit(self.web.url).path.strip("/")
        if self.style == "path":
            prefix = prefix.partition("/")[2]
        return f"{prefix}/{where}".lstrip("/")

    def _signed(
        self, method: str, target: tuple[str, str], headers: Mapping[str, str], digest: str
    ) -> dict[str, str]:
        named = {"host": urlsplit(self.web.url).netloc} | dict(headers)
        signed = self.signer.headers(method, target, named, digest, self.now())
        del signed["host"]  # the connection says it
        return signed


def _pieces(data: bytes, told: Told | None) -> Iterator[bytes]:
    for begin in range(0, len(data), PIECE):
        piece = data[begin : begin + PIECE]
        yield piece
        if told is not None:
            told(len(piece))
