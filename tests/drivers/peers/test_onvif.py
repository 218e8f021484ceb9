"""Our emulated ONVIF camera, worked by clients that others wrote."""

import asyncio
import json
from pathlib import Path

import pytest
from onveef import AsyncOnvifClient

from classroom_drivers.emulators.onvif import OnvifEmulator
from classroom_drivers.emulators.server import serve
from classroom_drivers.links.address import parse
from classroom_edge.parts import node

NPM = Path(__file__).parent / "npm"


@pytest.mark.parametrize(
    "camera",
    [
        OnvifEmulator(password="secret", logins=frozenset({"digest"})),
        OnvifEmulator(password="secret", logins=frozenset({"digest"}), algorithm="SHA-256"),
        OnvifEmulator(password="secret", logins=frozenset({"token"}), chunked=True),
        OnvifEmulator(degrees=False),
    ],
    ids=["digest", "sha-256", "token", "no password"],
)
async def test_onveef_works_our_camera(camera: OnvifEmulator) -> None:
    async with serve(camera, "tcp://127.0.0.1:0") as served:
        port = parse(served.url).port
        async with AsyncOnvifClient("127.0.0.1", port, "admin", "secret") as client:
            told = await client.get_device_information()
            assert told["SerialNumber"] == camera.serial_number
            (profile,) = await client.get_profiles()
            token = profile["token"]
            await client.ptz_continuous_move(profile_token=token, pan=0.2, tilt=0.0, zoom=None)
            assert camera.moving
            status = await client.ptz_get_status(profile_token=token)
            assert status["move_status"]["pan_tilt"] == "MOVING"
            await client.ptz_stop(profile_token=token)
            assert not camera.moving
            preset = await client.ptz_set_preset(profile_token=token, preset_name="Board")
            place = camera.axes["pan"].at
            await client.ptz_absolute_move(profile_token=token, pan=1.0, tilt=0.0, zoom=0.1)
            assert camera.axes["pan"].target == 170.0
            await client.ptz_goto_preset(profile_token=token, preset_token=preset)

            async def arrived() -> bool:
                status = await client.ptz_get_status(profile_token=token)
                return bool(status["move_status"]["pan_tilt"] == "IDLE")

            async with asyncio.timeout(10):
                while not await arrived():
                    await asyncio.sleep(0.01)
            assert camera.axes["pan"].at == pytest.approx(place)
            names = [one["name"] for one in await client.ptz_get_presets(profile_token=token)]
            assert names == ["Board"]


@pytest.mark.needs("node", "npm-peers")
@pytest.mark.parametrize("logins", [{"digest"}, {"token"}], ids=["digest", "token"])
async def test_onvif_for_node_works_our_camera(logins: set[str]) -> None:
    camera = OnvifEmulator(password="secret", logins=frozenset(logins), degrees=False)
    async with serve(camera, "tcp://127.0.0.1:0") as served, asyncio.timeout(30):
        client = await asyncio.create_subprocess_exec(
            str(node()),
            str(NPM / "onvif-client.mjs"),
            str(parse(served.url).port),
            "secret",
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await client.communicate()
    told = dict(json.loads(line) for line in said.splitlines())
    assert client.returncode == 0, told
    assert told["driven"] == {"panTilt": "MOVING", "zoom": "MOVING"}
    assert told["stopped"] == {"panTilt": "IDLE", "zoom": "IDLE"}
    assert list(told["presets"]) == ["Board"]
    assert told["model"] == "Emulated Camera"
    assert {"AbsoluteMove", "RelativeMove"} <= set(camera.asked)
