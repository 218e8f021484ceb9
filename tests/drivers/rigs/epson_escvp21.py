"""Epson projectors."""

from classroom_drivers.emulators.epson_escvp21 import EpsonEmulator
from tests.drivers.rigs import BYTE_S_AT_9600, Rig


def hasten(projector: EpsonEmulator) -> None:
    projector.warm_up_s = projector.cool_down_s = projector.change_over_s = 0.2
    projector.rest_s = 0.2


HASTY = {"warm_up_s": 1.0, "cool_down_s": 1.0, "rest_s": 0.3}
RIGS = (
    Rig(
        name="epson",
        driver="epson-escvp21",
        model="projector",
        over=("serial",),
        byte_s=BYTE_S_AT_9600,
        hasten=hasten,
        hasty=HASTY,
    ),
    Rig(
        name="epson-network",
        driver="epson-escvp21",
        model="network",
        over=("tcp",),
        password="secret",
        hasten=hasten,
        hasty=HASTY,
    ),
)
