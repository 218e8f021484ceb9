"""A PJLink projector: what real ones do to people, and what ours does about it."""

import asyncio
from itertools import pairwise

import pytest

from classroom_drivers.api import (
    AuthenticationError,
    Availability,
    DeviceState,
    LockedOutError,
    PowerState,
    RefusedError,
    UnsupportedError,
    ValueSource,
)
from classroom_drivers.emulators.faults import Faults
from classroom_drivers.emulators.pjlink import PJLinkEmulator
from tests.drivers.benches import Bench, make, running
from tests.drivers.virtual import until, virtual


def value(bench: Bench, name: str) -> object:
    values = bench.device.state().values
    return values[name].value if name in values else None


def sent(bench: Bench, since: int = 0) -> list[bytes]:
    return [data for _, data in bench.wire.written[since:]]


@virtual
async def test_a_projector_in_standby_is_set_up_though_it_answers_err3_to_all_but_power() -> None:
    async with running(make("pjlink")) as bench:
        await until(lambda: bench.online, within_s=2)
        await asyncio.sleep(60)
        assert bench.online
        assert value(bench, "power") is PowerState.OFF
        assert bench.device.state().problem == ""
        assert {data[2:6] for data in sent(bench)} == {b"POWR"}


@virtual
async def test_switching_on_is_shown_as_warming_until_it_is_on() -> None:
    async with running(make("pjlink", PJLinkEmulator(tells_late_s=4))) as bench:
        await until(lambda: bench.online)
        seen = []
        await bench.device.set_power(on=True)
        for _ in range(400):
            seen.append(value(bench, "power"))
            await asyncio.sleep(0.1)
        assert set(seen) == {PowerState.WARMING, PowerState.ON}
        assert seen == sorted(seen, key=lambda power: power is PowerState.ON)
        assert value(bench, "maker") == "Classroom Edge"
        assert value(bench, "lamp-hours") == 1234
        assert bench.device.state().choices["input"] == (
            "rgb-1",
            "video-1",
            "digital-1",
            "digital-2",
        )


@virtual
async def test_while_warming_the_rest_is_locked_until_a_known_moment_and_nothing_is_sent() -> None:
    async with running(make("pjlink", warm_up_s=30)) as bench:
        await until(lambda: bench.online)
        await bench.device.set_power(on=True)
        before = len(bench.wire.written)
        with pytest.raises(LockedOutError) as refusal:
            await bench.device.select_input(name="digital-1")
        await bench.device.set_power(on=True)  # on its way already: accepted
        assert len(bench.wire.written) == before
        locked = {lockout.capability for lockout in bench.device.state().lockouts}
        assert locked == {"power", "input-select", "mute"}
        assert refusal.value.until.tzinfo is not None


@virtual
async def test_a_lock_out_ends_though_the_projector_never_says_that_it_is_ready() -> None:
    async with running(make("pjlink", PJLinkEmulator(warm_up_s=1e9), warm_up_s=30)) as bench:
        await until(lambda: bench.online)
        await bench.device.set_power(on=True)
        await asyncio.sleep(31)
        assert bench.device.state().lockouts == ()
        with pytest.raises(RefusedError, match="not available now"):
            await bench.device.select_input(name="digital-1")


@virtual
async def test_a_lock_out_survives_a_reconnection() -> None:
    async with running(make("pjlink", PJLinkEmulator(cool_down_s=40), cool_down_s=50)) as bench:
        await until(lambda: bench.online)
        await bench.device.set_power(on=True)
        await until(lambda: value(bench, "power") is PowerState.ON, within_s=60)
        await bench.device.set_power(on=False)
        bench.wire.unplug()
        await until(lambda: bench.availability is Availability.OFFLINE)
        bench.wire.plug()
        await until(lambda: bench.online, within_s=2)
        assert bench.device.state().lockouts
        await until(lambda: value(bench, "power") is PowerState.OFF, within_s=60)
        assert bench.device.state().lockouts == ()


@virtual
async def test_while_cooling_nothing_but_power_is_asked() -> None:
    async with running(make("pjlink")) as bench:
        await until(lambda: bench.online)
        await bench.device.set_power(on=True)
        await until(lambda: value(bench, "lamp-hours"), within_s=60)
        await bench.device.set_power(on=False)
        before = len(bench.wire.written)
        await until(lambda: value(bench, "power") is PowerState.OFF, within_s=60)
        assert {data[2:6] for data in sent(bench, before)} == {b"POWR"}


@virtual
async def test_an_assumed_value_is_repaired_by_the_next_poll() -> None:
    projector = PJLinkEmulator(warm_up_s=0.1)
    async with running(make("pjlink", projector)) as bench:
        await until(lambda: bench.online)
        await bench.device.set_power(on=True)
        await until(lambda: value(bench, "input") == "digital-1", within_s=60)
        await bench.device.select_input(name="digital-2")
        shown = bench.device.state().values["input"]
        assert (shown.value, shown.source) == ("digital-2", ValueSource.ASSUMED)
        projector.shown = "11"  # somebody has used the remote control
        await until(lambda: value(bench, "input") == "rgb-1", within_s=5)
        assert bench.device.state().values["input"].source is ValueSource.POLLED


