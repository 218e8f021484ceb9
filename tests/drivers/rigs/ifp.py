"""Interactive panels."""

from classroom_drivers.emulators.ifp import PanelEmulator
from tests.drivers.rigs import BYTE_S_AT_9600, Rig


def hasten(panel: PanelEmulator) -> None:
    panel.boot_s = 0.2


HASTY = {"warm_up_s": 0.3}
RIGS = (
    Rig(
        name="ifp",
        driver="ifp",
        model="aabbcc",
        over=("serial",),
        byte_s=BYTE_S_AT_9600,
        hasten=hasten,
        hasty=HASTY,
    ),
    Rig(
        name="ifp-deaf",
        driver="ifp",
        model="deaf",
        over=("tcp",),
        options={"deaf_in_standby": True},
        answers=False,  # it is deaf and dumb in standby
        hasten=hasten,
        hasty=HASTY,
    ),
)
