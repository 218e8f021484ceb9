"""Where UDP is blocked: everything by a TURN server, Debian's coturn, by TLS, TCP and UDP."""

import asyncio
import datetime
import ipaddress
import shutil
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from classroom_media.live.pipe.api import State
from classroom_media.live.pipe.port import Port
from classroom_media.live.pipe.reach import Reach, Relay
from tests.media.live.pipe.pairs import LOOPBACK, End, agree
from tests.ports import free_port

USER, PASSWORD = "site", "a long word"


def certificate(folder: Path, host: str = LOOPBACK) -> None:
    """Write a certificate for an address, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "turn")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.IPAddress(ipaddress.ip_address(host))
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "turn.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (folder / "turn.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


@asynccontextmanager
async def coturn(folder: Path) -> AsyncIterator[tuple[int, int]]:
    """Run coturn; gives its port for UDP and TCP, and the one for TLS."""
    certificate(folder)
    plain, tls = free_port(), free_port()
    said = {
        "listening-ip": LOOPBACK,
        "relay-ip": LOOPBACK,
        "listening-port": plain,
        "tls-listening-port": tls,
        "cert": folder / "turn.pem",
        "pkey": folder / "turn.key",
        "user": f"{USER}:{PASSWORD}",
        "realm": "school",
        "pidfile": folder / "pid",
        "userdb": folder / "users",
        "log-file": "stdout",
    }
    flags = ("lt-cred-mech", "no-cli", "allow-loopback-peers", "simple-log", "no-dtls")
    lines = [*(f"{name}={value}" for name, value in said.items()), *flags]
    (folder / "turn.conf").write_text("\n".join(lines), encoding="utf-8")
    program = shutil.which("turnserver") or "/usr/sbin/turnserver"
    server = await asyncio.create_subprocess_exec(
        program,
        *("-c", str(folder / "turn.conf")),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await _listens(plain)
        await _listens(tls)
        yield plain, tls
    finally:
        server.terminate()
        await server.wait()


async def _listens(port: int) -> None:
    async with asyncio.timeout(20):
        while True:
            try:
                _, writer = await asyncio.open_connection(LOOPBACK, port)
            except ConnectionRefusedError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            await writer.wait_closed()
            return


@asynccontextmanager
async def hub_and_hidden_site(*relays: Relay) -> AsyncIterator[tuple[End, End]]:
    """Give a hub, and a site that may use nothing but the server."""
    async with asyncio.TaskGroup() as tasks:
        ports = [Port.open([LOOPBACK]) for _ in range(2)]
        hub = End(Reach(ports[0]), tasks)
        site = End(Reach(ports[1], relays=relays, relay_only=True), tasks)
        try:
            yield hub, site
        finally:
            await site.pipe.close()
            await hub.pipe.close()
            for port in ports:
                port.close()


@pytest.mark.needs("coturn")
async def test_a_server_that_is_named_after_the_offer_needs_no_second_one(tmp_path: Path) -> None:
    async with coturn(tmp_path) as (plain, _), hub_and_hidden_site() as (hub, site):
        offer = await site.pipe.offer()
        assert " typ " not in offer
        answer = await hub.pipe.answer(offer)
        await site.pipe.also([Relay(LOOPBACK, plain, USER, PASSWORD)])
        await site.pipe.agree(answer)
        await site.connected()
        await hub.connected()


@pytest.mark.needs("coturn")
@pytest.mark.parametrize("way", ["tls", "tcp", "udp"])
async def test_a_site_without_udp_reaches_the_hub_by_a_turn_server(
    tmp_path: Path, way: str
) -> None:
    async with coturn(tmp_path) as (plain, tls):
        relay = Relay(
            LOOPBACK,
            tls if way == "tls" else plain,
            USER,
            PASSWORD,
            transport="udp" if way == "udp" else "tcp",
            tls=way == "tls",
            trusted=ssl.create_default_context(cafile=tmp_path / "turn.pem"),
        )
        async with hub_and_hidden_site(relay) as (hub, site):
            offer = await site.pipe.offer()
            assert offer.count(" typ relay ") == 2
            assert " typ host" not in offer
            await site.pipe.agree(await hub.pipe.answer(offer))
            await site.connected()
            await hub.connected()
            packets = [bytes((0x80, 96)) + bytes([place]) * 1100 for place in range(20)]
            site.pipe.send(packets)
            await hub.until(lambda: len(hub.packets) == 20)
            hub.pipe.send(packets)
            await site.until(lambda: len(site.packets) == 20)
            assert site.packets == hub.packets == packets


@pytest.mark.needs("coturn")
async def test_a_turn_server_with_a_strange_certificate_is_not_believed(tmp_path: Path) -> None:
    async with coturn(tmp_path) as (_, tls):
        relay = Relay(LOOPBACK, tls, USER, PASSWORD, tls=True)
        async with hub_and_hidden_site(relay) as (_, site):
            assert "a=candidate" not in await site.pipe.offer()


async def test_a_turn_server_that_is_not_there_costs_no_more_than_itself() -> None:
    relay = Relay(LOOPBACK, free_port(), USER, PASSWORD, transport="tcp")
    async with asyncio.TaskGroup() as tasks:
        ports = [Port.open([LOOPBACK]) for _ in range(2)]
        hub = End(Reach(ports[0]), tasks)
        site = End(Reach(ports[1], relays=(relay,)), tasks)
        await agree(site, hub)
        assert site.states == [State.CONNECTED]
        await site.pipe.close()
        await hub.pipe.close()
        for port in ports:
            port.close()
