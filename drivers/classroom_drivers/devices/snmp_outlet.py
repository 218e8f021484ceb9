"""Outlets that are switched by SNMP: APC and CyberPower rack PDUs, and others by their numbers.

An agent does not answer at all when the community is not the one it knows.

Checked on: emulator only.
Source: APC PowerNet-MIB, as Network UPS Tools (drivers/apc-pdu-mib.c) and labgrid read it: sPDU
1.3.6.1.4.1.318.1.1.4, rPDU ...318.1.1.12; CyberPower-MIB 2.11: ePDU ...3808.1.1.3; rPDU2
...318.1.1.26 from general knowledge.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

from classroom_drivers.actions import capabilities_of
from classroom_drivers.api import (
    AuthenticationError,
    RefusedError,
    Transport,
    UnsupportedError,
)
from classroom_drivers.codecs.plain import PlainCodec
from classroom_drivers.codecs.snmp import (
    ERRORS,
    VERSIONS,
    Bindings,
    Gauge,
    Kind,
    Message,
    MessageDecoder,
    Value,
    encode,
)
from classroom_drivers.devices.about import About, Quirk
from classroom_drivers.devices.line_device import LineDevice
from classroom_drivers.links.exchange import Exchange, Priority

REPLY_S = 0.9
COMMUNITY = "private"  # as delivered
TRIES = 3  # datagrams get lost
AT_ONCE = 8  # an agent need not take more than 484 bytes
OUTLETS_MAX = 64
NOT_ALLOWED = 16
LATE_S = 5.0  # so long an outlet may go on saying what it was before
SYSTEM = "1.3.6.1.2.1.1"
UPTIME = f"{SYSTEM}.3.0"
EVERY = {"model": f"{SYSTEM}.1.0", "name": f"{SYSTEM}.5.0"}  # sysDescr, sysName
APC, CYBERPOWER = "1.3.6.1.4.1.318.1.1", "1.3.6.1.4.1.3808.1.1.3"
LOADS = {1: "ok", 2: "ok", 3: "near overload", 4: "overload"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Which numbers a family of PDUs uses; an outlet's number comes after command and state."""

    command: str
    state: str
    on: int = 1
    off: int = 2
    state_on: int = 1
    identity: tuple[tuple[str, str], ...] = ()  # value and object
    load: str = ""  # of the whole, in tenths of an ampere
    load_state: str = ""


FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        "apc": Family(
            command=f"{APC}.12.3.3.1.1.4",
            state=f"{APC}.12.3.5.1.1.4",
            identity=(
                ("name", f"{APC}.12.1.1.0"),
                ("firmware", f"{APC}.12.1.3.0"),
                ("model", f"{APC}.12.1.5.0"),
                ("serial-number", f"{APC}.12.1.6.0"),
            ),
            load=f"{APC}.12.2.3.1.1.2.1",
            load_state=f"{APC}.12.2.3.1.1.3.1",
        ),
        "apc-masterswitch": Family(
            command=f"{APC}.4.4.2.1.3",
            state=f"{APC}.4.4.2.1.3",
            identity=(
                ("firmware", f"{APC}.4.1.2.0"),
                ("model", f"{APC}.4.1.4.0"),
                ("serial-number", f"{APC}.4.1.5.0"),
            ),
        ),
        "apc-rpdu2": Family(command=f"{APC}.26.9.2.4.1.5", state=f"{APC}.26.9.2.3.1.5", state_on=2),
        "cyberpower": Family(
            command=f"{CYBERPOWER}.3.3.1.1.4",
            state=f"{CYBERPOWER}.3.5.1.1.4",
            load=f"{CYBERPOWER}.2.3.1.1.2.1",
        ),
    }
)


