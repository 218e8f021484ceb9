"""A lesson pushed to a real browser behind a WHIP address: it is shown and played there."""

import asyncio
import re
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Page

from tests.media.live.pipe.test_pipe_chromium import guest_page
from tests.media.live.push.test_push import pushing
from tests.waiting import eventually_awaited

WITHIN_S = 40.0
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


@asynccontextmanager
async def answering(page: Page, asked: list[str]) -> AsyncIterator[str]:
    """Let a page answer what is offered at an address, which is given."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        asked.append(head.split()[0].decode())
        said = "200 OK\r\nContent-Length: 0"
        if length := LENGTH.search(head):
            offer = (await reader.readexactly(int(length[1]))).decode()
            answer = await page.evaluate("sdp => answer(sdp)", offer)
            said = f"201 Created\r\nLocation: /a\r\nContent-Length: {len(answer)}\r\n\r\n{answer}"
        else:
            said += "\r\n\r\n"
        writer.write(f"HTTP/1.1 {said}".encode())
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/whip"


def push(address: str, over: threading.Event) -> None:
    with pushing(address):
        over.wait(WITHIN_S)


@pytest.mark.needs("chromium")
async def test_a_browser_shows_and_plays_what_is_pushed_and_is_told_of_the_end() -> None:
    asked: list[str] = []
    over = threading.Event()
    async with (
        guest_page() as page,
        answering(page, asked) as address,
        asyncio.TaskGroup() as tasks,
    ):
        tasks.create_task(asyncio.to_thread(push, address, over))

        async def is_shown() -> bool:
            seen = await page.evaluate("seen()")
            plays = seen["heard"] - seen["concealed"] > 24_000 and seen["loud"] > 0.001
            return bool(seen["frames"] > 25 and seen["size"] == [320, 180] and plays)

        try:
            await eventually_awaited(is_shown, within_s=WITHIN_S)
        finally:
            over.set()
    assert asked == ["OPTIONS", "POST", "DELETE"]
