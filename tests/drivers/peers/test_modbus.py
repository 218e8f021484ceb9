"""Modbus with others: their servers worked by our driver, our emulated units by their clients.

pymodbus (BSD), minimalmodbus (Apache), libmodbus (LGPL, by its C interface), jsmodbus (MIT).
"""

import asyncio
import ctypes
import ctypes.util
import json
import os
import tty
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import minimalmodbus
import pytest
from pymodbus import FramerType
from pymodbus.client import AsyncModbusSerialClient, AsyncModbusTcpClient
from pymodbus.pdu.device import ModbusDeviceIdentification
from pymodbus.server import ModbusSerialServer, ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from classroom_drivers import connect
from classroom_drivers.api import Availability, Device, RefusedError
from classroom_drivers.emulated import make
from classroom_drivers.emulators.server import Served, serve
from classroom_drivers.links.address import parse
from classroom_edge.parts import node
from tests.drivers.virtual import until
from tests.ports import free_port

NPM = Path(__file__).parent / "npm"


def simulated(number: int) -> SimDevice:
    """A unit of pymodbus's: 8 coils, 2 discrete inputs, 4 holding and 4 input registers."""
    bits, words = DataType.BITS, DataType.REGISTERS
    return SimDevice(
        id=number,
        simdata=(
            [SimData(0, values=[False] * 16, datatype=bits)],
            [SimData(0, values=[True] * 16, datatype=bits)],
            [SimData(0, values=[500, 0, 0, 0], datatype=words)],
            [SimData(0, values=[0, 0xFF33, 2, 3], datatype=words)],
        ),
    )


@contextmanager
def line() -> Iterator[tuple[str, str]]:
    """A serial line: what is written at one end comes out at the other."""
    (left, left_tty), (right, right_tty) = os.openpty(), os.openpty()
    for end in (left_tty, right_tty):
        tty.setraw(end)
    loop = asyncio.get_running_loop()
    loop.add_reader(left, lambda: os.write(right, os.read(left, 4096)))
    loop.add_reader(right, lambda: os.write(left, os.read(right, 4096)))
    try:
        yield os.ttyname(left_tty), os.ttyname(right_tty)
    finally:
        loop.remove_reader(left)
        loop.remove_reader(right)
        for end in (left, left_tty, right, right_tty):
            os.close(end)


@asynccontextmanager
async def served_by_pymodbus(framing: str) -> AsyncIterator[str]:
    """Give the URL at which our driver finds pymodbus's units 1 and 2."""
    units = [simulated(1), simulated(2)]
    names: Any = ModbusDeviceIdentification
    who = names(info_name={"VendorName": "Somebody", "ProductCode": "PM"})
    if framing == "serial":
        with line() as (ours, theirs):
            server: Any = ModbusSerialServer(units, port=theirs, baudrate=9600, identity=who)
            await server.serve_forever(background=True)
            yield f"serial://{ours}?"
            await server.shutdown()
        return
    port = free_port()
    framer = FramerType.SOCKET if framing == "tcp" else FramerType.RTU
    server = ModbusTcpServer(units, framer=framer, address=("127.0.0.1", port), identity=who)
    await server.serve_forever(background=True)
    try:
        yield f"tcp://127.0.0.1:{port}?framing={framing}&"
    finally:
        await server.shutdown()


def told(device: Device, name: str) -> Any:
    values = device.state().values
    return values[name].value if name in values else None


