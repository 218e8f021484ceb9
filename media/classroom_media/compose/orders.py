"""What is asked of the programme's pictures from other threads, until its own takes notice."""

from collections import deque
from typing import Final

from classroom_media.api import Layout
from classroom_media.compose.grid import Grid

NEVER_NS: Final = 1 << 63


class Orders:
    """Layouts and keyframes that are wanted, each from an instant on; no lock is needed."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._layouts: deque[tuple[int, Layout]] = deque()
        self._keys: deque[int] = deque()  # ticks

    def show(self, layout: Layout, from_ns: int) -> None:
        """Ask for another layout from the picture nearest to an instant on; 0 = the next one."""
        self._layouts.append((from_ns, layout))

    def key_at(self, at_ns: int) -> None:
        """Ask for a keyframe at or after an instant."""
        self._keys.append(self._grid.after(at_ns))

    @property
    def want_key(self) -> bool:
        """Whether a keyframe is wanted, now or later."""
        return bool(self._keys)

    def take_key(self, tick: int) -> bool:
        """Tell whether this picture must be the keyframe that was asked for."""
        due = [one for one in tuple(self._keys) if one <= tick]
        for one in due:
            self._keys.remove(one)
        return bool(due)

    def take_layout(self, at_ns: int) -> Layout | None:
        """Give the layout that is to be shown from now on; the last one asked for counts."""
        wanted = None
        while self._layouts and (len(self._layouts) > 1 or self._layouts[0][0] <= at_ns):
            _, wanted = self._layouts.popleft()
        return None if self._layouts else wanted

    @property
    def next_ns(self) -> int:
        """Tell where the first picture belongs that something was asked for."""
        ticks = [self._grid.nearest(from_ns) for from_ns, _ in tuple(self._layouts)]
        ticks += self._keys
        return self._grid.at(min(ticks)) - self._grid.step_ns // 2 if ticks else NEVER_NS
