"""What of a scene a camera sees that turns: a part of it, cut out."""

from dataclasses import dataclass

import av

from classroom_media.emulate.canvas import writable


@dataclass(frozen=True, slots=True)
class View:
    """Where a camera looks, as shares of the scene: the middle of what it sees, and how wide."""

    across: float = 0.5
    down: float = 0.5
    width: float = 1.0

    def of(self, frame: av.VideoFrame) -> av.VideoFrame:
        """Cut it out of a yuv420p picture; never beyond the edge of the scene."""
        left, width = _span(frame.width, self.across, self.width)
        top, height = _span(frame.height, self.down, self.width)
        seen = av.VideoFrame(width, height, "yuv420p")
        for index in range(3):
            step = 1 if index == 0 else 2
            rows = slice(top // step, (top + height) // step)
            columns = slice(left // step, (left + width) // step)
            writable(seen, index)[:, : width // step] = writable(frame, index)[rows, columns]
        return seen


def _span(whole: int, middle: float, share: float) -> tuple[int, int]:
    """Give where a part begins and how long it is, in even pixels."""
    length = max(round(whole * share / 2) * 2, 2)
    begin = round((whole * middle - length / 2) / 2) * 2
    return min(max(begin, 0), whole - length), length
