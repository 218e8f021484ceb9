"""Which encoder is used: the best that works. One that has failed is not used again.

A rung that is doubtful is opened, tried and used on a thread of its own; everything that it does
has a limit. What it failed by is kept for those who ask, for as long as the process lives.
"""

import logging
from collections.abc import Iterable, Mapping
from typing import Final

from classroom_media.api import EncodeError
from classroom_media.encode.codec import FAILURES, Encoder
from classroom_media.encode.form import PictureForm
from classroom_media.encode.rungs import SOFTWARE, Rung
from classroom_media.encode.trial import try_out
from classroom_media.encode.watched import Bench, Watched

OPEN_S: Final = 5.0  # for a driver to start, and to encode the trial's pictures
PICTURE_S: Final = 0.5  # for one picture; the programme stands still so long, and catches up

logger = logging.getLogger(__name__)


class Ladder:
    """The encoders of one process, best first; the last must be one that always works."""

    def __init__(
        self,
        rungs: Iterable[Rung] = (SOFTWARE,),
        *,
        open_limit_s: float = OPEN_S,
        picture_limit_s: float = PICTURE_S,
    ) -> None:
        self._rungs = tuple(rungs)
        self._open_limit_s = open_limit_s
        self._picture_limit_s = picture_limit_s
        self._struck: dict[str, str] = {}
        self._tried: set[tuple[str, PictureForm]] = set()
        self.problem = ""  # of the encoder that was given up last while it was at work

    @property
    def struck(self) -> Mapping[str, str]:
        """The rungs that are not used (any more), and why."""
        return self._struck

    def give_up(self, rung: Rung, problem: str) -> None:
        """Use a rung no more that has failed at work."""
        self._struck[rung.name] = problem
        self.problem = f"{rung.name}: {problem}"

    def open(self, stream: str, form: PictureForm) -> tuple[Rung, Encoder]:
        """Give the best encoder that works, and its rung.

        Raises:
            EncodeError: none does, because of the form.
        """
        for rung in self._rungs:
            if not rung.doubtful:
                return rung, rung.open(stream, form)
            if rung.name not in self._struck:
                try:
                    return rung, self._watched(rung, stream, form)
                except FAILURES as error:
                    logger.info("%s is not used: %s", rung.name, error)
                    self._struck[rung.name] = str(error)
        raise EncodeError(f"no encoder is left: {dict(self._struck)}")

    def _watched(self, rung: Rung, stream: str, form: PictureForm) -> Encoder:
        bench = Bench()
        if (rung.name, form) not in self._tried:
            bench.call(lambda: try_out(rung.open(stream, form), form), limit_s=self._open_limit_s)
            self._tried.add((rung.name, form))
        encoder = bench.call(lambda: rung.open(stream, form), limit_s=self._open_limit_s)
        return Watched(bench, encoder, limit_s=self._picture_limit_s)
