"""Streams to a WHIP server that others wrote (aiortc): pictures, sound, refusals, an end."""

import asyncio
import itertools
import time
from pathlib import Path

import pytest
from aioice import stun

from classroom_media.api import Kind
from classroom_media.live.pipe.reach import Relay
from classroom_media.live.push import ice_servers, whip
from classroom_media.live.push.address import read
from classroom_media.live.push.errors import PushError
from classroom_media.live.push.lines import open_line
from classroom_media.workers.push_trial import tried
from classroom_media.workers.specs import TrialSpec
from tests.media.live.hls.lessons import reel, sent
from tests.media.live.pipe.pairs import LOOPBACK
from tests.media.live.pipe.test_pipe_turn import PASSWORD, USER, coturn
from tests.media.live.push.test_push import pushing
from tests.media.live.push.whip_server import TOKEN, Platform, whip_server
from tests.waiting import eventually


def seen(platform: Platform, pictures: int) -> bool:
    return len(platform.numbers) >= pictures and platform.loud > 20


def test_a_lesson_is_seen_and_heard_where_it_is_offered_and_an_end_is_said() -> None:
    with whip_server() as platform:
        with pushing(f"{platform.url}/moved {TOKEN}") as pusher:
            eventually(lambda: seen(platform, 60), within_s=30)
            assert pusher.standing.state == "on"
        assert (platform.begun, platform.ended) == (1, 1)
        steps = [b - a for a, b in itertools.pairwise(platform.numbers[:60])]
        assert steps.count(1) >= 55


def test_a_keyframe_that_the_server_wishes_is_asked_for_once_until_it_comes() -> None:
    asked: list[float] = []
    camera = [(kind, packet) for kind, packet in sent(reel(gop=25)) if kind is Kind.PICTURE]
    with whip_server() as platform:
        line = open_line(read(f"{platform.url}/in {TOKEN}"), lambda: asked.append(time.monotonic()))
        try:
            for kind, packet in camera[:20]:
                line.send(kind, packet)
            eventually(lambda: len(platform.numbers) >= 10)
            asked.clear()
            platform.lose(5)
            eventually(lambda: asked)
            assert len(asked) == 1
            eventually(lambda: len(asked) == 2)  # none came: it is asked for again
            assert asked[1] - asked[0] > 0.9
        finally:
            line.close()


def test_a_server_that_lets_go_is_offered_the_lesson_anew() -> None:
    with whip_server() as platform, pushing(f"{platform.url}/in {TOKEN}") as pusher:
        eventually(lambda: seen(platform, 10), within_s=30)
        before = len(platform.numbers)
        platform.drop()
        eventually(lambda: platform.begun == 2 and len(platform.numbers) > before + 10, within_s=40)
        assert pusher.standing.losses == 1


def test_a_refusal_is_told_in_the_servers_own_words_and_no_secret_is_shown() -> None:
    with whip_server() as platform:
        refused = tried(TrialSpec(address=f"{platform.url}/in wrong", seconds=1))
        good = tried(TrialSpec(address=f"{platform.url}/in {TOKEN}", seconds=1))
    gone = tried(TrialSpec(address=f"{platform.url}/in", seconds=1))
    assert (refused.code, refused.said) == ("rejected", "HTTP 401 no such stream")
    assert (good.code, good.sent_bytes > 10_000) == ("", True)
    assert gone.code == "refused"
    address = read(f"https://live.example/secret/path {TOKEN}")
    assert address.shown == "https://live.example:443/…"
    assert "secret" not in repr(address)
    assert TOKEN not in repr(address)


def test_servers_are_read_as_the_standard_writes_them() -> None:
    given = 'rel="ice-server"; username="u"; credential="p"'
    named = ice_servers.read(
        [
            '<stun:stun.example>; rel="ice-server"',
            '<turn:turn.example?transport=tcp>; rel="ice-server"; username="u"; '
            'credential="a\\"b, c"; credential-type="password", '
            "<TURNS:[2001:db8::1]:443>; rel=ice-server; username=u; credential=p",
            f"<turn:turn.example:80?transport=UDP>; {given}, <stuns:turn.example:443>; {given}",
            f'<turn:turn.example>; {given}; credential-type="oauth"',
            '<turn:turn.example>; rel="ice-server"',
            f"<turn:turn.example:99999>; {given}",
            '<stun:a..b>; rel="ice-server", <https://else.example>; rel="next"',
        ]
    )
    assert named.stun == (("stun.example", 3478),)
    assert named.turn == (
        Relay("turn.example", 3478, "u", 'a"b, c', "tcp"),
        Relay("2001:db8::1", 443, "u", "p", "tcp", tls=True),
        Relay("turn.example", 80, "u", "p"),
    )


def test_a_server_that_was_asked_before_is_not_asked_with_a_new_password() -> None:
    asked = ice_servers.IceServers(turn=(Relay("turn.example", 443, "u", "p", "tcp", tls=True),))
    anew = Relay("turn.example", 443, "u", "another", "tcp", tls=True)
    other = Relay("turn.example", 443, "u", "p")
    assert asked.also(ice_servers.IceServers(turn=(anew, other))) == (other,)


async def test_an_answer_that_is_no_http_is_told_and_a_goodbye_to_it_is_not_missed() -> None:
    async def mumble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"what?\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(mumble, LOOPBACK)
    address = read(f"http://{LOOPBACK}:{server.sockets[0].getsockname()[1]}/in {TOKEN}")
    with pytest.raises(PushError) as told:
        await asyncio.to_thread(whip.offered, address, "")
    assert told.value.code == "strange"
    await asyncio.to_thread(whip.leave, address, f"http://{LOOPBACK}:{address.port}/in")
    server.close()


@pytest.mark.needs("coturn")
async def test_an_offer_is_made_with_the_servers_that_are_named_beforehand(tmp_path: Path) -> None:
    async with coturn(tmp_path) as (plain, _):
        turn = f'<turn:{LOOPBACK}:{plain}>; rel="ice-server"; username="{USER}"'
        with whip_server() as platform:
            platform.options = (
                f'<stun:{LOOPBACK}:{plain}>; rel="ice-server"',
                f'{turn}; credential="{PASSWORD}"; credential-type="password"',
            )
            trial = TrialSpec(address=f"{platform.url}/in {TOKEN}", seconds=1)
            assert (await asyncio.to_thread(tried, trial)).code == ""
    assert " typ relay " in platform.offers[0]
    assert " typ srflx " in platform.offers[0]


async def test_a_server_that_is_named_with_the_answer_is_asked_and_may_refuse() -> None:
    asked: list[stun.Method] = []

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = stun.parse_message(await reader.read(2048))
        asked.append(request.message_method)
        said = stun.Message(request.message_method, stun.Class.ERROR, request.transaction_id)
        said.attributes["ERROR-CODE"] = (486, "Allocation Quota Reached")
        writer.write(bytes(said))
        writer.close()

    turn = await asyncio.start_server(refuse, LOOPBACK)
    port = turn.sockets[0].getsockname()[1]
    with whip_server() as platform:
        platform.links = (
            f'<turn:{LOOPBACK}:{port}?transport=tcp>; rel="ice-server"; username=u; credential=p',
        )
        trial = TrialSpec(address=f"{platform.url}/in {TOKEN}", seconds=1)
        assert (await asyncio.to_thread(tried, trial)).code == ""
    turn.close()
    assert asked == [stun.Method.ALLOCATE]
