"""Which drivers there are, one line each, and the way to a device: `connect`."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from importlib import import_module
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Any

from classroom_drivers.actions import fit, from_text
from classroom_drivers.api import DeviceState, Transport, UnsupportedError
from classroom_drivers.companions import companions
from classroom_drivers.connection import Connection
from classroom_drivers.devices.code_sheet import shipped
from classroom_drivers.devices.line_device import LineDevice
from classroom_drivers.links.address import parse
from classroom_drivers.links.transports import transport_for
from classroom_drivers.wiring import Wiring

DRIVERS: Mapping[str, str] = MappingProxyType(
    {
        "benq": "classroom_drivers.sheets:benq.toml",
        "christie": "classroom_drivers.sheets:christie.toml",
        "code-sheet": "classroom_drivers.devices.code_sheet:CodeSheetDevice",
        "epson-escvp21": "classroom_drivers.devices.epson_escvp21:EpsonProjector",
        "extron-sis": "classroom_drivers.devices.extron_sis:ExtronSwitcher",
        "hitachi": "classroom_drivers.sheets:hitachi.toml",
        "hyperdeck": "classroom_drivers.devices.hyperdeck:HyperDeck",
        "ifp": "classroom_drivers.devices.ifp:InteractivePanel",
        "itach": "classroom_drivers.devices.itach:ITach",
        "kmtronic": "classroom_drivers.devices.kmtronic:KMTronicRelay",
        "kramer-p3000": "classroom_drivers.devices.kramer_p3000:KramerSwitcher",
        "lcus": "classroom_drivers.devices.lcus:LcusRelay",
        "lg": "classroom_drivers.sheets:lg.toml",
        "modbus": "classroom_drivers.devices.modbus:ModbusUnit",
        "mqtt": "classroom_drivers.devices.mqtt:MqttThing",
        "nec": "classroom_drivers.sheets:nec.toml",
        "nec-projector": "classroom_drivers.sheets:nec-projector.toml",
        "onvif": "classroom_drivers.devices.onvif:OnvifCamera",
        "optoma": "classroom_drivers.sheets:optoma.toml",
        "panasonic": "classroom_drivers.sheets:panasonic.toml",
        "pelco": "classroom_drivers.devices.pelco:PelcoCamera",
        "pjlink": "classroom_drivers.devices.pjlink:PJLinkProjector",
        "qsys": "classroom_drivers.devices.qsys:QSysCore",
        "samsung-mdc": "classroom_drivers.devices.samsung_mdc:SamsungDisplay",
        "sharp": "classroom_drivers.sheets:sharp.toml",
        "shure": "classroom_drivers.devices.shure:ShureAudio",
        "snmp-outlet": "classroom_drivers.devices.snmp_outlet:SnmpOutlets",
        "sony-adcp": "classroom_drivers.devices.sony_adcp:SonyProjector",
        "videohub": "classroom_drivers.devices.videohub:Videohub",
        "viewsonic": "classroom_drivers.sheets:viewsonic.toml",
        "visca": "classroom_drivers.devices.visca:ViscaCamera",
        "wake-on-lan": "classroom_drivers.devices.wake_on_lan:WakeablePC",
        "x32": "classroom_drivers.devices.x32:Mixer",
    }
)
SHEET = ".toml"  # "package:name.toml" is a driver that needs no code
OUTSIDERS = "classroom_drivers"  # entry-point group of drivers that others install
SECRETS = ("password", "pin", "token")  # options that no journal shows


def drivers() -> tuple[str, ...]:
    """Name every driver, ours and those that others have installed."""
    others = (entry.name for entry in entry_points(group=OUTSIDERS))
    return tuple(sorted({*DRIVERS, *others}))


def place_of(name: str) -> str:
    """Say where a driver is: "package.module:Class". Ours come first, whoever else takes a name.

    Raises:
        UnsupportedError: there is no such driver.
    """
    if name in DRIVERS:
        return DRIVERS[name]
    for entry in entry_points(group=OUTSIDERS, name=name):
        return entry.value
    raise UnsupportedError(f"no driver {name!r}; there are {', '.join(drivers())}")


def load(name: str) -> type[LineDevice[Any]]:
    """Import a driver and give its class; of one that is all code sheet, the class of that.

    Raises:
        UnsupportedError: there is no such driver.
    """
    place = place_of(name)
    if place.endswith(SHEET):
        return shipped(place)
    module, _, attribute = place.partition(":")
    driver: type[LineDevice[Any]] = getattr(import_module(module), attribute)
    return driver


def build(
    name: str, transport: Transport, *, password: str = "", options: Mapping[str, Any] | None = None
) -> LineDevice[Any]:
    """Make a device at the end of a transport; `model` among the options brings its quirks.

    Raises:
        UnsupportedError: no such driver or model, or an option does not fit.
    """
    given = dict(options or {})
    driver = load(name).variant(given)
    if model := str(given.pop("model", "")):
        firmware = str(given.pop("firmware", ""))
        quirks = driver.ABOUT.options_of(model, firmware)
        if quirks is None:
            known = ", ".join(sorted({row.model for row in driver.ABOUT.quirks})) or "none"
            raise UnsupportedError(f"{name}: no model {model!r}; there are: {known}")
        given = {**quirks, **given}
    driver = driver.variant(given)
    if password:
        given["password"] = password
    device = driver(transport, **fit(driver.__init__, given))
    device.journal.hide(*(str(given[name]) for name in SECRETS if name in given))
    return device


def prepare(
    name: str,
    url: str,
    *,
    password: str = "",
    options: Mapping[str, Any] | None = None,
    wiring: Wiring | None = None,
) -> LineDevice[Any]:
    """Make a device, its URL and options checked, without speaking to it.

    What the URL says after ``?`` and its transport does not know is an option of the driver:
    ``udp://10.0.0.7:52381?framing=sony``.

    Raises:
        UnsupportedError: no such driver or transport, or an option does not fit.
    """
    driver = load(name).variant(options or {})
    address = parse(url, default_ports=driver.PORTS)
    transport, words = transport_for(address, baud=driver.BAUD, tls_after=driver.TLS_AFTER)
    if driver.SHARING:
        transport = (wiring or Wiring()).wire(address, transport, driver.SHARING)
    driver = driver.variant({**words, **(options or {})})
    given = {**from_text(driver.__init__, words), **(options or {})}
    return build(name, transport, password=password, options=given)


def connect(
    name: str,
    url: str,
    *,
    password: str = "",
    options: Mapping[str, Any] | None = None,
    changed: Callable[[DeviceState], None] | None = None,
    wiring: Wiring | None = None,
    wait_s: float | None = None,
) -> Connection:
    """Give a device that keeps itself connected for the length of the block.

    ``async with`` gives it at once, whether or not the device is there; ``with`` gives one whose
    methods need no await, when it has been heard of or after 5 s. `wait_s` says how long to wait
    in either. It connects, polls and reconnects by itself. `changed` is called on its loop with
    every new state. Devices that share a wire, two cameras of one chain, share a `wiring`.

    Raises:
        UnsupportedError: no such driver or transport, or an option does not fit; at the block's
            beginning.
    """

    @asynccontextmanager
    async def way(wait_s: float) -> AsyncIterator[LineDevice[Any]]:
        shared = wiring or Wiring()
        device = prepare(name, url, password=password, options=options, wiring=shared)
        host = parse(url, default_ports=device.PORTS).host
        async with (
            companions() as start,
            shared.notices(device.notices_port, host, device.noticed),
        ):
            start(device.run(changed))
            if wait_s:
                await device.meet(wait_s)
            yield device

    return Connection(way, wait_s=wait_s)
