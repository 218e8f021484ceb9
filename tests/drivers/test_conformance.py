"""The conformance suite over every driver, every model of its emulator and every transport."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from classroom_drivers import connect, drivers
from classroom_drivers.api import CAPABILITIES
from classroom_drivers.conformance import CHECKS, conforms
from classroom_drivers.emulators.catalogue import MODELS, make
from classroom_drivers.emulators.ifp import PanelEmulator
from classroom_drivers.emulators.pjlink import PJLinkEmulator
from classroom_drivers.emulators.server import serve
from classroom_drivers.emulators.visca import ViscaEmulator
from classroom_drivers.registry import DRIVERS
from tests.drivers.benches import NAMES, running
from tests.drivers.benches import make as make_bench
from tests.drivers.virtual import virtual

OPTIONS: dict[tuple[str, str], dict[str, Any]] = {
    ("pjlink", "projector"): {"warm_up_s": 1.0, "cool_down_s": 1.0},
    ("visca", "bare"): {"warm_up_s": 1.0},
    ("visca", "sony"): {"warm_up_s": 1.0, "framing": "sony"},
    ("ifp", "aabbcc"): {"warm_up_s": 0.3},
    ("ifp", "deaf"): {"warm_up_s": 0.3, "deaf_in_standby": True},
    ("kmtronic", "two"): {"channels": 2},
}
REAL = [
    ("pjlink", "projector", "tcp"),
    ("visca", "bare", "tcp"),
    ("visca", "bare", "udp"),
    ("visca", "bare", "serial"),
    ("visca", "sony", "udp"),
    ("ifp", "aabbcc", "serial"),
    ("ifp", "deaf", "tcp"),
    ("kmtronic", "one", "serial"),
    ("kmtronic", "two", "tcp"),
]


def test_every_driver_has_an_emulator_and_every_capability_a_check() -> None:
    assert set(MODELS) == set(DRIVERS) <= set(drivers())
    assert set(CHECKS) == set(CAPABILITIES)
    assert {(driver, model) for driver, model, _ in REAL} == {
        (driver, model) for driver, models in MODELS.items() for model in models
    }


@pytest.mark.parametrize("name", NAMES)
@virtual
async def test_on_virtual_time_with_real_warm_up_times(name: str) -> None:
    async with running(make_bench(name)) as bench:
        await conforms(bench.device)


@pytest.mark.parametrize(("driver", "model", "transport"), REAL)
async def test_over_real_sockets_and_terminals(
    driver: str, model: str, transport: str, tmp_path: Path
) -> None:
    emulator = make(driver, model=model, password="secret" if driver == "pjlink" else "")
    match emulator:
        case PJLinkEmulator():
            emulator.warm_up_s = emulator.cool_down_s = 0.2
        case ViscaEmulator() | PanelEmulator():
            emulator.boot_s = 0.2
    listen = f"serial://{tmp_path}/tty" if transport == "serial" else f"{transport}://127.0.0.1:0"
    password = "secret" if driver == "pjlink" else ""
    options = OPTIONS.get((driver, model), {})
    async with (
        serve(emulator, listen) as served,
        connect(driver, served.url, password=password, options=options) as device,
        asyncio.timeout(60),
    ):
        await conforms(device)
