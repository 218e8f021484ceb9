"""A guest of another make (aiortc as it is): it sees the lesson, is seen, and climbs the ladder."""

import asyncio
from pathlib import Path

import pytest
from aiortc import RTCSessionDescription

from classroom_media.messages import Meet, Status
from classroom_media.workers.client import WorkerClient
from tests.media.live.pipe.pairs import LOOPBACK
from tests.media.live.pipe.test_pipe_aiortc import GUEST_LUMA, Guest
from tests.waiting import eventually_async, eventually_awaited

from .rooms import SIZES, rooms
from .watching import has, luma_of_newest, of, packets

LONG_S = 40.0


@pytest.fixture(autouse=True)
def _on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let aiortc, too, look for peers on this machine alone."""
    monkeypatch.setattr("aioice.ice.get_host_addresses", lambda **_: [LOOPBACK])


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
                found = await asyncio.to_thread(packets, hub, has("guest", 20))
                assert of(found, "guest-sound")
                assert luma_of_newest(of(found, "guest")) == pytest.approx(GUEST_LUMA, abs=3)

                async def is_at_the_top() -> bool:
                    beat = (await relay.ask(Status(), timeout_s=10)).heartbeat
                    return beat is not None and beat.peers[0].rung == f"{SIZES[0].height}p"

                await eventually_awaited(is_at_the_top, within_s=LONG_S)
                await eventually_async(
                    lambda: guest.pictures[-1].height == SIZES[0].height, within_s=LONG_S
                )
            finally:
                await guest.peer.close()
