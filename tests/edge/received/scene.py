"""A hub's web server at work on loopback, and a site that is enrolled there."""

import asyncio
import contextlib
import hashlib
import socket
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import httpx2
import msgspec
import zmq

from classroom_edge.config import Config
from classroom_edge.library.received.arrival import id_here
from classroom_edge.library.received.parcel import Content, Parcel
from classroom_edge.sessions.link.effects import Site
from classroom_edge.sessions.link.keys import HUB_KEY, KeyPair, load_or_make
from classroom_edge.sessions.link.passes import Pass, Shared
from classroom_edge.store import Store, enrolments
from classroom_edge.web.server import serve
from tests.edge.website import a_room, eventually
from tests.ports import free_port

RECORDING = "20261122-101500-3f2a"


@dataclass(frozen=True)
class Hub:
    """What a test works with."""

    url: str
    folder: Path  # its data folder
    key: str  # public
    site: KeyPair

    @property
    def received(self) -> Path:
        return self.folder / "received"

    @property
    def place(self) -> Path:
        """Where the recording lies that a test sends."""
        return self.received / id_here("yucai", RECORDING)

    @property
    def aside(self) -> Path:
        return self.folder / "received" / ".aside" / "yucai"

    def shown(self) -> dict[str, str]:
        """The headers of a site that shows its pass."""
        made = Pass.made(self.site, Shared.of(self.site, self.key), time.time())
        return {"Authorization": f"Bearer {made}"}

    def client(self, **headers: str) -> httpx2.AsyncClient:
        shown = self.shown() | {"Tus-Resumable": "1.0.0"} | headers
        return httpx2.AsyncClient(base_url=self.url, headers=shown, timeout=30)


def some_bytes(size: int, seed: int = 1) -> bytes:
    return Random(seed).randbytes(size)


def content(name: str, data: bytes) -> Content:
    return Content(name=name, bytes=len(data), sha256=hashlib.sha256(data).hexdigest())


def listing(*contents: Content) -> bytes:
    return msgspec.json.encode(Parcel(recording=RECORDING, contents=contents))


async def enrol(folder: Path, key: str, site: Site) -> None:
    """Let a key be a site of that hub."""
    now = datetime.now(UTC)
    async with Store(folder / "classroom-edge.db") as store:
        await store.run(partial(enrolments.open_code, at=now, secret="S", site=site))
        await store.run(partial(enrolments.redeem, at=now, secret="S", key=key))


def a_hub(port: int, listen: str, **of_hub: Any) -> Config:
    network = {"listen": listen, "port": port}
    room = {"id": "hub", "name": "中心校"}
    return Config.model_validate({"room": room, "network": network, "hub": of_hub})


@contextlib.asynccontextmanager
async def hub_at_work(
    folder: Path, *, listen: str = "127.0.0.1", **of_hub: Any
) -> AsyncIterator[Hub]:
    """Serve a hub until the block ends: over HTTPS where others could reach it."""
    data = folder / "data"
    room = a_room(folder)
    public, secret = (one.decode() for one in zmq.curve_keypair())
    keys = await asyncio.to_thread(load_or_make, data / "link" / HUB_KEY)
    await enrol(data, public, Site("yucai", "育才小学"))
    port = free_port()
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(serve(room, a_hub(port, listen, **of_hub), data))
        await eventually(lambda: _listens(port))
        try:
            scheme = "http" if listen == "127.0.0.1" else "https"
            yield Hub(f"{scheme}://127.0.0.1:{port}", data, keys.public, KeyPair(public, secret))
        finally:
            serving.cancel()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
