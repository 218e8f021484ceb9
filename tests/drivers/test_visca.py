"""A VISCA camera: where it points, what it remembers, and the odd habits of real ones."""

import asyncio
from contextlib import suppress

import pytest

from classroom_drivers.api import (
    DeviceError,
    PowerState,
    RefusedError,
    UnsupportedError,
    Value,
)
from classroom_drivers.codecs import visca
from classroom_drivers.companions import companions
from classroom_drivers.emulators.faults import Faults
from classroom_drivers.emulators.visca import ViscaEmulator
from tests.drivers.benches import Bench, make, running
from tests.drivers.virtual import until, virtual


def value(bench: Bench, name: str) -> object:
    values = bench.device.state().values
    return values[name].value if name in values else None


@virtual
async def test_pointing_at_a_place_is_seen_in_the_state_and_ends() -> None:
    async with running(make("visca")) as bench:
        await until(lambda: value(bench, "pan-deg") is not None)
        await bench.device.move_to(pan_deg=-45, tilt_deg=20, zoom=0.25)
        assert value(bench, "moving") is True
        await until(lambda: value(bench, "moving") is False, within_s=5)
        assert value(bench, "pan-deg") == pytest.approx(-45, abs=0.1)
        assert value(bench, "tilt-deg") == pytest.approx(20, abs=0.1)
        assert value(bench, "zoom") == pytest.approx(0.25, abs=0.001)


@virtual
async def test_a_preset_is_shown_until_the_camera_is_moved_away() -> None:
    async with running(make("visca")) as bench:
        await until(lambda: value(bench, "pan-deg") is not None)
        await bench.device.store_preset(number=3)
        assert value(bench, "preset") == 3
        await bench.device.drive(pan=0.5)
        assert value(bench, "preset") is None
        await bench.device.stop()
        await bench.device.recall_preset(number=3)
        await until(lambda: value(bench, "pan-deg") == 0, within_s=5)
        assert value(bench, "preset") == 3


@virtual
async def test_a_cancelled_movement_is_no_error_of_the_newer_one() -> None:
    async with running(make("visca")) as bench:
        await until(lambda: bench.online)
        for pan_deg in (100, -100, 0):
            await bench.device.move_to(pan_deg=pan_deg, tilt_deg=0)
            await asyncio.sleep(0.1)
        await until(lambda: value(bench, "pan-deg") == 0, within_s=10)
        assert bench.device.state().problem == ""


@virtual
async def test_a_camera_wakes_as_warming_and_is_locked_until_it_is_there() -> None:
    bench = make("visca", ViscaEmulator(on=False), warm_up_s=8)
    async with running(bench):
        await until(lambda: value(bench, "power") is PowerState.OFF)
        with pytest.raises(RefusedError, match="not possible now"):
            await bench.device.home()
        await bench.device.set_power(on=True)
        assert value(bench, "power") is PowerState.WARMING
        with pytest.raises(RefusedError, match="warming"):
            await bench.device.home()
        await until(lambda: value(bench, "power") is PowerState.ON, within_s=10)
        await bench.device.home()


@pytest.mark.parametrize(
    "given",
    [{"pan": 1.1}, {"tilt": -2.0}, {"zoom": float("nan")}, {"pan": 1.0, "for_s": 11.0}],
)
@virtual
async def test_impossible_movements_are_refused(given: dict[str, float]) -> None:
    async with running(make("visca")) as bench:
        await until(lambda: bench.online)
        with pytest.raises(UnsupportedError, match="is not within"):
            await bench.device.drive(**given)


@virtual
async def test_the_slowest_movement_still_moves_and_the_fastest_is_allowed() -> None:
    async with running(make("visca")) as bench:
        await until(lambda: bench.online)
        for pan, tilt in ((0.001, -0.001), (1.0, -1.0)):
            await bench.device.drive(pan=pan, tilt=tilt)
            assert bench.emulator.axes["pan"].speed > 0
            assert bench.emulator.axes["tilt"].speed < 0


