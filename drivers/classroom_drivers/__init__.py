"""Drivers for what stands in classrooms: projectors, cameras, interactive panels.

with connect("pjlink", "tcp://192.168.1.20", password="...") as projector:
    projector.set_power(on=True)

async with connect("pjlink", "tcp://192.168.1.20", password="...") as projector:
    await projector.perform("power", "set-power", {"on": True})
"""

from classroom_drivers.api import Device, DeviceError, DeviceState
from classroom_drivers.registry import connect, drivers
from classroom_drivers.wiring import Wiring

__all__ = ["Device", "DeviceError", "DeviceState", "Wiring", "connect", "drivers"]
