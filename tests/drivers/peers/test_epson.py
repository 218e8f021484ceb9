"""Our emulated Epson, worked over a pseudo-terminal by epson-projector."""

from pathlib import Path

from epson_projector.projector_serial import ProjectorSerial

from classroom_drivers.emulators.epson_escvp21 import EpsonEmulator
from classroom_drivers.emulators.server import serve


async def test_epson_projector_works_our_projector(tmp_path: Path) -> None:
    projector = EpsonEmulator(warm_up_s=0.2, change_over_s=0.1, rest_s=0)
    async with serve(projector, f"serial://{tmp_path}/tty"):
        client = ProjectorSerial(f"{tmp_path}/tty")
        try:
            assert await client.get_property("PWR", 3) == "00"
            assert await client.get_property("SOURCE", 3) is False
            await client.send_command("PWR ON", 40)
            assert await client.get_property("PWR", 3) == "01"
            await client.send_command("SOURCE A0", 5)
            assert await client.get_property("SOURCE", 3) == "A0"
            await client.send_command("MUTE ON", 3)
            assert await client.get_serial_number() == projector.serial_number
        finally:
            client.close()
    assert (projector.source, projector.muted) == ("A0", True)
