"""Several devices on one port, as a room.toml says it: who may, and how the port is best named."""

import shutil
from pathlib import Path

import pytest

from classroom_drivers.links.port_names import StableName, stable_name
from classroom_edge.config import Examination, Mistake, examine

ROOM = '[room]\nid = "room"\nname = "Room"\n'


def device(id_: str, driver: str, url: str, options: str = "") -> str:
    lines = f'[[device]]\nid = "{id_}"\nname = "{id_}"\ndriver = "{driver}"\nurl = "{url}"\n'
    return lines + (f"options = {{ {options} }}\n" if options else "")


def told(folder: Path, *devices: str) -> list[tuple[str, int]]:
    return [(one.code, one.position.line) for one in mistakes(folder, *devices)]


def mistakes(folder: Path, *devices: str) -> tuple[Mistake, ...]:
    return examined(folder, *devices).mistakes


def examined(folder: Path, *devices: str) -> Examination:
    file = folder / "room.toml"
    file.write_text(ROOM + "".join(devices))
    return examine(file, {})


def test_cameras_of_a_chain_share_a_port(tmp_path: Path) -> None:
    one = device("one", "visca", "serial:///dev/ttyUSB7", "address = 1")
    two = device("two", "visca", "serial:///dev/ttyUSB7?address=2")
    assert told(tmp_path, one, two) == []


def test_two_cameras_with_one_address_are_told(tmp_path: Path) -> None:
    one = device("one", "visca", "serial:///dev/ttyUSB7")
    two = device("two", "visca", "serial:///dev/ttyUSB7", "address = 1")
    (mistake,) = mistakes(tmp_path, one, two)
    assert (mistake.code, mistake.position.line) == ("port-same-unit", 13)
    assert '"one" (line 8) has address 1' in mistake.message["en"]
    assert "“one”（第 8 行）" in mistake.message["zh-CN"]


def test_two_speeds_on_one_wire_are_told(tmp_path: Path) -> None:
    one = device("one", "visca", "serial:///dev/ttyUSB7?baud=9600")
    two = device("two", "visca", "serial:///dev/ttyUSB7?baud=38400&address=2")
    assert told(tmp_path, one, two) == [("port-two-ways", 13)]


@pytest.mark.parametrize("other", ["kmtronic", "visca"])
def test_a_port_that_is_one_devices_own_is_nobody_elses(tmp_path: Path, other: str) -> None:
    one = device("one", "kmtronic", "serial:///dev/ttyUSB7")
    two = device("two", other, "serial:///dev/ttyUSB7")
    three = device("three", other, "serial:///dev/ttyUSB8")
    assert told(tmp_path, one, two, three) == [("port-taken", 13)]


def test_two_names_of_one_port_are_one_port(tmp_path: Path) -> None:
    (tmp_path / "by-id").symlink_to(tmp_path / "ttyUSB0")
    one = device("one", "kmtronic", f"serial://{tmp_path}/by-id")
    two = device("two", "kmtronic", f"serial://{tmp_path}/ttyUSB0")
    assert told(tmp_path, one, two) == [("port-taken", 13)]


def test_a_host_may_have_several_devices(tmp_path: Path) -> None:
    one, two = (device(name, "pjlink", "tcp://127.0.0.1") for name in ("one", "two"))
    assert told(tmp_path, one, two) == []


def adapter(folder: Path, *, serial_number: bool) -> Path:
    """Make what Linux makes when an adapter is plugged in; give the port."""
    port = folder / "dev" / "ttyUSB0"
    device = folder / "devices" / "1-1"
    for name in ("dev/serial/by-id", "dev/serial/by-path", "class/tty/ttyUSB0", "devices/1-1/x"):
        (folder / name).mkdir(parents=True)
    port.touch()
    (folder / "dev/serial/by-id/usb-1a86_USB_Serial-if00-port0").symlink_to("../../ttyUSB0")
    (folder / "dev/serial/by-path/pci-0-usb-0:1:1.0-port0").symlink_to("../../ttyUSB0")
    (folder / "class/tty/ttyUSB0/device").symlink_to(device / "x")
    (device / "idVendor").write_text("1a86\n")
    if serial_number:
        (device / "serial").write_text("A10KZ\n")
    return port


def test_an_adapter_with_a_serial_number_is_named_by_it(tmp_path: Path) -> None:
    port = adapter(tmp_path, serial_number=True)
    by_id = port.parent / "serial/by-id/usb-1a86_USB_Serial-if00-port0"
    assert stable_name(str(port), system=tmp_path) == StableName(str(by_id), is_socket=False)
    assert stable_name(str(by_id), system=tmp_path) is None


def test_an_adapter_without_one_is_named_by_its_socket(tmp_path: Path) -> None:
    port = adapter(tmp_path, serial_number=False)
    by_path = port.parent / "serial/by-path/pci-0-usb-0:1:1.0-port0"
    assert stable_name(str(port), system=tmp_path) == StableName(str(by_path), is_socket=True)


def test_a_port_without_other_names_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "ttyUSB0").touch()
    assert stable_name(str(tmp_path / "ttyUSB0")) is None
    assert stable_name(str(tmp_path / "ttyUSB1")) is None
    assert stable_name("COM3") is None


@pytest.mark.parametrize(("folder", "code"), [("by-path", "socket"), ("by-id", "adapter")])
def test_the_better_name_of_a_port_is_a_note(tmp_path: Path, folder: str, code: str) -> None:
    port = adapter(tmp_path, serial_number=True)
    other = {"by-path": "by-id", "by-id": "by-path"}[folder]
    shutil.rmtree(port.parent / "serial" / other)
    found = examined(tmp_path, device("one", "kmtronic", f"serial://{port}?baud=9600"))
    assert found.mistakes == ()
    (note,) = found.notes
    assert (note.code, note.position.line) == (f"port-of-{code}", 8)
    assert f"dev/serial/{folder}/" in note.remedy["en"]
    assert f"dev/serial/{folder}/" in note.remedy["zh-CN"]


def test_units_of_a_bus_share_a_port_by_their_number(tmp_path: Path) -> None:
    units = [
        device(f"unit-{n}", "modbus", "serial:///dev/ttyUSB7", f'unit = {n}, relays = "0"')
        for n in (1, 2)
    ]
    again = device("again", "modbus", "serial:///dev/ttyUSB7?unit=2", 'relays = "0"')
    other = device("other", "visca", "serial:///dev/ttyUSB7")
    assert told(tmp_path, *units) == []
    (mistake,) = mistakes(tmp_path, *units, again)
    assert (mistake.code, mistake.position.line) == ("port-same-unit", 20)
    assert '"unit-2" (line 14) has unit 2' in mistake.message["en"]
    assert told(tmp_path, units[0], other) == [("port-two-ways", 14)]


def test_devices_of_a_sheet_share_a_port_if_they_differ_at_all(tmp_path: Path) -> None:
    sets = [device(f"set-{n}", "lg", "serial:///dev/ttyUSB7", f"id = {n}") for n in (1, 2)]
    assert told(tmp_path, *sets) == []
    again = device("again", "lg", "serial:///dev/ttyUSB7", "id = 2")
    assert told(tmp_path, *sets, again) == [("port-same-unit", 20)]
