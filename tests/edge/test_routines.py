"""Routines: planned from a desired state, carried out on emulated devices."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

import pytest

from classroom_drivers.emulators.kmtronic import KMTronicEmulator
from classroom_drivers.emulators.pjlink import PJLinkEmulator
from classroom_drivers.emulators.server import serve
from classroom_drivers.emulators.session import Emulator
from classroom_edge.config import DeviceConfig, RoutineConfig, Want
from classroom_edge.room import Refused, RoutineView, ValueView, Who
from classroom_edge.routines import fitting, is_so, plan, step_for
from classroom_edge.services.devices import DeviceService
from classroom_edge.services.routines import RoutineService
from tests.waiting import eventually_async

ME = Who(name="test")


def want(device: str, what: str, value: str | int | bool, channel: int = 1) -> Want:
    capability = {"power": "power", "input": "input-select", "preset": "presets"}.get(what, what)
    return Want(device=device, what=what, capability=capability, value=value, channel=channel)


def planned(*wants: Want) -> dict[str, list[str]]:
    return {device: [step.what for step in steps] for device, steps in plan(wants).items()}


def test_power_comes_first_and_devices_keep_their_order() -> None:
    assert planned(
        want("projector", "mute", value=False),
        want("camera", "preset", "teacher"),
        want("projector", "input", "hdmi-1"),
        want("projector", "power", "on"),
    ) == {"projector": ["power", "ready", "input", "mute"], "camera": ["preset"]}


def test_switching_off_comes_last() -> None:
    wants = (want("projector", "power", "off"), want("projector", "mute", value=True))
    assert planned(*wants) == {"projector": ["mute", "power"]}


def test_what_is_asked_for_twice_counts_as_it_was_asked_for_last() -> None:
    (steps,) = plan([want("panel", "volume", 30), want("panel", "volume", 10)]).values()
    assert [dict(step.arguments) for step in steps] == [{"percent": 10}]


def test_two_channels_of_a_relay_are_two_things() -> None:
    relays = plan([want("lamp", "relay", True, 1), want("lamp", "relay", False, 2)])["lamp"]
    assert [(step.arguments["channel"], step.arguments["on"]) for step in relays] == [
        (1, True),
        (2, False),
    ]


@pytest.mark.parametrize(
    ("what", "value", "action", "arguments"),
    [
        ("power", "on", "set-power", {"on": True}),
        ("input", "hdmi-1", "select-input", {"name": "hdmi-1"}),
        ("volume", 30, "set-volume", {"percent": 30}),
        ("preset", "teacher", "recall-preset", {"name": "teacher"}),
    ],
)
def test_a_wish_becomes_the_action_that_grants_it(
    what: str, value: str | int, action: str, arguments: dict[str, str | int]
) -> None:
    step = step_for(want("it", what, value))
    assert (step.action, dict(step.arguments)) == (action, arguments)
    assert set(step.title) == {"zh-CN", "en"}


def test_only_what_a_device_can_mute_is_muted() -> None:
    step = step_for(want("panel", "mute", value=True))
    assert fitting(step, {"mute": ("sound",)}).arguments == {"sound": True}
    assert fitting(step, {"mute": ("sound",)}).leads_to == {"sound-mute": True}


def seen(value: str | float | bool, source: str = "polled") -> ValueView:
    return ValueView(value, source, datetime.now(UTC))


@pytest.mark.parametrize(
    ("what", "value", "name", "told"),
    [
        ("power", "on", "power", "on"),
        ("input", "hdmi-1", "input", "hdmi-1"),
        ("volume", 30, "volume", 30),
        ("level", 30, "level-1", 29.7),
        ("cover", "open", "cover-1", "open"),
        ("cover", 40, "cover-percent-1", 40.2),
        ("route", 3, "route-1", 3),
        ("freeze", True, "freeze", True),
        ("tracking", False, "tracking", False),
        ("relay", True, "relay-1", True),
    ],
)
def test_what_a_device_tells_to_be_so_needs_no_step(
    what: str, value: str | int, name: str, told: str | float
) -> None:
    step = step_for(want("it", what, value))
    assert is_so(step, {name: seen(told)})
    assert not is_so(step, {name: seen(told, "assumed")})
    assert not is_so(step, {})
    assert set(step.title) == {"zh-CN", "en"}


def test_readiness_is_waited_for_before_anything_is_shown_and_input_comes_before_level() -> None:
    names = ("level", "input", "power", "volume", "route")
    values: dict[str, str | int] = {"power": "on", "input": "hdmi-1"}
    wants = (want("it", name, values.get(name, 10)) for name in names)
    assert planned(*wants) == {"it": ["power", "ready", "input", "route", "volume", "level"]}


START = RoutineConfig.model_validate(
    {
        "name": "class-start",
        "title": "上课",
        "want": (
            {"device": "projector", "power": "on", "input": "digital-1"},
            {"device": "lamp", "relay": True},
        ),
    }
)
END = RoutineConfig.model_validate(
    {"name": "class-end", "title": "下课", "want": ({"device": "lamp", "relay": False},)}
)


@asynccontextmanager
async def room(projector: Emulator | None, lamp: Emulator) -> AsyncIterator[RoutineService]:
    """A projector, if it is there, and a lamp."""
    drivers = {"projector": ("pjlink", projector), "lamp": ("kmtronic", lamp)}
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
        devices = {}
        for id_, (driver, emulator) in drivers.items():
            url = "tcp://127.0.0.1:1"  # nobody listens there
            if emulator is not None:
                url = (await stack.enter_async_context(serve(emulator, "tcp://127.0.0.1:0"))).url
            config = DeviceConfig(id=id_, name=id_.title(), driver=driver, url=url)
            devices[id_] = DeviceService(config=config, changed=lambda: None)
        service = RoutineService(
            routines=(START, END), devices=devices, changed=lambda: None, online_within_s=1.0
        )
        running = [tasks.create_task(device.run()) for device in devices.values()]
        running.append(tasks.create_task(service.run()))
        yield service
        for task in running:
            task.cancel()


async def over(service: RoutineService, name: str) -> RoutineView:
    def view() -> RoutineView | None:
        one = next(view for view in service.views() if view.name == name)
        return one if one.state in {"done", "failed"} else None

    done = await eventually_async(view, within_s=20)
    assert done
    return done


async def test_a_routine_waits_for_the_lamp_to_warm_up_and_tells_when() -> None:
    projector, lamp = PJLinkEmulator(warm_up_s=1.5, shown="11"), KMTronicEmulator()
    async with room(projector, lamp) as service:
        service.ask(ME, "class-start")
        warming = await eventually_async(
            lambda: (view := service.views()[0]).ready_at is not None and view
        )
        assert warming
        assert warming.state == "running"
        assert warming.ready_at
        assert warming.ready_at > datetime.now(UTC)
        done = await over(service, "class-start")
    assert [(step.device, step.state) for step in done.steps] == [
        ("projector", "done"),
        ("projector", "done"),
        ("projector", "done"),
        ("lamp", "done"),
    ]
    assert projector.shown == "31"
    assert lamp.closed == {1}


async def test_a_second_run_finds_everything_done_and_touches_nothing() -> None:
    projector, lamp = PJLinkEmulator(warm_up_s=0.2), KMTronicEmulator()
    async with room(projector, lamp) as service:
        await eventually_async(lambda: service.preview("class-start")[0].state == "waiting")
        foreseen = [(step.device, step.state) for step in service.preview("class-start")]
        assert foreseen == [
            ("projector", "waiting"),
            ("projector", "waiting"),
            ("projector", "waiting"),
            ("lamp", "waiting"),
        ]
        assert lamp.closed == set()  # a preview does nothing
        service.ask(ME, "class-start")
        await over(service, "class-start")
        await eventually_async(
            lambda: {step.state for step in service.preview("class-start")} == {"unchanged"}
        )
        service.ask(ME, "class-start")
        again = await over(service, "class-start")
    assert again.state == "done"
    assert {step.state for step in again.steps} == {"unchanged"}


async def test_a_preview_tells_which_device_would_fail() -> None:
    async with room(None, KMTronicEmulator()) as service:
        await eventually_async(lambda: service.preview("class-start")[-1].state == "waiting")
        states = [step.state for step in service.preview("class-start")]
        assert states == ["failed", "failed", "failed", "waiting"]
        with pytest.raises(Refused):
            service.preview("party")


async def test_a_device_that_is_not_there_fails_soon_and_holds_up_no_other() -> None:
    lamp = KMTronicEmulator()
    async with room(None, lamp) as service:
        service.ask(ME, "class-start")
        await eventually_async(lambda: lamp.closed == {1})
        failed = await over(service, "class-start")
        assert failed.state == "failed"
        assert [(step.device, step.state) for step in failed.steps] == [
            ("projector", "failed"),
            ("projector", "skipped"),
            ("projector", "skipped"),
            ("lamp", "done"),
        ]
        assert set(failed.steps[0].problem) == {"zh-CN", "en"}
        service.ask(ME, "class-start")  # it may be asked for again
        assert (await over(service, "class-start")).state == "failed"


async def test_the_same_routine_is_not_started_twice_but_another_takes_its_place() -> None:
    lamp = KMTronicEmulator()
    async with room(PJLinkEmulator(warm_up_s=60), lamp) as service:
        service.ask(ME, "class-start")
        with pytest.raises(Refused) as again:
            service.ask(ME, "class-start")
        with pytest.raises(Refused) as unknown:
            service.ask(ME, "party")
        await eventually_async(lambda: lamp.closed == {1})
        service.ask(ME, "class-end")
        assert (await over(service, "class-end")).state == "done"
        assert (await over(service, "class-start")).state == "failed"
    assert again.value.code == "routine-running"
    assert unknown.value.code == "unknown-routine"
    assert lamp.closed == set()
