"""Actions by name: what a request may say, and what it may not."""

import pytest

from classroom_drivers import connect, drivers
from classroom_drivers.actions import actions, capabilities_of, fit
from classroom_drivers.api import CAPABILITIES, PanTiltZoom, Power, UnsupportedError
from classroom_drivers.devices.ifp import InteractivePanel
from classroom_drivers.devices.pjlink import PJLinkProjector
from classroom_drivers.registry import load, prepare
from tests.drivers.benches import make, running
from tests.drivers.virtual import until, virtual


def test_actions_are_the_public_methods_of_a_capability() -> None:
    assert list(actions("power")) == ["set-power"]
    assert set(actions("pan-tilt-zoom")) == {"drive", "stop", "move-to", "move-by", "home"}
    assert all(actions(capability) for capability in CAPABILITIES)


def test_a_class_has_the_capabilities_whose_methods_it_has() -> None:
    assert capabilities_of(PJLinkProjector) == (
        "power",
        "input-select",
        "mute",
        "freeze",
        "keys",
        "identity",
        "health",
    )
    assert "volume" in capabilities_of(InteractivePanel)


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({}, "missing: pan_deg, tilt_deg"),
        ({"pan_deg": 1, "tilt_deg": 2, "yaw": 3}, "unknown: yaw"),
        ({"pan_deg": "left", "tilt_deg": 2}, "'left' is not of kind float"),
        ({"pan_deg": True, "tilt_deg": 2}, "True is not of kind float"),
        ({"pan_deg": None, "tilt_deg": 2}, "None is not of kind float"),
    ],
)
def test_arguments_that_do_not_fit_are_refused_with_a_reason(
    given: dict[str, object], complaint: str
) -> None:
    with pytest.raises(UnsupportedError, match=complaint):
        fit(PanTiltZoom.move_to, given)


def test_arguments_that_fit_are_typed() -> None:
    assert fit(PanTiltZoom.move_to, {"pan-deg": 1, "tilt-deg": 2.5, "zoom": None}) == {
        "pan_deg": 1.0,
        "tilt_deg": 2.5,
        "zoom": None,
    }
    assert fit(Power.set_power, {"on": True}) == {"on": True}


@virtual
async def test_snake_case_and_kebab_case_are_the_same() -> None:
    async with running(make("visca")) as bench:
        await until(lambda: bench.online)
        await bench.device.perform("pan_tilt_zoom", "move_to", {"pan_deg": 1, "tilt_deg": 0})
        await bench.device.perform("pan-tilt-zoom", "stop")


@virtual
async def test_private_and_foreign_methods_cannot_be_performed() -> None:
    async with running(make("visca")) as bench:
        for action in ("run", "_stop", "identify", "__init__", "state"):
            with pytest.raises(UnsupportedError):
                await bench.device.perform("pan-tilt-zoom", action)


@pytest.mark.parametrize(
    ("driver", "url", "options", "complaint"),
    [
        ("no-such", "tcp://127.0.0.1:1", {}, "no driver"),
        ("pjlink", "carrier-pigeon://roof", {}, "not one of tcp, tls, udp, serial"),
        ("kmtronic", "tcp://127.0.0.1", {}, "needs a host and a port"),
        ("pjlink", "tcp://127.0.0.1:99999", {}, "is not a URL"),
        ("visca", "serial://", {}, "names no port"),
        ("visca", "serial:///dev/ttyUSB0?baud=fast", {}, "baud=fast is not one of"),
        ("visca", "udp://127.0.0.1:1?framing=sonny", {}, "no framing 'sonny'"),
        ("visca", "udp://127.0.0.1:1?address=x", {}, "'x' is not of kind int"),
        ("visca", "udp://127.0.0.1:1", {"adress": 2}, "unknown: adress"),
        ("ifp", "tcp://127.0.0.1:1", {"family": "f9"}, "no family 'f9'"),
    ],
)
def test_a_wrong_url_or_option_is_refused_before_anything_is_opened(
    driver: str, url: str, options: dict[str, object], complaint: str
) -> None:
    with pytest.raises(UnsupportedError, match=complaint):
        prepare(driver, url, options=options)


def test_options_may_stand_in_the_url() -> None:
    assert prepare("visca", "udp://127.0.0.1?framing=sony&address=2").capabilities
    assert prepare("pjlink", "tcp://127.0.0.1?warm_up_s=12.5").capabilities


def test_a_password_for_what_has_none_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="unknown: password"):
        prepare("visca", "tcp://127.0.0.1", password="secret")


def test_every_driver_can_be_loaded() -> None:
    for name in drivers():
        assert load(name).__doc__


async def test_an_error_in_the_block_comes_out_as_it_is() -> None:
    with pytest.raises(ZeroDivisionError):
        async with connect("pjlink", "tcp://127.0.0.1:9"):
            raise ZeroDivisionError
