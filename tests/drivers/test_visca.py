"""A VISCA camera: where it points, what it remembers, and the odd habits of real ones."""

import asyncio

import pytest

from classroom_drivers.api import Availability, PowerState, RefusedError, UnsupportedError
from classroom_drivers.codecs import visca
from classroom_drivers.devices.visca import ViscaCamera
from classroom_drivers.emulators.box import Box
from classroom_drivers.emulators.memory import MemoryTransport
from classroom_drivers.emulators.session import NEVER
from classroom_drivers.emulators.visca import ViscaEmulator
from tests.drivers.benches import BYTE_S_AT_9600, Bench, make, running
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


@virtual
async def test_a_serial_chain_is_numbered_before_anything_else_is_said() -> None:
    async with running(make("visca-serial")) as bench:
        await until(lambda: bench.online)
        sent = [data for _, data in bench.wire.written[:3]]
        assert sent == [
            visca.encode(visca.ALL, visca.SET_ADDRESS),
            visca.encode(visca.ALL, visca.CLEAR),
            visca.encode(1, visca.ASK_POWER),
        ]


@virtual
async def test_in_a_chain_only_the_camera_of_that_address_is_heard() -> None:
    emulator = ViscaEmulator(address=2)
    wire = MemoryTransport(Box(emulator), byte_s=BYTE_S_AT_9600)
    async with running(Bench(ViscaCamera(wire, address=2), emulator, Box(emulator), wire)) as bench:
        await until(lambda: bench.online, within_s=3)
        await bench.device.drive(pan=0.5)
        assert emulator.axes["pan"].speed > 0


@virtual
async def test_a_camera_that_answers_with_a_wrong_address_is_understood() -> None:
    """PTZOptics G3 cameras say A0 41 FF where 90 41 FF is meant."""
    odd = OddCamera(
        (visca.ASK_POWER, bytes.fromhex("905002FF")),
        (visca.HOME, bytes.fromhex("A041FF A051FF")),
    )
    wire = MemoryTransport(Box(odd))
    async with running(Bench(ViscaCamera(wire), odd, Box(odd), wire)) as bench:
        await until(lambda: bench.online)
        await bench.device.home()


@virtual
async def test_errors_that_nobody_asked_for_do_no_harm() -> None:
    bench = make("visca")
    async with running(bench):
        await until(lambda: bench.online)
        bench.device.unasked(visca.Refusal(1, 0, 2))
        bench.device.unasked(visca.Completion(1, 2))
        await bench.device.home()
        assert bench.online


@virtual
async def test_a_camera_that_joins_the_chain_has_it_numbered_anew() -> None:
    async with running(make("visca-serial")) as bench:
        await until(lambda: bench.online)
        before = len(bench.wire.written)
        bench.device.unasked(visca.NetworkChange(1))
        await asyncio.sleep(1)
        again = [data for _, data in bench.wire.written[before:]]
        assert visca.encode(visca.ALL, visca.SET_ADDRESS) in again
        assert bench.availability is Availability.ONLINE
