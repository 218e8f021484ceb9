"""Any driver over TLS: encrypted at once, where the device says nothing in clear before."""

import asyncio

from classroom_drivers import connect
from classroom_drivers.api import Availability, Device
from classroom_drivers.emulated import make
from classroom_drivers.emulators.server import serve
from classroom_drivers.links.address import parse
from classroom_drivers.links.transports import transport_for
from tests.drivers.virtual import until


def online(device: Device) -> bool:
    return device.state().availability is Availability.ONLINE


def test_the_fingerprint_is_for_the_transport_and_the_rest_for_the_driver() -> None:
    address = parse("tls://10.0.0.7:1515?fingerprint=ab&display=2")
    transport, rest = transport_for(address, baud=9600)
    assert getattr(transport, "private", False)
    assert rest == {"display": "2"}
    assert str(address) == "tls://10.0.0.7:1515"


async def test_a_device_is_worked_lost_and_found_again_over_tls() -> None:
    async with (
        serve(make("kmtronic"), "tls://127.0.0.1:0") as served,
        connect("kmtronic", served.url) as device,
    ):
        await until(lambda: online(device))
        await device.perform("relay", "set-relay", {"on": True})
        await until(lambda: device.state().values["relay-1"].source == "polled")
        assert device.state().values["relay-1"].value is True
        await served.unplug()
        await until(lambda: device.state().availability is Availability.OFFLINE)
        await served.plug()
        await until(lambda: online(device), within_s=2.5)


async def test_who_calls_without_tls_costs_nobody_anything() -> None:
    async with serve(make("kmtronic"), "tls://127.0.0.1:0") as served:
        reader, writer = await asyncio.open_connection("127.0.0.1", parse(served.url).port)
        writer.write(b"GET / HTTP/1.0\r\n\r\n")
        async with asyncio.timeout(5):
            await reader.read()
        writer.close()
        async with connect("kmtronic", served.url) as device:
            await until(lambda: online(device))