class SnmpOutlets(LineDevice[Message]):
    """A power strip whose outlets are its relays.

    Options: `family` is one of apc, apc-masterswitch, apc-rpdu2, cyberpower; `outlets` how many it
    has; `version` "1" or "2c"; the password is the community that may write. Another family's
    numbers are given as `command`, `state` (an outlet's number comes after each), `on`, `off` and
    `state_on`.
    """

    ABOUT = About(
        title="Outlets of APC, CyberPower and other PDUs (SNMP 1 and 2c)",
        reached_by=("udp://host",),
        sources=(
            "APC PowerNet-MIB, as read by Network UPS Tools, drivers/apc-pdu-mib.c",
            "CyberPower-MIB 2.11 (ePDUOutletControlOutletCommand, ePDUOutletStatusOutletState)",
        ),
        quirks=(
            Quirk(
                model="ap7920",
                why="eight outlets",
                source="APC PowerNet-MIB, rPDUIdentDeviceNumOutlets",
                options=MappingProxyType({"family": "apc", "outlets": 8}),
            ),
            Quirk(
                model="ap7900",
                why="eight outlets, in the older numbers too",
                source="Network UPS Tools, drivers/apc-pdu-mib.c (comments name the AP7900)",
                options=MappingProxyType({"family": "apc-masterswitch", "outlets": 8}),
            ),
            Quirk(
                model="ap8959",
                why="the newest numbers, 24 outlets",
                source="from general knowledge of PowerNet-MIB (rPDU2OutletSwitched)",
                options=MappingProxyType({"family": "apc-rpdu2", "outlets": 24}),
            ),
            Quirk(
                model="pdu41004",
                why="CyberPower's numbers",
                source="CyberPower-MIB 2.11; pdudaemon names the PDU41004 with them",
                options=MappingProxyType({"family": "cyberpower", "outlets": 8}),
            ),
        ),
    )
    PORTS: ClassVar[Mapping[str, int]] = MappingProxyType({"udp": 161})

    def __init__(
        self,
        transport: Transport,
        *,
        password: str = "",
        family: str = "apc",
        outlets: int = 8,
        version: str = "1",
        command: str = "",
        state: str = "",
        on: int = 1,
        off: int = 2,
        state_on: int = 1,
    ) -> None:
        super().__init__(transport, lambda: PlainCodec(MessageDecoder().feed))
        if version not in VERSIONS or not 1 <= outlets <= OUTLETS_MAX:
            raise UnsupportedError(f"version {version!r}, {outlets} outlets; there are 1 and 2c")
        if command:
            places = _checked(command), _checked(state or command)
            self._family = Family(
                command=places[0], state=places[1], on=on, off=off, state_on=state_on
            )
        elif family in FAMILIES:
            self._family = FAMILIES[family]
        else:
            raise UnsupportedError(f"no family {family!r}; there are {', '.join(FAMILIES)}")
        self._community = password or COMMUNITY
        self._version = version
        self._outlets = range(1, outlets + 1)
        self._number = 0
        self._switched: dict[int, tuple[bool, float]] = {}  # outlet: what was asked for, and when
        self._identified = False
        self.choices["sensor"] = ("current-a",) if self._family.load else ()

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What it can do; not every family measures."""
        lacks = set() if self._family.load else {"sensor"}
        return tuple(name for name in capabilities_of(type(self)) if name not in lacks)

    async def set_relay(self, *, on: bool, channel: int = 1) -> None:
        """Switch an outlet on or off; the state follows within seconds."""
        if channel not in self._outlets:
            raise UnsupportedError(f"no outlet {channel}; there are {len(self._outlets)}")
        value = self._family.on if on else self._family.off
        wanted: Bindings = ((f"{self._family.command}.{channel}", value),)
        await self._ask(Kind.SET, f"outlet {channel}", wanted, wish=f"outlet {channel}")
        self._switched[channel] = on, self.now_s()
        self.assume(f"relay-{channel}", on)

    async def read_sensors(self) -> None:
        """Ask for the current that all outlets draw together."""
        (tenths,) = await self._get("load", (self._family.load,))
        if isinstance(tenths, Gauge | int):
            count = tenths.count if isinstance(tenths, Gauge) else tenths
            self.note("current-a", count / 10)

    async def identify(self) -> None:
        """Ask who it is: by the family's own objects, or by what every agent has."""
        for value, oid in {**EVERY, **dict(self._family.identity)}.items():
            try:
                (told,) = await self._get(value, (oid,))
            except RefusedError:
                continue
            if isinstance(told, bytes) and told:
                self.note(value, told.decode("utf-8", "replace").strip())
        self._identified = True

    async def check_health(self) -> None:
        """Ask whether it is near its limit; one that cannot tell is well if it answers."""
        if not self._family.load_state:
            self.note("health", "ok")
            return
        (state,) = await self._get("load state", (self._family.load_state,))
        self.note("health", LOADS.get(state, "unknown") if isinstance(state, int) else "unknown")

    async def begin(self) -> None:
        """Have it asked again who it is."""
        self._identified = False

    async def probe(self) -> None:
        """Ask how long it has been running, which every agent tells."""
        await self._get("uptime", (UPTIME,), Priority.SETUP)

    async def poll(self) -> None:
        """Ask for all outlets, and for the rest."""
        for first in range(0, len(self._outlets), AT_ONCE):
            channels = self._outlets[first : first + AT_ONCE]
            oids = tuple(f"{self._family.state}.{channel}" for channel in channels)
            told = await self._get(f"outlets {channels[0]} to {channels[-1]}", oids)
            for channel, state in zip(channels, told, strict=True):
                if isinstance(state, int):
                    self._take(channel, on=state == self._family.state_on)
        if not self._identified:
            await self.identify()
        if self._family.load:
            await self.read_sensors()
        await self.check_health()

    def _take(self, channel: int, *, on: bool) -> None:
        """Know an outlet's state, unless it is what it was before it was switched just now."""
        wanted, at_s = self._switched.get(channel, (on, 0.0))
        if on == wanted or self.now_s() > at_s + LATE_S:
            self._switched.pop(channel, None)
            self.note(f"relay-{channel}", on)

    async def _get(
        self, name: str, oids: tuple[str, ...], priority: Priority = Priority.POLL
    ) -> tuple[Value, ...]:
        bindings = await self._ask(Kind.GET, name, tuple((oid, None) for oid in oids), priority)
        told = dict(bindings)
        return tuple(told.get(oid) for oid in oids)

    async def _ask(
        self,
        kind: Kind,
        name: str,
        bindings: Bindings,
        priority: Priority = Priority.COMMAND,
        *,
        wish: str = "",
    ) -> Bindings:
        self._number = self._number % 0x7FFFFFFF + 1
        number = self._number

        def answer(heard: Message) -> Bindings | None:
            ours = (heard.kind, heard.number, heard.community) == (
                Kind.RESPONSE,
                number,
                self._community,
            )
            if not ours or [oid for oid, _ in heard.bindings] != [oid for oid, _ in bindings]:
                return None
            if heard.error == NOT_ALLOWED:
                raise AuthenticationError(f"{name}: {ERRORS[NOT_ALLOWED]}")
            if heard.error:
                raise RefusedError(f"{name}: {ERRORS.get(heard.error, f'error {heard.error}')}")
            return heard.bindings

        question = Message(kind, number, bindings, self._community, self._version)
        exchange = Exchange[Message, Bindings](
            name=name,
            data=encode(question),
            answer=answer,
            timeout_s=REPLY_S,
            resend=TRIES - 1 if priority is not Priority.SETUP else 0,
            priority=priority,
            kind=wish,
        )
        return await self.line.ask(exchange)


def _checked(oid: str) -> str:
    numbers = oid.removeprefix(".").split(".")
    if len(numbers) < 2 or not all(n.isdecimal() and int(n) < 1 << 32 for n in numbers):
        raise UnsupportedError(f"{oid!r} is not like 1.3.6.1.4.1.318")
    return ".".join(numbers)
