"""Samsung displays."""

from classroom_drivers.emulators.samsung_mdc import SamsungEmulator
from tests.drivers.rigs import BYTE_S_AT_9600, Rig


def hasten(panel: SamsungEmulator) -> None:
    panel.warm_up_s = 0.2


HASTY = {"warm_up_s": 0.5}
RIGS = (
    Rig(
        name="samsung-mdc",
        driver="samsung-mdc",
        model="display",
        over=("serial",),
        byte_s=BYTE_S_AT_9600,
        hasten=hasten,
        hasty=HASTY,
    ),
    Rig(
        name="samsung-mdc-tcp",
        driver="samsung-mdc",
        model="display",
        over=("tcp",),
        hasten=hasten,
        hasty=HASTY,
    ),
    Rig(
        name="samsung-mdc-tls",
        driver="samsung-mdc",
        model="display",
        over=("tls",),
        password="1234",
        hasten=hasten,
        hasty=HASTY,
    ),
    Rig(
        name="samsung-mdc-hangs-up",
        driver="samsung-mdc",
        model="hangs-up",
        over=("tcp",),
        options={"speakers": False},
        hasten=hasten,
        hasty=HASTY,
    ),
)
