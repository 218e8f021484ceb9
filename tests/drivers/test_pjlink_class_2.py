"""PJLink class 2: what it adds, its news and its search, and the better proof of a password."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from classroom_drivers import connect
from classroom_drivers.api import Availability, PowerState, UnsupportedError, ValueSource
from classroom_drivers.codecs import pjlink
from classroom_drivers.discovery.pjlink import FoundProjector, search
from classroom_drivers.emulated import make as make_emulator
from classroom_drivers.emulators.pjlink import PJLinkEmulator, PJLinkNewsEmulator
from classroom_drivers.emulators.server import serve
from classroom_drivers.links.address import parse
from classroom_drivers.links.post import Post
from tests.drivers.benches import Bench, make, running
from tests.drivers.virtual import until, virtual
from tests.ports import free_port

EXAMPLE = "JBMIAProjectorLink"
THEIRS, OURS = "3db25e10f69c47a85adb24cf361897e0", "c14b279e603d8a5f17e849ba360f2dc5"
SHA = "70ab129eac6924d4c129c9c4fcf45be42e1e776325a66db67e5b6eee50f2a692"


def value(bench: Bench, name: str) -> object:
    values = bench.device.state().values
    return values[name].value if name in values else None


def sent(bench: Bench) -> list[bytes]:
    return [data for _, data in bench.wire.written]


def projector(**traits: object) -> PJLinkEmulator:
    emulator = make_emulator("pjlink", model="class-2")
    assert isinstance(emulator, PJLinkEmulator)
    emulator.warm_up_s = emulator.cool_down_s = 0.0
    for name, trait in traits.items():
        setattr(emulator, name, trait)
    return emulator


@asynccontextmanager
async def switched_on(emulator: PJLinkEmulator, **options: object) -> AsyncIterator[Bench]:
    async with running(make("pjlink", emulator, warm_up_s=0.0, **options)) as bench:
        await until(lambda: bench.online)
        await bench.device.set_power(on=True)
        await until(lambda: value(bench, "health"))
        yield bench


@pytest.mark.parametrize(
    ("command", "parameter", "documented"),
    [
        ("SNUM", "?", b"%2SNUM ?\r"),
        ("INNM", "?31", b"%2INNM ?31\r"),
        ("FREZ", "1", b"%2FREZ 1\r"),
        ("SVOL", "0", b"%2SVOL 0\r"),
        ("INPT", "6A", b"%2INPT 6A\r"),
    ],
)
def test_commands_of_class_2_are_spelled_as_documented(
    command: str, parameter: str, documented: bytes
) -> None:
    assert pjlink.encode(command, parameter, in_class=2) == documented
    assert pjlink.CommandDecoder().feed(documented) == [
        pjlink.Command(command, parameter, in_class=2)
    ]


def test_the_better_proof_is_made_as_in_the_example_of_version_2_10() -> None:
    assert pjlink.better_digest_of(THEIRS, OURS, EXAMPLE) == OURS + SHA
    codec = pjlink.ControllerCodec(EXAMPLE, OURS)
    codec.feed(b"PJLINK 1 498e4a67\r")
    assert codec.spell(pjlink.ASK_BETTER) == [b"PJLINK 2\r"]
    codec.feed(f"PJLINK 2 {THEIRS}\r".encode())
    assert codec.spell(b"%1POWR 1\r") == [f"{OURS}{SHA}%1POWR 1\r".encode()]
    assert codec.secrets() == [f"{OURS}{SHA}".encode()]
    assert codec.spell(b"%1POWR ?\r") == [b"%1POWR ?\r"]
    assert codec.secrets() == []


def test_zeros_that_some_pad_their_packets_with_are_no_noise() -> None:
    found = pjlink.ReplyDecoder().feed(b"PJLINK 0\r\0\0\0%2LKUP=02:00:5E:00:53:01\r\0\0")
    assert found == [pjlink.Greeting(""), pjlink.Reply("LKUP", "02:00:5E:00:53:01", 2)]


@virtual
async def test_it_is_found_to_be_of_class_2_and_asked_for_all_that_this_adds() -> None:
    async with switched_on(projector()) as bench:
        assert {"freeze", "keys"} <= set(bench.device.capabilities)
        told = {name: told.value for name, told in bench.device.state().values.items()}
        assert told["serial-number"] == "CE0001"
        assert told["firmware"] == "1.0"
        assert told["lamp-model"] == "CE-LAMP-1"
        assert told["filter-model"] == "CE-FILTER-1"
        assert told["filter-hours"] == 321
        assert (told["lamp-hours"], told["lamp-hours-2"]) == (1234, 987)
        assert told["signal"] == "1920x1080"
        offered = ("rgb-1", "hdmi-1", "hdbaset", "lan", "internal-1")
        assert bench.device.state().choices["input"] == offered


@virtual
async def test_the_moment_that_it_is_on_its_inputs_have_their_names() -> None:
    bench = make("pjlink", projector(warm_up_s=4.0), warm_up_s=5.0)
    async with running(bench):
        await until(lambda: bench.online)
        await bench.device.set_power(on=True)
        await until(lambda: value(bench, "power") is PowerState.ON, within_s=30)
        name = bench.device.state().choices["input"][-1]
        assert not name.startswith("network")  # not the names that it has before it tells
        await bench.device.select_input(name=name)


@virtual
async def test_an_input_whose_index_is_a_letter_is_shown_and_told() -> None:
    async with switched_on(projector(), inputs="hdbaset=3A") as bench:
        await bench.device.select_input(name="hdbaset")
        assert bench.emulator.shown == "3A"
        await until(lambda: bench.device.state().values["input"].source is ValueSource.POLLED)
        assert value(bench, "input") == "hdbaset"
        assert b"%2INPT 3A\r" in sent(bench)


@virtual
async def test_of_class_1_it_offers_neither_freeze_nor_keys() -> None:
    emulator = projector(pjlink_class=1, inputs=("11", "31"))
    async with switched_on(emulator) as bench:
        assert not {"freeze", "keys"} & set(bench.device.capabilities)
        with pytest.raises(UnsupportedError):
            await bench.device.perform("freeze", "set-freeze", {"on": True})
        assert not any(data.startswith(b"%2") for data in sent(bench))


@virtual
async def test_one_that_does_not_know_freeze_does_not_offer_it() -> None:
    async with switched_on(projector(unknown=frozenset({"FREZ"}))) as bench:
        assert "freeze" not in bench.device.capabilities
        assert "keys" in bench.device.capabilities
        asked = sent(bench).count(b"%2FREZ ?\r")
        await asyncio.sleep(30)
        assert sent(bench).count(b"%2FREZ ?\r") == asked == 1


@virtual
async def test_steps_of_volume_are_keys_for_nothing_tells_how_loud_it_is() -> None:
    async with switched_on(projector()) as bench:
        await bench.device.press_key(name="volume-up")
        await bench.device.press_key(name="microphone-down")
        assert (bench.emulator.volume, bench.emulator.microphone) == (11, 9)
        assert "volume" not in bench.device.capabilities
        with pytest.raises(UnsupportedError, match="volume-up"):
            await bench.device.press_key(name="louder")


@virtual
async def test_a_projector_that_hangs_up_after_each_answer_is_not_asked_who_it_is_each_time() -> (
    None
):
    async with switched_on(projector(one_answer=True)) as bench:
        await until(lambda: value(bench, "serial-number"))
        asked = sent(bench).count(b"%2SNUM ?\r")
        await asyncio.sleep(60)
        assert bench.online
        assert sent(bench).count(b"%2SNUM ?\r") == asked


@virtual
async def test_what_has_no_lamp_is_healthy_all_the_same() -> None:
    async with switched_on(projector(lamps=())) as bench:
        assert value(bench, "health") == "ok"
        assert value(bench, "lamp-hours") is None
        assert bench.device.state().problem == ""


@virtual
async def test_it_proves_its_password_the_better_way_if_told_to() -> None:
    emulator = projector(password="secret", knows_sha256=True)
    async with running(make("pjlink", emulator, password="secret", sha256=True)) as bench:
        await until(lambda: bench.online, within_s=2)
        assert b"PJLINK 2\r" in sent(bench)
        first = next(data for data in sent(bench) if b"POWR" in data)
        assert len(first.partition(b"%")[0]) == 96


@virtual
async def test_a_projector_that_does_not_know_the_better_proof_is_said_so() -> None:
    emulator = projector(password="secret")
    async with running(make("pjlink", emulator, password="secret", sha256=True)) as bench:
        await until(lambda: bench.availability is Availability.AUTH_FAILED, within_s=2)
        assert "SHA-256" in bench.device.state().problem


# news


@virtual
async def test_news_of_an_input_and_of_a_fault_is_known_at_once_and_is_pushed() -> None:
    async with switched_on(projector()) as bench:
        bench.emulator.show("51")
        bench.emulator.fail("000100")
        for news in bench.emulator.news:
            bench.device.noticed(news)
        state = bench.device.state()
        assert (state.values["input"].value, state.values["input"].source) == ("lan", "pushed")
        assert state.values["health"].value == "cover: warning"
        assert state.values["health"].source is ValueSource.PUSHED


@virtual
async def test_news_of_power_is_asked_about_at_once_for_it_does_not_tell_warm_from_warming() -> (
    None
):
    async with running(make("pjlink", projector(warm_up_s=20))) as bench:
        await until(lambda: value(bench, "power") is PowerState.OFF)
        bench.emulator.obey(pjlink.Command("POWR", "1"), asyncio.get_running_loop().time())
        assert bench.emulator.news == [b"%2POWR=1\r"]
        bench.device.noticed(bench.emulator.news[0])
        assert await until(lambda: value(bench, "power") is PowerState.WARMING) < 0.1


@virtual
async def test_a_projector_that_announces_itself_is_back_at_once() -> None:
    async with switched_on(projector()) as bench:
        bench.wire.unplug()
        await until(lambda: bench.availability is Availability.OFFLINE)
        await asyncio.sleep(60)
        bench.wire.plug()
        bench.emulator.come_onto_the_network()
        bench.device.noticed(bench.emulator.news[-1])
        assert await until(lambda: bench.online) < 0.5


@virtual
async def test_a_dead_connection_is_found_when_the_projector_announces_itself() -> None:
    async with switched_on(projector()) as bench:
        before = len(bench.wire.written)
        bench.device.noticed(b"%2LKUP=02:00:5e:00:53:01\r")
        await asyncio.sleep(0.1)
        assert b"%1POWR ?\r" in sent(bench)[before:]
        await until(lambda: b"%2SNUM ?\r" in sent(bench)[before:])


@pytest.mark.parametrize("noise", [b"", b"\r", b"%2", b"%2POWR=9\r", b"\xff" * 400, b"%2LKUP\r"])
@virtual
async def test_no_datagram_is_an_error(noise: bytes) -> None:
    async with switched_on(projector()) as bench:
        bench.device.noticed(noise)
        await asyncio.sleep(10)
        assert bench.online
        assert value(bench, "power") is PowerState.ON


def send(data: bytes, port: int, *, host: str = "127.0.0.1") -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.bind((host, 0))
        wire.sendto(data, ("127.0.0.1", port))


async def test_one_port_serves_all_devices_each_gets_what_its_own_host_sends() -> None:
    post = Post(0, address="127.0.0.1")
    one: list[bytes] = []
    other: list[bytes] = []
    async with post.deliver("127.0.0.1", one.append):
        async with post.deliver("127.0.0.2", other.append):
            send(b"from one", post.port)
            send(b"from the other", post.port, host="127.0.0.2")
            send(b"from a stranger", post.port, host="127.0.0.3")
            await until(lambda: one and other)
        send(b"again", post.port)
        await until(lambda: len(one) == 2)
    assert (one, other) == ([b"from one", b"again"], [b"from the other"])
    await asyncio.sleep(0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", post.port))


async def test_a_host_may_have_a_name() -> None:
    post = Post(0, address="127.0.0.1")
    heard: list[bytes] = []

    def tell() -> object:
        send(b"hello", post.port)
        return heard

    async with post.deliver("localhost", heard.append):
        await until(tell)


async def test_a_port_that_another_program_has_costs_the_news_and_no_more(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        post = Post(taken.getsockname()[1], address="127.0.0.1")
        async with post.deliver("127.0.0.1", lambda _: pytest.fail("news out of nowhere")):
            assert "cannot be opened" in caplog.text


async def test_who_wants_news_listens_on_the_port_of_the_specification() -> None:
    async with serve(projector(), "tcp://127.0.0.1:0") as served:
        async with connect("pjlink", served.url, options={"push": True}) as device:
            assert getattr(device, "notices_port", None) == 4352
        async with connect("pjlink", served.url) as device:
            assert getattr(device, "notices_port", None) == 0


async def test_the_search_finds_projectors_of_class_2() -> None:
    emulator = projector()
    async with (
        serve(PJLinkNewsEmulator(projector=emulator), "udp://127.0.0.1:0") as served,
        serve(PJLinkNewsEmulator(projector=PJLinkEmulator()), "udp://127.0.0.2:0"),
    ):
        port = parse(served.url).port
        found = await search(
            ("127.0.0.1", "127.0.0.2"), port=port, from_port=free_port(), wait_s=0.4
        )
    assert found == (FoundProjector("127.0.0.1", emulator.mac),)
