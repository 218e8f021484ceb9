"""Passes: by which a site shows a hub's web server who it is, and the hub the site.

Both have a key of the link, so both can work out a secret that nobody else can: a pass is signed
with it, for some minutes. And the hub signs the certificate of its web server, so that a site
knows whom it talks to without a certificate authority of its own school.

Source: RFC 7748, X25519; RFC 5869, HKDF; RFC 2104, HMAC; CurveZMQ for what the keys are.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from zmq.utils import z85

from classroom_edge.sessions.link.keys import KeyPair

SECRET_BYTES: Final = 32
NONCE_BYTES: Final = 16
LASTS_S: Final = 300  # how long a site's pass is good
AHEAD_S: Final = 3600  # a pass that is good for longer was not made by our clock, or by us

_PASS: Final = re.compile(r"([0-9a-f]{64})\.([0-9]{1,12})\.([0-9a-f]{64})")


class PassError(Exception):
    """Not a pass, or not a good one; the text says why, for a log."""


@dataclass(frozen=True, slots=True)
class Shared:
    """The secret that a hub and one site of it share."""

    key: bytes = field(repr=False)

    @classmethod
    def of(cls, own: KeyPair, other: str) -> "Shared":
        """Work it out from one's own keys and the other's public one, in Z85.

        Raises:
            PassError: the other's is no key.
        """
        try:
            mine = X25519PrivateKey.from_private_bytes(z85.decode(own.secret))
            secret = mine.exchange(X25519PublicKey.from_public_bytes(z85.decode(other)))
        except (ValueError, KeyError, UnsupportedAlgorithm) as error:
            raise PassError(f"not a key: {error}") from error
        derived = HKDF(SHA256(), SECRET_BYTES, salt=None, info=b"classroom-edge pass 1")
        return cls(derived.derive(secret))

    def sign(self, *words: bytes) -> str:
        """Sign words; each is told from the next by its length."""
        said = b"".join(len(word).to_bytes(4) + word for word in words)
        return hmac.new(self.key, said, hashlib.sha256).hexdigest()

    def has_signed(self, signature: str, *words: bytes) -> bool:
        """Tell whether that is the signature of these words, in a time that tells nothing."""
        return hmac.compare_digest(self.sign(*words).encode(), signature.encode())


@dataclass(frozen=True, slots=True)
class Pass:
    """What a site shows: its public key, until when, and its signature."""

    key: str  # in Z85
    until_s: int  # since 1970
    signature: str

    @classmethod
    def made(cls, own: KeyPair, shared: Shared, now_s: float) -> "Pass":
        """Make one that is good from now on, for some minutes."""
        until_s = int(now_s) + LASTS_S
        return cls(own.public, until_s, shared.sign(*_said(own.public, until_s)))

    @classmethod
    def read(cls, text: str) -> "Pass":
        """Read one as it was spelled. Raises PassError."""
        found = _PASS.fullmatch(text)
        if found is None:
            raise PassError("no pass")
        return cls(z85.encode(bytes.fromhex(found[1])).decode(), int(found[2]), found[3])

    def __str__(self) -> str:
        """Spell it for a header."""
        return f"{z85.decode(self.key).hex()}.{self.until_s}.{self.signature}"

    def check(self, shared: Shared, now_s: float) -> None:
        """Raise PassError unless it is signed by that site, and good now."""
        if not shared.has_signed(self.signature, *_said(self.key, self.until_s)):
            raise PassError("signed by somebody else")
        if not now_s < self.until_s < now_s + AHEAD_S:
            raise PassError("expired, or the clocks differ")


def proof(shared: Shared, nonce: bytes, certificate: bytes) -> str:
    """Sign, as the hub, the SHA-256 of one's certificate ("" = none) for who asks with a nonce."""
    return shared.sign(b"hub", nonce, certificate)


def is_proven(shared: Shared, nonce: bytes, certificate: bytes, signature: str) -> bool:
    """Tell, as a site, whether the hub itself has signed the certificate that one sees."""
    return shared.has_signed(signature, b"hub", nonce, certificate)


def _said(key: str, until_s: int) -> tuple[bytes, ...]:
    return b"site", key.encode(), str(until_s).encode()
