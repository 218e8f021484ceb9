"""The card before a film: it comes out of black, stands, and gives way to the first picture."""

from collections.abc import Iterator
from typing import Final

import av
import numpy as np
from PIL import Image

from classroom_media.compose.canvas import label
from classroom_media.compose.colours import frame_of
from classroom_media.compose.fade import Fade
from classroom_media.compose.lettering import Drawing, Lettering
from classroom_media.edit.orders import Opening
from classroom_media.edit.pictures import Form, black

FADE_S: Final = 0.6


def frames(opening: Opening, form: Form, first: av.VideoFrame) -> Iterator[av.VideoFrame]:
    """Give the card's pictures, yuv420p, each valid until the next; `first` comes after them."""
    lettering = Lettering(form.width, form.height)
    drawn = lettering.card(opening.card, _logo(lettering, opening.logo))
    card = label(frame_of(np.asarray(drawn.convert("RGB"))))
    fade, dark = Fade(form.width, form.height), black(form.width, form.height)
    count, steps = opening.pictures(form.fps), max(1, round(FADE_S * form.fps))
    for number in range(count):
        rising, falling = (number + 1) / steps, (count - number) / (steps + 1)
        if rising < 1:
            yield fade.mix(dark, card, rising)
        elif falling < 1:
            yield fade.mix(first, card, falling)
        else:
            yield card


def _logo(lettering: Lettering, path: str) -> Drawing | None:
    if not path:
        return None
    try:
        return lettering.logo(path)
    except (OSError, ValueError, Image.DecompressionBombError):
        return None  # the card says what it has to say without it
