"""The process that shows the recording light on the room's screen, above everything else.

    python -m classroom_edge.light.overlay :0      < one JSON line per `Sign`

It is told what to show on standard input and has no opinion of its own. When nobody holds the
other end any more it takes the sign away and ends.

Source: X11 protocol, PutImage, override-redirect windows, https://www.x.org/releases/current/doc/
"""

import os
import select
import sys
from collections.abc import Iterator
from typing import Any, Final

import msgspec
from PIL import Image
from Xlib import X, display, error

from classroom_edge.light.draw import draw
from classroom_edge.light.sign import Sign
from classroom_media.compose.fonts import Typefaces

RAISED_EVERY_S: Final = 1.0  # a window that comes later must not cover it for long
ROWS_BYTES: Final = 200_000  # pixels of one request; servers take at least 256 KiB
NO_DISPLAY: Final = 3  # exit status

_decode = msgspec.json.Decoder(Sign).decode


class Overlay:
    """One window in the corner of a screen."""

    def __init__(self, name: str) -> None:
        self._display = display.Display(name)
        self._screen: Any = self._display.screen()
        self._typefaces = Typefaces()
        self._window: Any = None
        self._picture: Image.Image | None = None

    def show(self, sign: Sign) -> None:
        """Show another sign in place of the present one."""
        self._hide()
        self._picture = draw(sign, self._screen.height_in_pixels, self._typefaces)
        if self._picture is None:
            return
        width, height = self._picture.size
        margin = height // 4 if not sign.code else 0
        left, top = self._screen.width_in_pixels - width - margin, margin
        if sign.code:
            left, top = left // 2, (self._screen.height_in_pixels - height) // 2
        self._window = self._screen.root.create_window(
            *(left, top, width, height, 0),
            self._screen.root_depth,
            X.InputOutput,
            X.CopyFromParent,
            override_redirect=True,
            event_mask=X.ExposureMask,
        )
        self._window.map()
        self.paint()

    def paint(self) -> None:
        """Draw the window anew, above all others."""
        if self._window is None or self._picture is None:
            return
        self._window.configure(stack_mode=X.Above)
        pen = self._window.create_gc()
        width, height = self._picture.size
        rows = max(1, ROWS_BYTES // (4 * width))
        for top in range(0, height, rows):
            strip = self._picture.crop((0, top, width, min(top + rows, height)))
            pixels = strip.tobytes("raw", "BGRX")
            self._window.put_image(
                *(pen, 0, top, width, strip.height, X.ZPixmap),
                *(self._screen.root_depth, 0, pixels),
            )
        pen.free()
        self._display.flush()

    def obey(self, signs: int) -> None:
        """Show what the lines of a file descriptor say, until it ends."""
        lines = Lines(signs)
        while not lines.ended:
            ready, _, _ = select.select([signs, self._display], [], [], RAISED_EVERY_S)
            if signs in ready:
                for line in lines.read():
                    self.show(_decode(line))
            exposed = False
            while self._display.pending_events():
                exposed |= self._display.next_event().type == X.Expose
            if exposed or not ready:
                self.paint()

    def _hide(self) -> None:
        if self._window is not None:
            self._window.destroy()
            self._display.flush()
            self._window = None


class Lines:
    """Whole lines from a file descriptor, however they are cut."""

    def __init__(self, descriptor: int) -> None:
        self.ended = False
        self._descriptor = descriptor
        self._rest = b""

    def read(self) -> Iterator[bytes]:
        """Give the lines that are complete now."""
        data = os.read(self._descriptor, 65536)
        self.ended = not data
        *lines, self._rest = (self._rest + data).split(b"\n")
        yield from lines


def main(arguments: list[str]) -> int:
    """Show signs on the display that is named; give the exit status."""
    try:
        overlay = Overlay(arguments[0])
    except (error.DisplayError, error.XError, OSError) as problem:
        sys.stderr.write(f"display {arguments[0]}: {problem}\n")
        return NO_DISPLAY
    overlay.obey(sys.stdin.fileno())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
