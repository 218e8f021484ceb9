"""How pictures are coded: size, rate, quality. And the profiles that a room can choose from.

Quality is x264's constant rate factor: a picture takes as many bits as it needs, and a slide
that stands still takes next to none. The bit rate is a ceiling. Against an average bit rate
that halves the CPU, and a fifth of the bits remain, at the same looks (measured,
`benchmarks/encoder_profiles.py`).
"""

from dataclasses import dataclass
from typing import Final

EVERYDAY: Final = "everyday"
# x264, at its hastiest presets: otherwise a sensor's noise takes twice the CPU (measured).
PLAIN: Final = "aq-mode=0"


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureForm:
    """The form of one stream of pictures."""

    width: int  # pixels, even
    height: int  # pixels, even
    fps: int
    preset: str  # x264's; other encoders have one way of working
    quality: int  # x264's rate factor: 18 hides everything, 23 is good, 28 is plain
    bitrate_kbps: int  # at most, over two seconds
    gop_s: float  # from one keyframe to the next
    threads: int = 1  # x264's, of a large picture: slices that several cores code at once
    live: bool = False  # for every browser and thin links: constrained baseline, even pictures


PROFILES: Final = {
    EVERYDAY: PictureForm(
        width=1920,
        height=1080,
        fps=25,
        preset="veryfast",
        quality=23,
        bitrate_kbps=4000,
        gop_s=2.0,
    ),
    "fine": PictureForm(
        width=1920,
        height=1080,
        fps=25,
        preset="faster",
        quality=20,
        bitrate_kbps=8000,
        gop_s=2.0,
    ),
    "thin-link": PictureForm(
        width=1280,
        height=720,
        fps=25,
        preset="veryfast",
        quality=27,
        bitrate_kbps=700,
        gop_s=4.0,
    ),
}
