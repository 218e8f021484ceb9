"""Who may ask an emulated ONVIF camera: HTTP digest, user name tokens, and a clock of its own."""

import re
import struct
from base64 import b64decode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from classroom_drivers.codecs import onvif
from classroom_drivers.codecs.http import Challenge, Request, Response, digest, parameters
from classroom_drivers.emulators.session import NEVER

SWITCHED_ON_AT = datetime(2020, 1, 1, tzinfo=UTC)
NONCES_MAX = 64
STALE, WRONG = "stale", "wrong"
BEFORE_PASSWORD = {
    "GetSystemDateAndTime",
    "GetServices",
    "GetCapabilities",
    "GetServiceCapabilities",
    "GetHostname",
}


class FaultError(Exception):
    """What the camera refuses."""

    def __init__(self, *codes: str, status: int = 400) -> None:
        super().__init__("/".join(codes))
        self.codes = codes
        self.status = status


@dataclass(kw_only=True)
class GuardedCamera:
    """A camera that wants a password proved, in one way or in either."""

    user: str = "admin"
    password: str = ""
    logins: frozenset[str] = frozenset({"digest", "token"})
    algorithm: str = "MD5"
    nonce_s: float = NEVER  # a nonce is good for so long
    token_s: float = NEVER  # so far from its own clock a token may be
    says_stale: bool = True
    _nonces: dict[str, tuple[float, int]] = field(default_factory=dict, init=False)
    _tokens: list[bytes] = field(default_factory=list, init=False)
    _made: int = field(default=0, init=False)

    def date(self, now_s: float) -> datetime:
        """Give what its clock shows."""
        return SWITCHED_ON_AT + timedelta(seconds=now_s)

    def check_password(self, request: Request, name: str, now_s: float) -> Response | None:
        """Give a refusal, or None when the password was proved, or need not be for this question.

        Raises:
            FaultError: a refusal in the words of the service.
        """
        if not self.password or name in BEFORE_PASSWORD:
            return None
        proofs = request.values("authorization")
        if "digest" in self.logins and proofs:
            verdict = self._verdict(request, proofs[0], now_s)
            return self._challenge(now_s, stale=verdict == STALE) if verdict else None
        if "token" in self.logins and b"UsernameToken" in request.body:
            if self._token_good(request.body, now_s):
                return None
            raise FaultError("Sender", onvif.NOT_AUTHORIZED)
        if "digest" in self.logins:
            return self._challenge(now_s)
        raise FaultError("Sender", onvif.NOT_AUTHORIZED)

    def _challenge(self, now_s: float, *, stale: bool = False) -> Response:
        self._made += 1
        nonce = struct.pack(">Q", self._made * 0x9E3779B97F4A7C15 & (1 << 64) - 1).hex()
        self._nonces[nonce] = now_s, 0
        for old in list(self._nonces)[:-NONCES_MAX]:
            del self._nonces[old]
        words = f'Digest realm="camera", qop="auth", algorithm={self.algorithm}, nonce="{nonce}"'
        if stale and self.says_stale:
            words += ", stale=true"
        return Response(401, (("WWW-Authenticate", words),))

    def _verdict(self, request: Request, proof: str, now_s: float) -> str:
        """Say what is wrong with a proof; nothing if it is good."""
        told = parameters(proof)
        made_s, used = self._nonces.get(told.get("nonce", ""), (float("-inf"), 0))
        digits = told.get("nc", "")
        count = int(digits, 16) if _HEX.fullmatch(digits) else 0
        wanted = digest(
            Challenge("camera", told.get("nonce", ""), self.algorithm, "auth"),
            user=self.user,
            password=self.password,
            method=request.method,
            target=told.get("uri", ""),
            count=count,
            cnonce=told.get("cnonce", ""),
        )
        if parameters(wanted)["response"] != told.get("response"):
            return WRONG
        if count <= used or now_s > made_s + self.nonce_s:
            return STALE
        self._nonces[told["nonce"]] = made_s, count
        return ""

    def _token_good(self, body: bytes, now_s: float) -> bool:
        proof = onvif.token_of(body)
        try:
            if proof is None or proof.user != self.user:
                return False
            created = datetime.fromisoformat(proof.created)
            nonce = b64decode(proof.nonce)
            late_s = abs((created - self.date(now_s)).total_seconds())
        except (ValueError, TypeError):
            return False
        wanted = onvif.proof_of(self.password, nonce=nonce, created=proof.created)
        fresh = nonce not in self._tokens
        self._tokens = [*self._tokens, nonce][-NONCES_MAX:]
        return late_s <= self.token_s and fresh and proof.digest == wanted


_HEX = re.compile(r"[0-9a-fA-F]{8}")
