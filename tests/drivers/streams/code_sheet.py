"""The frames of every shipped code sheet: what is sent, and what is replied."""

from collections.abc import Iterator

from classroom_drivers.code_sheet.catalogue import entries
from classroom_drivers.code_sheet.controller_side import ControllerSide
from classroom_drivers.code_sheet.device_side import DeviceSide, first_state
from classroom_drivers.code_sheet.sheet import Framing, Sheet
from classroom_drivers.codecs.sheet_frame import FRAME_MAX
from classroom_drivers.devices.code_sheet import shipped_sheet
from tests.drivers.rigs.code_sheet import SHEETS
from tests.drivers.streams import Stream


def commands(sheet: Sheet) -> bytes:
    side = ControllerSide(sheet, sheet.defaults())
    return b"".join(found.spell(side) for found in entries(sheet.controls))[:600]


def replies(sheet: Sheet) -> bytes:
    side = DeviceSide(sheet, sheet.defaults())
    asked = [control for control in sheet.controls if control.ask]
    return b"".join(side.answer(control, first_state(sheet, control)) for control in asked)


def end(framing: Framing) -> bytes:
    """Give enough zeros to complete any frame of a known length, and whatever ends the others."""
    zeros = bytes(FRAME_MAX * any(cut.length or cut.count for cut in framing.cuts))
    return zeros + b"".join(cut.ends for cut in framing.cuts)


def streams(name: str, sheet: Sheet) -> Iterator[Stream]:
    for framing, direction, spelled in (
        (sheet.commands, "commands", commands(sheet)),
        (sheet.replies, "replies", replies(sheet)),
    ):
        whole = framing.decoder().feed(spelled)
        data = b"".join(found.data for found in whole)  # up to the last whole frame
        yield Stream(
            name=f"{name} {direction}",
            decoder=framing.decoder,
            data=data,
            end=end(framing),
        )


STREAMS = tuple(
    stream for name, place in SHEETS.items() for stream in streams(name, shipped_sheet(place))
)
