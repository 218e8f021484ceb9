"""PCs in the room that are switched on over the network, and switched off by other means.

    wol://10.0.0.5?mac=AA-BB-CC-DD-EE-FF                             knocks at port 445
    wol://10.0.0.5:3389?mac=AA-BB-CC-DD-EE-FF&broadcast=10.0.0.255   we are in two networks

A PC is on when it answers at its TCP port, be it with a refusal, and warming up while it boots.
One that is off is not a lost device. Nothing tells whether a packet arrived: it is sent three
times, and only the PC's answer is believed. A firewall that drops what it does not know makes a PC
look off; name a port that it lets through.

Checked on: emulator only.
Source: as named in codecs.wake_on_lan.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from classroom_drivers.api import PowerState, Transport, UnsupportedError
from classroom_drivers.codecs.plain import PlainCodec
from classroom_drivers.codecs.wake_on_lan import (
    ASK,
    PASSWORD_LENGTHS,
    Sign,
    SignDecoder,
    mac_of,
    packet,
    password_of,
)
from classroom_drivers.devices.about import About
from classroom_drivers.devices.powered_device import PoweredDevice, Warmth
from classroom_drivers.links.exchange import Exchange, Priority

SIGN_S = 1.5  # a little longer than a PC may take to answer
PACKETS, PACKET_GAP_S = 3, 0.1
MISSES = 2  # so often in a row a PC that was on must be silent to be off


class WakeablePC(PoweredDevice[Sign]):
    """A PC. Options: `mac`, the address of its network card; `boot_s`, how long it takes to boot.

    Its password is that of SecureOn: six bytes as 11-22-33-44-55-66, or four as 1.2.3.4.
    """

    ABOUT = About(
        title="PCs with Wake-on-LAN: switched on by a magic packet, on when they answer",
        reached_by=(
            "wol://host?mac=AA-BB-CC-DD-EE-FF",
            "wol://host:3389?mac=AA-BB-CC-DD-EE-FF&broadcast=10.0.0.255",
        ),
        sources=('AMD, "Magic Packet Technology", white paper 20213, 1995',),
    )
    PORTS: ClassVar[Mapping[str, int]] = MappingProxyType({"wol": 445})

    def __init__(
        self, transport: Transport, *, mac: str, password: str = "", boot_s: float = 90.0
    ) -> None:
        card, secret = mac_of(mac), password_of(password)
        if card is None:
            raise UnsupportedError(f"mac: {mac!r} is no address such as AA-BB-CC-DD-EE-FF")
        if secret is None or len(secret) not in PASSWORD_LENGTHS:
            raise UnsupportedError("password: SecureOn's is such as 11-22-33-44-55-66 or 1.2.3.4")
        warmth = Warmth(warm_up_s=boot_s, late_s=boot_s)
        super().__init__(transport, lambda: PlainCodec(SignDecoder().feed), warmth)
        self.choices["power"] = ("on",)
        self._packet = packet(card, secret)
        self._misses = 0

    async def set_power(self, *, on: bool) -> None:
        """Switch on; return once the packets are sent."""
        if not on:
            raise UnsupportedError("a PC can only be switched on from here; there are: on")
        await super().set_power(on=on)

    async def switch(self, *, on: bool) -> None:
        """Send the packets."""
        for _ in range(PACKETS):
            exchange = Exchange[Sign, None](name="wake", data=self._packet, gap_s=PACKET_GAP_S)
            await self.line.ask(exchange)

    async def probe(self) -> None:
        """Ask whether it is there; either answer proves that the way to it is."""
        self._note_sign(await self._ask(Priority.SETUP))

    async def poll(self) -> None:
        """Ask whether it is there."""
        self._note_sign(await self._ask(Priority.POLL))

    async def _ask(self, priority: Priority) -> Sign:
        exchange = Exchange[Sign, Sign](
            name="there?",
            data=ASK,
            answer=lambda sign: sign,
            timeout_s=SIGN_S,
            priority=priority,
        )
        return await self.line.ask(exchange)

    def _note_sign(self, sign: Sign) -> None:
        self._misses = 0 if sign.here else self._misses + 1
        if sign.here:
            self.note_power(PowerState.ON)
        elif self.power is not PowerState.ON or self._misses >= MISSES:
            self.note_power(PowerState.OFF)
