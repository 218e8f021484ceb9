"""The titler: draws what is written over the programme once, and lays it over every picture."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Generic, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import av
import msgspec
import numpy as np
from PIL import Image

from classroom_media.api import NS, MediaError, Titles, TitleStyle
from classroom_media.compose.canvas import label
from classroom_media.compose.colours import frame_of
from classroom_media.compose.fade import Fade
from classroom_media.compose.lettering import SAFE, Drawing, Lettering
from classroom_media.compose.overlay import Overlay, laid_over, overlay_of

FADE_S: Final = 0.3  # how long a title takes to come or go
CARD_FADE_S: Final = 0.6
LOWER_THIRD_BOTTOM: Final = 0.8  # of the picture's height; subtitles have their place under it
SUBTITLE_BOTTOM: Final = 0.955

Drawn = TypeVar("Drawn", Overlay, av.VideoFrame)

logger = logging.getLogger(__name__)


def wall_offset_ns() -> int:
    """Tell how far wall clock time is from the timeline."""
    return time.time_ns() - time.monotonic_ns()


def _zone(name: str) -> ZoneInfo | None:
    """Give a time zone; None is the machine's own, where this one is not known."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        logger.warning("the clock shows this machine's own time: %s", error)
        return None


@dataclass(slots=True)
class _Piece(Generic[Drawn]):
    """Something that comes and goes; another takes its place when it is gone."""

    ticks: int  # that coming or going takes
    wanted: Drawn | None = None
    shown: Drawn | None = field(default=None, init=False)
    strength: float = field(default=0.0, init=False)

    def step(self) -> None:
        """Go on by one picture."""
        step = 1 / max(1, self.ticks)
        if self.shown is self.wanted:
            self.strength = min(1.0, self.strength + step) if self.shown else 0.0
            return
        self.strength -= step
        if self.strength < step / 2:
            self.shown, self.strength = self.wanted, step if self.wanted else 0.0


class Titler:
    """Titles of one programme. `show` may be called from any thread."""

    def __init__(
        self,
        style: TitleStyle,
        *,
        width: int,
        height: int,
        fps: int,
        offset_ns: Callable[[], int] = wall_offset_ns,
    ) -> None:
        self._style = style
        self._width, self._height = width, height
        self._offset_ns = offset_ns
        self._lettering = Lettering(width, height)
        self._fade = Fade(width, height)
        self._logo = self._opened_logo()
        self._corner_logo = self._cornered(self._logo, style.logo_corner) if self._logo else None
        self._zone = _zone(style.timezone) if style.clock else None
        self._clock: tuple[str, Overlay] | None = None
        self._lower_third: _Piece[Overlay] = _Piece(round(FADE_S * fps))
        self._subtitle: _Piece[Overlay] = _Piece(0)
        self._card: _Piece[av.VideoFrame] = _Piece(round(CARD_FADE_S * fps))
        self._cards: dict[tuple[str, str], av.VideoFrame] = {}  # by name and heading
        self.titles = Titles()

    @property
    def is_blank(self) -> bool:
        """Whether nothing is over the picture, nor about to come."""
        pieces = (self._lower_third, self._subtitle, self._card)
        coming = any(piece.shown or piece.wanted for piece in pieces)
        return not (coming or self._corner_logo or self._style.clock)

    def show(self, titles: Titles) -> None:
        """Show these from the next picture on; others go.

        Raises:
            MediaError: there is no such card.
        """
        if titles.card and titles.card not in self._style.cards:
            raise MediaError(f"there is no card {titles.card!r}")
        old, self.titles = self.titles, titles
        self._card.wanted = self._card_of(titles)
        if titles.subtitle != old.subtitle:
            said = titles.subtitle.strip()
            self._subtitle.wanted = self._drawn_subtitle(said) if said else None
        if titles.lower_third != old.lower_third:
            third = titles.lower_third
            drawing = self._lettering.lower_third(third) if third and third.name else None
            self._lower_third.wanted = self._drawn_third(drawing) if drawing else None

    @contextmanager
    def over(self, frame: av.VideoFrame, tick_ns: int) -> Iterator[av.VideoFrame]:
        """Give the picture of a tick with its titles, for as long as it is used."""
        if 0 < self.titles.card_until_ns <= tick_ns:
            self._card.wanted = None
        pieces = (self._lower_third, self._subtitle)
        for piece in (*pieces, self._card):
            piece.step()
        card, strength = self._card.shown, self._card.strength
        if card is not None and strength >= 1:
            yield card
            return
        overlays = [(one, 1.0) for one in (self._corner_logo, self._clock_at(tick_ns)) if one]
        overlays += [(piece.shown, piece.strength) for piece in pieces if piece.shown]
        with laid_over(frame, overlays):
            yield self._fade.mix(frame, card, strength) if card is not None else frame

    def _clock_at(self, tick_ns: int) -> Overlay | None:
        if not self._style.clock:
            return None
        now = datetime.fromtimestamp((tick_ns + self._offset_ns()) // NS, self._zone)
        said = f"{now:%H:%M:%S}"
        if self._clock is None or self._clock[0] != said:
            drawn = self._lettering.clock(said)
            self._clock = said, self._cornered(drawn, self._style.clock_corner)
        return self._clock[1]

    def _opened_logo(self) -> Drawing | None:
        if not self._style.logo:
            return None
        try:
            return self._lettering.logo(self._style.logo)
        except (OSError, ValueError, Image.DecompressionBombError) as error:
            logger.warning("no logo: %s", error)
            return None

    def _card_of(self, titles: Titles) -> av.VideoFrame | None:
        named = titles.card, titles.heading
        if titles.card and named not in self._cards:
            card = self._style.cards[titles.card]
            if titles.heading:
                card = msgspec.structs.replace(card, title=titles.heading)
            drawn = label(frame_of(np.asarray(self._lettering.card(card, self._logo))))
            self._cards = {named: drawn}  # headings differ with every recording
        return self._cards.get(named)

    def _drawn_third(self, drawing: Drawing) -> Overlay:
        x = round(self._width * SAFE)
        return self._placed(drawing, x, round(self._height * LOWER_THIRD_BOTTOM) - drawing.height)

    def _drawn_subtitle(self, said: str) -> Overlay:
        drawing = self._lettering.subtitle(said)
        x = (self._width - drawing.width) // 2
        return self._placed(drawing, x, round(self._height * SUBTITLE_BOTTOM) - drawing.height)

    def _cornered(self, drawing: Drawing, corner: str) -> Overlay:
        margin = round(self._height * SAFE)
        x = margin if corner.endswith("left") else self._width - margin - drawing.width
        y = margin if corner.startswith("top") else self._height - margin - drawing.height
        return self._placed(drawing, x, y)

    def _placed(self, drawing: Drawing, x: int, y: int) -> Overlay:
        """Prepare a drawing at an even place inside the picture."""
        width, height = min(drawing.width, self._width), min(drawing.height, self._height)
        x = max(0, min(x, self._width - width)) // 2 * 2
        y = max(0, min(y, self._height - height)) // 2 * 2
        return overlay_of(np.asarray(drawing.crop((0, 0, width, height))), x, y)
