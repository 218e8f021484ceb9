"""The cross-fade: one picture dissolves into another, plane by plane."""

import av
import cv2

from classroom_media.compose.canvas import label, planes


class Fade:
    """Mixes pictures of one size into a frame of its own, which is valid until the next mix."""

    def __init__(self, width: int, height: int) -> None:
        self._frame = label(av.VideoFrame(width, height, "yuv420p"))
        self._planes = planes(self._frame)

    def mix(self, old: av.VideoFrame, new: av.VideoFrame, share: float) -> av.VideoFrame:
        """Give a picture that is `share` of the new one and the rest of the old one."""
        for out, before, after in zip(self._planes, planes(old), planes(new), strict=True):
            cv2.addWeighted(after, share, before, 1 - share, 0, dst=out)
        return self._frame
