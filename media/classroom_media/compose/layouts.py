"""Layouts as data: where sources stand in the programme's picture. Pure geometry.

All pixel positions are even, because a chroma sample covers two by two pixels.
"""

from dataclasses import dataclass
from typing import Final

from classroom_media.api import Layout, MediaError


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for a source, in fractions of the picture.

    A source keeps its shape: it fills the slot as far as that allows, and leans towards
    (`lean_x`, `lean_y`) of what is left over; 0.5 is the middle, 1 right and bottom.
    """

    x: float
    y: float
    width: float
    height: float
    border: bool = False
    lean_x: float = 0.5
    lean_y: float = 0.5


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels, all even."""

    x: int
    y: int
    width: int
    height: int

    def grown(self, by: int) -> "Box":
        """Give this box with `by` pixels more on every side."""
        return Box(self.x - by, self.y - by, self.width + 2 * by, self.height + 2 * by)


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The slots of a layout, bottom first, and what is behind them."""

    slots: tuple[Slot, ...]
    backdrop: bool = False  # the quiet gradient of slates; else black, as for any letterbox


LAYOUTS: Final = {
    "single": Arrangement((Slot(0, 0, 1, 1),)),
    "side-by-side": Arrangement(
        (Slot(0.0125, 0, 0.48125, 1), Slot(0.50625, 0, 0.48125, 1)), backdrop=True
    ),
    "picture-in-picture": Arrangement(
        (
            Slot(0, 0, 1, 1),
            Slot(0.715, 0.68, 0.26, 0.28, border=True, lean_x=1, lean_y=1),
        )
    ),
}


def arrangement(layout: Layout) -> Arrangement:
    """Give the slots of a layout.

    Raises:
        MediaError: there is no such layout, or not as many sources as it has slots.
    """
    found = LAYOUTS.get(layout.name)
    if found is None:
        raise MediaError(f"there is no layout {layout.name!r}")
    if len(layout.sources) != len(found.slots):
        raise MediaError(
            f"layout {layout.name!r} takes {len(found.slots)} sources, not {len(layout.sources)}"
        )
    return found


def box(slot: Slot, width: int, height: int, aspect: float) -> Box:
    """Give where a picture of shape `aspect` (width / height) stands in a slot."""
    slot_width, slot_height = slot.width * width, slot.height * height
    box_width = _even(min(slot_width, slot_height * aspect))
    box_height = _even(min(slot_height, slot_width / aspect))
    return Box(
        x=_even(slot.x * width + slot.lean_x * (slot_width - box_width)),
        y=_even(slot.y * height + slot.lean_y * (slot_height - box_height)),
        width=box_width,
        height=box_height,
    )


def _even(pixels: float) -> int:
    return 2 * round(pixels / 2)
