"""Guests of other makes, aiortc and Chromium: they see, are seen, and climb the ladder."""

import asyncio
from pathlib import Path

import pytest
from aiortc import RTCSessionDescription

from classroom_media.messages import SEAT, Hear, Meet, Status
from classroom_media.workers.client import WorkerClient
from tests.media.live.pipe.pairs import LOOPBACK
from tests.media.live.pipe.test_pipe_aiortc import GUEST_LUMA, Guest
from tests.media.live.pipe.test_pipe_chromium import guest_page
from tests.waiting import eventually_async, eventually_awaited

from .rooms import SIZES, rooms
from .watching import both, has, luma_of_newest, of, packets

LONG_S = 40.0


@pytest.fixture(autouse=True)
def _on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let aiortc, too, look for peers on this machine alone."""
    monkeypatch.setattr("aioice.ice.get_host_addresses", lambda **_: [LOOPBACK])


async def is_at_the_top(relay: WorkerClient) -> None:
    """Wait until the only peer is sent the largest picture."""

    async def is_there() -> bool:
        beat = (await relay.ask(Status(), timeout_s=10)).heartbeat
        return beat is not None and beat.peers[0].rung == f"{SIZES[0].height}p"

    await eventually_awaited(is_there, within_s=LONG_S)


async def test_a_guest_takes_part_with_picture_and_sound_both_ways(tmp_path: Path) -> None:
    with rooms(tmp_path, "hub") as (hub,):
        async with WorkerClient(hub.relay) as relay, asyncio.TaskGroup() as tasks:
            guest = Guest(tasks)
            guest.send()
            try:
                await guest.peer.setLocalDescription(await guest.peer.createOffer())
                offer = guest.peer.localDescription.sdp
                met = await relay.ask(Meet(peer="guest", offer=offer), timeout_s=10)
                await guest.peer.setRemoteDescription(RTCSessionDescription(met.sdp, "answer"))
                await eventually_async(
                    lambda: len(guest.pictures) > 20 and len(guest.sounds) > 50, within_s=LONG_S
                )
                found = await asyncio.to_thread(
                    packets, hub, both(has("guest", 20), has("guest-sound", 1))
                )
                assert luma_of_newest(of(found, "guest")) == pytest.approx(GUEST_LUMA, abs=3)

                await is_at_the_top(relay)
                await eventually_async(
                    lambda: guest.pictures[-1].height == SIZES[0].height, within_s=LONG_S
                )
            finally:
                await guest.peer.close()


async def test_a_guest_without_a_source_is_seen_and_heard_from_the_seat(tmp_path: Path) -> None:
    with rooms(tmp_path, "hub") as (hub,):
        async with WorkerClient(hub.relay) as relay, asyncio.TaskGroup() as tasks:
            guest = Guest(tasks)
            guest.send()
            try:
                await guest.peer.setLocalDescription(await guest.peer.createOffer())
                offer = guest.peer.localDescription.sdp
                met = await relay.ask(Meet(peer="guest-1", offer=offer), timeout_s=10)
                await guest.peer.setRemoteDescription(RTCSessionDescription(met.sdp, "answer"))
                await asyncio.to_thread(packets, hub, has("guest-1", 5))
                await relay.ask(Hear(voices=("guest-1",), seat="guest-1"), timeout_s=10)
                found = await asyncio.to_thread(
                    packets, hub, both(has(SEAT, 20), has(f"{SEAT}-sound", 1))
                )
                assert of(found, SEAT)[0].key
                assert luma_of_newest(of(found, SEAT)) == pytest.approx(GUEST_LUMA, abs=3)
                beat = (await relay.ask(Status(), timeout_s=10)).heartbeat
                assert beat is not None
                assert beat.seat == "guest-1"
            finally:
                await guest.peer.close()


@pytest.mark.needs("chromium")
async def test_a_browser_is_followed_by_what_it_reports(tmp_path: Path) -> None:
    with rooms(tmp_path, "hub") as (hub,):
        async with WorkerClient(hub.relay) as relay, guest_page() as page:
            offer = await page.evaluate("offer()")
            met = await relay.ask(Meet(peer="guest", offer=offer), timeout_s=10)
            await page.evaluate("sdp => agree(sdp)", met.sdp)
            await is_at_the_top(relay)

            async def is_shown() -> bool:
                seen = await page.evaluate("seen()")
                return bool(seen["size"][1] == SIZES[0].height and seen["heard"] > 48_000)

            await eventually_awaited(is_shown, within_s=LONG_S)
            assert of(await asyncio.to_thread(packets, hub, has("guest", 5)), "guest")[0].key
