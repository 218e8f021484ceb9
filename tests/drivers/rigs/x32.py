"""Digital mixers."""

from tests.drivers.rigs import Rig

RIGS = (
    Rig(name="x32", driver="x32", model="x32", over=("udp",)),
    Rig(name="xr18", driver="x32", model="xr18", over=("udp",), options={"model": "xr18"}),
)
