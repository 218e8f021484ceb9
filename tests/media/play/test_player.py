"""The player's process on a screen that nobody sees, with libvlc as it is."""

import http.server
import os
import ssl
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path

import msgspec
import pytest
from Xlib import X, display

from classroom_edge.services.viewing import key_of
from classroom_media.api import MediaError, WorkerError
from classroom_media.messages import Adjust, Play, PlayerHealth, Status
from classroom_media.play.window import Window
from classroom_media.workers.client import WorkerClient
from classroom_media.workers.specs import Endpoints, PlayerSpec
from tests.media.live.hls.lessons import packaged, reel, sent
from tests.waiting import eventually_awaited

pytestmark = pytest.mark.needs("libvlc", "vlc-output", "xvfb")


@contextmanager
def screen() -> Iterator[str]:
    reads, writes = os.pipe()
    size = ("-screen", "0", f"{WIDTH}x{HEIGHT}x24")
    with subprocess.Popen(
        ["Xvfb", "-displayfd", str(writes), *size, "-nolisten", "tcp"],
        pass_fds=[writes],
        stderr=subprocess.DEVNULL,
    ) as process:
        os.close(writes)
        try:
            with os.fdopen(reads) as told:
                yield f":{told.readline().strip()}"
        finally:
            process.kill()


WIDTH, HEIGHT = 640, 360


def colours(name: str, left: int = 0, top: int = 0, width: int = WIDTH) -> int:
    """Tell how many colours are seen on a screen, right of a place and below it."""
    shown = display.Display(name)
    try:
        part = (left, top, min(width, WIDTH - left), HEIGHT - top)
        image = shown.screen().root.get_image(*part, X.ZPixmap, 0xFFFFFF)
        return len({image.data[at : at + 4] for at in range(0, len(image.data), 4 * 37)})
    finally:
        shown.close()


def pointer_is_seen(name: str) -> bool:
    shown = display.Display(name)
    try:
        shown.xfixes_query_version()
        image = shown.xfixes_get_cursor_image(shown.screen().root)
        return any(image.cursor_image)
    finally:
        shown.close()


class Asked:
    """The daemon's side."""

    def __init__(self, client: WorkerClient) -> None:
        self.client = client

    async def until(self, state: str, **more: object) -> PlayerHealth:
        async def look() -> PlayerHealth | None:
            try:
                reply = await self.client.ask(Status(), timeout_s=1)
            except WorkerError:
                return None
            told = reply.heartbeat.player if reply.heartbeat else None
            fits = told and told.state == state
            return told if fits and all(getattr(told, k) == v for k, v in more.items()) else None

        return await eventually_awaited(look, within_s=20)


def test_a_window_that_is_not_all_on_its_display_covers_no_other() -> None:
    with screen() as name:
        with pytest.raises(MediaError, match="no 640x360\\+320\\+0 in it"):
            Window(name, f"{WIDTH}x{HEIGHT}+320+0")
        assert colours(name) == 1


@asynccontextmanager
async def player(folder: Path, shown: str, area: str = "") -> AsyncIterator[Asked]:
    where = Endpoints(commands=f"ipc://{folder}/p.ctl", packets=f"ipc://{folder}/p.pub")
    spec = msgspec.json.encode(PlayerSpec(endpoints=where, display=shown, area=area, sound=False))
    command = [sys.executable, "-m", "classroom_media.workers.player"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdin is not None
        process.stdin.write(spec + b"\n")
        process.stdin.close()
        try:
            async with WorkerClient(where) as client:
                yield Asked(client)
        finally:
            process.terminate()
            process.wait(10)


async def test_a_film_fills_the_screen_and_can_be_held_sought_and_seen_to_its_end(
    tmp_path: Path,
) -> None:
    film = tmp_path / "课 1.mp4"
    film.write_bytes(b"".join(piece.data for piece in packaged(sent(reel()))))
    with screen() as shown:
        async with player(tmp_path, shown) as asked:
            await asked.until("idle")
            assert colours(shown) == 1
            await asked.client.ask(Play(id="1", url=str(film)))
            await asked.until("playing", id="1")

            async def fills_it() -> bool:
                return colours(shown, WIDTH * 3 // 4, HEIGHT * 3 // 4) > 5

            await eventually_awaited(fills_it)
            assert not pointer_is_seen(shown)
            await asked.client.ask(Adjust(paused=True, volume=30))
            await asked.until("paused", volume=30)
            await asked.client.ask(Adjust(paused=False, at_s=7.5))
            await asked.until("ended")
            await asked.client.ask(Play(id="2", url=str(tmp_path / "gone.mp4")))
            await asked.until("failed", id="2")
        assert colours(shown) == 1


async def test_a_screen_that_is_one_output_of_several_leaves_the_others_alone(
    tmp_path: Path,
) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(b"".join(piece.data for piece in packaged(sent(reel()))))
    half = WIDTH // 2
    with screen() as shown:
        async with player(tmp_path, shown, f"{half}x{HEIGHT}+{half}+0") as asked:
            await asked.until("idle")
            await asked.client.ask(Play(id="1", url=str(film)))
            await asked.until("playing", id="1")

            async def is_seen() -> bool:
                return colours(shown, half) > 5

            await eventually_awaited(is_seen)
            assert colours(shown, width=half) == 1


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, str]]:
    """Serve a folder over TLS with a certificate that nobody has signed; give address and key."""
    files = ("-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem"))
    made = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", *files, "-subj", "/CN=a school")
    subprocess.run(["openssl", *made], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"https://127.0.0.1:{server.server_port}", key_of(folder / "cert.pem")
        finally:
            server.shutdown()
            thread.join()


async def test_a_server_of_the_schools_own_is_trusted_by_its_key_and_no_other(
    tmp_path: Path,
) -> None:
    (tmp_path / "film.mp4").write_bytes(b"".join(one.data for one in packaged(sent(reel()))))
    with screen() as shown, served(tmp_path) as (address, key):
        url = f"{address}/film.mp4"
        async with player(tmp_path, shown) as asked:
            await asked.until("idle")
            await asked.client.ask(Play(id="1", url=url, key=key[:-12] + "A" * 12))
            await asked.until("failed", id="1")
            await asked.client.ask(Play(id="2", url=url, key=key))
            await asked.until("playing", id="2")


def test_without_a_screen_it_says_so_and_ends(tmp_path: Path) -> None:
    where = Endpoints(commands=f"ipc://{tmp_path}/p.ctl", packets=f"ipc://{tmp_path}/p.pub")
    spec = msgspec.json.encode(PlayerSpec(endpoints=where, display=":987"))
    command = [sys.executable, "-m", "classroom_media.workers.player"]
    done = subprocess.run(command, input=spec + b"\n", capture_output=True, check=False)
    assert done.returncode == 1
    assert b"nothing can be played: display :987" in done.stderr
