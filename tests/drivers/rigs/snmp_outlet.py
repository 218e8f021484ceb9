"""Outlets that are switched by SNMP."""

from classroom_drivers.emulators.snmp_outlet import OutletEmulator
from tests.drivers.rigs import Rig


def hasten(pdu: OutletEmulator) -> None:
    pdu.late_s = 0.0


RIGS = (
    Rig(
        name="outlets-apc",
        driver="snmp-outlet",
        model="ap7920",
        over=("udp",),
        password="secret",
        hasten=hasten,
    ),
    *(
        Rig(
            name=f"outlets-{model}",
            driver="snmp-outlet",
            model=model,
            over=("udp",),
            options={"model": model, "version": "2c"},
            hasten=hasten,
        )
        for model in ("ap7900", "ap8959", "pdu41004")
    ),
)
