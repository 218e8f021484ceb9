"""A black window that fills a screen, with or without a window manager: a player draws in it.

Source: X11 protocol, override-redirect windows, https://www.x.org/releases/current/doc/
"""

from typing import Any

from Xlib import X, display, error

from classroom_media.api import MediaError
from classroom_media.play.area import Area


class Window:
    """One window; `number` is what X calls it."""

    def __init__(self, name: str, area: str = "") -> None:
        """Open it on the display of that name.

        Raises:
            MediaError: there is no such display, it lets nobody in, or the area is not all there,
                for its output was unplugged: another screen may be where the rest would be.
        """
        try:
            self._display = display.Display(name)
        except (error.DisplayError, error.XError, OSError) as problem:
            raise MediaError(f"display {name}: {problem}") from problem
        screen: Any = self._display.screen()
        whole = Area(screen.width_in_pixels, screen.height_in_pixels)
        place = Area.read(area) if area else whole
        if not place.within(whole):
            self._display.close()
            raise MediaError(f"display {name} is {whole.width}x{whole.height}: no {area} in it")
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
