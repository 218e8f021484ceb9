"""Every search at once, bounded in time and answers, and only where somebody asked for it.

The network is searched on all networks of this machine, or on the hosts that are named; a serial
port only if it is named, because speaking on a port may disturb what is connected to it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from functools import partial

from classroom_drivers.api import DeviceError, LinkError, UnsupportedError
from classroom_drivers.companions import companions
from classroom_drivers.discovery import mdns, modbus, onvif, pjlink, visca
from classroom_drivers.discovery.found import Found
from classroom_drivers.discovery.neighbourhood import ANYWHERE, Network, networks
from classroom_drivers.registry import drivers

KINDS = ("mdns", "modbus", "onvif", "pjlink", "visca")
ON_PORTS = ("visca", "modbus")  # in this order
UNIT_S = 0.35  # for one Modbus unit that is not there

Trouble = Callable[[str, DeviceError], None]
Search = Callable[[], Awaitable[Iterable[Found]]]


async def discover(
    kinds: Iterable[str] = KINDS,
    *,
    within_s: float = 4.0,
    serial_ports: Iterable[str] = (),
    hosts: Iterable[str] = (),
    near: Iterable[Network] | None = None,
    trouble: Trouble = lambda _kind, _error: None,
) -> tuple[Found, ...]:
    """Give what answers; takes `within_s`, on a serial port as long again for each kind.

    `hosts` are asked instead of everybody, where there is no way to ask everybody. A search that
    cannot be done is told to `trouble`, and the others go on.

    Raises:
        UnsupportedError: there is no such kind of search.
    """
    wanted = tuple(dict.fromkeys(kinds))
    if unknown := set(wanted) - set(KINDS):
        text = f"no search {', '.join(sorted(unknown))}; there are {', '.join(KINDS)}"
        raise UnsupportedError(text)
    named = tuple(hosts)
    around = (ANYWHERE,) if named else networks() if near is None else tuple(near)
    on_network: dict[str, Search] = {
        "mdns": lambda: mdns.search(around, drivers(), within_s=within_s, hosts=named),
        "onvif": lambda: onvif.search(around, within_s=within_s, hosts=named),
        "pjlink": lambda: _projectors(around, named, within_s),
        "visca": lambda: visca.search_network(around, within_s=within_s, hosts=named),
    }
    found: set[Found] = set()

    async def look(kind: str, search: Search) -> None:
        try:
            found.update(await search())
        except DeviceError as error:
            trouble(kind, error)

    async def look_at(port: str) -> None:
        for kind in ON_PORTS:
            if kind in wanted:
                await look(kind, partial(_on_port, kind, port, within_s))
                await asyncio.sleep(visca.LET_GO_S)

    async with companions() as start:
        tasks = [start(look(kind, on_network[kind])) for kind in wanted if kind in on_network]
        tasks += [start(look_at(port)) for port in serial_ports]
        for task in tasks:
            await task
    return tuple(sorted(found))


async def _projectors(
    near: tuple[Network, ...], hosts: tuple[str, ...], within_s: float
) -> list[Found]:
    there = hosts or tuple(dict.fromkeys(host for one in near for host in one.everybody))
    if not there:
        raise LinkError("there is no network to search in")
    found = await pjlink.search(there, wait_s=within_s)
    return [
        Found("pjlink", f"tcp://{one.host}", serial=one.mac, how="PJLink search") for one in found
    ]


async def _on_port(kind: str, port: str, within_s: float) -> Iterable[Found]:
    if kind == "visca":
        return await visca.search_port(port, within_s=within_s)
    units = range(1, max(int(within_s / UNIT_S), 1) + 1)
    found = await modbus.scan_units(f"serial://{port}?baud={modbus.BAUD}", units=units)
    return [
        Found(
            "modbus",
            f"serial://{port}?baud={modbus.BAUD}&unit={one.unit}",
            name="" if one.is_clear else "two units of this number, or another speed",
            model=" ".join(one.names),
            how="Modbus scan",
        )
        for one in found
    ]
