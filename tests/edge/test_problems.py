"""Problems: what is wrong is found, and has words, an effect and one thing to do."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from classroom_edge.library.editing.findings import of as of_renders
from classroom_edge.library.keeping.outlook import Outlook
from classroom_edge.room import (
    ChoreView,
    DayTime,
    DayView,
    DeviceView,
    JobView,
    LessonView,
    LinkView,
    LiveView,
    PeerView,
    ProblemView,
    RecordingState,
    RecordingView,
    RenderView,
    RoutineView,
    SoundView,
    SourceView,
    StorageView,
    TrackView,
    ValueView,
)
from classroom_edge.services.day.findings import findings
from classroom_edge.services.filling.findings import findings as of_films
from classroom_edge.services.flaws import Flaw
from classroom_edge.services.live.findings import findings as of_link
from classroom_edge.services.loudness import Loudness
from classroom_edge.services.problems import Book, Facts, Finding, find
from classroom_edge.services.storage import StorageService, alarm_after
from classroom_edge.sessions.forms import Kind, Role, Style
from classroom_edge.sessions.missing import Missing
from classroom_edge.sessions.state import Hold, Member, Session
from classroom_edge.words import words
from classroom_media.messages import Echo, Level, Levels

NOW = datetime(2026, 11, 22, tzinfo=UTC)
THURSDAY = datetime(2026, 11, 26, 10, 20, tzinfo=UTC)
CAMERA = DeviceView(
    id="camera",
    name="Camera",
    driver="visca",
    availability="online",
    capabilities=("power",),
    values={"power": ValueView("off", "polled", NOW)},
    choices={},
)
TEACHER = SourceView("teacher", "Teacher", picture=True, sound=True, state="live")
SPARE = SoundView("ceiling", spare_of="teacher", stands_in="dead")
BOTH = (TEACHER, replace(TEACHER, id="ceiling", name="Ceiling"))
WELL = Facts(
    devices=(replace(CAMERA, values={}),),
    sources=(TEACHER,),
    recording=RecordingView(RecordingState.RECORDING, light=True),
    routines=(),
    storage=StorageView(10**12, None),
    director="live",
)
LOST = replace(TEACHER, state="lost", problem="connection refused")
SAID = {"zh-CN": "第 3 行", "en": "line 3"}
FAILED = RenderView(number=3, recording="r", edit="e1", kind="film", state="failed", problem=SAID)
REFUSED = JobView("record", NOW, "failed", why=SAID)
LACKING = Missing("math.1", "math", "数学", NOW, 60.0, "no-room", 5_000_000, 9_000_000, None)
LESSON = LessonView("lesson", "Maths", (), (), "3", NOW, NOW, "now", why=SAID)


def on_a_day(**parts: Any) -> Facts:
    view = DayView("2026-11-22", {}, DayTime(NOW, NOW), **{"clock": "good", **parts})
    return replace(WELL, day=tuple(findings(view)))


IDLE = RecordingView(RecordingState.IDLE, light=False)
PAUSED = RecordingView(RecordingState.PAUSED, light=False)
FULL = TrackView("teacher", "disk-full", 1.0, 1)
HILL = Member(id="hill", name="Hill", role=Role.SITE, present=True)
SESSION = Session(
    id="math", title="Maths", kind=Kind.DELIVERY, style=Style.INTERACTIVE, members=(HILL,)
)
IN_THE_DARK = replace(SESSION, members=(replace(HILL, dark=True),))
SPEAKS_IN_THE_DARK = replace(IN_THE_DARK, floor=(Hold("hill", 0, 1),))
LED = LinkView("hub", ("hill",), (SESSION,), here="centre")
AFAR = LiveView("math", (PeerView("hill", "Hill", "site", "lost", {}),))


def between(view: LinkView, live: LiveView | None = None, *, away_s: float = 0.0) -> Facts:
    return replace(WELL, link=tuple(of_link(view, live, away_s)))


ECHOING = replace(
    WELL, sources=(TEACHER, replace(TEACHER, id="hill", name="Hill")), remote=frozenset({"hill"})
)
ILL = {
    "E-REC-001": replace(WELL, journal="no space"),
    "E-REC-002": replace(WELL, unfinished="20261122-101500-3f2a"),
    "E-REC-003": replace(WELL, recording=PAUSED, paused_s=400),
    "E-REC-004": replace(WELL, stalled=("teacher",)),
    "E-REC-005": replace(
        WELL, recording=IDLE, flaw=Flaw("E-REC-005", {"at": "11-22 10:15", "gaps": 2, "seconds": 7})
    ),
    "E-REC-006": replace(WELL, recording=IDLE, flaw=Flaw("E-REC-006", {"at": "11-22 10:15"})),
    "E-SND-001": replace(WELL, silent_s={"teacher": 21}),
    "E-SND-002": replace(WELL, sources=(replace(TEACHER, sound=False),)),
    "E-SND-003": replace(WELL, clipping=frozenset({"teacher"})),
    "E-SND-004": replace(WELL, silent_s={"teacher": 30}, dead_s={"teacher": 6}),
    "E-SND-005": replace(
        WELL, sources=BOTH, sounds=(SPARE,), silent_s={"teacher": 30}, dead_s={"teacher": 30}
    ),
    "E-SND-006": replace(WELL, sources=BOTH, sounds=(replace(SPARE, stands_in="faint"),)),
    "E-SND-007": replace(WELL, sounds=(SoundView("teacher", muted=True),)),
    "E-LNK-006": replace(ECHOING, echoes=(Echo(source="hill", heard_in="teacher", delay_ms=180),)),
    "E-LNK-007": replace(ECHOING, echoes=(Echo(source="teacher", heard_in="hill", delay_ms=640),)),
    "E-CLK-001": on_a_day(clock="wrong"),
    "E-CLK-002": on_a_day(clock="unsynchronised"),
    "E-CLK-003": on_a_day(clock="stepped"),
    "E-OFF-001": on_a_day(chores=(ChoreView("idle", NOW, "warning"),)),
    "E-OFF-002": on_a_day(chores=(ChoreView("night", NOW, "warning"),)),
    "E-OFF-003": on_a_day(chores=(ChoreView("shutdown", NOW, "warning"),)),
    "E-OFF-004": on_a_day(chores=(ChoreView("night", NOW, "failed", SAID),)),
    "E-TTB-001": on_a_day(mistakes=(SAID,)),
    "E-TTB-002": on_a_day(held=SAID),
    "E-TTB-003": on_a_day(lessons=(LESSON,), waiting="lesson"),
    "E-TTB-004": on_a_day(doubts=(SAID,)),
    "E-TTB-005": on_a_day(lessons=(replace(LESSON, jobs=(REFUSED,)),)),
    "E-DSK-001": replace(WELL, storage=StorageView(10**10, 80_000.0, "day")),
    "E-DSK-002": replace(WELL, recording=replace(WELL.recording, tracks=(FULL,))),
    "E-DSK-003": replace(WELL, storage=StorageView(10**9, None)),
    "E-DSK-004": replace(WELL, storage=StorageView(10**10, 1800.0, "hours")),
    "E-DSK-006": replace(WELL, storage=StorageView(0, None, "gone")),
    "E-BAK-001": replace(
        WELL,
        outlets=(Finding("E-BAK-001", "warning", "", {"folder": "/nas", "text": "full"}),),
    ),
    "E-LIB-001": replace(
        WELL, outlets=(Finding("E-LIB-001", "error", "", {"at": "", "file": "room.db.damaged"}),)
    ),
    "E-LIB-002": replace(
        WELL,
        outlets=(Finding("E-LIB-002", "error", "", {"at": "2026-11-22 10:15", "file": "-"}),),
    ),
    "E-LIB-004": replace(
        WELL, outlets=(Finding("E-LIB-004", "error", "", {"place": "postgresql://****@db/room"}),)
    ),
    "E-LIB-003": replace(
        WELL,
        outlets=(Finding("E-LIB-003", "warning", "", {"number": 2, "recording": "20261122-1"}),),
    ),
    "E-DSK-007": replace(WELL, storage=StorageView(10**10, 80_000.0, "day", THURSDAY)),
    "E-DSK-005": replace(WELL, elsewhere="/mnt/second", storage=StorageView(0, 0.0, "hours")),
    "E-SRC-001": replace(WELL, sources=(LOST,)),
    "E-SRC-002": replace(WELL, sources=(replace(LOST, camera="camera"),), devices=(CAMERA,)),
    "E-SRC-003": replace(WELL, sources=(replace(TEACHER, seen="frozen"),)),
    "E-SRC-004": replace(WELL, sources=(replace(TEACHER, seen="black"),)),
    "E-SRC-005": replace(WELL, sources=(replace(TEACHER, small="lost"),)),
    "E-DEV-001": replace(WELL, devices=(replace(CAMERA, availability="offline"),)),
    "E-DEV-002": replace(WELL, devices=(replace(CAMERA, availability="auth-failed"),)),
    "E-RTN-001": replace(
        WELL, routines=(RoutineView("class-start", {"zh-CN": "上课", "en": "Start"}, "failed"),)
    ),
    "E-DIR-001": replace(WELL, director="lost"),
    "E-CPU-001": replace(WELL, load="quicker"),
    "E-CPU-002": replace(WELL, load="half"),
    "E-ENC-001": replace(WELL, encoder_problem="h264_qsv: no answer for 0.5 s"),
    "E-DIR-002": replace(WELL, rules="ValueError()"),
    "E-PRC-001": replace(WELL, unsteady=("teacher",)),
    "E-PRC-002": replace(WELL, degraded=("web",)),
    **{
        one.code: replace(WELL, outlets=(one,))
        for one in (
            Finding("E-BRC-001", "error", values={"port": 8090, "text": "in use"}),
            Finding("E-BRC-002", "warning", values={"text": "no space"}),
            Finding("E-BRC-003", "error", values={"seconds": 9}),
            Finding("E-SCR-001", "warning", values={"title": "x", "screen": "S"}),
            Finding("E-PSH-001", "warning", "county", {"name": "C", "why_en": "x", "why_zh": "x"}),
            Finding("E-DLV-001", "warning", "nas", {"name": "N", "why_en": "x", "why_zh": "x"}),
            Finding("E-DLV-002", "error", "nas", {"name": "N", "why_en": "x", "why_zh": "x"}),
            Finding("E-DLV-003", "warning", "nas", {"name": "N", "number": 2}),
            *of_renders([FAILED]),
            Finding("E-DLV-004", "warning", "oc", {"name": "O", "why_en": "w", "why_zh": "w"}),
        )
    },
    "E-LNK-001": between(LinkView("site", here="hill"), away_s=9),
    "E-LNK-002": between(LinkView("site")),
    "E-LNK-003": between(replace(LED, sessions=(IN_THE_DARK,)), AFAR),
    "E-LNK-004": between(LED, AFAR),
    "E-LNK-005": between(replace(LED, sessions=(SPEAKS_IN_THE_DARK,)), AFAR),
    "E-FLM-001": replace(WELL, films=tuple(of_films([replace(LACKING, state="gone")], NOW))),
    "E-FLM-002": replace(WELL, films=tuple(of_films([LACKING], NOW))),
}  # fmt: skip


def told(facts: Facts) -> list[ProblemView]:
    return list(Book().view(find(facts), NOW))


def test_where_nothing_is_wrong_nothing_is_found() -> None:
    assert not told(WELL)


@pytest.mark.parametrize("code", ILL)
def test_each_problem_is_told_with_its_effect_and_one_thing_to_do(code: str) -> None:
    (problem,) = told(ILL[code])
    assert problem.code == code
    for text in (problem.what, problem.effect, problem.action.title):
        assert set(text) == {"zh-CN", "en"}
        assert all(text.values())
    assert problem.action.path.startswith("/api/v1/") or not problem.action.path


def test_every_problem_that_has_words_can_be_found() -> None:
    keys = words("problems").texts["en"]
    assert {key.partition(".")[0] for key in keys if key.startswith("E-")} == set(ILL)


def test_what_mends_a_problem_is_one_press() -> None:
    (standby,) = told(ILL["E-SRC-002"])
    assert standby.action.path == "/api/v1/devices/camera/power/set-power"
    assert standby.action.body == {"on": True}
    (dark,) = told(ILL["E-LNK-005"])
    assert dark.action.path == "/api/v1/sessions/math/take-floor"
    assert dark.action.body == {"member": "hill"}
    assert told(ILL["E-EDT-001"])[0].action.path == "/api/v1/recordings/r/edits/e1/render"
    exported = replace(FAILED, kind="sound", edit="")
    assert not [*of_renders([replace(FAILED, state="working")])]
    (again,) = of_renders([exported])
    assert (again.path, again.body) == (
        "/api/v1/recordings/r/exports",
        {"kind": "sound", "edit": ""},
    )
    (failed,) = told(ILL["E-RTN-001"])
    assert failed.action.path == "/api/v1/routines/class-start"
    (muted,) = told(ILL["E-SND-007"])
    assert (muted.action.path, muted.action.body) == ("/api/v1/sounds/teacher", {"muted": False})


@pytest.mark.parametrize("code", ["E-REC-004", "E-SRC-004", *(c for c in ILL if "SND" in c)])
def test_sounds_darkness_and_idle_tracks_matter_only_while_recording(code: str) -> None:
    facts = ILL[code]
    idle = RecordingView(RecordingState.IDLE, light=False)
    assert not told(replace(facts, recording=idle))


def test_one_sound_of_several_may_be_muted() -> None:
    sounds = (SoundView("teacher", muted=True), SoundView("pupils"))
    assert not told(replace(WELL, sounds=sounds))


def test_a_link_that_is_just_made_anew_and_a_room_that_is_not_on_are_no_problems() -> None:
    assert not told(between(LinkView("site", here="hill"), away_s=2))
    idle, lost = replace(TEACHER, state="idle"), replace(LOST, id="hill")
    assert not told(replace(WELL, sources=(idle,)))
    assert not told(replace(WELL, sources=(lost,), remote=frozenset({"hill"})))
    assert not told(replace(ILL["E-SND-001"], remote=frozenset({"teacher"})))


def test_the_worst_comes_first() -> None:
    both = replace(ILL["E-SND-001"], director="lost")
    assert [problem.severity for problem in told(both)] == ["error", "warning"]


def test_a_problem_keeps_its_beginning_until_it_is_gone() -> None:
    book, later = Book(), NOW + timedelta(minutes=1)
    book.view(find(ILL["E-DEV-001"]), NOW)
    (still,) = book.view(find(ILL["E-DEV-001"]), later)
    assert still.since == NOW
    book.view(find(WELL), later)
    (again,) = book.view(find(ILL["E-DEV-001"]), later)
    assert again.since == later


def test_words_have_the_same_placeholders_in_every_language() -> None:
    chinese, english = (words("problems").texts[language] for language in ("zh-CN", "en"))
    for key, text in chinese.items():
        names, others = (
            {name.removesuffix("_zh").removesuffix("_en") for name in re.findall(r"{(\w+)}", one)}
            for one in (text, english[key])
        )
        assert names == others, key


class Listener:
    """Hears levels of one sound on a clock of numbers, ten a second."""

    def __init__(self) -> None:
        self.loudness = Loudness()
        self.now_s = 100.0

    def hear(self, seconds: float, rms_db: float, *, clipped: int = 0) -> None:
        level = Level(source="teacher", rms_db=rms_db, peak_db=rms_db, clipped=clipped)
        for _ in range(round(seconds * 10)):
            self.now_s += 0.1
            self.loudness.heard(Levels(levels=(level,)), self.now_s)

    def silent_s(self, since_s: float = 0) -> float:
        return self.loudness.silent_for_s("teacher", self.now_s, since_s=since_s)

    def dead_s(self) -> float:
        return self.loudness.dead_for_s("teacher", self.now_s, since_s=0)


def test_silence_is_counted_from_the_last_sound() -> None:
    one = Listener()
    one.hear(2, -30)
    one.hear(25, -80)
    assert one.silent_s() == pytest.approx(25)
    assert one.silent_s(since_s=one.now_s - 5) == pytest.approx(5)
    assert one.loudness.newest.value is not None
    assert one.loudness.newest.value[0].rms_db == -80
    assert one.dead_s() == pytest.approx(0)


def test_a_click_in_a_silent_line_is_no_sound() -> None:
    one = Listener()
    one.hear(2, -30)
    for _ in range(10):
        one.hear(2, -100)
        one.hear(0.1, -20)
    one.hear(2, -100)
    assert one.silent_s() == pytest.approx(23)
    assert one.dead_s() == pytest.approx(2)


def test_what_a_busy_machine_has_not_told_of_is_no_silence() -> None:
    one = Listener()
    one.hear(2, -30)
    one.now_s += 30  # the programme is behind
    assert one.dead_s() == pytest.approx(0)
    assert one.silent_s() == pytest.approx(0)


@pytest.mark.parametrize(
    ("track", "chinese", "english"),
    [
        ("programme", "成片", "the programme"),
        ("teacher", "教师", "教师"),
        ("teacher-sound", "教师（声音）", "教师 (sound)"),
    ],
)
def test_a_track_is_called_what_people_call_it(track: str, chinese: str, english: str) -> None:
    source = replace(WELL.sources[0], id="teacher", name="教师")
    facts = replace(WELL, stalled=(track,), sources=(source,))
    (found,) = (one for one in find(facts) if one.code == "E-REC-004")
    said = words("problems").both("E-REC-004.what", **found.values)
    assert f"“{chinese}”" in said["zh-CN"]
    assert f"“{english}”" in said["en"]


def test_a_cough_is_no_clipping_alarm_and_a_level_that_is_too_high_is_one() -> None:
    one = Listener()
    for _ in range(5):
        one.hear(0.2, -6, clipped=9)
        one.hear(20, -30)
    assert not one.loudness.clips("teacher")
    for _ in range(5):
        one.hear(0.1, -6, clipped=9)
        one.hear(1.5, -20)
    assert one.loudness.clips("teacher")
    one.hear(10, -20)
    assert one.loudness.clips("teacher")
    one.hear(6, -20)
    assert not one.loudness.clips("teacher")


def test_the_disk_lasts_as_long_as_the_present_rate_lets_it(tmp_path: Path) -> None:
    rate = {"seconds": 0.0, "bytes": 0}
    storage = StorageService(
        folder=tmp_path,
        written=lambda: (rate["seconds"], int(rate["bytes"])),
        changed=lambda: None,
    )
    storage.look()
    assert storage.view.free_bytes > 0
    assert storage.view.seconds_left is None
    rate |= {"seconds": 100.0, "bytes": 10**8}  # a megabyte a second
    storage.look()
    assert storage.view.seconds_left == pytest.approx(
        storage.view.free_bytes / 1e6, rel=0.1, abs=200
    )


def test_between_lessons_the_disk_lasts_as_long_as_the_usual_rate_lets_it(tmp_path: Path) -> None:
    storage = StorageService(
        folder=tmp_path, written=lambda: (0.0, 0), changed=lambda: None, usual=lambda: 2e6
    )
    storage.look()
    assert storage.view.seconds_left == pytest.approx(
        storage.view.free_bytes / 2e6, rel=0.1, abs=100
    )


def test_one_story_is_told_of_a_disk_that_fills_and_it_names_the_day(tmp_path: Path) -> None:
    outlook = Outlook(full_at=THURSDAY, spare_bytes=10**18, waiting=3)
    storage = StorageService(
        folder=tmp_path,
        written=lambda: (0.0, 0),
        changed=lambda: None,
        usual=lambda: 1e6,
        outlook=lambda: outlook,
    )
    storage.look()
    assert (storage.view.alarm, storage.view.undelivered) == ("", 3)  # so much may be freed
    (found,) = Book().view(find(replace(WELL, storage=storage.view)), NOW)
    assert found.code == "E-DSK-007"
    assert "Thursday at about 10:20" in found.what["en"]
    assert "星期四 10:20" in found.what["zh-CN"]
    soon = replace(storage.view, alarm="hours", seconds_left=1800.0)
    assert [one.code for one in find(replace(WELL, storage=soon))] == ["E-DSK-004"]


def test_a_disk_that_is_not_there_is_told_until_it_is_back(tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    storage = StorageService(folder=folder, written=lambda: (0.0, 0), changed=lambda: None)
    storage.look()
    assert storage.view == StorageView(0, None, "gone")
    folder.mkdir()
    storage.look()
    assert (storage.view.alarm, storage.view.free_bytes > 0) == ("", True)


def test_an_alarm_for_space_comes_at_a_day_and_at_two_hours_and_does_not_flutter() -> None:
    hours = [30, 23.9, 24.5, 26, 26.5, 24.5, 23, 1.9, 2.1, 2.3, 25, None]
    alarm, given = "", []
    for left in hours:
        alarm = alarm_after(alarm, None if left is None else left * 3600)
        given.append(alarm)
    day, two = "day", "hours"
    assert given == ["", day, day, day, "", "", day, two, two, day, day, ""]
