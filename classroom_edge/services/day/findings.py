"""What is wrong with the day: a file with mistakes, a clock that nobody set, a lesson waiting."""

from collections.abc import Iterator
from typing import Final

from classroom_edge.room import DayView, LessonView, Words
from classroom_edge.services.day.clock import Health
from classroom_edge.services.problems import Finding

CLOCKS: Final = {
    Health.WRONG: ("E-CLK-001", "error"),
    Health.UNSYNCHRONISED: ("E-CLK-002", "warning"),
    Health.STEPPED: ("E-CLK-003", "warning"),
}


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
