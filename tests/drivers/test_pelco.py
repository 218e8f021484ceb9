"""Cameras with Pelco-D and Pelco-P: documented bytes, and a stop that needs no answer."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom_drivers import registry
from classroom_drivers.api import Availability, UnsupportedError
from classroom_drivers.codecs import pelco
from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.codecs.pelco import D, FrameDecoder, Message, P
from classroom_drivers.companions import companions
from classroom_drivers.devices.pelco import STOP_GAP_S, PelcoCamera
from classroom_drivers.emulators.box import Box
from classroom_drivers.emulators.memory import MemoryTransport
from classroom_drivers.emulators.pelco import PelcoEmulator
from classroom_drivers.emulators.session import NEVER
from classroom_drivers.links.shared_wire import SharedWire
from tests.drivers.benches import Bench, make, running
from tests.drivers.rigs.pelco import BYTE_S_AT_2400
from tests.drivers.virtual import until, virtual

STOP = bytes.fromhex("FF 01 00 00 00 00 01")
ALL_RIGS = ("pelco", "pelco-p", "pelco-answering", "pelco-p-answering")


def value(bench: Bench, name: str) -> object:
    values = bench.device.state().values
    return values[name].value if name in values else None


async def heard() -> None:
    """Wait for what was written to arrive; nothing else tells."""
    await asyncio.sleep(0.05)


def now_s() -> float:
    return asyncio.get_running_loop().time()


@pytest.mark.parametrize(
    ("message", "documented"),
    [
        # the examples of Oxic's manual, p59
        (pelco.drive(1, 0x20, 0, 0), "FF 01 00 02 20 00 23"),
        (pelco.drive(1, -0x23, 0, 0), "FF 01 00 04 23 00 28"),
        (pelco.drive(1, 0, 0x23, 0), "FF 01 00 08 00 23 2C"),
        (pelco.drive(1, 0, -0x23, 0), "FF 01 00 10 00 23 34"),
        (Message(1, *D.lens["iris-open"]), "FF 01 02 00 00 00 03"),
        (Message(1, *D.lens["iris-close"]), "FF 01 04 00 00 00 05"),
        (Message(1, *D.lens["focus-near"]), "FF 01 01 00 00 00 02"),
        (Message(1, *D.lens["focus-far"]), "FF 01 00 80 00 00 81"),
        # AVIPAS's table, p45
        (pelco.drive(2, 0, 0, 1), "FF 02 00 20 00 00 22"),
        (pelco.drive(2, 0, 0, -1), "FF 02 00 40 00 00 42"),
        (pelco.drive(1, 0x10, 0x20, 0), "FF 01 00 0A 10 20 3B"),
        (pelco.drive(1, -0x10, -0x20, 0), "FF 01 00 14 10 20 45"),
        (pelco.drive(1, 0, 0, 0), "FF 01 00 00 00 00 01"),
        (pelco.extended(1, pelco.STORE, 8), "FF 01 00 03 00 08 0C"),
        (pelco.extended(1, pelco.RECALL, 8), "FF 01 00 07 00 08 10"),
        (pelco.extended(1, pelco.ASK_PAN), "FF 01 00 51 00 00 52"),
        (pelco.extended(1, pelco.ASK_PAN + pelco.ANSWER, 0x1234), "FF 01 00 59 12 34 A0"),
    ],
)
def test_pelco_d_is_spelled_as_documented(message: Message, documented: str) -> None:
    assert D.encode(message) == bytes.fromhex(documented)
    assert FrameDecoder(D).feed(bytes.fromhex(documented)) == [message]


@pytest.mark.parametrize(
    ("message", "documented"),
    [
        # the examples of pyPelco-P's page, camera 1
        (pelco.drive(1, -0x20, 0, 0), "A0 00 00 04 20 00 AF 2B"),
        (pelco.drive(1, 0x20, 0, 0), "A0 00 00 02 20 00 AF 2D"),
        (pelco.drive(1, 0, 0, 0), "A0 00 00 00 00 00 AF 0F"),
        # Active Silicon's table, p30, and Dante's, p24: focus is not where D has it
        (Message(2, *P.lens["focus-far"]), "A0 01 01 00 00 00 AF 0F"),
        (Message(2, *P.lens["focus-near"]), "A0 01 02 00 00 00 AF 0C"),
        (Message(2, *P.lens["iris-open"]), "A0 01 04 00 00 00 AF 0A"),
        (Message(2, *P.lens["iris-close"]), "A0 01 08 00 00 00 AF 06"),
        (pelco.extended(2, pelco.RECALL, 5), "A0 01 00 07 00 05 AF 0C"),
        (pelco.extended(1, 0x65), "A0 00 00 65 00 00 AF 6A"),  # AVer, p49: tracking on
    ],
)
def test_pelco_p_is_spelled_as_documented(message: Message, documented: str) -> None:
    assert P.encode(message) == bytes.fromhex(documented)
    assert FrameDecoder(P).feed(bytes.fromhex(documented)) == [message]


@given(
    st.sampled_from((D, P)),
    st.integers(1, 255),
    st.integers(0, 255),
    st.integers(0, 255),
    st.tuples(st.integers(0, 255), st.integers(0, 255)),
)
def test_messages_survive_the_wire(
    dialect: pelco.Dialect, address: int, first: int, second: int, data: tuple[int, int]
) -> None:
    message = Message(address, first, second, data)
    assert FrameDecoder(dialect).feed(dialect.encode(message)) == [message]


def test_a_wrong_sum_is_garbage_and_the_next_frame_is_read() -> None:
    found = FrameDecoder(D).feed(bytes.fromhex("FF 01 00 02 20 00 24") + STOP)
    assert found[-1] == pelco.drive(1, 0, 0, 0)
    assert all(isinstance(noise, Garbage) for noise in found[:-1])


@pytest.mark.parametrize("name", ALL_RIGS)
@virtual
async def test_a_stop_is_said_three_times_at_intervals(name: str) -> None:
    async with running(make(name)) as bench:
        await until(lambda: bench.online)
        await bench.device.drive(pan=0.5, tilt=-0.5, zoom=1.0)
        await heard()
        assert bench.emulator.moving
        asked_s = now_s()
        await bench.device.stop()
        dialect = P if "-p" in name else D
        stop = dialect.encode(pelco.drive(1, 0, 0, 0))
        said = [at for at, data in bench.wire.written if data == stop and at >= asked_s]
        assert len(said) == 3
        assert said[0] - asked_s < 0.05
        assert min(said[1] - said[0], said[2] - said[1]) >= STOP_GAP_S
        await heard()
        assert not bench.emulator.moving
        assert value(bench, "moving") is False


@virtual
async def test_a_stop_gets_through_though_two_of_its_frames_are_lost() -> None:
    async with running(make("pelco")) as bench:
        await until(lambda: bench.online)
        await bench.device.drive(pan=1.0)
        await heard()
        bench.emulator.deaf = 2
        await bench.device.stop()
        await heard()
        assert not bench.emulator.moving


@virtual
async def test_a_newer_movement_is_not_ended_by_an_older_stop() -> None:
    async with running(make("pelco")) as bench, companions() as start:
        await until(lambda: bench.online)
        await bench.device.drive(pan=1.0)
        start(bench.device.stop())
        await asyncio.sleep(0.05)
        await bench.device.drive(tilt=-0.5)
        await asyncio.sleep(1)
        assert bench.emulator.axes["tilt"].speed < 0
        await asyncio.sleep(1)
        assert not bench.emulator.moving  # nobody refreshed it


@pytest.mark.parametrize("name", ALL_RIGS)
@virtual
async def test_a_movement_ends_though_nobody_ends_it(name: str) -> None:
    async with running(make(name)) as bench:
        await until(lambda: bench.online)
        await bench.device.drive(zoom=-1.0, tilt=0.1)
        await asyncio.sleep(1.4)
        assert bench.emulator.moving
        await asyncio.sleep(0.2)
        assert not bench.emulator.moving


@pytest.mark.parametrize("name", ALL_RIGS)
@virtual
async def test_a_camera_lost_while_moving_is_stopped_when_it_returns(name: str) -> None:
    async with running(make(name)) as bench:
        await until(lambda: bench.online)
        await bench.device.drive(pan=-0.1)
        bench.wire.unplug()
        await asyncio.sleep(20)
        bench.wire.plug()
        await until(lambda: bench.online, within_s=2)
        await asyncio.sleep(0.1)
        assert not bench.emulator.moving


@virtual
async def test_full_speed_is_the_model_s_own() -> None:
    async with running(make("pelco-p")) as bench:
        await until(lambda: bench.online)
        await bench.device.drive(pan=1.0)
        assert bytes.fromhex("A0 00 00 02 17 00 AF 1A") in [d for _, d in bench.wire.written]
        await bench.device.set_tracking(on=True)
        await heard()
        assert bench.emulator.tracking


@pytest.mark.parametrize("name", ["pelco", "pelco-p"])
@virtual
async def test_keys_turn_the_lens_a_little(name: str) -> None:
    async with running(make(name)) as bench:
        await until(lambda: bench.online)
        for key, axis, way in (
            ("focus-far", "focus", 1),
            ("focus-near", "focus", -1),
            ("iris-open", "iris", 1),
            ("iris-close", "iris", -1),
        ):
            before = bench.emulator.axes[axis].at
            await bench.device.press_key(name=key)
            await heard()
            assert not bench.emulator.moving
            assert 0.03 < way * (bench.emulator.axes[axis].at - before) < 0.2
        await bench.device.press_key(name="manual-focus")
        await heard()
        assert not bench.emulator.autofocus
        await bench.device.press_key(name="autofocus")
        await heard()
        assert bench.emulator.autofocus


@virtual
async def test_presets_are_recalled_and_those_that_are_functions_are_not() -> None:
    async with running(make("pelco")) as bench:
        await until(lambda: bench.online)
        await bench.device.drive(pan=0.5)
        await bench.device.stop()
        at = bench.emulator.axes["pan"].at
        await bench.device.store_preset(number=7)
        await bench.device.drive(pan=-0.5)
        await bench.device.stop()
        assert value(bench, "preset") is None
        await bench.device.recall_preset(number=7)
        assert value(bench, "preset") == 7
        await asyncio.sleep(3)
        bench.emulator.advance(now_s())
        assert bench.emulator.axes["pan"].at == at
        for number in (0, 33, 34, 95, 256):
            with pytest.raises(UnsupportedError, match="no preset"):
                await bench.device.recall_preset(number=number)


@virtual
async def test_a_camera_that_answers_tells_where_it_points() -> None:
    async with running(make("pelco-answering")) as bench:
        bench.emulator.axes["pan"].reset(-12.5)
        bench.emulator.axes["tilt"].reset(-30.25)
        await until(lambda: value(bench, "tilt-deg") == -30.25)
        assert value(bench, "pan-deg") == -12.5
        await bench.device.drive(pan=0.1, for_s=5)
        await asyncio.sleep(3)
        assert value(bench, "moving") is True
        await bench.device.stop()
        await until(lambda: value(bench, "moving") is False)


@virtual
async def test_two_cameras_share_a_line_and_the_mute_one_is_no_hindrance() -> None:
    cameras = PelcoEmulator(answers=True), PelcoEmulator(address=2)
    memory = MemoryTransport(Box(Both(*cameras)), byte_s=BYTE_S_AT_2400)
    wire = SharedWire(memory, "bus")
    first = PelcoCamera(wire.tap(), answers=True)
    second = PelcoCamera(wire.tap(), address=2)
    async with companions() as start:
        for device in (first, second):
            start(device.run())
        await until(lambda: second.state().availability is Availability.ONLINE)
        await until(lambda: first.known("zoom") is not None)
        await first.drive(pan=0.2)
        await second.drive(tilt=-0.3)
        await heard()
        assert [camera.moving for camera in cameras] == [True, True]
        await second.stop()
        await heard()
        assert [camera.moving for camera in cameras] == [True, False]
        await first.stop()
        await heard()
        assert [camera.moving for camera in cameras] == [False, False]


class Both:
    """Two cameras on one line."""

    closed = False

    def __init__(self, *cameras: PelcoEmulator) -> None:
        self._sessions = [camera.session(0.0) for camera in cameras]

    def session(self, now_s: float) -> "Both":
        return self

    def due_s(self) -> float:
        return NEVER

    def receive(self, data: bytes, now_s: float) -> list[bytes]:
        return [said for session in self._sessions for said in session.receive(data, now_s)]


@pytest.mark.parametrize(
    "wrong",
    [{"protocol": "q"}, {"address": 0}, {"address": 33, "protocol": "p"}, {"tracking": "hounds"}],
)
def test_options_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(UnsupportedError):
        registry.build("pelco", MemoryTransport(Box(PelcoEmulator())), options=wrong)
