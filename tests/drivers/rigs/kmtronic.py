"""Relay boards."""

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
)
