"""A camera's serial port behind pyserial's own RFC 2217 server (BSD-3-Clause)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import serial
from serial.rfc2217 import PortManager

from classroom_drivers import connect
from classroom_drivers.api import Availability, Device
from classroom_drivers.emulators.server import serve
from classroom_drivers.emulators.visca import ViscaEmulator
from tests.drivers.virtual import until


class Terminal(serial.Serial):  # type: ignore[misc]
    """A pseudo-terminal as a port: it has no modem lines."""

    cts = dsr = ri = cd = property(lambda _: False)

    def _update_dtr_state(self) -> None:
        pass

    _update_rts_state = _update_dtr_state


class Connection:
    """Where the server writes to."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.write = writer.write


@asynccontextmanager
async def behind_a_server(path: str, ports: list[serial.Serial]) -> AsyncIterator[str]:
    """Serve the port of that name to one client after another; give its URL."""

    async def attend(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with Terminal(path, timeout=0) as port:
            ports.append(port)
            manager = PortManager(port, Connection(writer))

            def tell() -> None:
                try:
                    writer.write(b"".join(manager.escape(port.read(4096))))
                except serial.SerialException:  # unplugged
                    writer.close()
                    loop.remove_reader(port.fileno())

            loop.add_reader(port.fileno(), tell)
            try:
                while data := await reader.read(4096):
                    port.write(b"".join(manager.filter(data)))
            finally:
                loop.remove_reader(port.fileno())
                writer.close()

    loop = asyncio.get_running_loop()
    async with await asyncio.start_server(attend, "127.0.0.1", 0) as server:
        yield f"rfc2217://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def online(device: Device) -> bool:
    return device.state().availability is Availability.ONLINE


async def test_a_camera_is_worked_behind_pyserials_server(tmp_path: Path) -> None:
    camera = ViscaEmulator()
    ports: list[serial.Serial] = []
    async with (
        asyncio.timeout(30),
        serve(camera, f"serial://{tmp_path}/camera") as served,
        behind_a_server(f"{tmp_path}/camera", ports) as url,
        connect("visca", f"{url}?baud=38400") as device,
    ):
        await until(lambda: online(device))
        assert [port.baudrate for port in ports] == [38400]
        await device.perform("pan-tilt-zoom", "drive", {"pan": 1.0})
        await until(lambda: camera.axes["pan"].speed > 0)
        await device.perform("pan-tilt-zoom", "stop")
        await until(lambda: not camera.moving)
        await served.unplug()
        await until(lambda: not online(device), within_s=10)
        await served.plug()
        await until(lambda: online(device), within_s=5)
