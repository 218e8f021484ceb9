"""Kramer switchers and matrices."""

from tests.drivers.rigs import BYTE_S_AT_9600, Rig

RIGS = (
    Rig(
        name="kramer-matrix",
        driver="kramer-p3000",
        model="matrix",
        over=("tcp", "serial"),
        password="secret",
        options={"volume_least": -60, "volume_most": 30},
    ),
    Rig(
        name="kramer-answers-vid",
        driver="kramer-p3000",
        model="answers-vid",
        over=("serial",),
        options={"mutes": "", "machine": 1},
        byte_s=BYTE_S_AT_9600 / 12,
    ),
    Rig(
        name="kramer-switcher",
        driver="kramer-p3000",
        model="switcher",
        over=("serial",),
        options={"mutes": "", "inputs": 2, "outputs": 1},
        byte_s=BYTE_S_AT_9600,
    ),
)
