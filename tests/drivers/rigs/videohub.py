"""Videohub routers."""

from tests.drivers.rigs import Rig

RIGS = (
    Rig(name="videohub", driver="videohub", model="smart-12x12", over=("tcp",)),
    Rig(name="videohub-old", driver="videohub", model="old", over=("tcp",)),
)
