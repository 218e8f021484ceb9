"""Layouts as data: where sources stand in the programme's picture. Pure geometry.

All pixel positions are even, because a chroma sample covers two by two pixels.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import msgspec

from classroom_media.api import Arrangement, Crop, Layout, MediaError, Slot

BORDER: Final = 1 / 360  # of the picture's height
GAP: Final = 0.0125  # of the picture's width, between pictures and around them
COLUMNS: Final = {2: 2, 3: 2, 4: 2, 5: 3, 6: 3}  # of a grid, by the number of sources
WIDE: Final = 16 / 9  # what built-in layouts are drawn for; others are fitted into them


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

    def overlaps(self, other: "Box") -> bool:
        """Tell whether the two have a pixel in common."""
        across = self.x < other.x + other.width and other.x < self.x + self.width
        return across and self.y < other.y + other.height and other.y < self.y + self.height


def _grid(count: int) -> Arrangement:
    """Give rows of equal pictures; those of a row that is not full stand in the middle."""
    columns = COLUMNS[count]
    rows = -(-count // columns)
    share = (1 - GAP * (columns + 1)) / columns  # wide and, at 16:9, high
    top = (1 - rows * share - (rows - 1) * GAP * WIDE) / 2
    slots = []
    for index in range(count):
        row, column = divmod(index, columns)
        in_row = min(columns, count - row * columns)
        left = (1 - in_row * share - (in_row - 1) * GAP) / 2
        x, y = left + column * (share + GAP), top + row * (share + GAP * WIDE)
        slots.append(Slot(x=x, y=y, width=share, height=share))
    return Arrangement(name="grid", slots=tuple(slots), background="gradient")


_FULL: Final = Slot(x=0, y=0, width=1, height=1)
_BUILT_IN: Final = (
    Arrangement(name="single", slots=(_FULL,)),
    Arrangement(
        name="side-by-side",
        slots=(
            Slot(x=GAP, y=0, width=0.48125, height=1),
            Slot(x=0.50625, y=0, width=0.48125, height=1),
        ),
        background="gradient",
    ),
    Arrangement(
        name="picture-in-picture",
        slots=(
            _FULL,
            Slot(x=0.715, y=0.68, width=0.26, height=0.28, border=BORDER, lean_x=1, lean_y=1),
        ),
    ),
    Arrangement(
        name="picture-beside-screen",
        slots=(
            Slot(x=GAP, y=0.125, width=0.75, height=0.75),
            Slot(x=0.75 + 2 * GAP, y=0.125, width=0.25 - 3 * GAP, height=0.75, fill=True),
        ),
        background="gradient",
    ),
    *(_grid(count) for count in COLUMNS),
)
LAYOUTS: Final = {  # the built-in ones: a variant for each number of sources, fewest first
    name: tuple(one for one in _BUILT_IN if one.name == name)
    for name in dict.fromkeys(one.name for one in _BUILT_IN)
}


def arrangement(layout: Layout, own: Iterable[Arrangement] = ()) -> Arrangement:
    """Give the slots of a layout, a built-in one or one of the school's `own`.

    Raises:
        MediaError: there is no such layout, or not as many sources as it has slots.
    """
    variants = LAYOUTS.get(layout.name) or [one for one in own if one.name == layout.name]
    if not variants:
        raise MediaError(f"there is no layout {layout.name!r}")
    by_count = {len(one.slots): one for one in variants}
    if len(layout.sources) not in by_count:
        counts = " or ".join(map(str, by_count))
        raise MediaError(
            f"layout {layout.name!r} takes {counts} sources, not {len(layout.sources)}"
        )
    return by_count[len(layout.sources)]


def uncropped(slot: Slot) -> Slot:
    """Give a slot that shows all of a picture."""
    return msgspec.structs.replace(slot, crop=Crop())


def box(slot: Slot, width: int, height: int, aspect: float) -> Box:
    """Give where a picture of shape `aspect` (width / height, uncropped) stands in a slot."""
    slot_width, slot_height = slot.width * width, slot.height * height
    box_width, box_height = _even(slot_width), _even(slot_height)
    if not slot.fill:
        shape = aspect * slot.crop.width / slot.crop.height
        box_width = _even(min(slot_width, slot_height * shape))
        box_height = _even(min(slot_height, slot_width / shape))
    return Box(
        x=_even(slot.x * width + slot.lean_x * (slot_width - box_width)),
        y=_even(slot.y * height + slot.lean_y * (slot_height - box_height)),
        width=max(2, box_width),
        height=max(2, box_height),
    )


def seen(slot: Slot, place: Box, width: int, height: int, aspect: float) -> Box:
    """Give what of a picture of `width` by `height` pixels is seen in its place."""
    if not slot.fill and slot.crop == Crop():
        return Box(0, 0, width, height)
    crop = slot.crop
    share_x, share_y = crop.width, crop.height
    if slot.fill:
        too_wide = aspect * crop.width / crop.height * place.height / place.width
        share_x, share_y = share_x / max(1, too_wide), share_y * min(1, too_wide)
    left = _even((crop.x + (crop.width - share_x) * slot.lean_x) * width)
    top = _even((crop.y + (crop.height - share_y) * slot.lean_y) * height)
    return Box(
        x=left,
        y=top,
        width=max(2, min(_even(share_x * width), width - left)),
        height=max(2, min(_even(share_y * height), height - top)),
    )


def _even(pixels: float) -> int:
    return 2 * round(pixels / 2)
