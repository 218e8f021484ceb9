"""Who may ask a pretend Opencast: the capture agent, by digest or basic authentication."""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from classroom_edge.library.opencast.digest import Challenge, answer, pairs

REALM: Final = "Opencast"


@dataclass
class Gate:
    """Gives challenges, and takes every count of one once."""

    username: str
    password: str = field(repr=False)
    _counts: dict[str, int] = field(default_factory=dict, init=False)  # by nonce

    def challenge(self) -> str:
        """Ask who it is."""
        nonce = secrets.token_hex(16)
        self._counts[nonce] = 0
        return f'Digest realm="{REALM}", nonce="{nonce}", qop="auth"'

    def why_not(self, headers: Mapping[str, str], method: str, target: str) -> str:
        """Say why a request may not pass; "" = it may."""
        scheme, _, rest = headers.get("Authorization", "").partition(" ")
        match scheme.lower():
            case "basic":
                login = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
                return "" if rest == login else "wrong password"
            case "digest":
                return self._why_not_digest(rest, method, target)
        return "no login"

    def _why_not_digest(self, rest: str, method: str, target: str) -> str:
        said = pairs(rest)
        nonce, count = said.get("nonce", ""), said.get("nc", "")
        if nonce not in self._counts:
            return "a nonce of somebody else's"
        asked = Challenge(REALM, nonce, qop="auth")
        counted = (count, said.get("cnonce", ""))
        right = answer(asked, self.username, self.password, (method, target), counted)
        if said.get("uri") != target or said.get("response") != right:
            return "wrong password, or of another request"
        if len(count) != 8 or int(count, 16) <= self._counts[nonce]:
            return "a count that was there already"
        self._counts[nonce] = int(count, 16)
        return ""
