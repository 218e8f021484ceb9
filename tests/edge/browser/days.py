"""Days of the pretend room: a lesson goes on, one comes, and what the room does by itself."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from classroom_edge.room import ChoreView, DayTime, DayView, JobView, LessonView, RoomState
from tests.edge.browser import states

AT = datetime(2027, 3, 1, 8, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
HEADING = {"zh-CN": "周一 · 第 1 周（单）", "en": "Monday · week 1 (odd)"}
HELD = {"zh-CN": "课表：周一，第 1 节，第 1 周（单）。", "en": "Timetable: Monday, period 1."}
STAYS = {"zh-CN": "正在录像。", "en": "A recording is running. "}


def lesson(number: int, title: str, state: str) -> LessonView:
    starts_at = AT.replace(hour=7 + number, minute=20)
    jobs = (
        JobView("prepare", starts_at - timedelta(minutes=5), "done", "class-start"),
        JobView("record", starts_at, "done" if state == "now" else "waiting"),
        JobView("stop", starts_at + timedelta(minutes=40), "waiting"),
    )
    return LessonView(
        id=f"l{number}",
        title=title,
        classes=("三年级(2)班",),
        teachers=("王芳",),
        periods=str(number),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=40),
        state=state,
        why=HELD,
        recorded=True,
        jobs=jobs,
    )


def day(*, undo: dict[str, str] | None = None, speed: float = 1.0, **more: object) -> RoomState:
    """A morning of three lessons, the first of which goes on."""
    lessons = (lesson(1, "语文", "now"), lesson(2, "数学", "coming"), lesson(3, "音乐", "coming"))
    chores = (
        ChoreView("boot", AT.replace(hour=7), "done"),
        ChoreView("night", AT.replace(hour=22), "coming"),
        ChoreView("shutdown", AT.replace(hour=22, minute=30), "waits", STAYS),
    )
    view = DayView(
        date="2027-03-01",
        heading=HEADING,
        time=DayTime(states.now(), AT, speed),
        clock="good",
        lessons=lessons,
        now="l1",
        next=lessons[1],
        undo=undo or {},
        chores=chores,
    )
    return replace(states.idle(), day=replace(view, **more))  # type: ignore[arg-type]
