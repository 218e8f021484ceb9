"""Finds a typeface that can write a text: Chinese names need more than the usual ones.

Source: fontconfig user's manual (fc-match),
https://www.freedesktop.org/software/fontconfig/fontconfig-user.html
"""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from PIL import ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

WELL_KNOWN: Final = (
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2),  # 2 = Simplified Chinese
    ("/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", 0),
    ("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc", 0),
    ("C:/Windows/Fonts/msyh.ttc", 0),
    ("C:/Windows/Fonts/simhei.ttf", 0),
    ("/System/Library/Fonts/PingFang.ttc", 0),
    ("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", 0),
)
MISSING: Final = "\U0010fffe"  # no font has it: drawn as the sign for a missing character


@dataclass(frozen=True, slots=True)
class Face:
    """A typeface in a file; "" is the one that Pillow brings along (Latin only)."""

    path: str
    index: int = 0

    def sized(self, pixels: int) -> Font:
        """Open it at a size."""
        if not self.path:
            return ImageFont.load_default(pixels)
        return ImageFont.truetype(self.path, pixels, index=self.index)


class Typefaces:
    """The typefaces of this machine, best for Chinese first."""

    def writing(self, text: str) -> Face | None:
        """Give the first that has every character of `text`, or None."""
        return next((face for face in self._faces if _has(face, text)), None)

    @property
    def latin(self) -> Face:
        """Give a typeface that every machine has: Pillow brings it along."""
        return Face("")

    @cached_property
    def _faces(self) -> tuple[Face, ...]:
        return (*_matched(), *_well_known(), self.latin)


def _has(face: Face, text: str) -> bool:
    font = face.sized(16)
    missing = bytes(font.getmask(MISSING))
    return all(char.isspace() or bytes(font.getmask(char)) != missing for char in text)


def _matched() -> Iterator[Face]:
    """Ask fontconfig, where there is one."""
    program = shutil.which("fc-match")
    if program is None:
        return
    command = [program, "--format=%{file}\t%{index}", "sans-serif:lang=zh-cn"]
    try:
        answer = subprocess.run(  # noqa: S603 - our own words, no shell
            command, capture_output=True, text=True, timeout=5, check=True
        ).stdout
        path, index = answer.split("\t")
        face = Face(path, int(index))
        face.sized(16)
    except (OSError, ValueError, subprocess.SubprocessError):
        return
    yield face


def _well_known() -> Iterator[Face]:
    return (Face(path, index) for path, index in WELL_KNOWN if Path(path).is_file())
