#!/usr/bin/env python3
"""One lesson to many: how late it is in a browser, and what hundreds of viewers cost.

    python benchmarks/broadcast.py [--viewers 500] [--seconds 30] [--quick] [--json]

A camera of 720p25 is sent as low-latency HLS, in real time. Chromium with hls.js plays it over a
line whose round trip takes 40 ms, as our own page does: a little faster while it is late. The
latency is from the stamp of a picture to its being shown, by the clock of the same machine. Who
comes in the middle opens the page anew, ten times at any moment, until pictures move. Then
viewers who ask for every playlist and every part come directly, and through nginx as a cache in
front; CPU is that of the origin's process and of nginx, of one core. The peer is nginx with the
same segments as plain files (`static`), from which the same viewers take as many bytes.

Exit status 2 when nginx, Chromium or hls.js is missing, and 1 when the browser stalled.
"""

import argparse
import asyncio
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Final

import psutil
from playwright.async_api import Browser, async_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from classroom_edge import parts
from classroom_media.emulate.reel import Look, Voice, film
from classroom_media.emulate.replay import ReplayedCamera
from classroom_media.live.hls.lesson import Lesson
from classroom_media.live.hls.package import Packager
from classroom_media.live.hls.shelf import Shelf
from tests.media.live.hls.stage import stage

