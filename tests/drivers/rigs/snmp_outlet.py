"""Outlets that are switched by SNMP."""

from tests.drivers.rigs import Rig

FAMILIES = ("apc-masterswitch", "apc-rpdu2", "cyberpower")
RIGS = (
    Rig(name="outlets-apc", driver="snmp-outlet", model="apc", over=("udp",), password="secret"),
    *(
        Rig(
            name=f"outlets-{family}",
            driver="snmp-outlet",
            model=family,
            over=("udp",),
            options={"family": family, "version": "2c"},
        )
        for family in FAMILIES
    ),
)
