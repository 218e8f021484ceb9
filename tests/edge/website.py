"""The web layer around a pretend room: in this process, or served by a real server."""

import asyncio
import contextlib
import re
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx2
from argon2 import PasswordHasher

from classroom_edge.config import Config
from classroom_edge.web.passwords import Passwords
from classroom_edge.web.server import create_app, serve
from classroom_edge.web.site import Site
from tests.edge.pretend_room import RECORDING, PretendRoom
from tests.ports import free_port

LOCAL = "http://localhost:8088"
SCHOOL = "https://room.school:8088"
NAME, PASSWORD = "li", "Teach-me 2 sing"
VIDEO = bytes(range(256)) * 8

Found = TypeVar("Found")


class Clock:
    """A wall clock that a test puts forward."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass(frozen=True)
class Website:
    """What a test works with."""

    room: PretendRoom
    site: Site
    clock: Clock
    browser: Callable[[], httpx2.AsyncClient]  # a new one, with no cookies
    client: httpx2.AsyncClient  # the first

    async def log_in(
        self, client: httpx2.AsyncClient, name: str = NAME, password: str = PASSWORD, **more: str
    ) -> httpx2.Response:
        return await self.send_form(
            client, "/login", "/login", name=name, password=password, **more
        )

    async def send_form(
        self, client: httpx2.AsyncClient, page: str, path: str, **fields: str
    ) -> httpx2.Response:
        """Open a page, and send a form with the token it put there, as a browser would."""
        token = form_token(await client.get(page))
        return await client.post(path, data={"form_token": token, **fields})

    async def pair(self, client: httpx2.AsyncClient) -> httpx2.Response:
        await self.send_form(client, "/pair", "/pair/code")
        return await self.send_form(client, "/pair", "/pair", code=self.room.code)


def form_token(page: httpx2.Response) -> str:
    found = re.search(r'name="form_token" value="(\w+)"', page.text)
    assert found is not None, page.text
    return found[1]


def a_config(*, listen: str = "127.0.0.1", port: int = 8088, names: tuple[str, ...] = ()) -> Config:
    network: dict[str, Any] = {"listen": listen, "port": port, "names": names}
    return Config.model_validate({"room": {"id": "room", "name": "三(2)班"}, "network": network})


def a_room(folder: Path) -> PretendRoom:
    """Make a room with one recording, and a secret beside it that nobody may have."""
    recordings = folder / "data" / "recordings"
    (recordings / RECORDING).mkdir(parents=True)
    (recordings / RECORDING / "programme.mp4").write_bytes(VIDEO)
    (recordings / RECORDING / "thumbnail.jpg").write_bytes(b"\xff\xd8\xff\xd9")
    (recordings / RECORDING / "manifest.json").write_text("{}")
    (recordings / RECORDING / "journal.jsonl").write_text("secret\n")
    (folder / "data" / "secret.mp4").write_text("secret")
    (recordings / RECORDING / "link.mp4").symlink_to(folder / "data" / "secret.mp4")
    return PretendRoom(recordings)


@contextlib.asynccontextmanager
async def website(folder: Path, *, listen: str = "127.0.0.1") -> AsyncIterator[Website]:
    """Open the application in this process; as a school's when `listen` is no loopback."""
    local = listen == "127.0.0.1"
    room, clock = a_room(folder), Clock()
    app = create_app(room, a_config(listen=listen, names=("room.school",)), folder / "data")
    site: Site = replace(app.state.site, keep_alive_s=0.02)
    app.state.site = site
    for part in (site.accounts, site.panels):
        part.clock = clock
    site.accounts.passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))

    def browser() -> httpx2.AsyncClient:
        transport = httpx2.ASGITransport(app=app, client=("192.0.2.7", 4711))
        return httpx2.AsyncClient(transport=transport, base_url=LOCAL if local else SCHOOL)

    async with app.router.lifespan_context(app), room.shelf.store, browser() as client:
        yield Website(room, site, clock, browser, client)


@contextlib.asynccontextmanager
async def school(folder: Path) -> AsyncIterator[Website]:
    """Open the application as others in the school see it, with one account."""
    async with website(folder, listen="0.0.0.0") as here:
        await here.site.accounts.add(NAME, PASSWORD)
        yield here


@contextlib.asynccontextmanager
async def served(
    folder: Path, *, listen: str = "127.0.0.1"
) -> AsyncIterator[tuple[PretendRoom, int]]:
    """Serve a room on a free port of loopback, in this loop, until the block ends."""
    port = free_port()
    room, config = a_room(folder), a_config(listen=listen, port=port)
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(serve(room, config, folder / "data"))
        await eventually(lambda: _listens(port))
        try:
            yield room, port
        finally:
            serving.cancel()


async def eventually(look: Callable[[], Found], *, within_s: float = 10.0) -> Found:
    """Give what `look` finds as soon as it is true; fail when that takes too long."""
    async with asyncio.timeout(within_s):
        while not (found := look()):
            await asyncio.sleep(0.01)
    return found


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
