"""Devices of code sheets: the example, and every driver that is nothing but a sheet.

A sheet in the registry has its rigs by standing there.
"""

from classroom_drivers.devices.code_sheet import EXAMPLE, shipped_sheet
from classroom_drivers.emulators.code_sheet import SheetEmulator
from classroom_drivers.registry import DRIVERS, SHEET
from tests.drivers.rigs import Rig

PACE = 0.02  # real devices are not in a hurry; a test over real sockets is


def hasten(device: SheetEmulator) -> None:
    device.warm_up_s = min(device.warm_up_s, 0.2)
    device.cool_down_s = min(device.cool_down_s, 0.2)
    device.pace = PACE


def rigs(driver: str, place: str) -> tuple[Rig, ...]:
    sheet = shipped_sheet(place)
    over = ("serial", *(sheet.ports or ["tcp"]))
    habits = {"warm_up_s": sheet.power.warm_up_s, "cool_down_s": sheet.power.cool_down_s}
    waits = {name: min(usual_s, 0.4) for name, usual_s in habits.items()}
    return tuple(
        Rig(
            name=f"{driver}-{transport}",
            driver=driver,
            model=place.partition(":")[2].removesuffix(SHEET),
            over=(transport,),
            options={"sheet": str(EXAMPLE)} if driver == "code-sheet" else {},
            byte_s=10 / sheet.baud if transport == "serial" else 0.0,
            answers=not sheet.power.deaf and any(control.ask for control in sheet.controls),
            hasten=hasten,
            hasty={**waits, "min_on_s": 0.0, "min_off_s": 0.0, "pace": PACE},
        )
        for transport in over
    )


SHEETS = {"code-sheet": f"classroom_drivers.sheets:{EXAMPLE.name}"}
SHEETS |= {name: place for name, place in DRIVERS.items() if place.endswith(SHEET)}
RIGS = tuple(rig for name, place in SHEETS.items() for rig in rigs(name, place))
