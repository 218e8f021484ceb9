"""The room: its routines, its recording light, its screens, its nights."""

from classroom_edge.config.fitting.reading import Reading, Table, text
from classroom_edge.config.models import WANTS
from classroom_edge.config.scan import Path
from classroom_media.play.area import Area


def check(reading: Reading) -> None:
    """Tell what is wrong with routines, light, screens and what nobody attends."""
    for _, path in reading.tables("routine"):
        for want, inner in reading.tables(*path, "want"):
            _want(reading, want, inner)
    _light(reading)
    for table, path in reading.tables("screen"):
        _screen(reading, table, path)
    _unattended(reading)


def _want(reading: Reading, want: Table, path: Path) -> None:
    device = text(want, "device")
    if not device:
        return
    for what, capability in WANTS.items():
        if what in want and not reading.is_device(device, (*path, "device"), capability):
            return
    reading.preset(device, want, (*path, "preset"))


def _light(reading: Reading) -> None:
    relay = reading.document.value(("light", "relay"))
    if isinstance(relay, str) and relay:
        reading.is_device(relay, ("light", "relay"), "relay")
    tally = reading.document.value(("light", "tally"))
    for index, name in enumerate(tally if isinstance(tally, tuple) else ()):
        if isinstance(name, str):
            reading.is_device(name, ("light", "tally", index), "tally")


def _screen(reading: Reading, table: Table, path: Path) -> None:
    """Tell when a screen has no device to switch it on, or another covers its place."""
    device, display = text(table, "device"), text(table, "display")
    if device:
        reading.is_device(device, (*path, "device"), "power")
    for other, _ in reading.tables("screen"):
        if other is table:
            return
        if display and display == text(other, "display") and _share_a_place(table, other):
            reading.tell("screen-covered", (*path, "display"), name=text(other, "id"))


def _unattended(reading: Reading) -> None:
    """Tell when what switches everything off is no routine of this room."""
    path = ("unattended", "off_routine")
    name = reading.document.value(path)
    known = [text(table, "name") for table, _ in reading.tables("routine")]
    if isinstance(name, str) and name not in known:
        reading.tell_of_choice(name, reading.document.value_place(path), known)


def _share_a_place(screen: Table, other: Table) -> bool:
    """Whether two screens cover each other on their display; a screen without an area fills it."""
    try:
        mine, its = (Area.read(text(one, "area")) for one in (screen, other))
    except ValueError:
        return not (text(screen, "area") and text(other, "area"))
    return mine.meets(its)
