"""Other sides of a campaign: a hub at work, moto's S3 server, and the pretend Opencast."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from classroom_edge.library.opencast import wire
from classroom_edge.library.opencast.pretend.gate import Gate
from classroom_edge.library.opencast.pretend.packages import Kept
from classroom_edge.library.opencast.pretend.server import Pretence, Server, served
from classroom_edge.library.received.arrival import ARRIVAL, read_arrival
from classroom_edge.sessions.link.keys import SITE_KEY, HubRecord, remember_hub
from tests.edge.deliver.files_there import digests_in
from tests.edge.deliver.unruly import Fault
from tests.edge.received.motoed import ACCOUNT, Moto, moto_server
from tests.edge.received.scene import Hub, hub_at_work

SIZES = (0, 70_000, 700_000, 1_500_000)
IN_PARTS = (0, 70_000, 700_000, 9_000_000)  # of which the largest go in two parts


class Counting(logging.Handler):
    """Counts how often a recording was put in its place."""

    def __init__(self) -> None:
        super().__init__()
        self.times: dict[str, int] = {}

    def emit(self, record: logging.LogRecord) -> None:
        if record.msg.startswith("received from") and isinstance(record.args, tuple):
            recording = str(record.args[1])
            self.times[recording] = self.times.get(recording, 0) + 1


@dataclass
class HubFar:
    """A hub's own web server."""

    hub: Hub
    counting: Counting
    faults: tuple[Fault, ...] = tuple(Fault)
    sizes: tuple[int, ...] = SIZES

    @property
    def server(self) -> tuple[str, int] | None:
        return "127.0.0.1", int(self.hub.url.rpartition(":")[2])

    def target(self, port: int) -> str:
        return f'kind = "hub"\nurl = "http://127.0.0.1:{port}"\n'

    def held(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for folder in self.hub.received.glob("[!.]*"):
            arrival = read_arrival(folder)
            assert arrival is not None
            there = digests_in(folder).items()
            found |= {f"{arrival.recording}/{name}": sha for name, sha in there if name != ARRIVAL}
        return found

    def arrivals(self) -> Mapping[str, int]:
        return {name: self.counting.times[name.partition("/")[0]] for name in self.held()}


@dataclass
class S3Far:
    """moto's server, with a bucket that forgets no version of an object."""

    moto: Moto
    faults: tuple[Fault, ...] = tuple(Fault)
    sizes: tuple[int, ...] = IN_PARTS

    @property
    def server(self) -> tuple[str, int] | None:
        return "127.0.0.1", urlsplit(self.moto.url).port or 0

    def target(self, port: int) -> str:
        name, secret = ACCOUNT
        url = f"http://127.0.0.1:{port}/lessons/school-1"
        return f'kind = "s3"\nurl = "{url}"\nusername = "{name}"\npassword = "{secret}"\n'

    def held(self) -> Mapping[str, str]:
        return self.moto.digests()

    def arrivals(self) -> Mapping[str, int]:
        return self.moto.versions()


@dataclass
class OpencastFar:
    """The pretend Opencast, which refuses what the real one refuses."""

    opencast: Server
    recordings: Path
    faults: tuple[Fault, ...] = tuple(Fault)
    sizes: tuple[int, ...] = SIZES

    @property
    def server(self) -> tuple[str, int] | None:
        host, port = self.opencast.server_address[:2]
        return str(host), port

    def target(self, port: int) -> str:
        self.opencast.url = self.opencast.pretence.packages.url = f"http://127.0.0.1:{port}"
        return (
            f'kind = "opencast"\nurl = "http://127.0.0.1:{port}"\n'
            'username = "agent"\npassword = "secret"\noptions = { spread_s = "0" }\n'
        )

    def held(self) -> Mapping[str, str]:
        return {
            f"{recording}/{kept.url.rpartition('/')[2]}": kept.sha256
            for recording, runs in self._ingested().items()
            for kept in runs[0]
            if kept.group != "catalog"
        }

    def arrivals(self) -> Mapping[str, int]:
        runs = self._ingested()
        return {name: len(runs[name.partition("/")[0]]) for name in self.held()}

    def _ingested(self) -> dict[str, list[tuple[Kept, ...]]]:
        names = [one.name for one in self.recordings.iterdir()]
        ids = {wire.package_id("Room 1", f"{name}/all"): name for name in names}
        runs = self.opencast.pretence.packages.ingested
        return {ids.get(id_, id_): run for id_, run in runs.items()}


@asynccontextmanager
async def hub_far(folder: Path) -> AsyncIterator[HubFar]:
    counting, logger = Counting(), logging.getLogger("classroom_edge.library.received.inbox")
    logger.addHandler(counting)
    logger.setLevel(logging.INFO)
    async with hub_at_work(folder) as hub:
        link = folder.parent / "link"
        remember_hub(link, HubRecord(address="127.0.0.1:7700", key=hub.key, site="yucai"))
        (link / SITE_KEY).touch(mode=0o600)
        (link / SITE_KEY).write_text(hub.site.secret)
        try:
            yield HubFar(hub, counting)
        finally:
            logger.removeHandler(counting)
            logger.setLevel(logging.NOTSET)


@asynccontextmanager
async def s3_far(folder: Path) -> AsyncIterator[S3Far]:
    with moto_server(folder) as moto:
        await asyncio.to_thread(moto.make_bucket)
        yield S3Far(moto)


@asynccontextmanager
async def opencast_far(folder: Path) -> AsyncIterator[OpencastFar]:
    with served(Pretence(folder=folder, gate=Gate("agent", "secret"))) as server:
        yield OpencastFar(server, folder.parent / "recordings")
