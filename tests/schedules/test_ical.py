"""iCalendar: files as other programs write them, rules against a peer, hostile files, export."""

import resource
import time
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from importlib import resources
from itertools import takewhile
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from classroom_schedules import ScheduleError, loads, plan
from classroom_schedules.incoming.ical import read_ical
from classroom_schedules.incoming.imported import Imported
from classroom_schedules.incoming.recurrence import Rule
from classroom_schedules.outgoing.ical import to_ical
from classroom_schedules.outgoing.selection import Whose, everybody, of
from classroom_schedules.outgoing.toml import reservations_toml
from classroom_schedules.timetable import Reservation, Timetable
from tests.schedules.schools import BELLS, SHANGHAI, calendar, example

TERM = (date(2027, 3, 1), date(2027, 7, 3))
MIB = 1024 * 1024


def ics(*lines: str) -> bytes:
    wrapped = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", *lines, "END:VCALENDAR")
    return "\r\n".join((*wrapped, "")).encode()


def event(*lines: str) -> tuple[str, ...]:
    return ("BEGIN:VEVENT", "UID:a", "SUMMARY:数学", *lines, "END:VEVENT")


def read(*lines: str) -> Imported:
    return read_ical(ics(*lines), SHANGHAI, *TERM)


def starts(imported: Imported) -> list[str]:
    imported.check()
    return [f"{one.day} {one.start:%H:%M}" for one in imported.reservations]


def test_a_weekly_event_with_exceptions_additions_and_a_moved_instance() -> None:
    """As Google Calendar writes it: a zone by name, and the moved instance as an event."""
    found = read(
        *event(
            "DTSTART;TZID=Asia/Shanghai:20270301T080000",
            "DTEND;TZID=Asia/Shanghai:20270301T084000",
            "RRULE:FREQ=WEEKLY;INTERVAL=2;UNTIL=20270430T155959Z;BYDAY=MO",
            "EXDATE;TZID=Asia/Shanghai:20270329T080000",
            "RDATE;TZID=Asia/Shanghai:20270331T080000",
            "LOCATION:301",
            "CATEGORIES:三(1)班",
            "ORGANIZER;CN=王芳:mailto:a@example.org",
        ),
        *event(
            "RECURRENCE-ID;TZID=Asia/Shanghai:20270315T080000",
            "DTSTART;TZID=Asia/Shanghai:20270316T100000",
            "DTEND;TZID=Asia/Shanghai:20270316T104000",
        ),
    )
    assert starts(found) == [
        "2027-03-01 08:00", "2027-03-16 10:00", "2027-03-31 08:00", "2027-04-12 08:00",
        "2027-04-26 08:00",
    ]  # fmt: skip
    first = found.reservations[0]
    assert (first.title, first.room, first.classes, first.teachers) == (
        "数学", "301", ("三(1)班",), ("王芳",)
    )  # fmt: skip
    assert first.yields


def test_a_cancelled_instance_is_away() -> None:
    cancelled = ("RECURRENCE-ID:20270302T000000Z", "DTSTART:20270302T000000Z", "STATUS:CANCELLED")
    found = read(
        *event("DTSTART:20270301T000000Z", "DURATION:PT40M", "RRULE:FREQ=DAILY;COUNT=3"),
        *event(*cancelled),
    )
    assert starts(found) == ["2027-03-01 08:00", "2027-03-03 08:00"]


def test_a_windows_zone_and_a_time_without_a_zone() -> None:
    """As Outlook writes it: Microsoft's names of zones."""
    outlook = event(
        "DTSTART;TZID=China Standard Time:20270301T080000",
        "DTEND;TZID=China Standard Time:20270301T084000",
    )
    floating = event("DTSTART:20270302T080000", "DTEND:20270302T084000")
    assert starts(read(*outlook, *floating)) == ["2027-03-01 08:00", "2027-03-02 08:00"]


def test_a_lesson_of_another_zone_keeps_its_own_clock_through_its_summer_time() -> None:
    found = read(
        *event(
            "DTSTART;TZID=Europe/Berlin:20270324T090000",
            "DURATION:PT45M",
            "RRULE:FREQ=WEEKLY;COUNT=2",
        )
    )
    assert starts(found) == ["2027-03-24 16:00", "2027-03-31 15:00"]


def test_a_zone_that_the_file_itself_describes() -> None:
    zone = (
        "BEGIN:VTIMEZONE", "TZID:School", "BEGIN:STANDARD", "DTSTART:19700101T000000",
        "TZOFFSETFROM:+0600", "TZOFFSETTO:+0600", "END:STANDARD", "END:VTIMEZONE",
    )  # fmt: skip
    found = read(*zone, *event("DTSTART;TZID=School:20270301T080000", "DURATION:PT40M"))
    assert starts(found) == ["2027-03-01 10:00"]