@pytest.mark.parametrize(("given", "wanted"), [("", "secret"), ("wrong", "secret")])
@virtual
async def test_a_wrong_password_is_an_availability_of_its_own(given: str, wanted: str) -> None:
    bench = make("pjlink", PJLinkEmulator(password=wanted), password=given)
    async with running(bench):
        await until(lambda: bench.availability is Availability.AUTH_FAILED, within_s=2)
        assert "password" in bench.device.state().problem
        assert "secret" not in bench.device.state().problem
        with pytest.raises(AuthenticationError):
            await bench.device.set_power(on=True)
        bench.emulator.password = given
        await until(lambda: bench.online, within_s=12)


@virtual
async def test_inputs_get_the_names_of_the_room() -> None:
    bench = make("pjlink", PJLinkEmulator(warm_up_s=0), inputs="hdmi-1=31, hdmi-2=32")
    assert bench.device.state().choices["input"] == ("hdmi-1", "hdmi-2")
    async with running(bench):
        await until(lambda: bench.online)
        await bench.device.set_power(on=True)
        await until(lambda: value(bench, "input") == "hdmi-1", within_s=60)
        await bench.device.select_input(name="hdmi-2")
        assert bench.emulator.shown == "32"


def test_a_misspelled_name_of_an_input_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="hdmi-1=31"):
        make("pjlink", inputs="hdmi-1:31")


@virtual
async def test_muting_the_picture_leaves_the_sound_alone() -> None:
    async with running(make("pjlink", PJLinkEmulator(warm_up_s=0))) as bench:
        await until(lambda: bench.online)
        await bench.device.set_power(on=True)
        await until(lambda: value(bench, "sound-mute") is False, within_s=60)
        await bench.device.set_mute(picture=True)
        assert (bench.emulator.picture_muted, bench.emulator.sound_muted) == (True, False)


@virtual
async def test_what_is_wrong_with_a_projector_is_said() -> None:
    async with running(make("pjlink", PJLinkEmulator(warm_up_s=0, errors="010020"))) as bench:
        await until(lambda: bench.online)
        await bench.device.set_power(on=True)
        await until(lambda: value(bench, "health") == "lamp: warning, filter: error", within_s=60)


@virtual
async def test_a_malformed_reply_is_never_an_error_for_the_user() -> None:
    async with running(make("pjlink", PJLinkEmulator(warm_up_s=0))) as bench:
        await until(lambda: bench.online)
        await bench.device.set_power(on=True)
        bench.box.misbehave(Faults(garble=0.1))
        for _ in range(300):
            await asyncio.sleep(1)
            assert "Traceback" not in bench.device.state().problem
        bench.box.misbehave(Faults())
        await until(lambda: bench.online, within_s=5)


@virtual
async def test_every_change_is_reported_once() -> None:
    bench = make("pjlink")
    states: list[DeviceState] = []
    async with asyncio.TaskGroup() as tasks:
        running_device = tasks.create_task(bench.device.run(states.append))
        await asyncio.sleep(120)
        running_device.cancel()
    assert [state.availability for state in states] == ["connecting", "connecting", "online"]
    assert all(one != other for one, other in pairwise(states))


@virtual
async def test_on_while_it_cools_is_kept_and_done_when_it_has_cooled() -> None:
    projector = PJLinkEmulator(warm_up_s=5, cool_down_s=40)
    async with running(make("pjlink", projector, warm_up_s=5, cool_down_s=45)) as bench:
        await until(lambda: bench.online)
        await bench.device.set_power(on=True)
        await until(lambda: value(bench, "power") is PowerState.ON)
        await bench.device.set_power(on=False)
        assert value(bench, "power-target") == "off"
        await bench.device.set_power(on=True)
        assert (value(bench, "power"), value(bench, "power-target")) == (PowerState.COOLING, "on")
        await until(lambda: value(bench, "power") is PowerState.WARMING, within_s=60)
        await until(lambda: value(bench, "power") is PowerState.ON)
        assert value(bench, "power-target") is None


@pytest.mark.parametrize("end", ["a contrary wish", "the loss of the device"])
@virtual
async def test_a_wish_that_waits_ends_with(end: str) -> None:
    projector = PJLinkEmulator(warm_up_s=5, cool_down_s=20)
    async with running(make("pjlink", projector, warm_up_s=5, cool_down_s=20)) as bench:
        await until(lambda: bench.online)
        await bench.device.set_power(on=True)
        await until(lambda: value(bench, "power") is PowerState.ON)
        await bench.device.set_power(on=False)
        await bench.device.set_power(on=True)
        if end == "a contrary wish":
            await bench.device.set_power(on=False)
        else:
            bench.wire.unplug()
            await until(lambda: bench.availability is Availability.OFFLINE)
            bench.wire.plug()
        await asyncio.sleep(90)
        assert value(bench, "power") is PowerState.OFF


@virtual
async def test_a_projector_stays_on_for_as_long_as_its_lamp_wants() -> None:
    projector = PJLinkEmulator(warm_up_s=5, cool_down_s=5)
    bench = make("pjlink", projector, warm_up_s=5, cool_down_s=5, min_on_s=300)
    async with running(bench):
        await until(lambda: bench.online)
        await bench.device.set_power(on=True)
        await until(lambda: value(bench, "power") is PowerState.ON)
        await bench.device.set_power(on=False)
        assert [lock.reason for lock in bench.device.state().lockouts] == ["min-on"]
        assert value(bench, "power-target") == "off"
        await asyncio.sleep(250)
        assert value(bench, "power") is PowerState.ON
        await until(lambda: value(bench, "power") is PowerState.OFF, within_s=70)
