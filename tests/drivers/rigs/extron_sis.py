"""Extron switchers and matrices."""

from tests.drivers.rigs import BYTE_S_AT_9600, Rig

MATRIX = {"inputs": 8, "outputs": 4, "volume_steps": 64}
RIGS = (
    Rig(
        name="extron-switcher",
        driver="extron-sis",
        model="switcher",
        over=("serial", "tcp"),
        byte_s=BYTE_S_AT_9600,
    ),
    Rig(
        name="extron-matrix",
        driver="extron-sis",
        model="matrix",
        over=("tcp",),
        password="secret",
        options=MATRIX,
    ),
    Rig(
        name="extron-matrix-serial",
        driver="extron-sis",
        model="matrix",
        over=("serial",),
        options=MATRIX,
        byte_s=BYTE_S_AT_9600,
    ),
    Rig(
        name="extron-old",
        driver="extron-sis",
        model="old-switcher",
        over=("serial",),
        byte_s=BYTE_S_AT_9600,
    ),
)