ROOT: Final = Path(__file__).resolve().parent.parent
HLS_JS: Final = ROOT / parts.NPM_PEERS / "node_modules/hls.js/dist/hls.min.js"
NEEDED: Final = ("nginx", "chromium", "npm-peers")
AS_ORIGIN: Final = "--as-origin"
PATH: Final = "/any/maths/720p/"
SETTLE_S: Final = 6.0
CATCH_UP_S: Final = 16.0  # a page that is 2 s late is where it wants to be by then
WAY_S: Final = 0.02  # each way
JOINS: Final = 10
KEYFRAME_S: Final = 2.0  # from one to the next; how long it takes hangs on when between them
NGINX: Final = """
daemon off; {user} worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxied;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  proxy_cache_path {folder}/cache keys_zone=lesson:8m max_size=256m inactive=2m;
  upstream origin {{ server 127.0.0.1:{origin}; keepalive 16; }}
  server {{
    listen 127.0.0.1:{port};
    location /static/ {{ alias {segments}/; }}
    location / {{
      proxy_pass http://origin; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_cache lesson; proxy_cache_key $uri$is_args$args;
      proxy_cache_lock on; proxy_cache_lock_timeout 10s; proxy_cache_lock_age 10s;
      add_header Access-Control-Allow-Origin *;
    }}
  }}
}}
"""
PAGE: Final = """<!doctype html><video muted autoplay></video><script src="/hls.js"></script>
<script>
  const video = document.querySelector("video"), hls = new Hls({lowLatencyMode: true});
  let stalls = 0, joined = 0; const late = [];
  hls.loadSource("/any/maths/index.m3u8"); hls.attachMedia(video);
  hls.on(Hls.Events.ERROR, (_, told) => { stalls += told.details === "bufferStalledError"; });
  const look = () => { late.push((Date.now() - hls.playingDate) / 1000);
    if (late.length === 2) joined = performance.now() / 1000;  // a first one may stand still
    video.requestVideoFrameCallback(look); };
  video.requestVideoFrameCallback(look);
  setInterval(() => {
    const ahead = video.buffered.length ? video.buffered.end(0) - video.currentTime : 0;
    const late = hls.latency - hls.targetLatency;
    video.playbackRate = late > 0.1 && ahead > 0.4 ? 1.1 : 1;
  }, 250);
</script>"""


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--viewers", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=30.0, help="measured of each (30)")
    parser.add_argument("--quick", action="store_true", help="50 viewers, 6 s")
    parser.add_argument("--json", action="store_true")
    parser.add_argument(AS_ORIGIN, type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.as_origin:
        as_origin(asked.as_origin)
        return 0
    missing = [name for name in NEEDED if not parts.runs_here(name)]
    if missing:
        print(f"missing: {', '.join(missing)}; `python3 run.py test` brings them", file=sys.stderr)
        return 2
    viewers, seconds = (50, 6.0) if asked.quick else (asked.viewers, asked.seconds)
    with tempfile.TemporaryDirectory(prefix="broadcast-") as name:
        result = asyncio.run(measured(Path(name), viewers, seconds))
    for key, value in result.items():
        print(f"{key:28} {value}")
    if asked.json:
        print(json.dumps(result))
    return int(result["stalls"] > 0)


async def measured(folder: Path, viewers: int, seconds: float) -> dict[str, float]:
    """Measure everything, one after the other."""
    result: dict[str, float] = {"viewers": viewers}
    with origin(folder) as (process, port), nginx(folder, port) as (cache, cached):
        await asyncio.sleep(SETTLE_S)
        async with away(port) as far:
            joined = await joins(far)
            late, stalls = await browser(far, seconds)
        result |= {
            "join_s": round(statistics.median(joined), 2),
            "join_most_s": round(max(joined), 2),
        }
        result |= {"latency_s": round(statistics.median(late), 3), "stalls": stalls}
        async with away(cached) as far:
            late, stalls = await browser(far, seconds)
        result["latency_behind_nginx_s"] = round(statistics.median(late), 3)
        result["stalls"] += stalls
        for name, at in (("direct", port), ("behind_nginx", cached)):
            cost = Cost(origin=process, nginx=cache)
            result |= cost.of(name, await crowd(at, viewers, seconds, follow))
        cost = Cost(nginx=cache)
        result |= cost.of("static", await crowd(cached, viewers, seconds, take_files))
    per_bit = result["nginx_static"] / max(result["mbit_static"], 1e-9)
    result["static_ratio"] = round(
        result["nginx_behind_nginx"] / max(result["mbit_behind_nginx"] * per_bit, 1e-9), 2
    )
    return result


# -- the origin, in a process of its own ---------------------------------------------------------


def as_origin(folder: Path) -> None:
    """Send a camera's lesson until nobody wants it; say the address first."""
    segments = folder / "segments"
    segments.mkdir()
    pages = {"/": ("text/html", PAGE.encode()), "/hls.js": ("text/javascript", HLS_JS.read_bytes())}
    look = Look((1280, 720), gop=50, preset="veryfast")
    reel = film("camera", 1, look, Voice(), count=1000)
    lesson = Lesson(datetime.now(UTC), {"720p": Shelf(segments)})
    with (
        stage(lesson, pages) as here,
        ReplayedCamera("camera", reel, here.receiver(Packager())) as camera,
    ):
        age = timedelta(microseconds=(time.monotonic_ns() - camera.taken_ns(0)) // 1000)
        lesson.epoch = datetime.now(UTC) - age  # when the camera began to count
        print(here.url.rpartition(":")[2], flush=True)
        sys.stdin.read()


@contextmanager
def origin(folder: Path) -> Iterator[tuple[psutil.Popen, int]]:
    """Run the origin; give its process and its port."""
    with psutil.Popen(
        [sys.executable, __file__, AS_ORIGIN, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        try:
            yield process, int(process.stdout.readline())
        finally:
            process.kill()


@contextmanager
def nginx(folder: Path, origin_port: int) -> Iterator[tuple[psutil.Popen, int]]:
    """Run nginx as a cache before the origin; give its process and its port."""
    port = origin_port + 1 if origin_port < 60_000 else origin_port - 1
    user = "user root;" if os.getuid() == 0 else ""
    segments = folder / "segments"
    text = NGINX.format(folder=folder, origin=origin_port, port=port, segments=segments, user=user)
    (folder / "nginx.conf").write_text(text, encoding="utf-8")
    with psutil.Popen(["nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)]) as process:
        try:
            yield process, port
        finally:
            process.terminate()


class Cost:
    """What processes take of a core from now on."""

    def __init__(self, **processes: psutil.Popen) -> None:
        self._processes = processes
        self._before = {name: cpu_s(process) for name, process in processes.items()}
        self._began = time.monotonic()

    def of(self, name: str, got: "Got") -> dict[str, float]:
        """Give it, and what viewers got for it."""
        passed = time.monotonic() - self._began
        result = {
            f"{one}_{name}": round((cpu_s(process) - self._before[one]) / passed, 4)
            for one, process in self._processes.items()
        }
        result[f"requests_{name}"] = round(got.requests / passed)
        result[f"mbit_{name}"] = round(got.received * 8e-6 / passed, 1)
        return result


def cpu_s(process: psutil.Popen) -> float:
    """Give the CPU seconds of a process and its children."""
    times = [one.cpu_times() for one in (process, *process.children(recursive=True))]
    return float(sum(one.user + one.system for one in times))


# -- who watches ---------------------------------------------------------------------------------


@asynccontextmanager
async def away(port: int) -> AsyncIterator[int]:
    """Give a port that leads to another one over a line with a delay."""

    async def carry(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        while data := await source.read(65_536):
            loop.call_later(WAY_S, sink.write, data)
        loop.call_later(WAY_S, sink.close)

    async def visited(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        with suppress(ExceptionGroup):
            async with asyncio.TaskGroup() as ways:
                ways.create_task(carry(source, back))
                ways.create_task(carry(there, sink))

    async with await asyncio.start_server(visited, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


@asynccontextmanager
async def opened() -> AsyncIterator[Browser]:
    """Run Chromium."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=parts.chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        yield chromium
        await chromium.close()


async def joins(port: int) -> list[float]:
    """Come in the middle, again and again; give after how many seconds the pictures moved."""
    found: list[float] = []
    chance = Random(1)  # noqa: S311 - the same moments again
    async with opened() as chromium:
        while len(found) < JOINS:
            context = await chromium.new_context()  # nothing is in its cache
            page = await context.new_page()
            await page.goto(f"http://127.0.0.1:{port}/")
            joined = await page.wait_for_function("joined", timeout=30_000)
            found.append(float(await joined.json_value()))
            await context.close()
            await asyncio.sleep(chance.uniform(0, KEYFRAME_S))
    return found


async def browser(port: int, seconds: float) -> tuple[list[float], int]:
    """Watch in Chromium; give how late each picture was shown, and the stalls."""
    async with opened() as chromium:
        page = await chromium.new_page()
        await page.goto(f"http://127.0.0.1:{port}/")
        await page.wait_for_function("late.length > 50", timeout=30_000)
        await asyncio.sleep(CATCH_UP_S)
        await page.evaluate("late.length = 0; stalls = 0")
        await asyncio.sleep(seconds)
        late, stalls = await page.evaluate("[late, stalls]")
    return late, stalls


@dataclass
class Got:
    """What viewers received."""

    requests: int = 0
    received: int = 0  # bytes
    errors: list[str] = field(default_factory=list)


class Viewer(asyncio.Protocol):
    """A connection that asks for one thing after another."""

    def __init__(self, got: Got) -> None:
        self._got = got
        self._buffer = bytearray()
        self._answer: asyncio.Future[bytes] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way out."""
        self.transport = transport

    async def get(self, path: str) -> bytes:
        """Ask; give the body."""
        self._answer = asyncio.get_running_loop().create_future()
        self.transport.write(f"GET {path} HTTP/1.1\r\nHost: origin\r\n\r\n".encode())  # type: ignore[attr-defined]
        return await self._answer

    def data_received(self, data: bytes) -> None:
        """Complete an answer."""
        self._buffer += data
        at = self._buffer.find(b"\r\n\r\n")
        if at < 0:
            return
        told = re.search(rb"content-length: (\d+)", self._buffer[:at], re.IGNORECASE)
        end = at + 4 + int(told[1] if told else 0)
        if len(self._buffer) < end or self._answer is None or self._answer.done():
            return
        if b" 200 " not in self._buffer[:16]:
            self._got.errors.append(bytes(self._buffer[:40]).decode())
        body = bytes(self._buffer[at + 4 : end])
        del self._buffer[:end]
        self._got.requests += 1
        self._got.received += len(body)
        self._answer.set_result(body)


@asynccontextmanager
async def connected(port: int, got: Got) -> AsyncIterator[Viewer]:
    """Connect a viewer."""
    loop = asyncio.get_running_loop()
    transport, viewer = await loop.create_connection(lambda: Viewer(got), "127.0.0.1", port)
    try:
        yield viewer
    finally:
        transport.close()


async def crowd(
    port: int, viewers: int, seconds: float, act: Callable[[Viewer], Awaitable[None]]
) -> Got:
    """Let many do the same for a while."""
    got = Got()

    async def one() -> None:
        async with connected(port, got) as viewer:
            await act(viewer)

    with suppress(TimeoutError):
        async with asyncio.timeout(seconds), asyncio.TaskGroup() as group:
            for _ in range(viewers):
                group.create_task(one())
    if got.errors:
        raise SystemExit(f"answered otherwise: {got.errors[0]}")
    return got


async def follow(viewer: Viewer) -> None:
    """Ask for each playlist as soon as it can be, and for each part."""
    text = (await viewer.get(f"{PATH}live.m3u8")).decode()
    while True:
        first = int(re.search(r"MEDIA-SEQUENCE:(\d+)", text)[1])  # type: ignore[index]
        segment = first + len(re.findall(r"^segment-", text, re.MULTILINE))
        number = int(re.search(r'HINT:TYPE=PART,URI="part-(\d+)', text)[1])  # type: ignore[index]
        tail = text[text.rfind("\nsegment-") :]
        await viewer.get(f"{PATH}part-{number}.m4s")
        query = f"_HLS_msn={segment}&_HLS_part={tail.count('#EXT-X-PART:')}"
        text = (await viewer.get(f"{PATH}live.m3u8?{query}")).decode()


async def take_files(viewer: Viewer) -> None:
    """Take a segment every two seconds."""
    while True:
        await viewer.get("/static/segment-1.m4s")
        await asyncio.sleep(2.0)


if __name__ == "__main__":
    sys.exit(main())
