"""Pictures to H.264: every picture that goes in comes out, whatever becomes of an encoder.

What an encoder was given and has not given back is kept, a few pictures at most. When it
raises, hangs, keeps too much or gives back what it was not given, the next rung of the ladder
takes over with a keyframe of the first picture that is missing: nothing is lost or doubled.
"""

import logging
from collections import deque
from dataclasses import dataclass, replace
from typing import Final

import av

from classroom_media.api import EncodeError
from classroom_media.compose.canvas import label, planes
from classroom_media.compose.grid import Grid
from classroom_media.encode.codec import FAILURES
from classroom_media.encode.form import PictureForm
from classroom_media.encode.ladder import Ladder
from classroom_media.packets import Coded

HELD: Final = 8  # pictures; an encoder that keeps more has stopped

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class _Held:
    """A picture that an encoder was given."""

    frame: av.VideoFrame
    index: int
    key: bool


class PictureEncoder:
    """Encodes yuv420p frames that stand on a grid of `form.fps` pictures a second."""

    def __init__(self, stream: str, form: PictureForm, ladder: Ladder | None = None) -> None:
        """Open the best encoder of the ladder; without one, x264.

        Raises:
            EncodeError: it does not accept this form.
        """
        self._stream = stream
        self._form = form
        self._grid = Grid(form.fps)
        self._ladder = ladder or Ladder()
        self._held: deque[_Held] = deque()
        self._rung, self._encoder = self._ladder.open(stream, form)

    @property
    def name(self) -> str:
        """The encoder at work, as FFmpeg calls it."""
        return self._rung.name

    def encode(self, frame: av.VideoFrame, index: int, *, key: bool = False) -> list[Coded]:
        """Encode the frame of grid place `index`, which grows; give what is done by now.

        With `key` the frame becomes a keyframe that nothing refers across. The frame's
        pixels are not needed any more afterwards; its time stamp is set.

        Raises:
            EncodeError: the last encoder of the ladder has failed.
        """
        made: list[Coded] = []
        todo = deque([_Held(frame, index, key)])
        while todo:
            one = todo.popleft()
            self._held.append(one)
            try:
                self._take(self._encoder.encode(one.frame, one.index, key=one.key), made)
                if len(self._held) > HELD:
                    raise EncodeError(f"keeps {len(self._held)} pictures")
            except FAILURES as error:
                self._fall(error)
                todo.extendleft(reversed(self._missing()))
        if self._held and self._rung.doubtful:
            self._keep(frame)
        return made

    def change(self, preset: str, threads: int = 1) -> list[Coded]:
        """Have x264 work in another way from the next picture on, which is a keyframe.

        Give what was still inside. Another encoder has one way only, and goes on as it is.
        """
        changed = replace(self._form, preset=preset, threads=threads)
        if changed == self._form:
            return []
        self._form = changed
        if self._rung.doubtful:
            return []
        made = self.flush()
        self._rung, self._encoder = self._ladder.open(self._stream, self._form)
        return made

    def flush(self) -> list[Coded]:
        """Give what was still inside; the encoder is over.

        Raises:
            EncodeError: the last encoder of the ladder has failed.
        """
        made: list[Coded] = []
        while True:
            try:
                self._take(self._encoder.flush(), made)
                if self._held:
                    raise EncodeError(f"keeps {len(self._held)} pictures at the end")
            except FAILURES as error:
                self._fall(error)
                for one in self._missing():
                    made += self.encode(one.frame, one.index, key=one.key)
            else:
                return made

    def _take(self, packets: list[Coded], made: list[Coded]) -> None:
        """Take what comes back, as long as it is what was given, in turn."""
        for packet in packets:
            if not self._held or packet.pts_ns != self._grid.at(self._held[0].index):
                raise EncodeError("gives back other pictures than it was given")
            self._held.popleft()
            made.append(packet)

    def _fall(self, error: Exception) -> None:
        """Go on with the next rung.

        Raises:
            EncodeError: there is none.
        """
        if not self._rung.doubtful:
            raise EncodeError(f"{self.name} fails: {error}") from error
        failed = self._rung
        self._ladder.give_up(failed, str(error))
        self._rung, self._encoder = self._ladder.open(self._stream, self._form)
        logger.error("%s: %s; %s goes on in its place", failed.name, error, self.name)

    def _missing(self) -> list[_Held]:
        """Give the pictures that are to be encoded again; the first one becomes a keyframe."""
        missing = list(self._held)
        self._held.clear()
        return [replace(one, key=one.key or one is missing[0]) for one in missing]

    def _keep(self, frame: av.VideoFrame) -> None:
        """Copy the newest picture, whose pixels are the caller's, if the encoder kept it."""
        newest = self._held.pop()
        self._held.append(replace(newest, frame=_copy(frame)))


def _copy(frame: av.VideoFrame) -> av.VideoFrame:
    copy = label(av.VideoFrame(frame.width, frame.height, "yuv420p"))
    for target, plane in zip(planes(copy), planes(frame), strict=True):
        target[:] = plane
    return copy
