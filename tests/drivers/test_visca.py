"""A VISCA camera: where it points, what it remembers, and the odd habits of real ones."""

import asyncio

import pytest

from classroom_drivers.api import PowerState, RefusedError, UnsupportedError
from classroom_drivers.emulators.session import NEVER
from classroom_drivers.emulators.visca import ViscaEmulator
from tests.drivers.benches import Bench, make, running
from tests.drivers.virtual import until, virtual


def value(bench: Bench, name: str) -> object:
    values = bench.device.state().values
    return values[name].value if name in values else None


class OddCamera:
    """Answers everything with the same bytes, whatever they mean."""

    def __init__(self, *answers: tuple[bytes, bytes]) -> None:
        self.closed = False
        self._answers = answers

    def session(self, now_s: float) -> "OddCamera":
        return self

    def due_s(self) -> float:
        return NEVER

    def receive(self, data: bytes, now_s: float) -> list[bytes]:
        return [answer for asked, answer in self._answers if asked in data]


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
