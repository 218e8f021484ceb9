"""What is odd about models of VISCA cameras: each row of the table, and what it is there for."""

import asyncio
from itertools import pairwise

import pytest

from classroom_drivers import registry
from classroom_drivers.api import UnsupportedError
from classroom_drivers.codecs import visca
from classroom_drivers.devices.visca import ViscaCamera
from classroom_drivers.devices.visca_models import names_of
from classroom_drivers.emulators.box import Box
from classroom_drivers.emulators.memory import MemoryTransport
from classroom_drivers.emulators.visca import ViscaEmulator
from tests.drivers.benches import Bench, make, running
from tests.drivers.virtual import until, virtual

MODELS = sorted({(row.model, row.firmware) for row in ViscaCamera.ABOUT.quirks})


def value(bench: Bench, name: str) -> object:
    values = bench.device.state().values
    return values[name].value if name in values else None


def camera(emulator: ViscaEmulator, **options: object) -> Bench:
    box = Box(emulator)
    wire = MemoryTransport(box)
    return Bench(registry.build("visca", wire, options=options), emulator, box, wire)


def sent(bench: Bench, body: bytes) -> bool:
    return any(visca.encode(1, body) in data for _, data in bench.wire.written)


async def ready(bench: Bench) -> None:
    await until(lambda: value(bench, "zoom") is not None, within_s=5)


@pytest.mark.parametrize(("model", "firmware"), MODELS)
def test_every_model_of_the_table_can_be_had(model: str, firmware: str) -> None:
    built = registry.build(
        "visca",
        MemoryTransport(Box(ViscaEmulator())),
        options={"model": model, "firmware": firmware},
    )
    assert "focus" in built.capabilities


@pytest.mark.parametrize(
    "wrong",
    [{"framing": "brown"}, {"tracking": "hounds"}, {"address": 8}, {"presets": "a-z"}],
)
def test_options_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(UnsupportedError):
        camera(ViscaEmulator(), **wrong)


def test_makers_and_models_have_names_where_manuals_give_them() -> None:
    assert names_of(0x0020, 0x040E) == ("Sony", "EVI-D70")
    assert names_of(0x0001, 0x051E) == ("Sony", "ILME-FR7")
    assert names_of(0x0001, 0x9999) == ("Sony", "9999")
    assert names_of(0x1234, 0x0001) == ("1234", "0001")


@virtual
async def test_a_camera_says_who_it_is() -> None:
    async with running(make("visca-fr7")) as bench:
        await ready(bench)
        told = [value(bench, name) for name in ("maker", "model", "firmware")]
        assert told == ["Sony", "ILME-FR7", "0200"]


def test_a_camera_claims_neither_freeze_nor_tracking_unless_its_model_does() -> None:
    plain = camera(ViscaEmulator()).device
    assert {"freeze", "tracking"}.isdisjoint(plain.capabilities)
    lumens = camera(ViscaEmulator(), model="lumens-vc-tr40").device
    assert {"freeze", "tracking"} < set(lumens.capabilities)
    with pytest.raises(UnsupportedError, match="no capability"):
        asyncio.run(plain.perform("tracking", "set-tracking", {"on": True}))


@virtual
async def test_the_fr7_is_never_asked_faster_than_200_ms() -> None:
    async with running(make("visca-fr7")) as bench:
        await ready(bench)
        for _ in range(5):
            await bench.device.drive(pan=0.5)
            await bench.device.drive(pan=-0.5)
            await bench.device.stop()
            await bench.device.drive(tilt=0.5)
            await bench.device.move_to(pan_deg=150, tilt_deg=0, zoom=1.0, speed=0.3)
            await bench.device.stop()
            assert not bench.emulator.moving
            await bench.device.drive(zoom=0.5)
            assert bench.emulator.moving
            await bench.device.stop()
        moves = [(at, data) for at, data in bench.wire.written if b"\x01\x06\x01" in data]
        gaps = [then - at for (at, _), (then, data) in pairwise(moves) if visca.STOP not in data]
        assert min(gaps) >= 0.2  # before a drive; a stop does not wait
        assert bench.emulator.too_fast == 0


