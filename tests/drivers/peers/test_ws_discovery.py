"""Our emulated camera, found by a search that others wrote."""

import asyncio

from onveef.wsdiscovery import probe_device

from classroom_drivers.emulators.onvif import OnvifEmulator
from classroom_drivers.emulators.server import serve
from classroom_drivers.links.address import parse


async def test_onveef_finds_our_camera() -> None:
    beacon, _ = OnvifEmulator().beacon("tcp://127.0.0.1:8080")
    async with serve(beacon, "udp://127.0.0.1:0") as served:
        port = parse(served.url).port
        found = await asyncio.to_thread(probe_device, "127.0.0.1", timeout_s=0.5, port=port)
    (camera,) = found
    assert camera.device_service == "http://127.0.0.1:8080/onvif/device_service"
    assert camera.hardware == "Emulated%20Camera"
