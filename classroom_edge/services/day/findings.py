"""What is wrong with the day: a file with mistakes, a clock that nobody set, a lesson waiting."""

from collections.abc import Iterator, Mapping
from typing import Final

from classroom_edge.room import DayView, LessonView, Words
from classroom_edge.services.day.clock import Health
from classroom_edge.services.problems import Finding
from classroom_schedules.runner import Kind

CLOCKS: Final = {
    Health.WRONG: ("E-CLK-001", "error"),
    Health.UNSYNCHRONISED: ("E-CLK-002", "warning"),
    Health.STEPPED: ("E-CLK-003", "warning"),
}

CHORES: Final[Mapping[str, str]] = {Kind.IDLE: "001", Kind.NIGHT: "002", Kind.SHUTDOWN: "003"}


def findings(day: DayView | None) -> Iterator[Finding]:
    """Find what a person should know of."""
    if day is None:
        return
    if day.clock in CLOCKS:
        code, severity = CLOCKS[Health(day.clock)]
        yield Finding(code, severity)
    for mistake in day.mistakes:
        yield Finding("E-TTB-001", "warning", values=_by_language("text", mistake))
    if day.held:
        values, path = _by_language("text", day.held), "/api/v1/day/confirm"
        yield Finding("E-TTB-002", "warning", values=values, path=path)
    for lesson in day.lessons:
        yield from _of_lesson(day, lesson)
    for chore in day.chores:
        if chore.state == "warning":
            path = "/api/v1/day/here" if chore.kind == Kind.IDLE else "/api/v1/day/stay"
            values = {"at": f"{chore.at:%H:%M}"}
            yield Finding(f"E-OFF-{CHORES[chore.kind]}", "warning", chore.kind, values, path)
        if chore.state == "failed":
            yield Finding("E-OFF-004", "warning", chore.kind, _by_language("text", chore.why))
    for doubt in day.doubts[:1]:
        yield Finding("E-TTB-004", "warning", values=_by_language("text", doubt))


def _of_lesson(day: DayView, lesson: LessonView) -> Iterator[Finding]:
    values = {"title": lesson.title}
    if lesson.id == day.waiting:
        yield Finding("E-TTB-003", "warning", lesson.id, values, "/api/v1/day/adopt")
    for job in lesson.jobs:
        if job.state == "failed" and lesson.state == "now":
            said = _by_language("text", job.why)
            yield Finding("E-TTB-005", "warning", f"{lesson.id}#{job.kind}", values | said)


def _by_language(name: str, text: Words) -> dict[str, str]:
    return {f"{name}_{language.partition('-')[0]}": said for language, said in text.items()}
