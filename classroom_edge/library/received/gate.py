"""Who may send recordings to a hub: the sites that are enrolled, by the keys of their link."""

import asyncio
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from zmq.utils import z85

from classroom_edge.sessions.link.effects import Site
from classroom_edge.sessions.link.keys import KeyPair, load_or_make
from classroom_edge.sessions.link.passes import Pass, PassError, Shared, proof
from classroom_edge.store import Store, enrolments


@dataclass(kw_only=True)
class Gate:
    """Checks the passes of sites, and proves to them that this is their hub."""

    store: Store
    key_file: Path  # of the hub
    certificate: Path | None  # of the web server; None: it has none
    now: Callable[[], float] = time.time
    _keys: KeyPair | None = field(default=None, init=False)

    async def admit(self, text: str) -> Site:
        """Give the site of a pass.

        Raises:
            PassError: it is none, is not good now, or the site is not enrolled.
            KeyFileError: the hub's own key cannot be read.
            StoreError: the enrolments cannot be read.
        """
        shown = Pass.read(text)
        site = await self._enrolled(shown.key)
        shown.check(Shared.of(await self._own(), shown.key), self.now())
        return site

    async def prove(self, key: str, nonce: bytes) -> str:
        """Sign the certificate of the web server for a site. Raises as `admit`."""
        await self._enrolled(key)
        certificate = await asyncio.to_thread(fingerprint_of, self.certificate)
        return proof(Shared.of(await self._own(), key), nonce, certificate)

    async def _enrolled(self, key: str) -> Site:
        site = (await self.store.run(enrolments.enrolled)).get(key)
        if site is None:
            raise PassError("not enrolled here")
        return site

    async def _own(self) -> KeyPair:
        if self._keys is None:
            self._keys = await asyncio.to_thread(load_or_make, self.key_file)
        return self._keys


def spelled(key: str) -> str:
    """Spell a key of the link for an address. Raises PassError."""
    try:
        return z85.decode(key).hex()
    except (ValueError, KeyError) as error:
        raise PassError("not a key") from error


def read_key(text: str) -> str:
    """Read a key of the link as it was spelled. Raises PassError."""
    try:
        return z85.encode(bytes.fromhex(text)).decode()
    except ValueError as error:
        raise PassError("not a key") from error


def fingerprint_of(certificate: Path | None) -> bytes:
    """Give the SHA-256 of the first certificate of a PEM file; nothing where there is none."""
    if certificate is None:
        return b""
    first, end, _ = certificate.read_text("ascii").partition("-----END CERTIFICATE-----")
    return sha256(ssl.PEM_cert_to_DER_cert(first + end)).digest()
