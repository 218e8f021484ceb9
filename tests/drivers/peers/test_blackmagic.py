"""Our emulated router and recorder, worked by bmdwire; and by an npm client where there is Node."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from hyperdeckwire import Hyperdeck, HyperdeckError
from videohubwire import Videohub, VideohubError

from classroom_drivers.emulators.hyperdeck import HyperDeckEmulator
from classroom_drivers.emulators.server import serve
from classroom_drivers.emulators.videohub import VideohubEmulator
from classroom_drivers.links.address import parse
from classroom_edge.parts import node

NPM = Path(__file__).parent / "npm"


async def test_bmdwire_works_our_router() -> None:
    router = VideohubEmulator(locked={11})

    def work(port: int) -> dict[str, Any]:
        with Videohub("127.0.0.1", port) as client:
            client.route(2, 7)
            client.set_input_label(0, "Camera")
            with pytest.raises(VideohubError, match="locked"):
                client.route(11, 0)
            told: dict[str, Any] = client.state()
            return told

    async with serve(router, "tcp://127.0.0.1:0") as served:
        told = await asyncio.to_thread(work, parse(served.url).port)
    assert router.shown[2] == 7
    assert told["device"]["model_name"] == router.model
    assert told["inputs"][0] == {"index": 0, "label": "Camera"}
    assert told["outputs"][2]["source"] == 7
    assert told["outputs"][11]["lock"] == "L"


async def test_bmdwire_works_our_recorder() -> None:
    deck = HyperDeckEmulator(rooms={1: 600.0})

    def work(port: int) -> None:
        with Hyperdeck("127.0.0.1", port) as client:
            assert client.device_info()["unique id"] == deck.serial_number
            assert client.slot_info(1)["recording time"] == "600"
            assert client.slot_info(2)["status"] == "empty"
            client.play()
            assert client.transport_info()["status"] == "play"
            client.stop()
            deck.remote = False
            assert client.remote_info()["enabled"] == "false"
            with pytest.raises(HyperdeckError, match="111"):
                client.play()

    async with serve(deck, "tcp://127.0.0.1:0") as served:
        await asyncio.to_thread(work, parse(served.url).port)


@pytest.mark.needs("node", "npm-peers")
async def test_hyperdeck_connection_works_our_recorder() -> None:
    deck = HyperDeckEmulator()
    async with serve(deck, "tcp://127.0.0.1:0") as served, asyncio.timeout(30):
        client = await asyncio.create_subprocess_exec(
            str(node()),
            str(NPM / "hyperdeck-client.mjs"),
            str(parse(served.url).port),
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await client.communicate()
    happened = [json.loads(line) for line in said.splitlines()]
    told = dict(happened)
    assert client.returncode == 0, happened
    assert told["connected"]["model"] == deck.model
    assert told["slot"]["recordingTime"] == 7200
    assert told["transport"]["status"] == "record"
    assert ["news", "record"] in happened
    assert ["news", "stopped"] in happened
