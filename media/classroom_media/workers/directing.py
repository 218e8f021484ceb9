"""The rules at work beside a programme, in a thread of their own.

A fault in what looks, listens or decides ends this thread and nothing else: what is shown stays,
the heartbeat says so, and the daemon has the rules begin anew.
"""

import logging
import sys
import threading
import time
from collections.abc import Callable, Collection
from typing import Final

from classroom_media.api import NS, Directing, Layout, MediaError
from classroom_media.direct.engine import Shot
from classroom_media.direct.following import Spot
from classroom_media.direct.live import LiveDirector
from classroom_media.direct.motion import Region
from classroom_media.direct.senses import Senses
from classroom_media.direct.signs import LOOKS_A_SECOND, Source
from classroom_media.levels import Samples
from classroom_media.messages import AnyEvent, Cut, Whereabouts
from classroom_media.monitor.supply import Glimpse
from classroom_media.workers.specs import DirectorSpec

STOP_S: Final = 2.0

logger = logging.getLogger(__name__)


class DirectingThread:
    """Has the rules choose what a programme shows. Its methods never wait for them.

    `show` is asked for layouts from an instant on, `layout` tells what is shown, `live` which
    sources deliver.
    """

    def __init__(
        self,
        spec: DirectorSpec,
        *,
        show: Callable[[Layout, int], None],
        layout: Callable[[], Layout],
        live: Callable[[int], Collection[str]],
        emit: Callable[[AnyEvent], None],
        clock: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._spec = spec
        self._show, self._layout, self._live, self._emit = show, layout, live, emit
        self._clock = clock
        self._over = threading.Event()
        self.cut: Cut | None = None  # the newest
        self.problem = ""
        self._rules = self._made(spec.directing, spec.layout)
        self._thread = self._thread_made()

    @property
    def directing(self) -> Directing:
        """Tell who chooses what is shown."""
        return self._rules.directing

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Decide nothing any more."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join(STOP_S)

    def order(self, directing: Directing) -> None:
        """Let a person or the rules choose from now on; rules that have failed begin anew."""
        self._rules.directing = directing
        if self.problem and not self._over.is_set():
            self._thread.join(STOP_S)
            self.problem = ""
            self._rules, self._thread = self._made(directing, self._layout()), self._thread_made()
            self._thread.start()

    def shown(self, layout: Layout) -> None:
        """Take note that a person shows a layout."""
        self._rules.shown(layout)

    def see(self, glimpse: Glimpse) -> None:
        """Take a small picture of a source."""
        self._rules.see(glimpse.source, glimpse.at_ns, glimpse.luma, anew=glimpse.anew)

    def sounded(self, source: str, samples: Samples) -> None:
        """Take a block of a source's sound."""
        self._rules.listen(source, samples)

    def keyframe(self, source: str, at_ns: int) -> None:
        """Take note of a keyframe of a source."""
        self._rules.note_keyframe(source, at_ns)

    def turn(self) -> None:
        """Decide once; the thread does so five times a second."""
        now_ns = self._clock()
        if shot := self._rules.turn(now_ns, self._live(now_ns)):
            self._take(shot)

    def _made(self, directing: Directing, layout: Layout) -> LiveDirector:
        described = self._spec.sources
        sources = [Source(one.id, one.role, one.picture) for one in described]
        boards = {
            one.id: Region(one.board.x, one.board.y, one.board.width, one.board.height)
            for one in described
            if one.board
        }
        senses = Senses(
            sources,
            boards=boards,
            turning=[one.id for one in described if one.turns],
            sounds=[one.id for one in described if one.sound],
        )
        return LiveDirector(
            sources,
            senses,
            self._spec.rules,
            layout=layout,
            directing=directing,
            now_ns=self._clock(),
            spotted=self._spotted if any(one.followed for one in described) else None,
        )

    def _thread_made(self) -> threading.Thread:
        return threading.Thread(target=self._run, name="directing", daemon=True)

    def _run(self) -> None:
        """Decide until stopped. A fault is told; `order` mends it."""
        finished = False
        try:
            while not self._over.wait(1 / LOOKS_A_SECOND):
                self.turn()
            finished = True
        finally:
            if not finished:
                self.problem = repr(sys.exc_info()[1])

    def _take(self, shot: Shot) -> None:
        at_ns = round(shot.at_s * NS)
        cut = Cut(at_ns=at_ns, layout=shot.layout, reason=shot.reason, forced=shot.forced)
        try:
            self._show(shot.layout, at_ns)
        except MediaError as error:
            logger.warning("the rules want what cannot be shown: %s", error)
            return
        self.cut = cut
        self._emit(cut)

    def _spotted(self, source: str, at_ns: int, spot: Spot) -> None:
        self._emit(
            Whereabouts(
                source=source,
                at_ns=at_ns,
                x=spot.x,
                y=spot.y,
                size=spot.size,
                sure=spot.sure,
                turned_x=spot.turned_x,
                turned_y=spot.turned_y,
                turning=spot.turning,
            )
        )
