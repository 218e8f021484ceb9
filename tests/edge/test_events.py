"""Streams without an end, from a real server on loopback."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx2
import pytest

from classroom_edge.room import LevelView
from tests.edge.website import eventually, served


async def events_of(response: httpx2.Response) -> AsyncIterator[tuple[str, Any]]:
    """Read server-sent events as a browser does."""
    name = ""
    async for line in response.aiter_lines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


async def test_a_browser_gets_the_state_at_once_then_every_change_and_the_levels(
    tmp_path: Path,
) -> None:
    async with (
        served(tmp_path) as (room, port),
        httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as client,
        client.stream("GET", "/api/v1/events") as response,
    ):
        assert response.headers["content-type"].startswith("text/event-stream")
        events = events_of(response)
        name, state = await anext(events)
        assert (name, state["version"], state["name"]) == ("state", 1, "三年级(2)班")
        room.change(problems=())
        name, state = await anext(events)
        assert (name, state["version"], state["problems"]) == ("state", 2, [])
        level = LevelView("teacher", -20.0, -12.5, momentary_lufs=-21.5)
        room.loudness.put_nowait((level,))
        assert await anext(events) == ("levels", [asdict(level)])


@pytest.mark.parametrize("what", ["preview", "multiview"])
async def test_moving_pictures_are_made_only_while_somebody_looks(
    tmp_path: Path, what: str
) -> None:
    async with served(tmp_path) as (room, port):
        assert room.watched == 0
        async with (
            httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as client,
            client.stream("GET", f"/api/v1/{what}.mjpeg") as response,
        ):
            assert "multipart/x-mixed-replace; boundary=" in response.headers["content-type"]
            seen = b""
            async for chunk in response.aiter_bytes():
                seen += chunk
                if seen.count(b"--picture\r\n") >= 3:
                    break
            assert seen.startswith(
                b"--picture\r\nContent-Type: image/jpeg\r\nContent-Length: 15\r\n\r\n\xff\xd8"
            )
            assert room.watched == 1
        await eventually(lambda: room.watched == 0)


async def test_streams_do_not_hold_up_the_server_when_it_stops(tmp_path: Path) -> None:
    ended = asyncio.Event()
    watching = asyncio.Event()

    async def watch(port: int) -> None:
        async with (
            httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as client,
            client.stream("GET", "/api/v1/events") as response,
        ):
            async for _line in response.aiter_lines():
                watching.set()
        ended.set()

    async with asyncio.TaskGroup() as tasks:
        async with served(tmp_path) as (_room, port):
            tasks.create_task(watch(port))
            await watching.wait()
            stopped_at = time.monotonic()
        assert time.monotonic() - stopped_at < 3
    assert ended.is_set()


async def test_the_port_is_free_again_when_the_server_has_stopped(tmp_path: Path) -> None:
    async with served(tmp_path) as (_room, port):
        pass
    server = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", port)
    server.close()
    await server.wait_closed()
