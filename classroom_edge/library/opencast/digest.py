"""Digest authentication: a password that is known at both ends and said by neither.

Source: RFC 7616, section 3 (MD5 and SHA-256, qop=auth); RFC 2617, section 3.2.2.
"""

import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

_PAIR: Final = re.compile(r'(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))')
HASHES: Final = {"MD5": "md5", "SHA-256": "sha256"}


class DigestError(Exception):
    """A challenge that cannot be answered."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a server asks for."""

    realm: str
    nonce: str
    opaque: str = ""
    algorithm: str = "MD5"
    qop: str = ""

    @classmethod
    def read(cls, header: str) -> "Challenge":
        """Read ``WWW-Authenticate``. Raises DigestError."""
        scheme, _, rest = header.partition(" ")
        said = pairs(rest)
        algorithm = said.get("algorithm", "MD5").upper()
        if scheme.lower() != "digest" or "nonce" not in said or algorithm not in HASHES:
            raise DigestError(header[:80])
        qops = {one.strip() for one in said.get("qop", "").split(",")}
        if said.get("qop") and "auth" not in qops:
            raise DigestError("only qop=auth is spoken here")
        qop = "auth" if "auth" in qops else ""
        return cls(said.get("realm", ""), said["nonce"], said.get("opaque", ""), algorithm, qop)


@dataclass
class Login:
    """Answers one challenge again and again, each time with a higher count."""

    challenge: Challenge
    username: str
    password: str = field(repr=False)
    nonce: Callable[[], str] = lambda: secrets.token_hex(8)
    _count: int = field(default=0, init=False)

    def header(self, method: str, uri: str) -> str:
        """Give ``Authorization`` of a request of that path and query."""
        self._count += 1
        asked, count, own = self.challenge, f"{self._count:08x}", self.nonce()
        response = answer(asked, self.username, self.password, (method, uri), (count, own))
        said = {
            "username": self.username,
            "realm": asked.realm,
            "nonce": asked.nonce,
            "uri": uri,
            "response": response,
        } | ({"opaque": asked.opaque} if asked.opaque else {})
        quoted = [f'{name}="{_escaped(value)}"' for name, value in said.items()]
        plain = [f"algorithm={asked.algorithm}"]
        if asked.qop:
            plain += [f"qop={asked.qop}", f"nc={count}", f'cnonce="{own}"']
        return f"Digest {', '.join((*quoted, *plain))}"


def answer(
    asked: Challenge, username: str, password: str, what: tuple[str, str], counted: tuple[str, str]
) -> str:
    """Give the response to a challenge; `what` is method and path, `counted` nc and cnonce."""

    def digest(text: str) -> str:
        return hashlib.new(
            HASHES[asked.algorithm], text.encode(), usedforsecurity=False
        ).hexdigest()

    first = digest(f"{username}:{asked.realm}:{password}")
    second = digest(":".join(what))
    middle = f"{asked.nonce}:{':'.join(counted)}:{asked.qop}" if asked.qop else asked.nonce
    return digest(f"{first}:{middle}:{second}")


def pairs(text: str) -> dict[str, str]:
    """Read ``name="value", name=value``, as challenges and answers have it."""
    found = _PAIR.finditer(text)
    return {one[1].lower(): one[3] or re.sub(r"\\(.)", r"\1", one[2] or "") for one in found}


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
