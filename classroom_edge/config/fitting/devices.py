"""Devices: drivers, addresses, and wires that several share."""

from classroom_drivers.api import UnsupportedError
from classroom_drivers.links.address import SCHEMES as DEVICE_SCHEMES
from classroom_drivers.registry import prepare
from classroom_edge.config.explain import suggestion
from classroom_edge.config.fitting.reading import Reading, Table, text
from classroom_edge.config.scan import Path
from classroom_edge.config.wires import Plug, plug_of

Plugs = list[tuple[Plug, str, int]]  # with the device's id and line


def check(reading: Reading) -> None:
    """Tell what is wrong with devices."""
    plugs: Plugs = []
    for table, path in reading.tables("device"):
        _device(reading, plugs, table, path)


def _device(reading: Reading, plugs: Plugs, table: Table, path: Path) -> None:
    driver, url = text(table, "driver"), text(table, "url")
    if driver and driver not in reading.drivers:
        found = suggestion(driver, reading.drivers)
        reading.tell("unknown-driver", (*path, "driver"), name=driver, suggestion=found)
        driver = ""
    parts = reading.url(url, (*path, "url"), DEVICE_SCHEMES)
    if parts is None or not driver:
        return
    options = table.get("options")
    given = options if isinstance(options, dict) else {}
    try:
        prepare(driver, url, options=given)
    except UnsupportedError as error:
        place = "options" if options else "url"
        reading.tell("driver-says", (*path, place), name=driver, reason=str(error))
    else:
        _plug(reading, plugs, plug_of(driver, url, given), table, (*path, "url"))


def _plug(reading: Reading, plugs: Plugs, plug: Plug, table: Table, path: Path) -> None:
    """Tell when others are on the wire already and cannot share it, or its name may change."""
    name = text(table, "id")
    for other, of, line in plugs:
        if code := plug.conflict_with(other):
            reading.tell(
                code,
                path,
                port=plug.place,
                name=of,
                first=line,
                unit=plug.unit,
                number=plug.number,
            )
            break
    plugs.append((plug, name, reading.document.value_place(path).line))
    if better := plug.better_name:
        code = "port-of-socket" if better.is_socket else "port-of-adapter"
        reading.tell(code, path, is_note=True, port=plug.place, better=f"serial://{better.path}")
