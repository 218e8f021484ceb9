"""Measuring a line: whom a hub admits and for how much, and what a verdict says."""

import asyncio
import socket
from typing import Any

import msgspec
import pytest

from classroom_edge.sessions.link import survey
from classroom_edge.sessions.link.findings import Findings, Grade, Use, judge
from classroom_edge.sessions.link.survey import Datagram, Kind, Train
from classroom_edge.sessions.link.survey_hub import BUSY, IN_SESSION, TOO_OFTEN, SurveyDesk
from classroom_edge.words import LANGUAGES, words
from tests.ports import free_port

GOOD = Findings(
    hub="hub:7700",
    udp=True,
    nat="none",
    round_trip_ms=40,
    jitter_ms=1,
    loss_up=0,
    loss_down=0,
    up_bps=8e6,
    down_bps=8e6,
    mtu=1500,
)
CASES: tuple[tuple[dict[str, Any], tuple[str, ...], list[str]], ...] = (
    ({}, ("full", "full", "full", "full"), ["well"]),
    ({"up_bps": 3e5}, ("small", "full", "full", "full"), ["thin-up"]),
    ({"down_bps": 1e5}, ("sound", "sound", "sound", "full"), ["thin-down"]),
    ({"down_bps": 1e4}, ("no", "no", "no", "no"), ["thin-down"]),
    ({"loss_down": 0.08}, ("full", "full", "small", "full"), ["lossy"]),
    ({"loss_up": 0.4}, ("no", "no", "full", "full"), ["lossy"]),
    ({"udp": False}, ("no", "no", "full", "full"), ["udp-blocked"]),
    ({"round_trip_ms": 700.0}, ("full", "full", "full", "full"), ["far"]),
    ({"mtu": 1000}, ("full", "full", "full", "full"), ["narrow"]),
    ({"reason": "nobody"}, ("no", "no", "no", "no"), ["nobody"]),
)


@pytest.mark.parametrize(("change", "grades", "advice"), CASES)
def test_a_verdict_for_every_use_and_what_to_do(
    change: dict[str, Any], grades: tuple[str, ...], advice: list[str]
) -> None:
    verdict = judge(msgspec.structs.replace(GOOD, **change))
    assert tuple(verdict.grades.values()) == grades
    assert list(verdict.advice) == advice


def test_every_verdict_has_words() -> None:
    for language in LANGUAGES:
        for use in Use:
            assert words("survey").say(f"use.{use}", language)
        for grade in Grade:
            assert words("survey").say(f"grade.{grade}", language)
        for reason in (BUSY, IN_SESSION, TOO_OFTEN):
            assert words("survey").say(f"advice.{reason}", language)


def asked(port: int, datagrams: list[bytes]) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    sock.connect(("127.0.0.1", port))
    for one in datagrams:
        sock.send(one)
    return sock


async def heard(sock: socket.socket, within_s: float = 0.3) -> list[bytes]:
    loop, found = asyncio.get_running_loop(), list[bytes]()
    try:
        async with asyncio.timeout(within_s):
            while True:
                found.append(await loop.sock_recv(sock, 4096))
    except TimeoutError:
        return found


async def test_only_who_has_the_token_is_heard_and_one_key_not_all_the_time() -> None:
    desk = SurveyDesk(host="127.0.0.1", port=free_port())
    async with asyncio.TaskGroup() as tasks:
        token, reason = await desk.admit("key")
        assert (len(token), reason) == (survey.TOKEN, "")
        serving = tasks.create_task(desk.serve())
        assert await desk.admit("other") == (b"", BUSY)
        right, wrong = (
            Datagram(Kind.ECHO, each, 1, 2).padded(100) for each in (token, bytes(survey.TOKEN))
        )
        with asked(desk.port, [wrong, b"junk", right]) as sock:
            (answer,) = await heard(sock)
            said = survey.read(answer)
            assert said is not None
            assert (said.kind, said.number, said.at_ns) == (Kind.ECHOED, 1, 2)
            assert len(answer) == 100  # never more than was asked with
            sock.send(Datagram(Kind.END, token).spelt())
            await serving
        assert await desk.admit("key") == (b"", TOO_OFTEN)


async def test_while_a_session_has_the_port_no_line_is_measured() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as relay:
        relay.bind(("127.0.0.1", 0))
        desk = SurveyDesk(host="127.0.0.1", port=relay.getsockname()[1])
        assert await desk.admit("key") == (b"", IN_SESSION)


def test_a_hub_sends_so_much_for_a_token_and_no_more() -> None:
    allowed = survey.Allowance(bytes(survey.TOKEN))
    sent = sum(survey.TRAIN_BYTES for _ in range(10_000) if allowed.spend(survey.TRAIN_BYTES))
    assert survey.SENT_MAX - survey.TRAIN_BYTES < sent <= survey.SENT_MAX
    for beyond in (
        Train(survey.RATE_MAX_BPS + 1, 0.1),
        Train(1000, survey.TRAIN_MAX_S + 0.1),
        Train(0, 0.1),
    ):
        assert survey.train(beyond.spelt()) is None
    assert survey.train(Train(1_000_000, 0.2).spelt()) == Train(1_000_000, 0.2)
