"""Devices that are described by a code sheet, the user's own or one that is shipped.

Checked on: emulator only.
Source: the sheet, which names its own.
"""

import inspect
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any

from classroom_drivers.api import Transport, UnsupportedError
from classroom_drivers.code_sheet.lint import read
from classroom_drivers.code_sheet.sheet import Sheet
from classroom_drivers.devices.about import About, Quirk
from classroom_drivers.devices.line_device import LineDevice
from classroom_drivers.devices.sheet_device import TIMES, SheetDevice
from classroom_drivers.devices.sheet_verbs import VERBS

SHEETS = "classroom_drivers.sheets"
EXAMPLE = Path(str(resources.files(SHEETS) / "example.toml"))


class _Unbound(*VERBS.values()):  # type: ignore[misc]
    """All verbs at once."""


class CodeSheetDevice(_Unbound):
    """A device described by a sheet of the user's. Its capabilities are those of the sheet.

    Options: `sheet`, the file; the sheet's own, such as `id`; `inputs`, those that are in use
    ("hdmi-1, pc"); `pace`, by which all gaps of the sheet are multiplied; `echo`, whether the
    device repeats what it is sent; `warm_up_s`, `cool_down_s`, `min_on_s` and `min_off_s`.
    """

    ABOUT = About(
        title="Devices described by a code sheet of your own",
        reached_by=("serial:///dev/ttyUSB0?baud=9600", "tcp://host:port", "udp://host:port"),
        sources=("the integrator's code sheet",),
        quirks=(
            Quirk(
                model="example",
                why="the panel that drivers/classroom_drivers/sheets/README.md describes",
                source='Clevertouch, "RS232 code for Clevertouch Plus"',
                options={"sheet": str(EXAMPLE)},
            ),
        ),
    )

    def __init__(self, transport: Transport, *, sheet: str) -> None:
        raise UnsupportedError(f"no sheet at {sheet!r}")

    @classmethod
    def variant(cls, options: Mapping[str, Any]) -> type[LineDevice[Any]]:
        """Give the driver of the sheet that the options name, itself if they name none.

        Raises:
            UnsupportedError: there is no such sheet, or it has mistakes.
        """
        sheet = options.get("sheet")
        return bind(read(sheet), {"sheet": sheet}) if isinstance(sheet, str) and sheet else cls


@cache
def shipped(place: str) -> type[SheetDevice]:
    """Give the driver of a sheet in a package: "classroom_drivers.sheets:lg.toml"."""
    return bind(shipped_sheet(place))


def shipped_sheet(place: str) -> Sheet:
    """Read a sheet in a package.

    Raises:
        UnsupportedError: it has mistakes.
    """
    package, _, name = place.partition(":")
    with resources.as_file(resources.files(package) / name) as path:
        return read(path)


def bind(sheet: Sheet, fixed: Mapping[str, str] | None = None) -> type[SheetDevice]:
    """Make a driver of a sheet: its capabilities, its ports, and its options with their kinds.

    `fixed` are options that were used up in finding the sheet.
    """
    verbs = [VERBS[name] for name in sheet.capabilities if name in VERBS]
    without = {} if sheet.control("power") else {"set_power": None}  # Python's word for "has not"
    return type(
        "CodeSheetDevice",
        (*verbs, SheetDevice),
        {
            "__doc__": f"{sheet.title}, by its code sheet.",
            "__module__": __name__,
            "__init__": _init(sheet, fixed or {}),
            "SHEET": sheet,
            "ABOUT": _about(sheet),
            "BAUD": sheet.baud,
            "PORTS": MappingProxyType(dict(sheet.ports)),
            "SHARING": sheet.sharing,
            **without,
        },
    )


def _about(sheet: Sheet) -> About:
    unverified = tuple(f"not verified: {what}" for what in sheet.unverified)
    quirks = tuple(
        Quirk(model=row.model, why=row.why, source=row.source, options=row.options)
        for row in sheet.quirks
    )
    return About(
        title=sheet.title,
        reached_by=sheet.reached_by,
        sources=(*sheet.sources, *unverified),
        quirks=quirks,
    )


def _init(sheet: Sheet, fixed: Mapping[str, str]) -> Any:  # noqa: ANN401 - a function with a signature
    """Give an `__init__` that says which options there are, for who checks them."""
    usual: dict[str, Any] = {
        **{name: option.default for name, option in sheet.options.items()},
        **{name: getattr(sheet.power, name) for name in TIMES},
        "inputs": "",
        "pace": 1.0,
        "echo": sheet.echo,
        **fixed,
    }

    def __init__(self: SheetDevice, transport: Transport, **options: Any) -> None:  # noqa: ANN401, N807
        for name in fixed:
            options.pop(name, None)
        SheetDevice.__init__(self, transport, **options)

    kinds = {name: type(value) for name, value in usual.items()}
    keyword, positional = inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters = [inspect.Parameter(name, positional) for name in ("self", "transport")]
    parameters += [
        inspect.Parameter(name, keyword, default=value, annotation=kinds[name])
        for name, value in usual.items()
    ]
    __init__.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    __init__.__annotations__ = {**kinds, "return": None}
    return __init__
