"""What a device does by its sheet."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from classroom_drivers.api import (
    Availability,
    PowerState,
    RefusedError,
    UnsupportedError,
    ValueSource,
)
from classroom_drivers.code_sheet.lint import read
from classroom_drivers.code_sheet.sheet import Sheet
from classroom_drivers.codecs.sheet_stream import Heard
from classroom_drivers.devices.code_sheet import bind, shipped_sheet
from classroom_drivers.emulators.box import Box
from classroom_drivers.emulators.code_sheet import SheetEmulator, emulator_of
from classroom_drivers.emulators.memory import MemoryTransport
from tests.drivers.benches import Bench, running
from tests.drivers.rigs.code_sheet import SHEETS
from tests.drivers.virtual import until, virtual

HEAD = """
[sheet]
title = "a test"
sources = ["this test"]
[line]
spelled = "text"
[commands]
frame = "{body}<CR>"
cut = { ends = "<CR>" }
"""


def sheet_of(text: str, folder: Path) -> Sheet:
    path = folder / "sheet.toml"
    path.write_text(HEAD + text, encoding="utf-8")
    return read(path)


def bench_of(sheet: Sheet, emulator: SheetEmulator | None = None, **options: Any) -> Bench:
    made = emulator or emulator_of(sheet)
    box = Box(made)
    wire = MemoryTransport(box, byte_s=10 / 9600)
    return Bench(bind(sheet)(wire, **options), made, box, wire)


def value(bench: Bench, name: str) -> object:
    values = bench.device.state().values
    return values[name].value if name in values else None


VOLUME = """
[replies]
accepted = "OK"
[replies.refused]
"NO" = "not now"
[replies.busy]
"WAIT" = "busy"
[replies.unsupported]
"WHAT" = "no such thing"
[power]
set = "PWR{value:d}"
ask = "PWR?"
answer = "P{value:d}"
values = { on = 1, off = 0 }
standby-reply = "NO"
[volume]
set = "VOL{value:02d}"
ask = "VOL?"
answer = "V{value:02d}"
range = [0, 20]
"""


@virtual
async def test_coarse_steps_of_the_device_do_not_move_the_slider(tmp_path: Path) -> None:
    async with running(bench_of(sheet_of(VOLUME, tmp_path))) as bench:
        await until(lambda: bench.online)
        await bench.device.set_power(on=True)
        await until(lambda: value(bench, "volume") == 40)
        await bench.device.set_volume(percent=37)
        await until(lambda: bench.device.state().values["volume"].source is ValueSource.POLLED)
        assert bench.emulator.states["volume", 1] == 7  # of 20
        assert value(bench, "volume") == 37


@virtual
async def test_acceptances_and_refusals_mean_what_the_sheet_says(tmp_path: Path) -> None:
    sheet = sheet_of(VOLUME, tmp_path)
    says = {b"VOL07\r": b"WAIT\r"}

    class Moody(SheetEmulator):
        def obey(self, request: Any, now_s: float) -> bytes:
            if request.control.name == "volume" and says:
                return says.pop(b"VOL07\r")
            return super().obey(request, now_s)

    async with running(bench_of(sheet, Moody(sheet=sheet, power=PowerState.ON))) as bench:
        await until(lambda: value(bench, "power") is PowerState.ON)
        says.clear()
        for said, error in ((b"NO\r", RefusedError), (b"WHAT\r", UnsupportedError)):
            says[b"VOL07\r"] = said
            with pytest.raises(error):
                await bench.device.set_volume(percent=35)
        says[b"VOL07\r"] = b"WAIT\r"
        await bench.device.set_volume(percent=35)  # asked again until it was free
        assert bench.emulator.states["volume", 1] == 7


@virtual
async def test_what_is_of_no_use_in_standby_is_refused_and_not_asked(tmp_path: Path) -> None:
    async with running(bench_of(sheet_of(VOLUME, tmp_path))) as bench:
        await until(lambda: value(bench, "power") is PowerState.OFF)
        with pytest.raises(RefusedError, match="standby"):
            await bench.device.set_volume(percent=10)
        await asyncio.sleep(20)
        assert not any(data.startswith(b"VOL") for _, data in bench.wire.written)


TOGGLE = """
[freeze]
toggle = "FRZ"
ask = "FRZ?"
answer = { on = "frozen", off = "running" }
[keys]
set = { menu = "MENU" }
[relay]
channels = 3
set = { on = "R{channel:d}1", off = "R{channel:d}0" }
ask = "R?"
answer = "R={value:02X}"
bits = true
"""


@virtual
async def test_a_toggle_is_pressed_only_when_it_has_to_be(tmp_path: Path) -> None:
    async with running(bench_of(sheet_of(TOGGLE, tmp_path))) as bench:
        await until(lambda: value(bench, "freeze") is False)
        for on in (True, True, False):
            await bench.device.set_freeze(on=on)
        pressed = [data for _, data in bench.wire.written if data == b"FRZ\r"]
        assert len(pressed) == 2
        await until(lambda: bench.emulator.states["freeze", 1] == "off")


@virtual
async def test_one_answer_may_tell_of_all_contacts(tmp_path: Path) -> None:
    async with running(bench_of(sheet_of(TOGGLE, tmp_path))) as bench:
        await until(lambda: value(bench, "relay-3") is False)
        await bench.device.set_relay(on=True, channel=2)
        await until(lambda: bench.device.state().values["relay-2"].source is ValueSource.POLLED)
        relays = [value(bench, f"relay-{channel}") for channel in (1, 2, 3)]
        assert relays == [False, True, False]
        with pytest.raises(UnsupportedError, match="1 to 3"):
            await bench.device.set_relay(on=True, channel=4)


@virtual
async def test_a_device_without_power_in_its_sheet_has_no_power(tmp_path: Path) -> None:
    bench = bench_of(sheet_of(TOGGLE, tmp_path))
    assert bench.device.capabilities == ("freeze", "relay", "keys")
    with pytest.raises(UnsupportedError):
        await bench.device.perform("power", "set-power", {"on": True})


COVER = """
[cover]
channels = 2
set = { open = "C{channel:d}O", close = "C{channel:d}C", stop = "C{channel:d}S" }
travel-s = 12
[presets]
recall = "PR{number:02d}"
store = "PS{number:02d}"
range = [1, 12]
[sensor.temperature-c]
ask = "T?"
answer = "T{value:d}"
scale = 0.1
add = -40
[health.faults]
ask = "E?"
answer = "E{value:02X}"
values = { fan = 0, lamp = 3 }
bits = true
"""


@virtual
async def test_a_curtain_that_tells_nothing_arrives_when_it_has_had_the_time(
    tmp_path: Path,
) -> None:
    async with running(bench_of(sheet_of(COVER, tmp_path))) as bench:
        await until(lambda: bench.online)
        await bench.device.close_cover(channel=2)
        assert value(bench, "cover-2") == "closing"
        took_s = await until(lambda: value(bench, "cover-2") == "closed", within_s=20)
        assert took_s >= 11
        await bench.device.open_cover(channel=2)
        await bench.device.stop_cover(channel=2)
        assert value(bench, "cover-2") == "stopped"
        await until(lambda: bench.emulator.states["cover", 2] == "stopped")


@virtual
async def test_presets_sensors_and_fault_bits(tmp_path: Path) -> None:
    async with running(bench_of(sheet_of(COVER, tmp_path))) as bench:
        await until(lambda: bench.online)
        await bench.device.recall_preset(number=12)
        await until(lambda: bench.emulator.acts == ["recall 12"])
        with pytest.raises(UnsupportedError, match="1 to 12"):
            await bench.device.recall_preset(number=13)
        await until(lambda: value(bench, "temperature-c") == -15)  # 250 / 10 - 40
        assert value(bench, "health") == "ok"
        bench.emulator.states["health", 1] = 0b1001
        await until(lambda: value(bench, "health") == "fan, lamp", within_s=90)


SHARED = """
[options]
id = { default = 1, from = 1, to = 9, everybody = 0 }
[freeze]
set = { on = "{id:d}F1", off = "{id:d}F0" }
ask = "{id:d}F?"
answer = { on = "{id:d}=1", off = "{id:d}=0" }
pushed = { on = "!{id:d}1", off = "!{id:d}0" }
"""


@virtual
async def test_only_the_device_with_our_id_is_ours(tmp_path: Path) -> None:
    sheet = sheet_of(SHARED, tmp_path)
    stranger = SheetEmulator(sheet=sheet, options={"id": 2})
    async with running(bench_of(sheet, stranger)) as bench:
        await until(lambda: bench.availability is Availability.OFFLINE)
    async with running(bench_of(sheet, stranger, id=2)) as bench:
        await until(lambda: bench.online)
    with pytest.raises(UnsupportedError, match="not within 1 and 9"):
        bench_of(sheet, id=10)


def test_what_is_for_everybody_is_done_and_not_answered(tmp_path: Path) -> None:
    device = emulator_of(sheet_of(SHARED, tmp_path))
    assert device.session(0.0).receive(b"0F1\r0F?\r1F?\r", 0.0) == [b"1=1\r"]


@virtual
async def test_what_the_device_says_by_itself_is_pushed(tmp_path: Path) -> None:
    bench = bench_of(sheet_of(SHARED, tmp_path))
    async with running(bench):
        await until(lambda: value(bench, "freeze") is False)
        bench.device.unasked(Heard(b"!11\r"))
        assert bench.device.state().values["freeze"].source is ValueSource.PUSHED
        assert value(bench, "freeze") is True


ECHO = """
[replies]
echo = true
[freeze]
set = { on = "freeze=on", off = "freeze=off" }
accepted = ["freeze=on", "freeze=off"]
ask = "freeze=?"
answer = "freeze={value}"
values = { on = "on", off = "off" }
"""


@virtual
async def test_an_echo_is_not_taken_for_an_answer(tmp_path: Path) -> None:
    sheet = sheet_of(ECHO, tmp_path)
    async with running(bench_of(sheet)) as bench:
        await until(lambda: value(bench, "freeze") is False)
        await bench.device.set_freeze(on=True)
        assert bench.emulator.states["freeze", 1] == "on"
        assert value(bench, "freeze") is True


@virtual
async def test_a_device_that_hangs_up_after_every_answer_is_worked(tmp_path: Path) -> None:
    path = tmp_path / "sheet.toml"
    path.write_text(HEAD.replace('"text"', '"text"\nhangs-up = true') + VOLUME, encoding="utf-8")
    async with running(bench_of(read(path))) as bench:
        await until(lambda: bench.online)
        await bench.device.set_power(on=True)
        await until(lambda: value(bench, "volume") == 40, within_s=30)
        await bench.device.set_volume(percent=50)
        await until(lambda: bench.emulator.states["volume", 1] == 10)


@virtual
async def test_a_panel_that_is_deaf_in_standby_is_woken_and_not_lost(tmp_path: Path) -> None:
    deaf = VOLUME.replace('standby-reply = "NO"', "deaf-in-standby = true\nunanswered = ['on']")
    async with running(bench_of(sheet_of(deaf, tmp_path))) as bench:
        await until(lambda: bench.online)
        assert value(bench, "power") is PowerState.OFF
        await asyncio.sleep(30)
        assert bench.online
        await bench.device.set_power(on=True)
        await until(lambda: value(bench, "volume") == 40)


def test_only_the_inputs_in_use_are_offered() -> None:
    sheet = shipped_sheet(SHEETS["lg"])
    bench = bench_of(sheet, inputs="hdmi-1, ops")
    assert bench.device.choices["input"] == ("hdmi-1", "ops")
    with pytest.raises(UnsupportedError, match="betamax"):
        bench_of(sheet, inputs="betamax")