@pytest.mark.parametrize("framing", ["tcp", "rtu", "serial"])
async def test_we_work_pymodbus(framing: str) -> None:
    options = {
        "relays": "0-7",
        "levels": "holding:0-1 max=1000",
        "sensors": "temperature-c=input:1/10 signed, contact=discrete:0",
        "identity": True,
        "unit": 2,
    }
    async with (
        asyncio.timeout(30),
        served_by_pymodbus(framing) as url,
        connect("modbus", url.rstrip("?&"), options=options) as unit,
    ):
        await until(lambda: told(unit, "temperature-c") == -20.5)
        await until(lambda: told(unit, "maker") == "Somebody")
        assert told(unit, "contact") is True
        assert told(unit, "level-1") == 50.0
        for channel in (1, 8):
            await unit.perform("relay", "set-relay", {"on": True, "channel": channel})
        await unit.perform("level", "set-level", {"percent": 12.5, "channel": 2})
        await unit.perform("sensor", "read-sensors")
        assert [told(unit, f"relay-{number}") for number in range(1, 9)] == [
            number in {1, 8} for number in range(1, 9)
        ]
        assert told(unit, "level-2") == 12.5


async def test_pymodbus_says_no_in_the_same_words() -> None:
    async with (
        asyncio.timeout(30),
        served_by_pymodbus("tcp") as url,
        connect("modbus", url.rstrip("&"), options={"relays": "0, 400"}) as unit,
    ):
        await until(lambda: unit.state().availability is Availability.ONLINE)
        with pytest.raises(RefusedError, match="illegal data address"):
            await unit.perform("relay", "set-relay", {"on": True, "channel": 2})


@asynccontextmanager
async def emulated(listen: str, model: str = "waveshare-io-8") -> AsyncIterator[Served]:
    async with serve(make("modbus", model=model), listen) as served:
        yield served


@pytest.mark.parametrize("framing", ["tcp", "rtu", "serial"])
async def test_pymodbus_works_our_units(framing: str, tmp_path: Path) -> None:
    listen = f"serial://{tmp_path}/tty" if framing == "serial" else "tcp://127.0.0.1:0"
    async with asyncio.timeout(30), emulated(listen) as served:
        where = parse(served.url)
        client: Any
        if framing == "serial":
            client = AsyncModbusSerialClient(where.path, baudrate=9600)
        else:
            framer = FramerType.SOCKET if framing == "tcp" else FramerType.RTU
            client = AsyncModbusTcpClient(where.host, port=where.port, framer=framer)
        assert await client.connect()
        try:
            await client.write_coil(2, True)
            await client.write_coils(4, [True, False, True, False])
            read = await client.read_coils(0, count=8)
            assert read.bits == [False, False, True, False, True, False, True, False]
            assert (await client.read_discrete_inputs(2, count=1)).bits[0]
            assert (await client.read_holding_registers(0x8000)).registers == [300]
            assert (await client.read_coils(40)).exception_code == 2
            assert (await client.read_input_registers(0)).exception_code == 2
        finally:
            client.close()


async def test_pymodbus_reads_who_our_unit_is() -> None:
    async with asyncio.timeout(30), emulated("tcp://127.0.0.1:0", "dimmer") as served:
        where = parse(served.url)
        client = AsyncModbusTcpClient(where.host, port=where.port)
        assert await client.connect()
        try:
            found: Any = await client.read_device_information()
            assert found.information == {0: b"Example", 1: b"Dimmer 4", 2: b"1.2"}
            await client.write_registers(1, [7, 8])
            await client.write_register(0, 6)
            assert (await client.read_holding_registers(0, count=4)).registers == [6, 7, 8, 0]
        finally:
            client.close()


async def test_minimalmodbus_works_our_units(tmp_path: Path) -> None:
    async with asyncio.timeout(30), emulated(f"serial://{tmp_path}/tty", "bus") as served:
        await asyncio.to_thread(_work_with_minimalmodbus, parse(served.url).path)


def _work_with_minimalmodbus(port: str) -> None:
    board, sensor, meter = (minimalmodbus.Instrument(port, number) for number in (1, 2, 3))
    try:
        for unit in (board, sensor, meter):
            unit.serial.baudrate = 9600
            unit.serial.timeout = 1.0
        board.write_bit(3, 1)
        assert board.read_bits(0, 8, functioncode=1) == [0, 0, 0, 1, 0, 0, 0, 0]
        assert sensor.read_register(1, 1, functioncode=4, signed=True) == 23.5
        assert meter.read_float(12, functioncode=4) == 983.75
        with pytest.raises(minimalmodbus.IllegalRequestError):
            board.read_bit(40, functioncode=1)
    finally:
        board.serial.close()


