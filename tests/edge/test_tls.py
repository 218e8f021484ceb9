"""The school's own certificate authority, and HTTPS with it, as a real client sees it."""

import asyncio
import ipaddress
import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from cryptography import x509

from classroom_edge.web.certificates import (
    RENEW_BEFORE,
    SERVER_VALID,
    CertificateFolder,
    ensure_certificates,
    fingerprint,
    names_of_this_machine,
)
from tests.edge.website import served

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
NAMES = ("192.0.2.1", "room.school")


def server_of(folder: CertificateFolder) -> x509.Certificate:
    return x509.load_pem_x509_certificate(folder.server.read_bytes())


async def test_another_address_is_served_over_https_that_the_authority_vouches_for(
    tmp_path: Path,
) -> None:
    async with served(tmp_path, listen="0.0.0.0") as (_room, port):
        trusting = ssl.create_default_context(cafile=tmp_path / "data" / "ca" / "ca.crt")
        async with httpx2.AsyncClient(verify=trusting) as client:
            for name in ("localhost", "127.0.0.1"):
                response = await client.get(f"https://{name}:{port}/healthz")
                assert response.status_code == 200
            assert (await client.get(f"https://localhost:{port}/api/v1/room")).status_code == 401
            authority = await client.get(f"https://localhost:{port}/ca.crt")
        assert authority.content == (tmp_path / "data" / "ca" / "ca.crt").read_bytes()
        async with httpx2.AsyncClient(verify=ssl.create_default_context()) as stranger:
            with pytest.raises(httpx2.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
                await stranger.get(f"https://localhost:{port}/healthz")


async def test_another_address_is_never_served_without_encryption(tmp_path: Path) -> None:
    async with served(tmp_path, listen="0.0.0.0") as (_room, port), httpx2.AsyncClient() as client:
        with pytest.raises(httpx2.TransportError):
            await client.get(f"http://127.0.0.1:{port}/healthz")


async def test_old_tls_is_refused(tmp_path: Path) -> None:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    async with served(tmp_path, listen="0.0.0.0") as (_room, port):
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
        writer.close()
        with pytest.warns(DeprecationWarning, match="TLSv1_1"):
            context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
        with pytest.raises((ssl.SSLError, ConnectionResetError)):
            await asyncio.open_connection("127.0.0.1", port, ssl=context)


async def test_loopback_needs_no_certificate(tmp_path: Path) -> None:
    async with served(tmp_path) as (_room, port), httpx2.AsyncClient() as client:
        assert (await client.get(f"http://127.0.0.1:{port}/api/v1/room")).status_code == 200
        assert (await client.get(f"http://127.0.0.1:{port}/ca.crt")).status_code == 404
    assert not (tmp_path / "data" / "ca").exists()


def test_keys_are_for_their_owner_alone(tmp_path: Path) -> None:
    folder = CertificateFolder(tmp_path / "ca")
    ensure_certificates(folder, NAMES, NOW)
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    for key in (folder.authority_key, folder.server_key):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_the_certificate_is_for_every_name_and_for_no_longer_than_browsers_accept(
    tmp_path: Path,
) -> None:
    folder = CertificateFolder(tmp_path / "ca")
    ensure_certificates(folder, NAMES, NOW)
    server = server_of(folder)
    names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["room.school"]
    assert names.get_values_for_type(x509.IPAddress) == [ipaddress.ip_address("192.0.2.1")]
    assert server.not_valid_after_utc - server.not_valid_before_utc <= timedelta(days=397)
    server.verify_directly_issued_by(x509.load_pem_x509_certificate(folder.authority.read_bytes()))


def test_a_good_certificate_is_kept(tmp_path: Path) -> None:
    folder = CertificateFolder(tmp_path / "ca")
    assert ensure_certificates(folder, NAMES, NOW)
    before = folder.server.read_bytes()
    assert not ensure_certificates(folder, reversed(NAMES), NOW + timedelta(days=300))
    assert folder.server.read_bytes() == before


@pytest.mark.parametrize(
    ("names", "later"),
    [
        (NAMES, SERVER_VALID - RENEW_BEFORE),
        (NAMES, timedelta(days=-400)),
        ((*NAMES, "new.school"), timedelta(0)),
    ],
)
def test_it_is_made_anew_in_time_or_for_new_names_by_the_same_authority(
    tmp_path: Path, names: tuple[str, ...], later: timedelta
) -> None:
    folder = CertificateFolder(tmp_path / "ca")
    ensure_certificates(folder, NAMES, NOW)
    authority, serial = fingerprint(folder.authority), server_of(folder).serial_number
    assert ensure_certificates(folder, names, NOW + later)
    assert server_of(folder).serial_number != serial
    assert fingerprint(folder.authority) == authority


@pytest.mark.parametrize("lost", ["ca.key", "ca.crt", "server.key", "server.crt"])
def test_what_a_power_cut_took_is_made_again(tmp_path: Path, lost: str) -> None:
    folder = CertificateFolder(tmp_path / "ca")
    ensure_certificates(folder, NAMES, NOW)
    (folder.path / lost).unlink()
    assert ensure_certificates(folder, NAMES, NOW)
    assert not ensure_certificates(folder, NAMES, NOW)


def test_an_open_address_stands_for_all_addresses_of_the_machine() -> None:
    names = names_of_this_machine("0.0.0.0", ("room.school",))
    assert {"127.0.0.1", "localhost", "room.school"} <= set(names)
    assert "0.0.0.0" not in names
    assert "192.0.2.1" in names_of_this_machine("192.0.2.1", ())