@virtual
async def test_the_fr7_points_with_five_digits_beyond_straight_up() -> None:
    async with running(make("visca-fr7")) as bench:
        await ready(bench)
        await bench.device.move_to(pan_deg=-30, tilt_deg=120)
        await until(lambda: value(bench, "tilt-deg") == 120.0, within_s=20)
        assert value(bench, "pan-deg") == -30.0


@virtual
async def test_the_fr7_s_tally_lamp_is_lit_for_as_long_as_it_is_wanted() -> None:
    async with running(make("visca-fr7")) as bench:
        await ready(bench)
        await bench.device.set_tally(on=True)
        for _ in range(60):
            await asyncio.sleep(1)
            assert bench.emulator.tally(asyncio.get_running_loop().time())
        await bench.device.set_tally(on=False)
        await asyncio.sleep(30)
        assert not bench.emulator.tally(asyncio.get_running_loop().time())


@virtual
async def test_the_brc_h700_counts_to_the_left_and_has_one_speed() -> None:
    emulator = ViscaEmulator(digits=(5, 4))
    emulator.axes["pan"].low, emulator.axes["pan"].high = -35416, 35416
    emulator.axes["tilt"].low, emulator.axes["tilt"].high = -6250, 18749
    async with running(camera(emulator, model="sony-brc-h700")) as bench:
        await ready(bench)
        await bench.device.move_to(pan_deg=170, tilt_deg=90)
        assert sent(bench, visca.move_to(-35416, 18750, (24, 0), (5, 4)))  # its right end, up
        await until(lambda: value(bench, "pan-deg") == 170.0, within_s=60)
        assert value(bench, "tilt-deg") == 90.0


@virtual
async def test_presets_are_counted_as_on_the_camera_s_own_remote() -> None:
    async with running(camera(ViscaEmulator(), model="sony-evi-d70")) as bench:
        await ready(bench)
        await bench.device.recall_preset(number=6)
        assert sent(bench, visca.recall_preset(5))
        for number in (0, 7):
            with pytest.raises(UnsupportedError, match="no preset"):
                await bench.device.store_preset(number=number)


@virtual
async def test_preset_95_does_not_open_a_menu_in_the_picture() -> None:
    async with running(make("visca-ptzoptics")) as bench:
        await ready(bench)
        with pytest.raises(UnsupportedError, match="no preset 95"):
            await bench.device.recall_preset(number=95)
        await bench.device.recall_preset(number=100)


@virtual
async def test_lumens_presets_from_128_on_have_commands_of_their_own() -> None:
    async with running(make("visca-lumens")) as bench:
        await ready(bench)
        await bench.device.store_preset(number=200)
        assert sent(bench, bytes.fromhex("01043F1148"))
        assert set(bench.emulator.presets) == {200}
        await bench.device.set_tracking(on=True)
        assert bench.emulator.tracking
        bench.emulator.tracking = False
        await until(lambda: value(bench, "tracking") is False, within_s=5)


@virtual
async def test_a_camera_tracks_by_presets_that_nobody_can_store() -> None:
    async with running(make("visca-1-beyond")) as bench:
        await ready(bench)
        await bench.device.set_tracking(on=True)
        assert bench.emulator.tracking
        await bench.device.set_tracking(on=False)
        assert not bench.emulator.tracking
        for number in (0, 1, 80, 81):
            with pytest.raises(UnsupportedError, match="no preset"):
                await bench.device.store_preset(number=number)


@virtual
async def test_several_commands_in_one_socket_are_no_riddle() -> None:
    async with running(make("visca-ptzoptics")) as bench:
        await ready(bench)
        await bench.device.move_to(pan_deg=100, tilt_deg=0, zoom=1.0, speed=0.2)
        await asyncio.sleep(0.3)
        await bench.device.stop()
        assert not bench.emulator.moving
        await bench.device.move_to(pan_deg=0, tilt_deg=0, zoom=0.0)
        await until(lambda: value(bench, "pan-deg") == 0.0, within_s=10)
