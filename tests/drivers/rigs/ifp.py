"""Interactive panels, a rig for every family."""

from typing import Any

from classroom_drivers.emulators.ifp import PanelEmulator
from tests.drivers.rigs import BYTE_S_AT_9600, Rig


def hasten(panel: PanelEmulator) -> None:
    panel.boot_s = min(panel.boot_s, 0.2)
    panel.pace_s = panel.think_s = 0.0


HASTY = {"warm_up_s": 0.3, "cool_down_s": 0.3, "gap_s": 0.01}


def rig(name: str, emulated: str, *over: str, answers: bool = True, **options: Any) -> Rig:
    return Rig(
        name=name,
        driver="ifp",
        model=emulated,
        over=over,
        options=options,
        byte_s=BYTE_S_AT_9600 if "serial" in over else 0.0,
        answers=answers,  # one that is deaf and dumb in standby cannot be missed
        hasten=hasten,
        hasty=HASTY,
    )


RIGS = (
    rig("ifp", "aabbcc", "serial"),
    rig("ifp-deaf", "deaf", "tcp", answers=False, deaf_in_standby=True),
    rig("ifp-benq", "benq", "serial", "tcp", model="benq-rm03"),
    rig("ifp-hisense", "hisense-e", "serial", model="hisense-e"),
    rig("ifp-hitevision", "hitevision", "serial", answers=False, model="hitevision-90184"),
    rig(
        "ifp-hitevision-38",
        "hitevision-ops-38",
        "serial",
        answers=False,
        family="hitevision-ops-38",
    ),
    rig("ifp-maxhub", "maxhub", "serial", model="clevertouch-pro"),
    rig("ifp-maxhub-lan", "maxhub-lan", "tcp", model="clevertouch-pro-lan"),
    rig("ifp-newline", "newline", "serial", answers=False, model="newline"),
    rig("ifp-sicp", "sicp", "serial", "tcp", model="philips-bdl"),
    rig("ifp-sicp-a6", "sicp-a6", "serial", "tcp", model="iiyama-prolite"),
    rig("ifp-viewsonic", "viewsonic", "serial", "tcp", model="viewsonic-ifp50"),
    rig("ifp-viewsonic-slow", "viewsonic-cdx", "serial", model="viewsonic-cdx5562"),
)
