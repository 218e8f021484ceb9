"""KMTronic's relay boards."""

from tests.drivers.rigs import BYTE_S_AT_9600, Rig

RIGS = (
    Rig(
        name="kmtronic",
        driver="kmtronic",
        model="one",
        over=("serial",),
        byte_s=BYTE_S_AT_9600,
    ),
    Rig(
        name="kmtronic-two",
        driver="kmtronic",
        model="two",
        over=("tcp",),
        options={"channels": 2},
    ),
    Rig(
        name="kmtronic-four",
        driver="kmtronic",
        model="four",
        over=("serial",),
        options={"channels": 4},
        byte_s=BYTE_S_AT_9600,
    ),
    Rig(
        name="kmtronic-eight",
        driver="kmtronic",
        model="eight",
        over=("serial", "tcp"),
        options={"channels": 8},
        byte_s=BYTE_S_AT_9600,
    ),
)
