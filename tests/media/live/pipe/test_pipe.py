"""A pipe between two of ours: agreed, closed to others, and leaving nothing behind."""

import asyncio
from functools import partial

import pytest
from aioice import stun

from classroom_media.live.pipe.api import PipeError, State
from classroom_media.live.pipe.port import Port
from classroom_media.live.pipe.reach import Reach
from classroom_media.live.rtp.feedback import Link, PictureLost
from classroom_media.live.rtp.header import parse, stamped
from tests.media.live.pipe.pairs import LOOPBACK, End, agree, two_ends

TOLD = Link(1, 2, 1_500_000, 900_000, 20_000, 0.01, 0.0, 0.0)


def picture(count: int, ssrc: int) -> list[bytes]:
    return stamped(
        [bytes([place]) * 1200 for place in range(count)],
        kind=96,
        last_kind=96 | 0x80,
        sequence=5,
        timestamp=90_000,
        ssrc=ssrc,
        now_ns=0,
    )


@pytest.mark.parametrize("address", [LOOPBACK, "::1"])
async def test_packets_and_reports_travel_both_ways_as_they_are(address: str) -> None:
    async with two_ends(address) as (hub, site):
        await agree(site, hub)
        sent = picture(20, hub.pipe.sends.picture.ssrc)
        hub.pipe.send(sent)
        report = TOLD.encode() + PictureLost(1, 2).encode()
        site.pipe.send([report])
        await site.until(lambda: len(site.packets) == 20)
        await hub.until(lambda: hub.packets == [report])
        assert site.packets == sent


async def test_both_ends_call_the_streams_by_the_same_numbers() -> None:
    async with two_ends() as (hub, site):
        await agree(site, hub)
        for sends, receives in (
            (hub.pipe.sends, site.pipe.receives),
            (site.pipe.sends, hub.pipe.receives),
        ):
            assert sends.has_sound
            assert sends.has_picture
            assert (sends.red_type, receives.red_type) == (63, 63)
            for own, told in (
                (sends.sound, receives.sound),
                (sends.picture, receives.picture),
            ):
                assert (own.ssrc, own.again, own.again_ssrc) == (
                    told.ssrc,
                    told.again,
                    told.again_ssrc,
                )
                assert own.payload_type == told.payload_type
        assert hub.pipe.sends.picture.ssrc != site.pipe.sends.picture.ssrc


async def test_who_closes_is_missed_by_the_other_at_once() -> None:
    async with two_ends() as (hub, site):
        await agree(site, hub)
        await hub.pipe.close()
        await site.until(lambda: site.pipe.state is State.LOST)
        assert hub.states == [State.CONNECTED, State.CLOSED]


async def test_a_peer_with_another_certificate_is_not_let_in() -> None:
    async with two_ends() as (hub, site), two_ends() as (stranger, _):
        forged = await stranger.pipe.offer()
        offer = await site.pipe.offer()
        print_at = offer.index("a=fingerprint")
        forged_at = forged.index("a=fingerprint")
        size = offer.index("\r\n", print_at) - print_at
        mixed = offer.replace(
            offer[print_at : print_at + size], forged[forged_at : forged_at + size]
        )
        await site.pipe.agree(await hub.pipe.answer(mixed))
        await hub.until(lambda: hub.pipe.state is State.LOST)
        hub.pipe.send(picture(3, 1))
        assert hub.states == [State.LOST]
        assert site.packets == []


async def test_three_sites_share_one_port_of_the_hub_and_nothing_gets_mixed_up() -> None:
    async with asyncio.TaskGroup() as tasks:
        port, *far = (Port.open([LOOPBACK]) for _ in range(4))
        hubs = [End(Reach(port), tasks) for _ in range(3)]
        sites = [End(Reach(each), tasks) for each in far]
        for hub, site in zip(hubs, sites, strict=True):
            await agree(site, hub)
        for place, hub in enumerate(hubs):
            hub.pipe.send(picture(place + 1, place))
        for place, site in enumerate(sites):
            await site.until(partial(site.has, place + 1))
            assert {packet.ssrc for each in site.packets if (packet := parse(each))} == {place}
        for end in (*hubs, *sites):
            await end.pipe.close()
        for each in (port, *far):
            each.close()


async def test_a_closed_pipe_leaves_no_task_and_no_place_at_the_port() -> None:
    before = asyncio.all_tasks()
    async with two_ends() as (one, other):
        await agree(one, other)
        for end in (one, other):
            await end.pipe.close()
            assert end.port.quiet
        one.pipe.send(picture(1, 1))
    assert asyncio.all_tasks() == before


async def test_a_stranger_who_knocks_at_the_port_gets_no_answer(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with two_ends() as (hub, site):
        await agree(site, hub)
        knock = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
        knock.attributes["USERNAME"] = "nobody:me"
        loop = asyncio.get_running_loop()
        heard: asyncio.Queue[bytes] = asyncio.Queue()

        class Stranger(asyncio.DatagramProtocol):
            def datagram_received(self, data: bytes, _addr: object) -> None:
                heard.put_nowait(data)

        transport, _ = await loop.create_datagram_endpoint(Stranger, local_addr=(LOOPBACK, 0))
        head = bytes.fromhex("0001 0008 2112a442") + bytes(12)
        broken = (
            head + bytes.fromhex("8028 0001 41000000"),
            head + bytes.fromhex("0024 0002 ffff"),
        )
        for data in (bytes(knock), *broken, b"\x80" * 50, b"\x16" * 50, b"\0", b""):
            for address in hub.port.addresses:
                transport.sendto(data, address)
        hub.pipe.send(picture(1, 1))
        await site.until(lambda: len(site.packets) == 1)
        transport.close()
        assert heard.empty()
        assert hub.packets == []
        assert caplog.records == []


@pytest.mark.parametrize(
    "said", ["", "v=0\r\n", "v=0\r\nm=audio 9 x 111\r\n", "v=0" + "x" * 70_000]
)
async def test_what_is_no_description_is_refused_with_a_reason(said: str) -> None:
    async with two_ends() as (hub, _):
        with pytest.raises(PipeError, match=r"descri|media"):
            await hub.pipe.answer(said)