class LibModbus:
    """The part of libmodbus's C interface that is used here."""

    def __init__(self) -> None:
        self._c = ctypes.CDLL(ctypes.util.find_library("modbus"), use_errno=True)
        for name in ("modbus_new_tcp", "modbus_new_rtu", "modbus_strerror"):
            function: Any = getattr(self._c, name)
            function.restype = ctypes.c_char_p if name.endswith("error") else ctypes.c_void_p

    def work(self, make_context: Callable[[Any], int | None]) -> None:
        """Work a relay board with inputs."""
        context = ctypes.c_void_p(make_context(self._c))
        assert context
        try:
            self._done("modbus_set_slave", context, 1)
            self._done("modbus_set_response_timeout", context, 2, 0)
            self._done("modbus_connect", context)
            self._done("modbus_write_bit", context, 5, 1)
            bits = (ctypes.c_uint8 * 8)(1, 0, 0)
            self._done("modbus_write_bits", context, 0, 3, bits)
            assert self._done("modbus_read_bits", context, 0, 8, bits) == 8
            assert list(bits) == [1, 0, 0, 0, 0, 1, 0, 0]
            assert self._done("modbus_read_input_bits", context, 0, 8, bits) == 8
            assert list(bits) == [0, 0, 1, 0, 0, 0, 0, 0]
            words = (ctypes.c_uint16 * 1)()
            self._done("modbus_read_registers", context, 0x8000, 1, words)
            assert words[0] == 300
            assert self._c.modbus_read_bits(context, 40, 1, bits) == -1
            assert b"Illegal data address" in self._c.modbus_strerror(ctypes.get_errno())
        finally:
            self._c.modbus_close(context)
            self._c.modbus_free(context)

    def _done(self, name: str, *arguments: Any) -> int:
        result: int = getattr(self._c, name)(*arguments)
        assert result >= 0, (name, self._c.modbus_strerror(ctypes.get_errno()))
        return result


@pytest.mark.needs("libmodbus")
async def test_libmodbus_works_our_units_over_tcp() -> None:
    async with asyncio.timeout(30), emulated("tcp://127.0.0.1:0") as served:
        port = parse(served.url).port
        library = LibModbus()
        await asyncio.to_thread(library.work, lambda c: c.modbus_new_tcp(b"127.0.0.1", port))


@pytest.mark.needs("libmodbus")
async def test_libmodbus_works_our_units_over_a_serial_line(tmp_path: Path) -> None:
    async with asyncio.timeout(30), emulated(f"serial://{tmp_path}/tty") as served:
        port = parse(served.url).path.encode()
        library = LibModbus()
        await asyncio.to_thread(
            library.work, lambda c: c.modbus_new_rtu(port, 9600, ctypes.c_char(b"N"), 8, 1)
        )


@pytest.mark.needs("node", "npm-peers")
@pytest.mark.parametrize("framing", ["tcp", "rtu"])
async def test_jsmodbus_works_our_units(framing: str) -> None:
    async with asyncio.timeout(30), emulated("tcp://127.0.0.1:0", "waveshare-relay-8") as served:
        client = await asyncio.create_subprocess_exec(
            str(node()),
            str(NPM / "jsmodbus-client.mjs"),
            framing,
            str(parse(served.url).port),
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await client.communicate()
        assert json.loads(said) == {
            "one": [0, 0, 1, 0, 0, 0, 0, 0],
            "many": [1, 0, 1, 1, 0, 0, 0, 1],
            "version": [300],
            "refused": 2,
        }
