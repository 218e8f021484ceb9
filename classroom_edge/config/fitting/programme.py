"""The programme: layouts and what fills them, the director, what the room is for."""

from classroom_edge.config.explain import suggestion
from classroom_edge.config.fitting.reading import Reading, text
from classroom_edge.config.models import LAYOUTS
from classroom_edge.config.scan import Path
from classroom_edge.profiles import ROUTINE_PICTURES, Profile
from classroom_media.compose.layouts import LAYOUTS as BUILT_IN
from classroom_media.direct.rules import PRACTICE


def check(reading: Reading) -> None:
    """Tell what is wrong with the programme."""
    slots = LAYOUTS | _own_layouts(reading)
    _layouts(reading, slots)
    _director(reading, slots)
    _profile(reading)


def _layouts(reading: Reading, slots: dict[str, int]) -> None:
    layouts = reading.document.value(("layouts",))
    for name in layouts if isinstance(layouts, dict) else {}:
        if name in slots:
            _fill(reading, ("layouts", name), name, slots[name])
        else:
            reading.tell_of_choice(name, reading.document.place(("layouts", name)), slots)
    name = reading.document.value(("programme", "layout"))
    if isinstance(name, str) and name not in slots:
        place = reading.document.value_place(("programme", "layout"))
        reading.tell_of_choice(name, place, slots)
    chosen = name if isinstance(name, str) else "single"
    _fill(reading, ("programme", "sources"), chosen, slots.get(chosen, 0))
    needed = len(BUILT_IN[chosen][0].slots) if chosen in BUILT_IN else slots.get(chosen, 0)
    pictures = reading.pictures()
    if max(1, pictures) < needed:
        path = ("programme", "layout")
        reading.tell("too-few-sources", path, name=chosen, slots=needed, pictures=pictures)


def _profile(reading: Reading) -> None:
    """Tell when a routine room has what only a studio works with."""
    if reading.document.value(("room", "profile")) != Profile.ROUTINE:
        return
    if (pictures := reading.pictures()) > ROUTINE_PICTURES:
        path = ("room", "profile")
        reading.tell("routine-pictures", path, pictures=pictures, most=ROUTINE_PICTURES)
    if reading.document.value(("director", "mode")) == "auto":
        reading.tell("routine-directs", ("director", "mode"))


def _director(reading: Reading, slots: dict[str, int]) -> None:
    """Tell of rules and layouts that there are not."""
    rules = [rule.name for rule in PRACTICE]
    without = reading.document.value(("director", "without"))
    for index, name in enumerate(without if isinstance(without, tuple) else ()):
        if isinstance(name, str) and name not in rules:
            place = reading.document.value_place(("director", "without", index))
            reading.tell_of_choice(name, place, rules)
    layouts = reading.document.value(("director", "layouts"))
    for rule, layout in (layouts if isinstance(layouts, dict) else {}).items():
        path = ("director", "layouts", rule)
        if rule not in rules:
            reading.tell_of_choice(rule, reading.document.place(path), rules)
        if isinstance(layout, str) and layout not in slots:
            reading.tell_of_choice(layout, reading.document.value_place(path), slots)


def _own_layouts(reading: Reading) -> dict[str, int]:
    """Give the school's own layouts with their slots; tell of names that are taken."""
    found: dict[str, int] = {}
    for table, path in reading.tables("layout"):
        name, slots = text(table, "name"), table.get("slot")
        if name in LAYOUTS:
            reading.tell("layout-built-in", (*path, "name"), name=name)
        found.setdefault(name, len(slots) if isinstance(slots, tuple) else 0)
    return found


def _fill(reading: Reading, path: Path, layout: str, slots: int) -> None:
    names = reading.document.value(path)
    names = names if isinstance(names, tuple) else ()
    for index, name in enumerate(names):
        if not isinstance(name, str):
            continue
        if name not in reading.sources:
            found = suggestion(name, reading.sources)
            reading.tell("no-such-source", (*path, index), name=name, suggestion=found)
        elif reading.sources[name].get("picture") is False:
            reading.tell("source-without-picture", (*path, index), name=name)
        elif name in names[:index]:
            reading.tell("source-twice", (*path, index), name=name)
    if slots and len(names) > slots:
        reading.tell("too-many-sources", path, name=layout, slots=slots)
