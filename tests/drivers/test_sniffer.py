"""The sniffer: a controller works a device through it, and all that was said is written down."""

import asyncio
import os
import tty
from pathlib import Path

import pytest

from classroom_drivers import connect
from classroom_drivers.api import Availability, PowerState
from classroom_drivers.contract import differences
from classroom_drivers.emulators.faults import Faults
from classroom_drivers.emulators.kmtronic import KMTronicEmulator
from classroom_drivers.emulators.pjlink import PJLinkEmulator
from classroom_drivers.emulators.server import serve
from classroom_drivers.emulators.visca import ViscaEmulator
from classroom_drivers.sniffer import sniffing
from classroom_drivers.transcript import Evidence, Kind
from classroom_drivers.transcript_text import read, write


async def test_a_projector_is_worked_through_it_and_nothing_is_lost() -> None:
    projector = PJLinkEmulator(warm_up_s=0.0)
    async with (
        serve(projector, "tcp://127.0.0.1:0") as served,
        sniffing("tcp://127.0.0.1:0", served.url) as (sniffer, url),
    ):
        async with connect("pjlink", url, wait_s=5) as device:
            await device.perform("power", "set-power", {"on": True})
            said = {frame.data for frame in device.journal.frames()}
        transcript = sniffer.transcript("pjlink")
    overheard = {b"".join(step.parts) for step in transcript.steps}
    assert b"%1POWR 1\r" in overheard
    assert said <= overheard | {b""}
    assert transcript.source is Evidence.EMULATOR


async def test_what_was_overheard_can_be_completed_to_a_contract() -> None:
    async with (
        serve(PJLinkEmulator(), "tcp://127.0.0.1:0") as served,
        sniffing("tcp://127.0.0.1:0", served.url) as (sniffer, url),
        connect("pjlink", url, wait_s=5),
    ):
        text = write(sniffer.transcript("pjlink"))
    assert await differences(read(f"{text}= power {PowerState.OFF}\n")) == []


@pytest.mark.parametrize("listen", ["udp://127.0.0.1:0", "serial://{folder}/camera"])
async def test_one_kind_of_wire_may_lead_to_another(listen: str, tmp_path: Path) -> None:
    async with (
        serve(ViscaEmulator(), "udp://127.0.0.1:0") as served,
        sniffing(listen.format(folder=tmp_path), served.url) as (sniffer, url),
        connect("visca", url, wait_s=5) as device,
    ):
        assert device.state().availability is Availability.ONLINE
        assert sniffer.transcript("visca").transport == "udp"


async def test_a_device_that_hangs_up_does_so_to_the_controller_too() -> None:
    faults = Faults(hang_up_after=2)  # the greeting and one answer
    async with (
        serve(PJLinkEmulator(), "tcp://127.0.0.1:0", faults) as served,
        sniffing("tcp://127.0.0.1:0", served.url) as (sniffer, url),
        connect("pjlink", url, wait_s=5) as device,
    ):
        assert device.state().availability is Availability.ONLINE
        kinds = {step.kind for step in sniffer.transcript("pjlink").steps}
    assert {Kind.OPENED, Kind.HUNG_UP, Kind.CLOSED} <= kinds


async def test_two_real_ports_are_joined() -> None:
    controller, ours = os.openpty()  # the far ends of two cables, and the ports they are in
    tty.setraw(ours)
    loop, answered = asyncio.get_running_loop(), asyncio.Event()
    async with (
        serve(KMTronicEmulator(), "tcp://127.0.0.1:0") as board,
        sniffing(f"serial://{os.ttyname(ours)}", board.url) as (sniffer, _),
    ):
        os.write(controller, bytes.fromhex("FF0103"))
        loop.add_reader(controller, answered.set)
        async with asyncio.timeout(5):
            await answered.wait()
        loop.remove_reader(controller)
        assert os.read(controller, 16)[:1] == b"\xff"
        steps = sniffer.transcript("kmtronic").steps
        assert b"\xff\x01\x03" in {b"".join(step.parts) for step in steps}
    os.close(controller)
    os.close(ours)


async def test_an_absent_device_is_told_and_tried_again_with_the_next_word(tmp_path: Path) -> None:
    async with (
        serve(KMTronicEmulator(), "tcp://127.0.0.1:0") as board,
        sniffing(f"serial://{tmp_path}/board", board.url) as (sniffer, url),
    ):
        await board.unplug()
        async with connect("kmtronic", url, wait_s=0.2):
            pass
        assert "refused" in sniffer.problem
        await board.plug()
        async with connect("kmtronic", url, wait_s=5) as device:
            assert device.state().availability is Availability.ONLINE
        assert sniffer.problem == ""
