"""The school's own certificate authority, and the certificate of this machine.

Made at first run; the authority's certificate is installed once on each device that is to
trust the room's page. Keys are files that only their owner reads.

Source: RFC 5280; CA/Browser Forum baseline requirements for what browsers insist on.
"""

import ipaddress
import re
import socket
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import psutil
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_VALID: Final = timedelta(days=3650)
SERVER_VALID: Final = timedelta(days=365)  # browsers distrust what lives longer than 825
RENEW_BEFORE: Final = timedelta(days=30)
BACKDATED: Final = timedelta(days=1)  # for devices whose clock is slow
ORGANISATION: Final = "Classroom Edge"
HOST_NAME: Final = re.compile(r"[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*")


@dataclass(frozen=True, slots=True)
class CertificateFolder:
    """Where the authority and the server's certificate live: ``DATA/ca``, mode 0700."""

    path: Path

    @property
    def authority(self) -> Path:
        """What devices install to trust this school's rooms. Public."""
        return self.path / "ca.crt"

    @property
    def authority_key(self) -> Path:
        """The authority's key. Whoever has it can pretend to be any room."""
        return self.path / "ca.key"

    @property
    def server(self) -> Path:
        """The certificate of this machine, with the authority's behind it."""
        return self.path / "server.crt"

    @property
    def server_key(self) -> Path:
        """The key of this machine."""
        return self.path / "server.key"


def ensure_certificates(folder: CertificateFolder, names: Iterable[str], now: datetime) -> bool:
    """Make what is missing, for other names, or soon out of date; tell whether anything was made.

    `names` are host names and IP addresses. Blocks for some milliseconds.
    """
    folder.path.mkdir(parents=True, mode=0o700, exist_ok=True)
    folder.path.chmod(0o700)
    wanted = tuple(sorted(set(names)))
    authority, key = _authority(folder, now)
    if _is_good(folder, authority, wanted, now):
        return False
    server_key = ec.generate_private_key(ec.SECP256R1())
    server = _server_certificate(authority, key, server_key.public_key(), wanted, now)
    _write(folder.server_key, _key_pem(server_key), mode=0o600)
    _write(folder.server, _pem(server) + _pem(authority), mode=0o644)
    return True


def fingerprint(certificate: Path) -> str:
    """Give a certificate's SHA-256, for people to compare."""
    digest = _read(certificate).fingerprint(hashes.SHA256()).hex().upper()
    return ":".join(digest[i : i + 2] for i in range(0, len(digest), 2))


def tls_context(folder: CertificateFolder) -> ssl.SSLContext:
    """Make the server's TLS context: 1.2 or newer. `load_cert_chain` on it renews."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(folder.server, folder.server_key)
    return context


def names_of_this_machine(listen: str, names: Iterable[str]) -> tuple[str, ...]:
    """Give what this machine may be called in an address bar."""
    own = {"localhost", "127.0.0.1", "::1", *names}
    if HOST_NAME.fullmatch(socket.gethostname()):  # Windows allows 教室 here, certificates do not
        own.add(socket.gethostname().lower())
    if ipaddress.ip_address(listen).is_unspecified:
        for addresses in psutil.net_if_addrs().values():
            own.update(
                address.address.partition("%")[0]
                for address in addresses
                if address.family in {socket.AF_INET, socket.AF_INET6}
            )
    else:
        own.add(listen)
    return tuple(sorted(own))


def _authority(
    folder: CertificateFolder, now: datetime
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    if folder.authority.exists() and folder.authority_key.exists():
        certificate = _read(folder.authority)
        key = _read_key(folder.authority_key)
        if key.public_key() == certificate.public_key() and now < certificate.not_valid_after_utc:
            return certificate, key
    made = ec.generate_private_key(ec.SECP256R1())
    certificate = _authority_certificate(made, now)
    _write(folder.authority_key, _key_pem(made), mode=0o600)
    _write(folder.authority, _pem(certificate), mode=0o644)
    return certificate, made


def _authority_certificate(key: ec.EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    name = _name(f"{ORGANISATION} {socket.gethostname()}"[:64])
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + AUTHORITY_VALID)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(identifier, critical=False)
        .sign(key, hashes.SHA256())
    )


def _server_certificate(
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    key: ec.EllipticCurvePublicKey,
    names: tuple[str, ...],
    now: datetime,
) -> x509.Certificate:
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(_name(ORGANISATION))
        .issuer_name(authority.subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(min(now + SERVER_VALID, authority.not_valid_after_utc))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(map(_alternative, names)), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(issuer, critical=False)
        .sign(authority_key, hashes.SHA256())
    )


def _is_good(
    folder: CertificateFolder, authority: x509.Certificate, names: tuple[str, ...], now: datetime
) -> bool:
    if not folder.server.exists() or not folder.server_key.exists():
        return False
    server = _read(folder.server)
    found = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return (
        server.public_key() == _read_key(folder.server_key).public_key()
        and _is_issued_by(server, authority)
        and set(found) == set(map(_alternative, names))
        and server.not_valid_before_utc <= now < server.not_valid_after_utc - RENEW_BEFORE
    )


def _is_issued_by(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, InvalidSignature):
        return False
    return True


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _read(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def _read_key(path: Path) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{path} is not a key of ours")
    return key


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _write(path: Path, data: bytes, *, mode: int) -> None:
    """Write a file whole or not at all, with its mode from the first byte on."""
    fresh = path.with_suffix(path.suffix + ".new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=mode, exist_ok=False)
    fresh.write_bytes(data)
    fresh.replace(path)
