"""Infrared and contacts over the network."""

from tests.drivers.rigs import Rig

CODES = """
power = "38000,1,1,342,171,21,64,21,21,21,1700"
up = "0000 006D 0002 0001 0156 00AB 0015 0015 0015 0600"
down = "sendir,1:1,1,40000,2,3,96,24,48,24,24,24"
"""
RIGS = (
    Rig(
        name="itach-ir",
        driver="itach",
        model="ip2ir",
        over=("tcp",),
        options={"codes": CODES, "sensors": "2, 3"},
    ),
    Rig(name="itach-relay", driver="itach", model="ip2cc", over=("tcp",), options={"relays": 3}),
)
