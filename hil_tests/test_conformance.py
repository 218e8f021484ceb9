"""The conformance suite on real hardware: the devices of bench.toml, which is yours to write."""

import os
import tomllib
from pathlib import Path
from typing import Any

import pytest

from classroom_drivers import connect
from classroom_drivers.conformance import conforms

BENCH = Path(__file__).parent / "bench.toml"
DEVICES: list[dict[str, Any]] = (
    tomllib.loads(BENCH.read_text(encoding="utf-8")).get("device", []) if BENCH.exists() else []
)


@pytest.mark.skipif(bool(DEVICES), reason="there is a bench")
def test_a_bench_is_needed() -> None:
    pytest.skip(f"no bench: copy bench.example.toml to {BENCH} and put in your devices")


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("device", DEVICES, ids=lambda device: device["name"])
async def test_the_device_does_what_its_capabilities_promise(device: dict[str, Any]) -> None:
    password = os.environ.get(device.get("password_env", ""), "")
    async with connect(
        device["driver"], device["url"], password=password, options=device.get("options", {})
    ) as connected:
        await conforms(connected)
