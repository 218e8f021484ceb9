"""Our emulated iTach, worked by pyitach."""

import pytest
from pyitach import ItachBusyError, ItachClient, ItachCommandError

from classroom_drivers.codecs.infrared import Infrared
from classroom_drivers.emulators.itach import ITachEmulator, Sending
from classroom_drivers.emulators.news import Ear
from classroom_drivers.emulators.server import serve
from classroom_drivers.links.address import parse


async def test_pyitach_works_our_box() -> None:
    box = ITachEmulator(inputs=frozenset({3}))
    async with (
        serve(box, "tcp://127.0.0.1:0") as served,
        ItachClient("127.0.0.1", parse(served.url).port, timeout=5) as client,
    ):
        assert await client.async_get_version() == box.firmware
        assert await client.async_get_ir_module() == (1, 3)
        await client.async_send_ir(1, 1, 38000, [342, 171, 21, 1700], repeat=2, offset=3)
        assert box.sent == [("1:1", Infrared(38000, 2, 3, (342, 171, 21, 1700)))]
        with pytest.raises(ItachCommandError):
            await client.async_send_ir(1, 3, 38000, [342, 171])
        other = Ear(box.news)
        box.sending["1:2"] = Sending(number=9999, until_s=float("inf"), ear=other)
        with pytest.raises(ItachBusyError):
            await client.async_send_ir(1, 2, 38000, [342, 171])
