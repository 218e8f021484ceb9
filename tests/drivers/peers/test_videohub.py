"""A router that somebody else emulates, worked by our driver."""

import asyncio
import json
from pathlib import Path

import pytest

from classroom_drivers import connect
from classroom_drivers.api import Availability
from classroom_edge.parts import node
from tests.drivers.virtual import until
from tests.ports import free_port

NPM = Path(__file__).parent / "npm"


@pytest.mark.needs("node", "npm-peers")
async def test_we_work_videohub_server() -> None:
    port = free_port()
    server = await asyncio.create_subprocess_exec(
        str(node()), str(NPM / "videohub-server.cjs"), str(port), stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout
    try:
        async with asyncio.timeout(30):
            assert json.loads(await server.stdout.readline()) == ["started", None]
            async with connect("videohub", f"tcp://127.0.0.1:{port}") as router:
                await until(lambda: router.state().availability is Availability.ONLINE)
                await until(lambda: "route-10" in router.state().values)
                state = router.state()
                assert len(state.choices["source"]) == 41
                assert state.values["model"].value == "Virtual Videohub"
                assert state.values["route-1"].value == 41
                await router.perform("route", "set-route", {"source": 5, "output": 2})
                assert json.loads(await server.stdout.readline()) == ["press", [1, 4]]
                assert router.state().availability is Availability.ONLINE
    finally:
        server.terminate()
        await server.wait()
