"""Sony projectors."""

from classroom_drivers.emulators.sony_adcp import SonyEmulator
from tests.drivers.rigs import Rig


def hasten(projector: SonyEmulator) -> None:
    projector.warm_up_s = projector.cool_down_s = 0.2


HASTY = {"warm_up_s": 1.0, "cool_down_s": 1.0}
RIGS = (
    Rig(
        name="sony-laser",
        driver="sony-adcp",
        model="laser",
        over=("tcp",),
        password="Projector1",
        hasten=hasten,
        hasty=HASTY,
    ),
    Rig(
        name="sony-cinema",
        driver="sony-adcp",
        model="cinema",
        over=("tcp",),
        options={"inputs": "hdmi-1=hdmi1, hdmi-2=hdmi2"},
        hasten=hasten,
        hasty=HASTY,
    ),
)
