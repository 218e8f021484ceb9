"""A room on the air: by the command line, by a session, and to players that others wrote."""

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx2
import pytest

from classroom_edge.daemon import Daemon
from classroom_edge.room import BroadcastView, LinkView
from classroom_edge.sessions.forms import Kind, Style
from classroom_edge.sessions.state import Session, Stage
from tests.edge.room_at_work import ROOM, at_work
from tests.ports import free_port
from tests.waiting import eventually, eventually_async

BROADCAST = (
    ROOM
    + """
[broadcast]
port = {{broadcast}}
qualities = ["180p"]
"""
)


@asynccontextmanager
async def on_air_room(folder: Path) -> AsyncIterator[tuple[Daemon, int]]:
    port = free_port()
    text = BROADCAST.replace("{{broadcast}}", str(port)).replace("height = 180", "height = 360")
    async with at_work(folder, text) as daemon:
        yield daemon, port


@contextmanager
def nginx(folder: Path, lessons: str) -> Iterator[int]:
    """Run nginx with the configuration that we print; give its port."""
    port = free_port()
    (folder / "lessons.conf").write_text(lessons.replace("listen 80;", f"listen 127.0.0.1:{port};"))
    user = "user root;" if os.getuid() == 0 else ""
    paths = "".join(
        f"{what}_temp_path {folder}/{what};"
        for what in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; {user} worker_processes 1; pid {folder}/pid; error_log {folder}/errors;"
        f"events {{}} http {{ access_log off; {paths} include {folder}/lessons.conf; }}"
    )
    with subprocess.Popen(
        ["nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)]
    ) as process:
        try:
            eventually((folder / "pid").exists)
            yield port
        finally:
            process.terminate()


async def command(folder: Path, word: str, *options: str) -> str:
    """Give what a command about broadcasts prints."""
    return await said(folder, "broadcast", word, *options)


async def said(folder: Path, *words: str) -> str:
    """Give what a command about a room prints; the room comes after its name."""
    names = 2 if words[0] == "broadcast" else 1
    asked = (*words[:names], str(folder / "room.toml"), *words[names:])
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "classroom_edge", "--lang", "en", *asked),
        *("--data", str(folder / "data")),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    told, complaint = await process.communicate()
    return (told or complaint).decode()


def shown(daemon: Daemon) -> BroadcastView:
    view = daemon.state().broadcast
    assert view is not None
    return view


def told_of_ports(daemon: Daemon) -> Iterator[str]:
    return (one.what["en"] for one in daemon.state().problems if one.code == "E-BRC-001")


@pytest.mark.needs("ffmpeg", "nginx")
async def test_a_lesson_goes_on_the_air_by_command_and_can_be_watched_when_it_is_over(
    tmp_path: Path,
) -> None:
    async with on_air_room(tmp_path) as (daemon, port):
        lesson = (await command(tmp_path, "start", "--title", "Maths")).strip()
        await eventually_async(lambda: shown(daemon).state == "on", within_s=20)
        assert (shown(daemon).lesson, shown(daemon).title) == (lesson, "Maths")
        assert "already" in await command(tmp_path, "start")
        live = (await command(tmp_path, "address", "--hours", "1")).strip()
        assert live.startswith(f"http://127.0.0.1:{port}/")
        with nginx(
            tmp_path, await command(tmp_path, "nginx", "--cache-folder", str(tmp_path / "c"))
        ) as at:
            async with httpx2.AsyncClient(timeout=20) as client:
                through = live.replace(f"127.0.0.1:{port}", f"127.0.0.1:{at}")
                master = (await client.get(through)).text
                assert re.findall(r"RESOLUTION=(\S+)", master) == ["320x360", "160x180"]
                made_up = re.sub(r"/[0-9a-f]{8}\.", "/ffffffff.", live)
                assert (await client.get(made_up)).status_code == 403
            await eventually_async(lambda: shown(daemon).viewers > 0)
        await command(tmp_path, "stop")
        assert "Nothing is on the air" in await command(tmp_path, "status")
        again = (await command(tmp_path, "address", "--lesson", lesson)).strip()
        probe = ["ffprobe", "-v", "error", "-count_packets", "-show_streams", "-of", "json", again]
        told = await asyncio.to_thread(subprocess.run, probe, capture_output=True, check=True)
    assert told.stderr == b""
    streams = json.loads(told.stdout)["streams"]
    assert {one["codec_name"] for one in streams} == {"h264", "aac"}
    assert min(int(one["nb_read_packets"]) for one in streams) >= 25


async def test_a_session_that_is_broadcast_is_on_the_air_for_as_long_as_it_goes(
    tmp_path: Path,
) -> None:
    async with on_air_room(tmp_path) as (daemon, _port):
        service = daemon.outlets.broadcast
        await eventually_async(lambda: service.health)

        async def stands(stage: Stage) -> str:
            session = Session(
                id="s-1", title="Maths", kind=Kind.ONLINE, style=Style.LIVE, stage=stage
            )
            await service.follow(LinkView("hub", sessions=(session,)))
            return service.wanted

        assert await stands(Stage.PLANNED) == ""
        assert await stands(Stage.OPEN) == "s-1"
        assert await stands(Stage.CLOSING) == "s-1"
        assert await stands(Stage.ENDED) == ""
        assert await stands(Stage.OPEN) == ""  # taken off, it stays off


async def test_a_session_that_is_gone_before_anybody_saw_its_end_is_taken_off_the_air(
    tmp_path: Path,
) -> None:
    async with on_air_room(tmp_path) as (daemon, _port):
        service = daemon.outlets.broadcast
        await eventually_async(lambda: service.health)
        form = {"title": "Maths", "kind": Kind.ONLINE, "style": Style.LIVE, "stage": Stage.OPEN}
        await service.follow(LinkView("hub", sessions=(Session(id="s-1", **form),)))  # type: ignore[arg-type]
        assert service.wanted == "s-1"
        await service.follow(LinkView("hub"))
        assert service.wanted == ""


async def test_a_port_that_is_taken_is_told_to_the_teacher(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        async with at_work(tmp_path, BROADCAST.replace("{{broadcast}}", str(port))) as daemon:
            told = await eventually_async(lambda: [*told_of_ports(daemon)])
            assert str(port) in told[0]
            taken.close()
            await eventually_async(lambda: not [*told_of_ports(daemon)])
