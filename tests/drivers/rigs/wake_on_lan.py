"""PCs with Wake-on-LAN."""

from classroom_drivers.emulators.wake_on_lan import WakeOnLanEmulator
from tests.drivers.rigs import Rig


def hasten(pc: WakeOnLanEmulator) -> None:
    pc.boot_s = 0.3


OPTIONS = {"mac": "AA-BB-CC-DD-EE-FF"}
LOOPBACK = "broadcast=127.0.0.1&wake_port=0&refusal_is_here=no"
RIGS = (
    Rig(
        name="wake-on-lan",
        driver="wake-on-lan",
        model="pc",
        over=("wol",),
        options=OPTIONS,
        query=LOOPBACK,
        hasten=hasten,
        hasty={"boot_s": 5.0},
    ),
    Rig(
        name="wake-on-lan-secure",
        driver="wake-on-lan",
        model="pc",
        password="11-22-33-44-55-66",
        options=OPTIONS,
    ),
)