def test_what_is_no_lesson_is_left_out_and_named() -> None:
    found = read(
        *event("DTSTART;VALUE=DATE:20270301", "DTEND;VALUE=DATE:20270302"),
        *event("DTSTART:20270301T100000Z", "DTEND:20270301T230000Z"),
        *event("DTSTART:20270301T000000Z", "DURATION:PT40M"),
    )
    assert starts(found) == ["2027-03-01 08:00"]
    assert [one.key for one in found.left_out] == ["all-day", "wrong-length"]
    assert found.left_out[0].tell("zh-CN").startswith("第 1 个日程“数学”：这是全天日程")


@pytest.mark.parametrize(
    "name",
    [
        "issue_148_exdate_and_rdate_updated.ics",
        "issue_223_thunderbird.ics",
        "recurring_events_moved.ics",
        "three_events_one_edited.ics",
    ],
)
def test_files_of_other_programs_hold_what_the_peer_finds(name: str) -> None:
    """The files come with the peer; what lasts over midnight or all day is no lesson."""
    folder = resources.files(recurring_ical_events) / "test" / "calendars"
    content = (folder / name).read_bytes()
    first, last = datetime(2018, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)
    found = read_ical(content, ZoneInfo("UTC"), first.date(), last.date())
    mine = {(one.day, one.start) for one in found.reservations}
    query = recurring_ical_events.of(icalendar.Calendar.from_ical(content))
    theirs = {_utc(one.start) for one in query.between(first, last) if _is_lesson(one)}
    assert mine == {(at.date(), at.time()) for at in theirs if first <= at < last}


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def _is_lesson(one: icalendar.Event) -> bool:
    if not isinstance(one.start, datetime) or not isinstance(one.end, datetime):
        return False
    start, end = _utc(one.start), _utc(one.end)
    return start < end and start.date() == end.date() and one.get("STATUS") != "CANCELLED"


WEEKDAYS = st.lists(st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), max_size=3)
NTHS = st.lists(st.sampled_from(["1MO", "2TU", "-1FR", "-2SU"]), max_size=3)
BY_MONTH = st.lists(st.integers(1, 12), max_size=3)
BY_DAY_OF_MONTH = st.lists(st.sampled_from([1, 2, 15, 28, 31, -1, -28]), max_size=3)


@st.composite
def rules(draw: st.DrawFn) -> str:
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts: dict[str, list[str] | list[int]] = {"FREQ": [frequency]}
    parts["INTERVAL"] = [draw(st.integers(1, 4))]
    parts["WKST"] = [draw(st.sampled_from(["MO", "SU"]))]
    parts["BYMONTH"] = draw(BY_MONTH)
    by_nth = frequency in {"MONTHLY", "YEARLY"} and draw(st.booleans())
    parts["BYDAY"] = draw(NTHS if by_nth else WEEKDAYS)
    if frequency != "WEEKLY" and not by_nth:  # else the library may search for what never comes
        parts["BYMONTHDAY"] = draw(BY_DAY_OF_MONTH)
    if draw(st.booleans()):
        parts["COUNT"] = [draw(st.integers(1, 30))]
    if any(parts.get(by) for by in ("BYDAY", "BYMONTHDAY")) and draw(st.booleans()):
        parts["BYSETPOS"] = [draw(st.sampled_from([1, -1]))]
    return ";".join(
        f"{name}={','.join(map(str, values))}" for name, values in parts.items() if values
    )


@settings(max_examples=40, deadline=None, derandomize=True)
@given(rules(), st.dates(date(2020, 1, 1), date(2027, 1, 1)), st.integers(0, 900))
def test_rules_give_the_dates_that_the_usual_library_gives(
    text: str, first: date, ahead: int
) -> None:
    start, last = first + timedelta(days=ahead), first + timedelta(days=1200)
    parts = {part.split("=")[0]: part.split("=")[1].split(",") for part in text.split(";")}
    mine = [day for day in Rule.read(parts).dates(first, start, last) if day]
    # the year 9000 has the same calendar as 2000 plus 400s: the library gives up sooner there
    late = first.replace(year=first.year + 7600)
    shift = late - first
    usual = rrulestr(text, dtstart=datetime.combine(late, datetime.min.time()))
    theirs = takewhile(lambda day: day <= last, (at.date() - shift for at in usual))
    assert mine == [day for day in theirs if day >= start]


