"""Extron switchers and matrices."""

from tests.drivers.rigs import BYTE_S_AT_9600, Rig

RIGS = (
    Rig(
        name="extron-switcher",
        driver="extron-sis",
        model="sw-4k-plus",
        over=("serial", "tcp"),
        byte_s=BYTE_S_AT_9600,
    ),
    Rig(
        name="extron-matrix",
        driver="extron-sis",
        model="mav-88",
        over=("tcp",),
        password="secret",
        options={"model": "mav-88"},
    ),
    Rig(
        name="extron-matrix-serial",
        driver="extron-sis",
        model="mav-88",
        over=("serial",),
        options={"model": "mav-88"},
        byte_s=BYTE_S_AT_9600,
    ),
    Rig(
        name="extron-old",
        driver="extron-sis",
        model="sw4-av",
        over=("serial",),
        byte_s=BYTE_S_AT_9600,
    ),
)
