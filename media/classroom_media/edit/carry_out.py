"""Carries out any order."""

from collections.abc import Callable

from classroom_media.edit.orders import FilmOrder, Order, PackageOrder, SlidesOrder, SoundOrder
from classroom_media.edit.package import export_package, export_sound
from classroom_media.edit.render import render
from classroom_media.edit.slides import export_slides


def carry_out(order: Order, tell: Callable[[float], None] = lambda _share: None) -> None:
    """Make what is ordered; `tell` is told of the share that is done.

    Raises:
        MediaError: it cannot be made.
    """
    match order:
        case FilmOrder():
            render(order, tell)
        case SoundOrder():
            export_sound(order, tell)
        case SlidesOrder():
            export_slides(order, tell)
        case PackageOrder():
            export_package(order, tell)
