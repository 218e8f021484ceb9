"""The page on which a lesson is watched in a browser, and what that page is made of.

    /watch/<ticket>/<lesson>      the page; it plays /<ticket>/<lesson>/
    /static/panel/<file>          what it is made of

They come from the same place as the lesson, so that one cache serves both, and viewers need not
know where the room is.
"""

from http import HTTPStatus
from pathlib import Path
from typing import Final

from classroom_media.live.hls.answer import Answer

WATCH: Final = "/watch/"
FILES: Final = "/static/panel/"
PAGE: Final = "watch.html"
KINDS: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
_A_WHILE: Final = "public, max-age=60"  # the names stay when the files change


class Pages:
    """Files of a folder that somebody else built; read once, for they are few and small."""

    def __init__(self, folder: Path | None = None) -> None:
        paths = sorted(folder.iterdir()) if folder and folder.is_dir() else ()
        self._files = {
            path.name: Answer(HTTPStatus.OK, path.read_bytes(), KINDS[path.suffix], _A_WHILE)
            for path in paths
            if path.suffix in KINDS
        }

    def find(self, path: str) -> Answer | None:
        """Give the page or a file; None = the path leads to a lesson, or nowhere."""
        if path.startswith(WATCH):
            return self._files.get(PAGE)
        if path.startswith(FILES):
            return self._files.get(path.removeprefix(FILES))
        return None
