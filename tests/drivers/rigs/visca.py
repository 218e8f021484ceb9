"""Cameras with VISCA."""

from classroom_drivers.emulators.visca import ViscaEmulator
from tests.drivers.rigs import BYTE_S_AT_9600, Rig


def hasten(camera: ViscaEmulator) -> None:
    camera.boot_s = 0.2


HASTY = {"warm_up_s": 1.0}
RIGS = (
    Rig(
        name="visca",
        driver="visca",
        model="bare",
        over=("tcp", "udp"),
        hasten=hasten,
        hasty=HASTY,
    ),
    Rig(
        name="visca-serial",
        driver="visca",
        model="bare",
        over=("serial",),
        byte_s=BYTE_S_AT_9600,
        hasten=hasten,
        hasty=HASTY,
    ),
    Rig(
        name="visca-sony",
        driver="visca",
        model="sony",
        over=("udp",),
        query="framing=sony",
        options={"framing": "sony"},
        hasten=hasten,
        hasty=HASTY,
    ),
)
