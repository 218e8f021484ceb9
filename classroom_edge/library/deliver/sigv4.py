"""Requests signed as S3 storage wants them: a key that never travels, a signature that does.

Source: AWS, Signature Version 4 for API requests (canonical request, string to sign, signing key,
Authorization header); Amazon S3 API Reference, "Authenticating Requests: Using the Authorization
Header".
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from urllib.parse import quote

ALGORITHM: Final = "AWS4-HMAC-SHA256"
EMPTY: Final = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs requests of one account for one region."""

    access_key: str
    secret_key: str = field(repr=False)
    region: str = "us-east-1"
    service: str = "s3"

    def headers(
        self,
        method: str,
        target: tuple[str, str],
        headers: Mapping[str, str],
        digest: str,
        at: datetime,
    ) -> dict[str, str]:
        """Give all headers that a request then has, the signature among them.

        `target` is the path and the query as they are sent; `digest` the SHA-256 of the body, in
        hexadecimal; `headers` name the host, all in lower case; `at` is in UTC.
        """
        stamp = f"{at:%Y%m%dT%H%M%SZ}"
        signed = dict(headers) | {"x-amz-date": stamp, "x-amz-content-sha256": digest}
        names = ";".join(sorted(signed))
        request = _canonical(method, target, signed, names, digest)
        scope = f"{at:%Y%m%d}/{self.region}/{self.service}/aws4_request"
        said = f"{ALGORITHM}\n{stamp}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
        signature = hmac.new(self._key(scope), said.encode(), hashlib.sha256).hexdigest()
        signed["authorization"] = (
            f"{ALGORITHM} Credential={self.access_key}/{scope}, "
            f"SignedHeaders={names}, Signature={signature}"
        )
        return signed

    def _key(self, scope: str) -> bytes:
        key = f"AWS4{self.secret_key}".encode()
        for word in scope.split("/"):
            key = hmac.new(key, word.encode(), hashlib.sha256).digest()
        return key


def query_of(values: Mapping[str, str]) -> str:
    """Spell a query in the order and the encoding in which it is signed."""
    coded = sorted((quote(name, safe=""), quote(value, safe="")) for name, value in values.items())
    return "&".join(f"{name}={value}" for name, value in coded)


def _canonical(
    method: str, target: tuple[str, str], headers: Mapping[str, str], names: str, digest: str
) -> str:
    lines = [f"{name}:{' '.join(headers[name].split())}" for name in sorted(headers)]
    return "\n".join((method, *target, *lines, "", names, digest))
