"""A black window that fills a screen, with or without a window manager: a player draws in it.

Source: X11 protocol, override-redirect windows, https://www.x.org/releases/current/doc/
"""

import logging
from typing import Any

from Xlib import X, display, error

from classroom_media.api import MediaError
from classroom_media.play.area import Area

logger = logging.getLogger(__name__)


class Window:
    """One window; `number` is what X calls it."""

    def __init__(self, name: str, area: str = "") -> None:
        """Open it on the display of that name.

        An area that is not all there, for its output was unplugged, gives way to the whole display.

        Raises:
            MediaError: there is no such display, or it lets nobody in.
        """
        try:
            self._display = display.Display(name)
        except (error.DisplayError, error.XError, OSError) as problem:
            raise MediaError(f"display {name}: {problem}") from problem
        screen: Any = self._display.screen()
        place = _place(area, Area(screen.width_in_pixels, screen.height_in_pixels))
        empty = screen.root.create_pixmap(1, 1, 1)
        empty.fill_rectangle(empty.create_gc(foreground=0), 0, 0, 1, 1)
        unseen = empty.create_cursor(empty, (0, 0, 0), (0, 0, 0), 0, 0)  # nobody points at a film
        self._window: Any = screen.root.create_window(
            *(place.left, place.top, place.width, place.height, 0),
            screen.root_depth,
            X.InputOutput,
            X.CopyFromParent,
            override_redirect=True,
            background_pixel=screen.black_pixel,
            cursor=unseen,
        )
        self.number = int(self._window.id)

    def show(self) -> None:
        """Cover the screen."""
        self._window.map()
        self._window.configure(stack_mode=X.Above)
        self._display.flush()

    def hide(self) -> None:
        """Let what was there before be seen."""
        self._window.unmap()
        self._display.flush()

    def close(self) -> None:
        """Take it away."""
        self._window.destroy()
        self._display.close()


def _place(asked: str, whole: Area) -> Area:
    if not asked:
        return whole
    area = Area.read(asked)
    if area.within(whole):
        return area
    logger.warning("the display is %dx%d: %s is not in it", whole.width, whole.height, asked)
    return whole
