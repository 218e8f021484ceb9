"""The director at work: decides five times a second while a lesson goes on. Pure: time is given.

The engine is that of the dry run. What is added is a person's hand, and that a cut waits a little
for the keyframe of the camera that it goes to: from there on its packets can be passed on.
"""

from collections import deque
from collections.abc import Callable, Collection, Sequence
from typing import Final

from classroom_media.api import NS, Directing, Layout
from classroom_media.direct.engine import Director, Shot
from classroom_media.direct.following import Spot
from classroom_media.direct.luma import Luma
from classroom_media.direct.rules import SINGLE, Rules
from classroom_media.direct.senses import Senses
from classroom_media.direct.signs import LOOKS_A_SECOND, Source
from classroom_media.levels import Samples

WAITS_NS: Final = 4 * NS // 10  # for a keyframe; longer, somebody would notice
OVERDUE_NS: Final = NS  # a keyframe that is so late is not waited for any more
LOOKS: Final = 2 * LOOKS_A_SECOND  # of one source that wait at most; older ones are dropped
SOUNDS: Final = 96  # blocks of one source, likewise: 2 s


class Keyframes:
    """When cameras send keyframes, and so when each will send the next one."""

    def __init__(self) -> None:
        self._last_ns: dict[str, int] = {}
        self._apart_ns: dict[str, int] = {}

    def note(self, source: str, at_ns: int) -> None:
        """Take the place of a keyframe on the timeline."""
        last_ns = self._last_ns.get(source, at_ns)
        if at_ns > last_ns:
            self._apart_ns[source] = at_ns - last_ns
        self._last_ns[source] = at_ns

    def next_ns(self, source: str, now_ns: int) -> int | None:
        """Give where a source's next keyframe is to be expected; None = nobody knows."""
        apart_ns = self._apart_ns.get(source, 0)
        if not apart_ns or now_ns > self._last_ns[source] + apart_ns + OVERDUE_NS:
            return None
        passed = -(-(now_ns - self._last_ns[source]) // apart_ns)
        return self._last_ns[source] + passed * apart_ns


class LiveDirector:
    """Looks, listens and decides. All but `turn` may be called from any thread, and never wait.

    While a person directs and nobody's whereabouts are wanted, nothing is looked at.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        senses: Senses,
        rules: Rules,
        *,
        layout: Layout,
        directing: Directing,
        now_ns: int,
        spotted: Callable[[str, int, Spot], None] | None = None,
    ) -> None:
        """Begin with the layout that is shown already; `spotted` hears where somebody moves."""
        self._director = Director(sources, rules)
        self._director.hold(now_ns / NS, layout)
        self._senses = senses
        self._spotted = spotted
        self._keyframes = Keyframes()
        self._looks: deque[tuple[str, int, Luma, bool]] = deque(maxlen=LOOKS * len(sources))
        self._sounds: deque[tuple[str, Samples]] = deque(maxlen=SOUNDS * len(sources))
        self._by_hand: deque[Layout] = deque(maxlen=1)
        self.directing = directing

    def see(self, source: str, at_ns: int, luma: Luma, *, anew: bool = False) -> None:
        """Take a small picture; `anew`: it is not to be compared with the one before."""
        self._looks.append((source, at_ns, luma, anew))

    def listen(self, source: str, samples: Samples) -> None:
        """Take the next samples of a source, (2, count) float32, 48 kHz."""
        self._sounds.append((source, samples))

    def note_keyframe(self, source: str, at_ns: int) -> None:
        """Take note that a source's picture at this instant is a keyframe."""
        self._keyframes.note(source, at_ns)

    def shown(self, layout: Layout) -> None:
        """Take note that a person shows a layout."""
        self._by_hand.append(layout)

    def turn(self, now_ns: int, live: Collection[str]) -> Shot | None:
        """Use what came since the last turn; give the shot that is to begin, at its `at_s`."""
        if not self.directing.by_rules and self._spotted is None:
            self._looks.clear()
            self._sounds.clear()
        while self._looks:
            source, at_ns, luma, anew = self._looks.popleft()
            spot = self._senses.look(source, luma, anew=anew)
            if spot and self._spotted:
                self._spotted(source, at_ns, spot)
        while self._sounds:
            self._senses.listen(*self._sounds.popleft())
        return self._decide(now_ns, live)

    def _decide(self, now_ns: int, live: Collection[str]) -> Shot | None:
        shown = self._by_hand.popleft() if self._by_hand else None
        self._director.hold(now_ns / NS, shown)
        if self.directing.by_rules and now_ns >= self.directing.held_until_ns:
            self._director.release()
        shot = self._director.decide(now_ns / NS, self._senses.seen(live))
        if shot is None or shot.forced or shot.layout.name != SINGLE:
            return shot
        at_ns = self._keyframes.next_ns(shot.layout.sources[0], now_ns)
        if at_ns is None or at_ns - now_ns > WAITS_NS:
            return shot
        self._director.postpone(at_ns / NS)
        return self._director.shot
