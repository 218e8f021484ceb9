"""The origin's process on a director's packets: live, found again after a kill, watched later."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import pairwise
from pathlib import Path

import httpx2
import msgspec
import pytest

from classroom_media.api import WorkerError
from classroom_media.emulate.replay import ReplayedCamera
from classroom_media.live.hls.tickets import ticket
from classroom_media.messages import (
    Air,
    AnyCommand,
    BroadcastHealth,
    Heartbeat,
    OffAir,
    Quality,
    Status,
)
from classroom_media.workers.client import WorkerClient
from classroom_media.workers.shell import Answer, Shell
from classroom_media.workers.specs import Endpoints, OriginSpec
from tests.media.live.hls.lessons import PICTURES, played, reel
from tests.waiting import eventually_awaited

QUALITY = Quality(name="180p", picture="programme", sound="programme-sound")
AIR = Air(lesson="maths", title="数学", qualities=(QUALITY,))
UNTIL_S = 4_000_000_000
PATH = f"/{ticket(b'secret', 'maths', UNTIL_S)}/maths"


@pytest.fixture
def spec(tmp_path: Path) -> OriginSpec:
    return OriginSpec(
        endpoints=Endpoints(commands=f"ipc://{tmp_path}/o.ctl", packets=f"ipc://{tmp_path}/o.pub"),
        director=Endpoints(commands=f"ipc://{tmp_path}/d.ctl", packets=f"ipc://{tmp_path}/d.pub"),
        folder=str(tmp_path / "broadcasts"),
        host="127.0.0.1",
        port=0,
        key="secret",
    )


class PretendDirector:
    """Knows nothing but that it is there."""

    def heartbeat(self) -> Heartbeat:
        return Heartbeat(role="director", name="programme", pid=1, at_ns=time.monotonic_ns())

    def handle(self, command: AnyCommand) -> Answer:
        return Answer(f"a director knows no {type(command).__name__.lower()}")

    def close(self) -> None:
        pass


@contextmanager
def director(spec: OriginSpec) -> Iterator[None]:
    shell = Shell(spec.director, role="director", name="programme")
    running = threading.Thread(target=shell.run, args=(PretendDirector(),))
    running.start()
    try:
        with ReplayedCamera("programme", reel(gop=25), shell.publish):
            yield
    finally:
        shell.stop()
        running.join()


@contextmanager
def origin(spec: OriginSpec) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "classroom_media.workers.origin"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdin is not None
        process.stdin.write(msgspec.json.encode(spec) + b"\n")
        process.stdin.close()
        try:
            yield process
        finally:
            process.kill()


class Asked:
    """What a viewer and the daemon are told."""

    def __init__(self, client: WorkerClient, http: httpx2.AsyncClient) -> None:
        self.daemon = client
        self._http = http

    async def health(self) -> BroadcastHealth | None:
        try:
            reply = await self.daemon.ask(Status(), timeout_s=0.5)
        except WorkerError:
            return None
        told = reply.heartbeat.broadcast if reply.heartbeat else None
        return told if told and told.port else None

    async def get(self, path: str) -> bytes:
        told = await eventually_awaited(self.health)
        answer = await self._http.get(f"http://127.0.0.1:{told.port}{PATH}/{path}", timeout=20)
        return answer.content if answer.status_code == 200 else b""

    async def segments(self, count: int) -> str:
        async def look() -> str:
            text = (await self.get("180p/lesson.m3u8")).decode()
            return text if text.count("#EXTINF") >= count else ""

        return await eventually_awaited(look, within_s=20)


@asynccontextmanager
async def asking(spec: OriginSpec) -> AsyncIterator[Asked]:
    async with WorkerClient(spec.endpoints) as client, httpx2.AsyncClient() as http:
        yield Asked(client, http)


async def test_a_lesson_survives_the_death_of_its_origin_and_can_be_watched_when_it_ends(
    spec: OriginSpec, tmp_path: Path
) -> None:
    async with asking(spec) as asked:
        with director(spec):
            with origin(spec) as process:
                await eventually_awaited(asked.health)
                await asked.daemon.ask(AIR)
                before = await asked.segments(2)
                kept = await asked.get("180p/segment-1.m4s")
                os.kill(process.pid, signal.SIGKILL)
            with origin(spec):
                told = await eventually_awaited(asked.health)
                assert (told.lesson, told.title) == ("maths", "数学")
                after = await asked.segments(before.count("#EXTINF") + 2)
                assert after.startswith(before.partition("#EXT-X-MEDIA-SEQUENCE")[0])
                assert before.partition("#EXT-X-MAP")[2] in after
                assert await asked.get("180p/segment-1.m4s") == kept
                assert "#EXT-X-ENDLIST" not in after
                await asked.daemon.ask(OffAir())
                over = (await asked.get("180p/lesson.m3u8")).decode()
        assert over.endswith("#EXT-X-ENDLIST\n")
        with origin(spec):
            assert (await asked.get("180p/lesson.m3u8")).decode() == over
            master = (await asked.get("lesson.m3u8")).decode()
            names = [*re.findall(r'URI="(.*)"', over)[:1]]
            names += re.findall(r"^segment.*", over.split("#EXT-X-DISCONTINUITY\n")[0], re.M)
            film = b"".join([await asked.get(f"180p/{name}") for name in names])
    assert "180p/lesson.m3u8" in master
    numbers = [one.number or 0 for one in played(tmp_path / "lesson.mp4", film)]
    assert len(numbers) >= 2 * 25
    assert {(after - one) % PICTURES for one, after in pairwise(numbers)} == {1}


async def test_another_lesson_waits_until_the_one_on_the_air_is_over(spec: OriginSpec) -> None:
    async with asking(spec) as asked:
        with director(spec), origin(spec):
            await eventually_awaited(asked.health)
            await asked.daemon.ask(AIR)
            await asked.daemon.ask(AIR)  # once more is no harm
            other = msgspec.structs.replace(AIR, lesson="physics")
            with pytest.raises(WorkerError, match="maths is on the air"):
                await asked.daemon.ask(other)
            await asked.daemon.ask(OffAir())
            await asked.daemon.ask(other)
            await asked.daemon.ask(OffAir())
            with pytest.raises(WorkerError, match="name"):
                await asked.daemon.ask(msgspec.structs.replace(AIR, lesson="../up"))


async def test_who_watches_is_counted(spec: OriginSpec) -> None:
    async with asking(spec) as asked:
        with director(spec), origin(spec):
            await eventually_awaited(asked.health)
            await asked.daemon.ask(AIR)
            await asked.segments(1)
            told = await asked.health()
    assert told is not None
    assert told.viewers == 1
    assert told.last_ns > told.began_ns > 0
