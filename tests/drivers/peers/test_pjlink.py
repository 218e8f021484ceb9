"""PJLink: our emulated projectors worked by others' clients, others' projectors by our driver."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiopjlink import PJLink
from aiopjlink.projector import PJClass, PJLinkERR3, Power, Sources
from pypjlink import MUTE_VIDEO, Projector

from classroom_drivers import connect
from classroom_drivers.api import Device, PowerState, ValueSource
from classroom_drivers.discovery.pjlink import FoundProjector, search
from classroom_drivers.emulators.pjlink import PJLinkEmulator, PJLinkNewsEmulator
from classroom_drivers.emulators.server import serve
from classroom_drivers.links.address import parse
from classroom_drivers.links.post import Post
from tests.drivers.virtual import until

HASTY = {"warm_up_s": 0.05, "cool_down_s": 0.05}


@pytest.mark.parametrize("password", ["", "secret"])
async def test_aiopjlink_works_our_projector(password: str) -> None:
    projector = PJLinkEmulator(password=password, warm_up_s=0.05, cool_down_s=0.05)
    async with serve(projector, "tcp://127.0.0.1:0") as served:
        port = parse(served.url).port
        async with PJLink("127.0.0.1", port, password=password or None) as link:
            assert await link.power.get() == Power.OFF
            with pytest.raises(PJLinkERR3):
                await link.sources.get()
            await link.power.turn_on()
            async with asyncio.timeout(5):
                while await link.power.get() != Power.ON:
                    await asyncio.sleep(0.01)
            await link.sources.set(Sources.Mode.DIGITAL, "2")
            assert await link.sources.get() == (Sources.Mode.DIGITAL, "2")
            await link.mute.video(True)
            assert await link.mute.status() == (True, False)
            assert await link.lamps.hours() == projector.lamp_hours
            assert await link.info.manufacturer_name() == projector.maker


async def test_aiopjlink_works_our_projector_of_class_2() -> None:
    projector = PJLinkEmulator(pjlink_class=2, warm_up_s=0, input_names={"31": "HDMI 1"})
    async with (
        serve(projector, "tcp://127.0.0.1:0") as served,
        PJLink("127.0.0.1", parse(served.url).port) as link,
    ):
        await link.power.turn_on()
        assert await link.info.pjlink_class() == PJClass.TWO
        assert await link.info.serial_number() == projector.serial_number
        assert await link.sources.get_source_name(Sources.Mode.DIGITAL, "1") == "HDMI 1"
        assert await link.filter.hours() == projector.filter_hours
        await link.freeze.set(True)
        assert await link.freeze.get() is True
        await link.speaker.turn_up()
        assert (projector.frozen, projector.volume) == (True, 11)


@pytest.mark.parametrize("password", ["", "secret"])
async def test_pypjlink_works_our_projector(password: str) -> None:
    projector = PJLinkEmulator(password=password, warm_up_s=0.05, lamps=(1234, 987))

    def work(port: int) -> tuple[Any, ...]:
        with Projector.from_address("127.0.0.1", port) as client:
            assert client.authenticate(password) is not False
            client.set_power("on")
            while client.get_power() != "on":
                pass
            client.set_input("DIGITAL", 2)
            client.set_mute(MUTE_VIDEO, True)
            return client.get_input(), client.get_mute(), client.get_lamps(), client.get_errors()

    async with serve(projector, "tcp://127.0.0.1:0") as served:
        told = await asyncio.to_thread(work, parse(served.url).port)
    fine = dict.fromkeys(["fan", "lamp", "temperature", "cover", "filter", "other"], "ok")
    assert told == (("DIGITAL", 2), (True, False), [(1234, True), (987, True)], fine)


# pjlink-advance wants Python 3.13


@asynccontextmanager
async def their_projector(**traits: Any) -> AsyncIterator[Any]:
    emulator = pytest.importorskip("pjlink_advance.emulator")
    async with emulator.PJLinkEmulator(**traits) as projector:
        yield projector


def value(device: Device, name: str) -> object:
    values = device.state().values
    return values[name].value if name in values else None


@pytest.mark.parametrize("password", ["", "secret"])
async def test_we_work_the_projector_of_pjlink_advance(password: str) -> None:
    async with (
        their_projector(password=password or None, transition_delay=0.1) as projector,
        connect(
            "pjlink", f"tcp://127.0.0.1:{projector.port}", password=password, options=HASTY
        ) as device,
    ):
        await until(lambda: value(device, "power") is PowerState.OFF)
        await device.perform("power", "set-power", {"on": True})
        await until(lambda: value(device, "filter-hours") == 300)
        assert value(device, "serial-number") == "X8JK0000001"
        assert device.state().choices["input"] == ("computer", "hdmi-1", "hdmi-2", "lan")
        await device.perform("input-select", "select-input", {"name": "hdmi-2"})
        await device.perform("freeze", "set-freeze", {"on": True})
        await device.perform("mute", "set-mute", {"sound": True})
        await device.perform("keys", "press-key", {"name": "volume-up"})
        state = projector.state
        assert (state.input.code, state.freeze, state.speaker_volume) == ("32", True, 1)
        assert (state.mute.audio, state.mute.video) == (True, False)


async def test_we_hear_the_news_of_the_projector_of_pjlink_advance_and_find_it() -> None:
    async with (
        their_projector(transition_delay=0.1) as projector,
        connect("pjlink", f"tcp://127.0.0.1:{projector.port}", options=HASTY) as device,
    ):
        await device.perform("power", "set-power", {"on": True})
        await until(lambda: value(device, "filter-hours") == 300)
        post = Post(0, address="127.0.0.1")
        async with post.deliver("127.0.0.1", getattr(device, "noticed")):  # noqa: B009
            await projector.notify("INPT", "51", ("127.0.0.1", post.port))
            await until(lambda: value(device, "input") == "lan")
            assert device.state().values["input"].source is ValueSource.PUSHED
        found = await search(("127.0.0.1",), port=projector.udp_port, from_port=0, wait_s=0.3)
        assert found == (FoundProjector("127.0.0.1", projector.state.mac),)


async def test_pjlink_advance_finds_our_projector_and_hears_its_news() -> None:
    listener_of = pytest.importorskip("pjlink_advance.listener")
    projector = PJLinkEmulator(pjlink_class=2)
    listener = listener_of.PJLinkListener(host="127.0.0.1", port=0)
    heard: list[tuple[str, str]] = []
    async with serve(PJLinkNewsEmulator(projector=projector), "udp://127.0.0.1:0") as served:
        found = await listener.discover(
            0.3, broadcast="127.0.0.1", target_port=parse(served.url).port
        )
        assert found == [("127.0.0.1", projector.mac)]
    listener.register("127.0.0.1", lambda *news: heard.append(news))
    projector.show("32")
    projector.fail("000010")
    projector.come_onto_the_network()
    wire, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        asyncio.DatagramProtocol, remote_addr=("127.0.0.1", listener.port)
    )
    for news in projector.news:
        wire.sendto(news)
    await until(lambda: len(heard) == 3)
    assert heard == [("INPT", "32"), ("ERST", "000010"), ("LKUP", projector.mac)]
    wire.close()
    await listener.stop()
