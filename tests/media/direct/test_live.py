"""The director at work: the engine of the dry run, a hand that wins, and cuts at keyframes."""

import threading
from collections.abc import Iterable

import numpy as np
import pytest

from classroom_media.api import NS, Directing, Layout, MediaError
from classroom_media.direct.engine import Reason
from classroom_media.direct.live import Keyframes
from classroom_media.direct.signs import Role
from classroom_media.messages import AnyEvent, Cut
from classroom_media.monitor.supply import Glimpse
from classroom_media.workers.directing import DirectingThread
from classroom_media.workers.specs import DirectorSource, DirectorSpec, Endpoints
from tests.waiting import eventually

NOWHERE = Endpoints(commands="", packets="")
WIDE, TEACHER, SCREEN = (Layout("single", (one,)) for one in ("wide", "teacher", "screen"))
BY_RULES = Directing(by_rules=True)
ROLES = {"wide": Role.WIDE, "teacher": Role.TEACHER, "screen": Role.SCREEN}


class Lesson:
    """Rules at work on a clock of numbers; a page is turned whenever a test says so."""

    def __init__(self, directing: Directing = BY_RULES) -> None:
        self.now_ns = 100 * NS
        self.shown: list[tuple[Layout, int]] = []
        self.told: list[AnyEvent] = []
        self.live = set(ROLES)
        self.keyframes_apart_ns: dict[str, int] = {}
        self._page = 0
        self.rules = DirectingThread(
            DirectorSpec(
                sources=tuple(
                    DirectorSource(id=id_, name=id_, endpoints=NOWHERE, role=role)
                    for id_, role in ROLES.items()
                ),
                endpoints=NOWHERE,
                layout=WIDE,
                directing=directing,
            ),
            show=lambda layout, from_ns: self.shown.append((layout, from_ns)),
            layout=lambda: WIDE,
            live=lambda _now_ns: self.live,
            emit=self.told.append,
            clock=lambda: self.now_ns,
        )

    def go_on(self, seconds: float, *, pages_at: Iterable[float] = ()) -> None:
        """Let the lesson go on; pages are turned at so many seconds from now."""
        turned = [self.now_ns + round(at_s * NS) for at_s in pages_at]
        for _ in range(round(seconds * 5)):
            self._page += sum(self.now_ns <= at_ns < self.now_ns + NS // 5 for at_ns in turned)
            luma = np.full((180, 320), 235, np.uint8)
            luma[30 : 60 + self._page % 2 * 90, 20:200] = 40
            self.rules.see(Glimpse("screen", "screen", self.now_ns, luma, anew=False, keys=0))
            for source, apart_ns in self.keyframes_apart_ns.items():
                self.rules.keyframe(source, self.now_ns // apart_ns * apart_ns)
            self.rules.turn()
            self.now_ns += NS // 5

    @property
    def layouts(self) -> list[Layout]:
        return [layout for layout, _ in self.shown]


def test_the_rules_cut_and_tell_why() -> None:
    lesson = Lesson()
    lesson.go_on(8, pages_at=[5])
    assert lesson.layouts == [SCREEN]
    (cut,) = lesson.told
    assert (
        cut
        == lesson.rules.cut
        == Cut(
            at_ns=lesson.shown[0][1],
            layout=SCREEN,
            reason=Reason("page-turned", {"source": "screen"}),
        )
    )
    assert (cut.at_ns - 100 * NS) / NS == pytest.approx(5.5, abs=0.3)


def test_by_hand_nothing_is_cut_until_the_rules_may() -> None:
    lesson = Lesson(Directing())
    lesson.go_on(8, pages_at=[5])
    assert lesson.shown == []
    lesson.rules.order(BY_RULES)
    assert lesson.rules.directing == BY_RULES
    lesson.go_on(8, pages_at=[2])
    assert lesson.layouts == [SCREEN]


def test_a_hand_is_held_for_as_long_as_was_said_and_then_the_rules_go_on() -> None:
    lesson = Lesson()
    lesson.go_on(6)
    lesson.rules.order(Directing(by_rules=True, held_until_ns=lesson.now_ns + 20 * NS))
    lesson.rules.shown(TEACHER)
    lesson.go_on(19, pages_at=[3, 8, 14])
    assert lesson.shown == []
    lesson.go_on(6, pages_at=[2])
    assert lesson.layouts == [SCREEN]


def test_a_cut_by_hand_counts_as_a_shot_for_the_rules() -> None:
    lesson = Lesson()
    lesson.go_on(6)
    lesson.rules.shown(TEACHER)
    lesson.go_on(8, pages_at=[0.4])
    assert (lesson.shown[0][1] - 106 * NS) / NS == pytest.approx(4.0, abs=0.01)


def test_a_cut_waits_a_little_for_the_keyframe_of_its_camera_and_no_shot_becomes_too_short() -> (
    None
):
    lesson = Lesson()
    lesson.keyframes_apart_ns = {"screen": NS // 2, "wide": 10 * NS}
    lesson.go_on(40, pages_at=[5, 24])
    (_, page_ns), (_, quiet_ns), (_, again_ns), *_ = lesson.shown
    assert page_ns % (NS // 2) == again_ns % (NS // 2) == 0  # twice a second
    assert quiet_ns % (10 * NS) != 0  # that one was too far away
    assert min(quiet_ns - page_ns, again_ns - quiet_ns) >= 4 * NS


def test_a_keyframe_that_does_not_come_is_not_waited_for() -> None:
    keys = Keyframes()
    assert keys.next_ns("camera", 0) is None
    keys.note("camera", 10 * NS)
    assert keys.next_ns("camera", 10 * NS) is None
    keys.note("camera", 12 * NS)
    assert keys.next_ns("camera", 13 * NS) == 14 * NS
    assert keys.next_ns("camera", 14 * NS) == 14 * NS
    assert keys.next_ns("camera", 16 * NS) is None


def test_a_lost_source_is_left_at_once() -> None:
    lesson = Lesson()
    lesson.go_on(1)
    lesson.live.remove("wide")
    lesson.go_on(0.2)
    (cut,) = lesson.told
    assert isinstance(cut, Cut)
    assert (cut.forced, cut.reason.key) == (True, "source-lost")


def test_what_cannot_be_shown_is_no_cut() -> None:
    lesson = Lesson()

    def refuse(_layout: Layout, _from_ns: int) -> None:
        raise MediaError("no such layout")

    spec = DirectorSpec(sources=(), endpoints=NOWHERE, layout=WIDE, directing=BY_RULES)
    rules = DirectingThread(
        spec, show=refuse, layout=lambda: WIDE, live=lambda _now: set(), emit=lesson.told.append
    )
    rules.turn()
    assert (rules.cut, lesson.told) == (None, [])


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_fault_in_what_looks_ends_its_thread_alone_is_told_and_mended_by_an_order() -> None:
    lesson = Lesson()
    lesson.rules.start()
    glimpse = Glimpse("screen", "screen", 0, None, anew=False, keys=0)  # type: ignore[arg-type]
    lesson.rules.see(glimpse)
    problem = eventually(lambda: lesson.rules.problem)
    assert "NoneType" in problem
    lesson.rules.order(BY_RULES)
    assert lesson.rules.problem == ""
    eventually(lambda: [one for one in threading.enumerate() if one.name == "directing"])
    lesson.rules.stop()
