"""Who one end of a pipe is: a key, the certificate that it signed itself, and its fingerprint.

Source: RFC 8122, 5 (fingerprint); RFC 8827, 6.5 (P-256 and SHA-256).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

_DIGESTS: Final[dict[str, Callable[[], hashes.HashAlgorithm]]] = {
    "sha-256": hashes.SHA256,
    "sha-384": hashes.SHA384,
    "sha-512": hashes.SHA512,
}


@dataclass(frozen=True)
class Identity:
    """A key and the certificate that it signed itself, for one pipe."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def new(cls) -> "Identity":
        """Make one; it takes less than a millisecond."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "classroom")])
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=30))
        )
        return cls(key, builder.sign(key, hashes.SHA256()))

    @property
    def fingerprint(self) -> str:
        """Give what a description tells of it, with SHA-256."""
        return fingerprint(self.certificate, "sha-256")


def fingerprint(certificate: x509.Certificate, digest: str) -> str:
    """Give a certificate's fingerprint as descriptions spell it; empty for a strange digest."""
    algorithm = _DIGESTS.get(digest)
    return certificate.fingerprint(algorithm()).hex(":").upper() if algorithm else ""
