"""The devices of our code sheets, worked by controllers that others wrote."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from benqprojector.benqprojector import BenQProjectorTelnet
from christie_mseries import ChristieM4K25
from christie_mseries.exceptions import ChristieError
from christie_mseries.projector import PowerState as ChristiePower
from libhitachiprojector.hitachiprojector import Command, commands
from nec_pd_sdk.constants import OPCODE_AUDIO__AUDIO_VOLUME, OPCODE_INPUT
from nec_pd_sdk.nec_pd_sdk import NECPD

from classroom_drivers.api import PowerState
from classroom_drivers.code_sheet.catalogue import entry
from classroom_drivers.code_sheet.controller_side import ControllerSide
from classroom_drivers.devices.code_sheet import shipped_sheet
from classroom_drivers.emulated import make
from classroom_drivers.emulators.code_sheet import SheetEmulator
from classroom_drivers.emulators.server import serve
from classroom_drivers.links.address import parse
from tests.waiting import eventually_async


@asynccontextmanager
async def device(driver: str) -> AsyncIterator[tuple[SheetEmulator, int]]:
    """Serve a device that is quick to warm up and knows no haste."""
    emulator = make(driver)
    assert isinstance(emulator, SheetEmulator)
    emulator.pace = emulator.warm_up_s = emulator.cool_down_s = 0.0
    async with serve(emulator, "tcp://127.0.0.1:0") as served:
        yield emulator, parse(served.url).port


async def test_nec_pd_sdk_works_our_nec_display() -> None:
    def work(port: int) -> None:
        display = NECPD.from_ip_address("127.0.0.1", port)
        try:
            assert display.command_power_status_read() == 4
            assert display.command_power_status_set(1) == 1
            assert display.command_power_status_read() == 1
            display.command_set_parameter(OPCODE_INPUT, 18)
            assert display.command_get_parameter(OPCODE_INPUT).current_value == 18
            display.command_set_parameter(OPCODE_AUDIO__AUDIO_VOLUME, 33)
            assert display.command_get_parameter(OPCODE_AUDIO__AUDIO_VOLUME).current_value == 33
            assert display.command_serial_number_read() == "SN00012345"
            assert display.helper_self_diagnosis_status_text() == "Normal; "
        finally:
            display.close()

    async with device("nec") as (emulator, port):
        await asyncio.to_thread(work, port)
        assert emulator.states["input", 1] == "hdmi-2"


@pytest.mark.filterwarnings("ignore:open_text is deprecated")
async def test_benqprojector_works_our_benq() -> None:
    async with device("benq") as (emulator, port):
        projector = BenQProjectorTelnet("127.0.0.1", port, "W4000i", has_prompt=False)
        try:
            assert await projector.connect()
            assert projector.power_status == projector.POWERSTATUS_OFF
            assert await projector.send_command("sour") is None  # blocked in standby
            assert await projector.turn_on()
            await eventually_async(
                lambda: emulator.awake(asyncio.get_running_loop().time()) == "on"
            )
            assert await projector.select_video_source("hdmi2")
            assert await projector.send_command("mute", "on") == "on"
            await projector.update_volume()
            assert projector.muted
            assert await projector.send_command("vol", "7") == "7"
        finally:
            await projector.disconnect()
        assert emulator.states["input", 1] == "hdmi-2"
        assert emulator.states["volume", 1] == 7


async def test_christie_mseries_works_our_christie() -> None:
    def work(port: int) -> None:
        with ChristieM4K25("127.0.0.1", port) as projector:
            assert projector.get_power_state() is ChristiePower.STANDBY
            with pytest.raises(ChristieError, match="Disabled Control"):
                projector.set_frozen(frozen=True)
            projector.power_on()
            assert projector.get_power_state() is ChristiePower.ON
            projector.set_frozen(frozen=True)
            assert projector.is_frozen()
            projector.select_input("DisplayPort 1.2 Port 1")
            assert projector.get_input()[0] == 6
            projector.close_shutter()
            assert not projector.is_shutter_open()

    async with device("christie") as (emulator, port):
        await asyncio.to_thread(work, port)
        assert emulator.power is PowerState.ON
        assert emulator.states["input", 1] == "displayport-1"
        assert emulator.states["picture-mute", 1] == "on"


@pytest.mark.parametrize(
    ("what", "theirs"),
    [
        ("power on", Command.PowerTurnOn),
        ("power off", Command.PowerTurnOff),
        ("power?", Command.PowerGet),
        ("input computer-1", Command.InputSourceComputerIn1),
        ("input computer-2", Command.InputSourceComputerIn2),
        ("input component", Command.InputSourceComponent),
        ("input s-video", Command.InputSourceSVideo),
        ("input video", Command.InputSourceVideo),
        ("input hdmi-1", Command.InputSourceHDMI),
        ("input usb-a", Command.InputSourceUSBTypeA),
        ("input usb-b", Command.InputSourceUSBTypeB),
        ("input lan", Command.InputSourceLAN),
        ("input?", Command.InputSourceGet),
        ("picture-mute on", Command.BlankOn),
        ("picture-mute?", Command.BlankGet),
        ("health?", Command.ErrorStatusGet),
        ("lamp-hours?", Command.LampTimeGet),
    ],
)
def test_our_hitachi_frames_are_those_of_libhitachiprojector(what: str, theirs: Command) -> None:
    sheet = shipped_sheet("classroom_drivers.sheets:hitachi.toml")
    found = entry(sheet.controls, what)
    assert found
    assert found.spell(ControllerSide(sheet, {})) == commands[theirs]
