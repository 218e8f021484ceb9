"""What is known about a driver: what it speaks, from which manuals, and which models are odd."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from classroom_drivers.api import Plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Quirk:
    """A model, or one firmware of it, that wants other options than the driver's own.

    It is chosen by ``model=`` among the options, and ``firmware=`` where one is named.
    """

    model: str  # as people type it: "sharp-pn-vc"
    why: str  # what it does differently
    source: str  # manual and page, or issue
    firmware: str = ""
    options: Mapping[str, Plain] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """A driver's evidence. Maturity is not claimed here: it follows from recorded transcripts."""

    title: str  # "Projectors and displays with PJLink, class 1 and 2"
    reached_by: tuple[str, ...]  # "tcp://host", "serial:///dev/ttyUSB0?baud=9600"
    sources: tuple[str, ...]  # "JBMIA, PJLink Specifications Class 1, 2013-12-10, section 4"
    quirks: tuple[Quirk, ...] = ()

    def options_of(self, model: str, firmware: str) -> Mapping[str, Plain] | None:
        """Give the options of a model, those of its firmware over them; None if it is not known."""
        rows = [row for row in self.quirks if row.model == model]
        if not rows:
            return None
        found: dict[str, Plain] = {}
        for row in sorted(rows, key=lambda row: row.firmware):
            if row.firmware in {"", firmware}:
                found |= row.options
        return MappingProxyType(found)