@virtual
async def test_turning_by_so_much_is_done_once_however_often_it_is_said() -> None:
    """The question may have arrived though its answer was lost: then it is not said again."""
    async with running(make("visca-sony")) as bench:
        await until(lambda: value(bench, "zoom") is not None)
        for _ in range(5):
            at = bench.emulator.axes["pan"].at
            bench.box.misbehave(Faults(garble=1.0))  # it hears, and is not understood
            with suppress(DeviceError):
                await bench.device.move_by(pan_deg=5, tilt_deg=0)
            bench.box.misbehave(Faults())
            await asyncio.sleep(6)
            assert bench.emulator.axes["pan"].at == pytest.approx(at + 72, abs=0.5)


@virtual
async def test_focus_is_taken_from_the_camera_before_it_is_set() -> None:
    async with running(make("visca")) as bench:
        await until(lambda: value(bench, "focus") is not None)
        assert (value(bench, "autofocus"), value(bench, "focus")) == (True, 1.0)
        await bench.device.set_focus(position=0.25)
        assert not bench.emulator.autofocus
        await until(lambda: bench.emulator.axes["focus"].at == 0x9400)  # far is 1000, near C000
        await asyncio.sleep(4)
        assert value(bench, "focus") == 0.25
        await bench.device.set_autofocus(on=True)
        assert bench.emulator.autofocus


@virtual
async def test_a_movement_finds_room_though_both_sockets_are_in_use() -> None:
    async with running(make("visca")) as bench:
        await until(lambda: value(bench, "zoom") is not None)
        await bench.device.move_to(pan_deg=160, tilt_deg=0, zoom=1.0, speed=0.2)
        await bench.device.move_to(pan_deg=-10, tilt_deg=5)
        await until(lambda: value(bench, "moving") is False, within_s=10)
        assert value(bench, "pan-deg") == -10.0


@virtual
async def test_a_stop_ends_movements_that_keep_both_sockets() -> None:
    async with running(make("visca")) as bench:
        await until(lambda: value(bench, "zoom") is not None)
        await bench.device.move_to(pan_deg=160, tilt_deg=0, zoom=1.0, speed=0.2)
        await asyncio.sleep(0.5)
        asked_s = asyncio.get_running_loop().time()
        await bench.device.stop()
        assert asyncio.get_running_loop().time() - asked_s < 0.05
        assert not bench.emulator.moving


@virtual
async def test_a_late_answer_is_never_taken_for_another() -> None:
    """That sharpness is by hand (03) must not be read as standby (03) by the next question."""
    bench = make("visca")
    bench.emulator.autofocus = False
    seen: set[object] = set()
    async with companions() as start:
        start(bench.device.run(lambda state: seen.add(state.values.get("power"))))
        await until(lambda: value(bench, "autofocus") is False)
        for delay_s in (0.29, 0.31, 0.99, 1.01, 1.29, 1.31):
            for _ in range(20):
                bench.box.misbehave(Faults(delay_s=delay_s))
                await asyncio.sleep(3.3)
                bench.box.misbehave(Faults())
                await asyncio.sleep(3.1)
    assert {found.value for found in seen if isinstance(found, Value)} == {PowerState.ON}


@virtual
async def test_what_a_camera_does_not_know_is_not_asked_again_and_is_no_problem() -> None:
    async with running(make("visca", Laconic())) as bench:
        await until(lambda: value(bench, "zoom") is not None)
        await asyncio.sleep(60)
        asked = b"".join(data for _, data in bench.wire.written)
        assert asked.count(visca.ASK_FOCUS) <= 2
        assert asked.count(visca.ASK_TALLY) <= 2
        assert bench.device.state().problem == ""
        assert value(bench, "focus") is None
        assert bench.online


@virtual
async def test_a_camera_that_was_stopped_is_not_shown_as_moving_again() -> None:
    bench = make("visca")
    seen: list[object] = []
    async with companions() as start:
        start(bench.device.run(lambda state: seen.append(state.values.get("moving"))))
        await until(lambda: value(bench, "zoom") is not None)
        await bench.device.drive(pan=1.0, for_s=10)
        await asyncio.sleep(4)
        await bench.device.stop()
        seen.clear()
        await asyncio.sleep(5)
    assert {found.value for found in seen if isinstance(found, Value)} <= {False}


class Laconic(ViscaEmulator):
    """Knows neither focus nor tally."""

    def _tell(self, body: bytes, now_s: float) -> bytes:
        unknown = {visca.ASK_FOCUS, visca.ASK_TALLY, visca.ASK_AUTOFOCUS}
        return b"" if body in unknown else super()._tell(body, now_s)
