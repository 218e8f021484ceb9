"""Kramer switchers and matrices."""

from tests.drivers.rigs import BYTE_S_AT_9600, Rig

RIGS = (
    Rig(
        name="kramer-matrix",
        driver="kramer-p3000",
        model="vs-44h2a",
        over=("tcp", "serial"),
        password="secret",
        options={"volume_least": -60, "volume_most": 30},
    ),
    Rig(
        name="kramer-answers-vid",
        driver="kramer-p3000",
        model="vs-42uhd",
        over=("serial",),
        options={"model": "vs-42uhd", "machine": 1},
        byte_s=BYTE_S_AT_9600 / 12,
    ),
    Rig(
        name="kramer-switcher",
        driver="kramer-p3000",
        model="vs-211uhd",
        over=("serial",),
        options={"model": "vs-211uhd"},
        byte_s=BYTE_S_AT_9600,
    ),
)
