"""Deliveries that are killed, cut, starved and fed errors, until all has arrived all the same.

`benchmarks/delivery_campaign.py` is the whole of it. Another target is another `Far` in `FARS`.
"""

import asyncio
import random
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import urlsplit

import psutil

from classroom_edge.library.deliver.folder import MARKER
from classroom_edge.library.deliver.receipts import RECEIPTS_FILE, read_receipts
from tests.edge.deliver.files_there import digest_of, digests_in
from tests.edge.deliver.others import SIZES, hub_far, opencast_far, s3_far
from tests.edge.deliver.servers import Dav, Ssh, nginx_dav, sshd
from tests.edge.deliver.shelves import a_recording
from tests.edge.deliver.unruly import OF_TCP, Fault, Line, unruly

KILL_ROOM, KILL_TRY, LOSE_DATABASE = "room killed", "try killed", "database lost"
KILLS: Final = (KILL_ROOM, *[KILL_TRY] * 6, LOSE_DATABASE)
RATHER: Final = 0.6  # of the faults are on the line, where there is one
WHOLE_S: Final = 60.0  # to bring the rest once nothing happens any more
TARGET: Final = """
[[targets]]
id = "far"
name = "Far"
automatic = true
least_consent = "internal"
what = "all"
"""


class Far(Protocol):
    """The other side."""

    @property
    def server(self) -> tuple[str, int] | None:
        """Give where its server listens; None = there is no line."""
        ...

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Give what may befall its line."""
        ...

    @property
    def sizes(self) -> tuple[int, ...]:
        """Give how large the films are that it is sent, in bytes."""
        ...

    def target(self, port: int) -> str:
        """Give what room.toml says of it, behind a line at a port."""
        ...

    def held(self) -> Mapping[str, str]:
        """Give the files that are there, "<recording>/<name>", with their SHA-256."""
        ...

    def arrivals(self) -> Mapping[str, int] | None:
        """Tell how often each of them was put in its place; None = nobody has counted."""
        ...


@dataclass(kw_only=True)
class Outcome:
    """What came of a campaign."""

    target: str
    faults: dict[str, int] = field(default_factory=dict)
    recordings: int = 0
    files: int = 0
    lost: int = 0
    wrong: int = 0  # there with another checksum
    twice: int = 0  # put in its place more than once
    strange: int = 0  # there, and nobody has sent it
    receipts_missing: int = 0
    receipts_twice: int = 0
    seconds: float = 0.0

    @property
    def is_good(self) -> bool:
        """Whether nothing was lost and nothing came twice."""
        told = asdict(self)
        bad = ("lost", "wrong", "twice", "strange", "receipts_missing", "receipts_twice")
        return not any(told[name] for name in bad)


@dataclass
class Room:
    """The process of a room that delivers."""

    folder: Path
    process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        with (self.folder / "room.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.edge.deliver.shelves", str(self.folder)),
                stdout=log,
                stderr=log,
            )

    async def kill(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()

    def kill_try(self) -> bool:
        """Kill the process that works on a delivery; False = there is none."""
        if self.process is None:
            return False
        with suppress(psutil.Error):
            for one in psutil.Process(self.process.pid).children():
                one.send_signal(signal.SIGKILL)
                return True
        return False

    @property
    def tries(self) -> bool:
        """Whether something is being delivered."""
        if self.process is None:
            return False
        with suppress(psutil.Error):
            return bool(psutil.Process(self.process.pid).children())
        return False


@dataclass
class Campaign:
    """One campaign in a folder. `number` counts the recordings that were made."""

    folder: Path
    far: Far
    chance: random.Random
    outcome: Outcome
    number: int = 0

    async def run(self, kills: int) -> Outcome:
        begun_s = time.monotonic()
        room = Room(self.folder)
        async with self._line() as line:
            text = TARGET + self.far.target(line.port if line else 0)
            (self.folder / "targets.toml").write_text(text, encoding="utf-8")
            self._record(3)
            await room.start()
            try:
                for _ in range(kills):
                    await self._befall(room, line)
                if line:
                    line.faults.clear()
                await self._until_whole(room)
            finally:
                await room.kill()
        self._judge()
        self.outcome.seconds = round(time.monotonic() - begun_s, 1)
        return self.outcome

    @asynccontextmanager
    async def _line(self) -> AsyncIterator[Line | None]:
        if self.far.server is None:
            yield None
            return
        async with unruly(self.far.server, self.chance.randrange(1 << 30)) as line:
            yield line

    def _record(self, count: int) -> None:
        for _ in range(count):
            self.number += 1
            size = self.chance.choice(self.far.sizes)
            a_recording(self.folder / "recordings", self.number, size=size, tracks=2)

    async def _befall(self, room: Room, line: Line | None) -> None:
        """Wait until something is on its way, and let one thing happen to it."""
        if len(self._waiting()) < 2:
            self._record(2)
        await self._until(lambda: room.tries, 20.0)
        if line is not None and self.chance.random() < RATHER:
            fault = self.chance.choice(self.far.faults)
            line.faults.append(fault)
            self._count(fault)
            await self._until(lambda: not line.faults, 3.0)
            return
        await asyncio.sleep(self.chance.random() * 0.5)
        what = self.chance.choice(KILLS)
        if what == KILL_TRY:
            what = KILL_TRY if room.kill_try() else KILL_ROOM
        if what != KILL_TRY:
            await room.kill()
            if what == LOSE_DATABASE:
                for one in self.folder.glob("room.db*"):
                    one.unlink()
            await room.start()
        self._count(what)

    def _count(self, what: str) -> None:
        self.outcome.faults[what] = self.outcome.faults.get(what, 0) + 1

    def _waiting(self) -> list[Path]:
        """Give the recordings that have no receipt."""
        folders = (self.folder / "recordings").iterdir()
        return [one for one in folders if not (one / RECEIPTS_FILE).exists()]

    async def _until(self, look: Callable[[], bool], within_s: float) -> None:
        deadline = time.monotonic() + within_s
        while not look() and time.monotonic() < deadline:
            await asyncio.sleep(0.02)

    async def _until_whole(self, room: Room) -> None:
        await self._until(lambda: not self._waiting() and not room.tries, WHOLE_S)

    def _judge(self) -> None:
        """Compare what is there with what was recorded."""
        held, arrivals = dict(self.far.held()), self.far.arrivals()
        for folder in (self.folder / "recordings").iterdir():
            self.outcome.recordings += 1
            receipts = read_receipts(folder)
            self.outcome.receipts_missing += not receipts
            self.outcome.receipts_twice += len(receipts) > 1
            for file in folder.iterdir():
                if file.name == RECEIPTS_FILE or file.name[0] == ".":
                    continue  # a room that is killed while it writes leaves a file with a dot
                name = f"{folder.name}/{file.name}"
                self.outcome.files += 1
                digest = held.pop(name, None)
                self.outcome.lost += digest is None
                self.outcome.wrong += digest not in {None, digest_of(file)}
                self.outcome.twice += arrivals is not None and arrivals.get(name, 0) > 1
        self.outcome.strange = len(held)


@dataclass
class DavFar:
    """nginx with WebDAV."""

    dav: Dav
    faults: tuple[Fault, ...] = tuple(Fault)
    sizes: tuple[int, ...] = SIZES

    @property
    def server(self) -> tuple[str, int] | None:
        return "127.0.0.1", self.dav.port

    def target(self, port: int) -> str:
        return f'kind = "webdav"\nurl = "http://127.0.0.1:{port}/dav"\n'

    def held(self) -> Mapping[str, str]:
        return digests_in(self.dav.folder / "dav")

    def arrivals(self) -> Mapping[str, int]:
        counted: dict[str, int] = {}
        for _, status, to in self.dav.asked("MOVE"):
            if status < 300:
                name = urlsplit(to).path.removeprefix("/dav/")
                counted[name] = counted.get(name, 0) + 1
        return counted


@dataclass
class FolderFar:
    """A folder of this machine."""

    folder: Path
    server: tuple[str, int] | None = None
    faults: tuple[Fault, ...] = ()
    sizes: tuple[int, ...] = SIZES

    def target(self, port: int) -> str:
        del port
        return f'kind = "folder"\nurl = "{self.folder}"\n'

    def held(self) -> Mapping[str, str]:
        return digests_in(self.folder)

    def arrivals(self) -> None:
        return None


@dataclass
class SshFar:
    """Debian's sshd. A byte turned is a line cut: SSH does not let it pass."""

    ssh: Ssh
    faults: tuple[Fault, ...] = OF_TCP
    sizes: tuple[int, ...] = SIZES

    @property
    def server(self) -> tuple[str, int] | None:
        return "127.0.0.1", self.ssh.port

    def target(self, port: int) -> str:
        return self.ssh.target(port)

    def held(self) -> Mapping[str, str]:
        return digests_in(self.ssh.folder)

    def arrivals(self) -> None:
        return None


@asynccontextmanager
async def dav_far(folder: Path) -> AsyncIterator[Far]:
    with nginx_dav(folder) as dav:
        yield DavFar(dav)


@asynccontextmanager
async def ssh_far(folder: Path) -> AsyncIterator[Far]:
    with sshd(folder) as ssh:
        yield SshFar(ssh)


@asynccontextmanager
async def folder_far(folder: Path) -> AsyncIterator[Far]:
    (folder / MARKER).touch()
    yield FolderFar(folder)


FARS: Final[Mapping[str, Callable[[Path], AbstractAsyncContextManager[Far]]]] = {
    "webdav": dav_far,
    "folder": folder_far,
    "hub": hub_far,
    "s3": s3_far,
    "opencast": opencast_far,
    "sftp": ssh_far,
}


async def campaign(folder: Path, target: str, *, kills: int, seed: int) -> Outcome:
    """Hold a campaign in an empty folder."""
    there = folder / "there"
    there.mkdir()
    (folder / "recordings").mkdir()
    async with FARS[target](there) as far:
        held = Campaign(folder, far, random.Random(seed), Outcome(target=target))
        return await held.run(kills)
