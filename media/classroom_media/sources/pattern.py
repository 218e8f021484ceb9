"""A generated test picture with sound, in which everything can be checked.

Colour bars; a line that moves; the number of the frame, in digits and as a row of black and
white squares (most significant first); and on every full second a white flash in the lower
left corner together with a beep, both 100 ms long.
"""

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlsplit

import numpy as np
from av import AudioFrame, VideoFrame
from numpy.typing import NDArray

from classroom_media.api import NS, SourceError
from classroom_media.packets import Coded
from classroom_media.sources.coders import RATE_HZ, PictureCoder, SoundCoder
from classroom_media.workers.specs import SourceSpec

Plane = NDArray[np.uint8]

BARS: Final = (  # Y, Cb, Cr of 75 % bars (ITU-R BT.601)
    (180, 128, 128), (162, 44, 142), (131, 156, 44), (112, 72, 58),
    (84, 184, 198), (65, 100, 212), (35, 212, 114),
)  # fmt: skip
DIGITS: Final = (  # 3 x 5 squares each; an octal digit is a row
    0o75557, 0o26227, 0o71747, 0o71717, 0o55711, 0o74717, 0o74757, 0o71111, 0o75757, 0o75717,
)  # fmt: skip
BLACK: Final = 16
WHITE: Final = 235
SQUARES: Final = 24  # bits of the counter
BEEP_S: Final = 0.1
AMPLITUDE: Final = 0.25  # -12 dBFS


@dataclass(frozen=True, slots=True)
class Pattern:
    """What ``pattern://?size=1280x720&fps=25&tone=1000`` asks for; `tone_hz` 0 is silence."""

    width: int = 1280
    height: int = 720
    fps: int = 25
    tone_hz: int = 1000

    @classmethod
    def from_url(cls, url: str) -> "Pattern":
        """Read a URL.

        Raises:
            SourceError: a number in it is none.
        """
        asked = dict(parse_qsl(urlsplit(url).query))
        try:
            width, height = (int(n) for n in asked.get("size", "1280x720").split("x"))
            return cls(width, height, int(asked.get("fps", 25)), int(asked.get("tone", 1000)))
        except ValueError as error:
            raise SourceError(f"{url}: {error}") from error

    def background(self) -> Plane:
        """Draw the bars: (height * 3 / 2, width) uint8, planar YUV 4:2:0."""
        columns = np.arange(self.width) * len(BARS) // self.width
        luma = np.array([bar[0] for bar in BARS], np.uint8)[columns]
        halves = columns[::2]
        chroma = [np.array([bar[i] for bar in BARS], np.uint8)[halves] for i in (1, 2)]
        planes = [np.tile(row, self.height // 2).reshape(-1, self.width // 2) for row in chroma]
        return np.concatenate(
            [np.tile(luma, (self.height, 1)), *(p.reshape(-1, self.width) for p in planes)]
        )

    def picture(self, background: Plane, number: int) -> Plane:
        """Draw frame `number` over a copy of the bars."""
        drawn = background.copy()
        luma = drawn[: self.height]
        side = self.width // SQUARES
        for bit in range(SQUARES):
            on = number >> (SQUARES - 1 - bit) & 1
            luma[:side, bit * side : (bit + 1) * side] = WHITE if on else BLACK
        luma[side:, number * 4 % self.width] = WHITE
        if number % self.fps < BEEP_S * self.fps:
            luma[-3 * side :, : 3 * side] = WHITE
        digits = lettering(f"{number:06d}", self.height // 40)
        top, left = (self.height - len(digits)) // 2, (self.width - digits.shape[1]) // 2
        luma[top : top + len(digits), left : left + digits.shape[1]][digits] = BLACK
        return drawn

    def sound(self, number: int) -> NDArray[np.float32]:
        """Make the sound during frame `number`: (1, samples) float32."""
        at = np.arange(number * RATE_HZ // self.fps, (number + 1) * RATE_HZ // self.fps)
        seconds = at / RATE_HZ
        beeping = (at % RATE_HZ < BEEP_S * RATE_HZ) & (self.tone_hz > 0)
        wave = AMPLITUDE * np.sin(2 * np.pi * self.tone_hz * seconds) * beeping
        return wave.astype(np.float32).reshape(1, -1)


def lettering(digits: str, size: int) -> NDArray[np.bool_]:
    """Draw digits of `size`-pixel squares: (5 * size, 4 * size * digits) bool."""
    glyphs = [DIGITS[int(digit)] for digit in digits]
    rows = [
        [bit == "1" for glyph in glyphs for bit in f"{glyph >> 3 * (4 - row) & 7:03b}0"]
        for row in range(5)
    ]
    return np.kron(np.array(rows), np.ones((size, size))).astype(bool)


def generate(
    spec: SourceSpec, clock: Callable[[], int], sleep: Callable[[float], None] = time.sleep
) -> Generator[Coded, None, None]:
    """Give the packets of a test picture and its sound, in real time and for ever.

    Raises:
        SourceError: the URL cannot be understood.
        EncodeError: the encoder refuses the size.
    """
    pattern = Pattern.from_url(spec.url)
    pictures = PictureCoder(spec.id, fps=pattern.fps)
    sounds = SoundCoder(f"{spec.id}-sound")
    background = pattern.background()
    start_ns = clock() + spec.delay_ms * 1_000_000
    number = 0
    while True:
        due_ns = number * NS // pattern.fps + start_ns
        sleep(max(0, due_ns - clock()) / NS)
        if spec.picture:
            drawn = VideoFrame.from_ndarray(pattern.picture(background, number), format="yuv420p")
            yield from pictures.encode(drawn, due_ns)
        if spec.sound and number:  # what sounded during the frame before
            block = AudioFrame.from_ndarray(pattern.sound(number - 1), format="fltp", layout="mono")
            block.sample_rate = RATE_HZ
            yield from sounds.encode(block, (number - 1) * NS // pattern.fps + start_ns)
        number += 1
