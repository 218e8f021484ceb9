"""Rooms and the relays between them, over real sockets of one machine."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median

import av
import numpy as np
import pytest

from classroom_media.api import NS, Kind, WorkerError
from classroom_media.emulate import truth
from classroom_media.emulate.inspection import luma_of
from classroom_media.messages import Agree, Feed, Hear, Heartbeat, Meet, Part, PeerHealth, Status
from classroom_media.packets import Coded
from classroom_media.workers.client import WorkerClient
from tests.waiting import eventually, eventually_awaited

from .rooms import FRAME_NS, SIZES, Room, connect, met, rooms
from .watching import both, has, of, packets

LONG_S = 30.0


@asynccontextmanager
async def asked(*found: Room) -> AsyncIterator[list[WorkerClient]]:
    clients = [WorkerClient(room.relay) for room in found]
    try:
        yield clients
    finally:
        for client in clients:
            await client.__aexit__(None, None, None)


async def beat(client: WorkerClient) -> Heartbeat:
    reply = await client.ask(Status(), timeout_s=10)
    assert reply.heartbeat is not None
    return reply.heartbeat


async def health(client: WorkerClient, peer: str) -> PeerHealth | None:
    return next((one for one in (await beat(client)).peers if one.peer == peer), None)


def delays_ms(pictures: list[Coded]) -> dict[int, float]:
    """Tell how long after its taking each picture is to be shown, by when that is."""
    decoder = av.CodecContext.create("h264", "r")
    found = {}
    for packet in pictures:
        for frame in decoder.decode(av.Packet(packet.data)):
            assert isinstance(frame, av.VideoFrame)
            number = truth.read(luma_of(frame))
            assert number is not None
            found[packet.pts_ns] = (packet.pts_ns - number * FRAME_NS) / 1e6
    return found


def beep_ns(sounds: list[Coded]) -> int:
    """Tell when a beep is to be heard."""
    decoder = av.CodecContext.create("libopus", "r")
    blocks = [
        (packet.pts_ns, frame.to_ndarray().reshape(-1, 2)[:, 0])
        for packet in sounds
        for frame in decoder.decode(av.Packet(packet.data))
    ]
    sound = np.concatenate([block for _, block in blocks]).astype(np.float32)
    starts = truth.beep_starts(sound / max(1.0, float(np.abs(sound).max())), 48_000)
    place = int(starts[0] * 48_000)
    return blocks[place // 960][0] + place % 960 * NS // 48_000


async def test_each_room_is_a_stream_of_picture_and_sound_in_the_other(tmp_path: Path) -> None:
    with rooms(tmp_path, "hub", "east") as (hub, east):
        async with asked(hub, east) as (at_hub, at_east):
            await connect(at_hub, at_east, hub_name="hub", site_name="east")
            for room, other in ((east, "hub"), (hub, "east")):
                found = packets(room, both(has(other, 30), has(f"{other}-sound", 60)))
                pictures, sounds = of(found, other), of(found, f"{other}-sound")
                assert pictures[0].key
                assert pictures[0].format is not None
                assert pictures[0].format.height in {size.height for size in SIZES}
                assert sounds[0].format is not None
                assert (sounds[0].format.kind, sounds[0].format.codec) == (Kind.SOUND, "opus")
                for stream in (pictures, sounds):
                    stamps = [packet.pts_ns for packet in stream]
                    assert stamps == sorted(set(stamps))
                    assert all(0 < packet.duration_ns < NS // 2 for packet in stream)
                assert all(0 < each < 1500 for each in delays_ms(pictures).values())


async def test_picture_and_sound_stay_in_step_on_the_way(tmp_path: Path) -> None:
    with rooms(tmp_path, "hub", "east") as (hub, east):
        async with asked(hub, east) as (at_hub, at_east):
            await connect(at_hub, at_east, hub_name="hub", site_name="east")
            found = packets(east, has("hub-sound", 280))  # a beep comes each 5 s
    at_ns = beep_ns(of(found, "hub-sound"))
    sound_late_ms = at_ns % (truth.EVENT_FRAMES * FRAME_NS) / 1e6
    delays = delays_ms(of(found, "hub")).items()
    picture_late_ms = median(late for shown_ns, late in delays if abs(shown_ns - at_ns) < NS // 5)
    assert abs(sound_late_ms - picture_late_ms) < 60


async def test_a_keyframe_is_wished_for_when_somebody_comes_and_not_by_everybody(
    tmp_path: Path,
) -> None:
    with rooms(tmp_path, "hub", "east", "west") as (hub, east, west):
        async with asked(hub, east, west) as (at_hub, at_east, at_west):
            await connect(at_hub, at_east, hub_name="hub", site_name="east")
            await connect(at_hub, at_west, hub_name="hub", site_name="west")
            for room in (east, west):
                assert of(packets(room, has("hub", 3)), "hub")[0].key
    assert 1 <= hub.director.keyframes().count(SIZES[-1].stream) <= 4


async def test_mixes_follow_the_floor(tmp_path: Path) -> None:
    with rooms(tmp_path, "hub", "east", "west") as (hub, east, west):
        async with asked(hub, east, west) as (at_hub, at_east, at_west):
            await connect(at_hub, at_east, hub_name="hub", site_name="east")
            await connect(at_hub, at_west, hub_name="hub", site_name="west")
            await at_hub.ask(Hear(voices=("east",)))

            def heard() -> set[tuple[str, ...]]:
                return {one.without for one in hub.director.feeds}

            eventually(
                lambda: heard() == {("the-west",), ("the-west", "the-east")}, within_s=LONG_S
            )
            assert (await beat(at_hub)).voices == ("east",)
            sounding = packets(east, has("hub-sound", 20))
            assert of(sounding, "hub-sound")
            await at_hub.ask(Part(peer="east"))
            eventually(lambda: heard() == {("the-west",)}, within_s=LONG_S)
    assert hub.director.feeds == ()  # a relay that ends asks for nothing any more


async def test_a_director_that_died_is_told_again(tmp_path: Path) -> None:
    with rooms(tmp_path, "hub", "east") as (hub, east):
        async with asked(hub, east) as (at_hub, at_east):
            await connect(at_hub, at_east, hub_name="hub", site_name="east")
            eventually(lambda: len(hub.director.feeds) == 1, within_s=LONG_S)
            hub.director.feeds = ()
            eventually(lambda: len(hub.director.feeds) == 1, within_s=LONG_S)
    assert sum(isinstance(one, Feed) for one in hub.director.asked) >= 2


async def test_who_parts_is_gone_and_who_comes_again_is_met_at_once(tmp_path: Path) -> None:
    with rooms(tmp_path, "hub", "east") as (hub, east):
        async with asked(hub, east) as (at_hub, at_east):
            for _ in range(2):
                await connect(at_hub, at_east, hub_name="hub", site_name="east")

                async def is_connected() -> bool:
                    found = await health(at_hub, "east")
                    return found is not None and found.state == "connected" and found.receiving

                await eventually_awaited(is_connected, within_s=LONG_S)
            await at_hub.ask(Part(peer="east"))
            assert await health(at_hub, "east") is None
            await at_hub.ask(Part(peer="east"))


async def test_a_peer_that_dies_is_lost_and_its_return_needs_but_another_offer(
    tmp_path: Path,
) -> None:
    with rooms(tmp_path, "hub", "east", to_be_killed="east") as (hub, east):
        async with asked(hub, east) as (at_hub, at_east):
            await connect(at_hub, at_east, hub_name="hub", site_name="east")
            packets(hub, has("east", 5))
            east.kill()

            async def is_lost() -> bool:
                found = await health(at_hub, "east")
                return found is not None and found.state == "lost"

            await eventually_awaited(is_lost, within_s=LONG_S)
            east.begin()
            await connect(at_hub, at_east, hub_name="hub", site_name="east")
            came_ns = time.monotonic_ns()
            packets(hub, lambda found: any(one.pts_ns > came_ns for one in of(found, "east")))


async def test_a_screen_at_a_site_shows_the_hub_as_it_comes_and_not_the_site(
    tmp_path: Path,
) -> None:
    with rooms(tmp_path, "hub", "east", "screen") as (hub, east, screen):
        async with asked(hub, east, screen) as (at_hub, at_east, at_screen):
            await connect(at_hub, at_east, hub_name="hub", site_name="east")
            offer = (await met(at_screen, "east")).sdp
            shown = Meet(peer="screen", offer=offer, receive=False, inside=True, shows="hub")
            answer = await at_east.ask(shown, timeout_s=10)
            await at_screen.ask(Agree(peer="east", answer=answer.sdp))
            found = packets(screen, both(has("east", 20), has("east-sound", 40)))
            assert of(found, "east")[0].key
            await at_east.ask(Part(peer="hub"))

            async def is_over() -> bool:
                found = await health(at_screen, "east")
                return found is not None and not found.receiving

            await eventually_awaited(is_over, within_s=LONG_S)


@pytest.mark.parametrize(
    "command",
    [
        Meet(peer="east", offer="nonsense"),
        Meet(peer=""),
        Meet(peer="east-sound"),
        Agree(peer="nobody", answer="v=0"),
    ],
)
async def test_what_makes_no_sense_is_refused_and_nothing_is_left_of_it(
    tmp_path: Path, command: Meet | Agree
) -> None:
    with rooms(tmp_path, "hub") as (hub,):
        async with asked(hub) as (at_hub,):
            with pytest.raises(WorkerError):
                await at_hub.ask(command)
            assert (await beat(at_hub)).peers == ()
