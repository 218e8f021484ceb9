"""USB relay boards that speak A0."""

from tests.drivers.rigs import BYTE_S_AT_9600, Rig

RIGS = (
    Rig(
        name="lcus",
        driver="lcus",
        model="frames",
        over=("serial",),
        byte_s=BYTE_S_AT_9600,
    ),
    Rig(
        name="lcus-four",
        driver="lcus",
        model="frames-four",
        over=("serial",),
        options={"channels": 4},
        byte_s=BYTE_S_AT_9600,
    ),
    Rig(
        name="lcus-text",
        driver="lcus",
        model="text",
        over=("serial",),
        options={"model": "noyito-2"},
        byte_s=BYTE_S_AT_9600,
    ),
    Rig(
        name="lcus-silent",
        driver="lcus",
        model="silent",
        over=("serial",),
        options={"model": "lcus-1"},
        byte_s=BYTE_S_AT_9600,
        answers=False,
    ),
)
