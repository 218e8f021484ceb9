"""Debian's Janus as the engine of a class: the hub sends, a site sees and hears it, and leaves."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from aioice.ice import get_host_addresses

from classroom_media.live.engine import janus_setup
from classroom_media.live.engine.api import EngineError
from classroom_media.live.engine.janus import Janus
from classroom_media.live.engine.janus_link import JanusLink, Server
from classroom_media.live.pipe.api import State
from classroom_media.live.pipe.port import Port
from classroom_media.live.pipe.reach import Reach
from tests.media.live.pipe.lesson import (
    HEIGHT,
    LUMA,
    TONE_HZ,
    Teacher,
    decoded_pictures,
    decoded_sound,
    pitch_hz,
)
from tests.ports import free_port

LOOPBACK = "127.0.0.1"


@asynccontextmanager
async def engine(folder: Path) -> AsyncIterator[tuple[Janus, asyncio.TaskGroup]]:
    """Run Janus, and be in a session with it."""
    port, admin_port = free_port(), free_port()
    server = Server(
        f"http://{LOOPBACK}:{port}/janus",
        f"http://{LOOPBACK}:{admin_port}/admin",
        "a secret",
        "another",
    )
    conf = janus_setup.write(folder, server, port=port, admin_port=admin_port)
    process = await asyncio.create_subprocess_exec(
        shutil.which("janus") or "/usr/bin/janus",
        *("-F", str(conf)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.TaskGroup() as tasks:
            link = JanusLink(server)
            await _open(link)
            work = tasks.create_task(link.run())
            janus = Janus(link)
            yield janus, tasks
            await janus.close()
            work.cancel()
    finally:
        process.terminate()
        await process.wait()


async def _open(link: JanusLink) -> None:
    async with asyncio.timeout(20):
        while True:
            try:
                await link.open()
            except EngineError:
                await asyncio.sleep(0.05)
                continue
            return


@pytest.mark.needs("janus")
async def test_a_site_sees_and_hears_the_hub_by_janus(tmp_path: Path) -> None:
    async with engine(tmp_path) as (janus, tasks):
        # Janus does not use loopback: this machine's own address, which leads no further either.
        [address, *_] = get_host_addresses(use_ipv4=True, use_ipv6=False)
        ports = [Port.open([address]) for _ in range(2)]
        hub = Teacher(Reach(ports[0]), tasks, receive=False)
        site = Teacher(Reach(ports[1]), tasks, send=False)
        await janus.create("maths", publishers=4, bitrate_bps=2_000_000)
        await hub.pipe.agree(await janus.publish("maths", "hub", await hub.pipe.offer()))
        await hub.connected()
        hub.begin()
        works = [tasks.create_task(hub.teach())]
        while not await janus.publishers("maths"):
            await asyncio.sleep(0.02)
        offer = await janus.subscribe("maths", "village", "hub")
        await janus.agree("maths", "village", await site.pipe.answer(offer))
        site.begin()
        works.append(tasks.create_task(site.listen()))
        async with asyncio.timeout(30):
            while len(site.of("picture")) < 30 or len(site.of("sound")) < 60:
                await asyncio.sleep(0.05)
        for work in works:
            work.cancel()
        assert await janus.publishers("maths") == ("hub",)
        sent, taken = await janus.statistics()
        assert (sent.name, taken.name) == ("hub", "village")
        assert sent.received > 100
        assert taken.sent_bytes > 5_000
        seen = decoded_pictures(site.of("picture"))[-1]
        assert abs(float(np.median(seen.to_ndarray()[:HEIGHT])) - LUMA) < 4
        heard = decoded_sound(site.of("sound"))
        assert abs(pitch_hz(heard[len(heard) // 2 :]) - TONE_HZ) < 5
        await janus.drop("maths", "village")
        async with asyncio.timeout(20):
            while site.pipe.state is not State.LOST:
                await asyncio.sleep(0.02)
        for teacher in (hub, site):
            await teacher.pipe.close()
        for port in ports:
            port.close()


@pytest.mark.needs("janus")
async def test_what_janus_refuses_is_told_in_its_words(tmp_path: Path) -> None:
    async with engine(tmp_path) as (janus, _):
        with pytest.raises(EngineError, match=r"No such room"):
            await janus.publishers("nowhere")
        await janus.create("maths", publishers=1, bitrate_bps=1_000_000)
        with pytest.raises(EngineError, match=r"nobody called hub"):
            await janus.subscribe("maths", "village", "hub")
        with pytest.raises(EngineError, match=r"is not in"):
            await janus.drop("maths", "village")


async def test_an_engine_that_is_not_there_is_told() -> None:
    port = free_port()
    link = JanusLink(Server(f"http://{LOOPBACK}:{port}/janus", "", "", ""))
    with pytest.raises(EngineError, match=str(port)):
        await link.open()
