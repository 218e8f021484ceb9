"""Drivers for what stands in classrooms: projectors, cameras, interactive panels.

async with connect("pjlink", "tcp://192.168.1.20", password="...") as device:
    await device.perform("power", "set-power", {"on": True})
"""

from classroom_drivers.api import Device, DeviceError, DeviceState
from classroom_drivers.registry import connect, drivers

__all__ = ["Device", "DeviceError", "DeviceState", "connect", "drivers"]