WEEKLY = ("DTSTART:20270301T000000Z", "DURATION:PT40M")
HOSTILE = {
    "empty": b"",
    "no calendar": b"GET / HTTP/1.1\r\n\r\n",
    "binary": bytes(range(256)) * 400,
    "unended": b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n",
    "nested": b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 5_000 + b"END:VEVENT\r\n" * 5_000,
    "nested calendars": b"BEGIN:VCALENDAR\r\n" * 5_000 + b"END:VCALENDAR\r\n" * 5_000,
    "huge": b"X" * (2 * MIB),
    "one line": ics("BEGIN:VEVENT", "SUMMARY:" + "x" * 700_000, "END:VEVENT"),
    "many lines": b"BEGIN:VCALENDAR\r\n" + b"A:1\r\n" * 150_000,
    "lines that fold": b"BEGIN:VCALENDAR\r\nX-A:" + b"\r\n x" * 38_000,
    "many parameters": ics(*event("DTSTART" + ";A=1" * 180_000 + ":20270301T000000Z")),
    "many dates": ics(*event(*WEEKLY, "RDATE:" + ",".join(["20270301T000000Z"] * 4_000))),
    "many categories": ics(*event(*WEEKLY, "CATEGORIES:" + "x," * 350_000)),
    "the first Monday, on the 20th": ics(
        *event(*WEEKLY, "RRULE:FREQ=MONTHLY;BYDAY=1MO;BYMONTHDAY=20")
    ),
    "every second": ics(*event(*WEEKLY, "RRULE:FREQ=SECONDLY")),
    "for ever in the past": ics(
        *event("DTSTART:00010101T000000Z", "DURATION:PT40M", "RRULE:FREQ=DAILY")
    ),
    "never": ics(*event(*WEEKLY, "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30")),
    "never, often": ics(*event(*WEEKLY, "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30") * 1000),
    "a count that never comes": ics(
        *event(*WEEKLY, "RRULE:FREQ=YEARLY;COUNT=99999;BYMONTH=2;BYMONTHDAY=30")
    ),
    "far": ics(*event(*WEEKLY, "RRULE:FREQ=YEARLY;INTERVAL=10000")),
    "many daily": ics(
        *event("DTSTART:19710101T000000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=99999") * 200
    ),
    "many rules": ics(*event(*WEEKLY, *["RRULE:FREQ=DAILY;BYSETPOS=1;BYDAY=MO"] * 900)),
    "no month": ics(*event("DTSTART:20271301T000000Z")),
    "a duration beyond time": ics(*event("DTSTART:20270301T000000Z", "DURATION:P99999999W")),
    "the last year": ics(*event("DTSTART:99991231T235900Z", "DURATION:PT40M", "RRULE:FREQ=DAILY")),
}

HARMLESS = {  # odd, but they say nothing wrong
    "never", "never, often", "a count that never comes", "far", "many dates", "the last year",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_costs_two_seconds_at_most_and_says_what_is_wrong(name: str) -> None:
    began, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        found = read_ical(HOSTILE[name], SHANGHAI, *TERM)
        said = [one.tell("zh-CN") + one.tell("en") for one in (*found.mistakes, *found.left_out)]
    except ScheduleError as error:
        said = [one.tell("zh-CN") + one.tell("en") for one in error.mistakes]
    assert time.process_time() - began < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024  # KiB
    assert said or name in HARMLESS


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.data())
def test_a_damaged_file_is_read_or_refused_and_never_breaks(data: st.DataObject) -> None:
    whole = ics(*event(*WEEKLY, "RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE:20270308T000000Z"))
    at = data.draw(st.integers(0, len(whole) - 1))
    junk = data.draw(st.binary(max_size=6) | st.sampled_from([b";", b"=", b"\r\n", b"99999999"]))
    size = data.draw(st.integers(0, 8))
    with suppress(ScheduleError):
        read_ical(whole[:at] + junk + whole[at + size :], SHANGHAI, *TERM)


def test_what_is_written_is_read_again() -> None:
    school = example()
    planned = plan(school.timetable, school.calendar, *TERM)
    mine = of(planned, Whose.ROOM, "录播教室")
    assert "石桥教学点/多媒体" in everybody(planned, Whose.ROOM)
    made_at = datetime(2027, 3, 1, tzinfo=UTC)
    written = to_ical(mine, name="录播教室", made_at=made_at, language="zh-CN")
    found = read_ical(written, SHANGHAI, *TERM)
    held = [one for one in mine if one.is_held]
    assert starts(found) == [f"{one.starts_at:%Y-%m-%d %H:%M}" for one in held]
    assert {one.title for one in found.reservations} == {"音乐", "家长会"}


def test_an_imported_calendar_becomes_the_native_form_and_is_planned() -> None:
    found = read(
        *event(*WEEKLY, "RRULE:FREQ=WEEKLY;COUNT=3", 'LOCATION:"301" \\\\ A', "CATEGORIES:3A")
    )
    term = '[[term]]\nname = "t"\nfirst = 2027-03-01\nlast = 2027-07-02\n'
    school = loads((term + reservations_toml(found.reservations)).encode())
    assert school.timetable.reservations == found.reservations
    assert isinstance(found.reservations[0], Reservation)
    planned = plan(Timetable(bells=BELLS, reservations=found.reservations), calendar(), *TERM)
    assert [one.date.isoformat() for one in planned] == ["2027-03-01", "2027-03-08", "2027-03-15"]
