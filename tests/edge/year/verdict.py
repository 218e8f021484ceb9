"""What a year is judged by: each job once or with its reason, nothing cut, nothing doubled."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from classroom_schedules.runner import Due, Entry, Kind, Outcome
from tests.edge.year.life import Life
from tests.edge.year.room import Film

SECONDS = 3.0  # a look later
DAY_S = 43_200.0
QUIET_S = 1800.0  # before and after a lesson that is to be perfect


def faults(life: Life) -> Iterator[str]:
    """Give everything that should not have been."""
    if life.room.refusals:
        yield f"the room refused {life.room.refusals} times"
    yield from _overlaps(life)
    yield from _unsaid(life)
    for film in life.room.films:
        yield from _of_film(life, film)
    films = defaultdict[str, list[Film]](list)
    for film in life.room.films:
        films[film.lesson].append(film)
    for lesson, parts in films.items():
        yield from _of_parts(lesson, parts) if lesson else ()
    yield from _of_live(life)
    yield from _of_care(life)
    for due in life.dues.values():
        yield from _of_quiet(life, due, films[due.occurrence.id])


def _overlaps(life: Life) -> Iterator[str]:
    for one, after in pairwise(life.room.films):
        if one.to_s is None or one.to_s > after.from_s:
            yield f"{one} and {after} at once"


def _unsaid(life: Life) -> Iterator[str]:
    """Every job of every lesson was done, or says why not."""
    for due in life.dues.values():
        for job in due.jobs():
            entry = life.ledger.last(job.lesson, job.kind)
            if entry is None or entry.outcome is Outcome.BEGUN:
                yield f"{job.id}: {entry and entry.outcome}"
            elif entry.outcome is not Outcome.DONE and not entry.why.tell("zh-CN"):
                yield f"{job.id}: no reason"


def _of_film(life: Life, film: Film) -> Iterator[str]:
    if not film.lesson and film.ended_by == "timetable" and not film.adopted:
        yield f"a person's recording was cut off: {film}"
    due = life.dues.get(film.lesson)
    if due is None or film.is_doubtful or film.ended_by != "timetable":
        return
    begun = next(one for one in life.ledger.begun() if one.lesson == film.lesson)
    ends_at = begun.ends_at or due.occurrence.ends_at
    if (film.to_s or 0) < ends_at.timestamp() - SECONDS:
        yield f"cut: {film}, the lesson ends at {ends_at}"


def _of_parts(lesson: str, parts: list[Film]) -> Iterator[str]:
    """A lesson has a second recording only after an outage, or after a clock that was wrong."""
    for one, _after in pairwise(parts):
        if one.ended_by not in {"outage", "ended"} and not one.is_doubtful:
            yield f"doubled: {lesson}: {parts}"


def _of_quiet(life: Life, due: Due, films: list[Film]) -> Iterator[str]:
    """Where nothing happened around a lesson, it is recorded from bell to bell, once."""
    from_s, to_s = due.occurrence.starts_at.timestamp(), due.occurrence.ends_at.timestamp()
    if not due.rule.record or any(
        from_s - QUIET_S < at_s < to_s + QUIET_S for at_s, _what in life.log
    ):
        return
    if any(from_s < at_s < from_s + DAY_S for at_s, what in life.log if what == "timetable"):
        return  # it may have come into the timetable when it was over
    others = [one for one in life.room.films if one.from_s < to_s and (one.to_s or to_s) > from_s]
    if [one for one in others if one.lesson != due.occurrence.id]:
        return  # a longer one before it, or a person's
    if life.was_wrong(from_s):
        return
    films = [one for one in films if not (one.is_doubtful and (one.to_s or to_s) < from_s)]
    if len(films) != 1:
        yield f"{due.occurrence.id}: recorded {len(films)} times"
    elif not (abs(films[0].from_s - from_s) < SECONDS and (films[0].to_s or 0) > to_s - SECONDS):
        yield f"{due.occurrence.id}: {films[0]} for {from_s}-{to_s}"


def _of_live(life: Life) -> Iterator[str]:
    """What was live ended, and not before its lesson did."""
    for lesson, (_from_s, to_s) in life.room.live.items():
        due = life.dues.get(lesson)
        if to_s is None and due is not None:
            yield f"live for ever: {lesson}"
    if len(set(life.room.aired)) != len(life.room.aired):
        yield "a session was begun twice"


def _of_care(life: Life) -> Iterator[str]:
    """Nothing went off against anybody, and every evening was seen to, or says why not."""
    for at_s, what, against in life.room.cared:
        if against:
            yield f"{what} at {at_s} against {against}"
    shut = [what for _at, what, _against in life.room.cared if what.endswith("#shutdown")]
    for what in set(shut):
        turns = [one for one in life.ledger if one.job == what]
        if shut.count(what) > len(turns):
            yield f"{what}: done {shut.count(what)} times in {len(turns)} turns"
    yield from (f"never said: {one}" for one in life.ledger if _is_open(life, one))
    for number in range(life.days - 2):
        job = f"{life.start + timedelta(days=number)}/night"
        entry = life.ledger.last(job, Kind.NIGHT)
        if entry is None or entry.outcome is Outcome.BEGUN or not entry.why.tell("zh-CN"):
            yield f"{job}: {entry}"


def _is_open(life: Life, one: Entry) -> bool:
    """Tell whether a job of days ago was claimed, and nobody knows what came of it."""
    is_old = one.at.timestamp() < life.room.now_s - 2 * 86_400
    return is_old and one.outcome is Outcome.BEGUN and one.job.endswith(("#idle", "#boot"))


def counts(life: Life) -> dict[str, int]:
    """Give how often what became of jobs."""
    found = defaultdict[str, int](int)
    for due in life.dues.values():
        for job in due.jobs():
            entry = life.ledger.last(job.lesson, job.kind)
            found[f"{job.kind} {entry.outcome if entry else 'unsaid'}"] += 1
    for kind in (Kind.NIGHT, Kind.IDLE, Kind.SHUTDOWN, Kind.BOOT):
        for one in life.ledger:
            found[f"{kind} {one.outcome}"] += one.job.endswith(f"#{kind}")
    found["recordings by the timetable"] = sum(1 for one in life.room.films if one.lesson)
    found["recordings in parts"] = len(
        [one for one in life.ledger if one.job.endswith(f"#{Kind.RECORD}") and one.turn > 1]
    )
    for how in ("power", "crash", "ended", "clock", "timetable", "person"):
        found[f"happened: {how}"] = sum(1 for _at, what in life.log if what == how)
    return dict(found)
