"""Projectors with PJLink."""

from classroom_drivers.emulators.pjlink import PJLinkEmulator
from tests.drivers.rigs import Rig


def hasten(projector: PJLinkEmulator) -> None:
    projector.warm_up_s = projector.cool_down_s = 0.2


HASTY = {"warm_up_s": 1.0, "cool_down_s": 1.0}
RIGS = (
    Rig(name="pjlink", driver="pjlink", model="projector", hasten=hasten, hasty=HASTY),
    Rig(
        name="pjlink-password",
        driver="pjlink",
        model="projector",
        over=("tcp",),
        password="secret",
        hasten=hasten,
        hasty=HASTY,
    ),
    Rig(
        name="pjlink-2",
        driver="pjlink",
        model="class-2",
        over=("tcp",),
        password="secret",
        hasten=hasten,
        hasty=HASTY,
    ),
    Rig(
        name="pjlink-laser",
        driver="pjlink",
        model="laser",
        over=("tcp",),
        hasten=hasten,
        hasty=HASTY,
    ),
    Rig(
        name="pjlink-padded",
        driver="pjlink",
        model="padded",
        over=("tcp",),
        hasten=hasten,
        hasty=HASTY,
    ),
)
