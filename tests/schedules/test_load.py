"""Loading: what the form says, and mistakes with their places and remedies."""

import string
from pathlib import Path

import pytest

from classroom_schedules import Mistake, ScheduleError, changes, clashes, load, loads, plan
from classroom_schedules.changes import Verdict
from classroom_schedules.timetable import Timetable
from classroom_schedules.words import LANGUAGES, texts
from tests.schedules.schools import EXAMPLE, example

START = """[[term]]
name = "spring"
first = 2027-03-01
last = 2027-07-02
[[bells]]
name = "usual"
periods = ["1 08:00-08:40", "2 09:00-09:40"]
"""
LESSON = """[[lesson]]
class = "3A"
subject = "数学"
teacher = "王芳"
room = "301"
"""


def mistakes(text: str) -> tuple[Mistake, ...]:
    with pytest.raises(ScheduleError) as caught:
        loads(text.encode())
    return caught.value.mistakes


def test_the_example_that_is_shipped_is_right_and_has_no_clash() -> None:
    school = example()
    term = school.calendar.terms[0]
    planned = plan(school.timetable, school.calendar, term.first, term.last)
    assert len(planned) > 300
    assert not clashes(school.timetable, planned)


def test_a_mistake_names_its_line_and_what_helps_in_both_languages() -> None:
    (found,) = mistakes(f'{START}{LESSON}at = "周八 1"\n')
    assert found.tell("zh-CN").startswith("第 13 行 lesson.at：看不懂“周八 1”。写成")
    assert found.tell("en").startswith("line 13 lesson.at: '周八 1' cannot be understood. Write")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[[lesso]]\nat = "1"\n', "unknown-table"),
        (f'{LESSON}at = "Mon 1"\nteached = "x"\n', "unknown-key"),
        (f'{LESSON}at = "Mon 9"\n', "not-slot"),
        (f'{LESSON}at = "Mon 1"\nweeks = "often"\n', "not-weeks"),
        (f'{LESSON}at = "Mon 1"\nsites = "301"\n', "site-is-hub"),
        (f'{LESSON}at = "Mon 1"\n{LESSON}at = "周一 1"\n', "lesson-twice"),
        ('[[lesson]]\nsubject = "x"\nat = "Mon 1"\n', "lesson-of-nobody"),
        ('[[holiday]]\nname = "x"\nfirst = 2027-05-05\nlast = 2027-05-01\n', "wrong-span"),
        ('[[holiday]]\nname = "x"\ndate = "soon"\n', "not-date"),
        ('[[holiday]]\ndate = 2027-05-05\n', "missing"),
        ('[[make-up]]\ndate = 2027-05-08\nteaches = "someday"\n', "not-teaches"),
        ('[[make-up]]\ndate = 2027-05-08\nteaches = "Mon"\nweek = "both"\n', "not-week"),
        ('[[make-up]]\ndate = 2027-05-08\nteaches = 2027-05-04\nweek = 3\n', "week-twice"),
        ('[[make-up]]\nfirst = 2027-05-08\nlast = 2027-05-09\n', "make-up-span"),
        (
            '[[make-up]]\ndate = 2027-05-08\n[[holiday]]\nname="x"\ndate = 2027-05-08\n',
            "make-up-on-holiday",
        ),
        ('[[make-up]]\ndate = 2027-05-08\n[[make-up]]\ndate = 2027-05-08\n', "make-up-twice"),
        ('[[half-day]]\ndate = 2027-05-08\n', "half-of-what"),
        ('[[bells-day]]\ndate = 2027-05-08\nbells = "snow"\n', "no-such-bells"),
        ('[[bells]]\nname = "usual"\nperiods = ["1 08:00-08:40"]\n', "bells-twice"),
        ('[[bells]]\nname = "b"\nperiods = ["1 08:00"]\n', "not-period"),
        ('[[bells]]\nname = "b"\nperiods = ["1 08:00-08:40", "2 08:30-9:00"]\n', "periods-overlap"),
        ('[[bells]]\nname = "b"\nfrom = "05-01"\nperiods = ["1 08:00-08:40"]\n', "not-season"),
        ('[[term]]\nname = "t"\nfirst = 2027-06-01\nlast = 2027-08-01\n', "terms-overlap"),
        ('[school]\nzone = "Asia/Nowhere"\n', "not-zone"),
        ('[calendar]\nyears = ["all"]\n', "not-years"),
        ('[[cover]]\ndate = 2027-03-04\nclass = "3A"\nperiod = "1"\n', "cover-by-whom"),
        ('[[cancel]]\ndate = 2027-03-04\nperiod = "1"\n', "change-of-what"),
        ('[[move]]\ndate = 2027-03-04\nclass = "3A"\nperiod = "1"\n', "move-whither"),
        (
            '[[swap]]\ndate = 2027-03-04\nclass = "3A"\nperiod = "1"\nwith-period = "7"\n',
            "no-such-period",
        ),
        ('[[room]]\nname = "a"\n[[room]]\nname = "a"\n', "room-twice"),
        (
            '[[reservation]]\ntitle = "x"\nroom = "a"\ndate = 2027-03-04\n'
            'from = "9:00"\nuntil = "08:00"\n',
            "wrong-order",
        ),
        ("lesson = 3\n", "not-tables"),
        ("[school\n", "not-toml"),
        ("a = " + "[" * 5000, "not-toml"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_a_line(text: str, key: str) -> None:
    start = "" if key == "not-tables" else START
    found = next(one for one in mistakes(f"{start}{text}") if one.key == key)
    for language in LANGUAGES:
        assert found.message(language)
        assert found.remedy(language)
    assert key == "not-toml" or dict(found.place.values)["line"]


def test_all_mistakes_are_told_at_once() -> None:
    text = f'{START}{LESSON}at = "Mon 9"\n[[holiday]]\nname = "x"\ndate = 3\n'
    assert {one.key for one in mistakes(text)} == {"not-slot", "not-date"}


def test_a_file_that_is_not_there_or_too_big_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ScheduleError, match="cannot be read"):
        load(tmp_path / "none.toml")
    big = tmp_path / "big.toml"
    big.write_bytes(b"#" * (5 * 1024 * 1024))
    with pytest.raises(ScheduleError, match="KiB"):
        load(big)


def test_both_languages_have_the_same_texts_with_the_same_values() -> None:
    chinese, english = (texts(language) for language in LANGUAGES)
    assert chinese.keys() == english.keys()
    for key, text in chinese.items():
        assert _holes(text) == _holes(english[key]), key


def _holes(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name} - {"right", "said"}


def test_two_lessons_in_one_room_clash_and_say_what_helps() -> None:
    other = LESSON.replace("3A", "3B").replace("王芳", "李强")
    school = loads(f'{START}{LESSON}at = "Mon 1"\n{other}at = "Mon 1"\nweeks = "odd"\n'.encode())
    term = school.calendar.terms[0]
    (clash,) = clashes(
        school.timetable, plan(school.timetable, school.calendar, term.first, term.last)
    )
    assert (clash.claim.value, clash.name, len(clash.dates)) == ("room", "301", 9)
    assert clash.tell("zh-CN").startswith("教室 301 在 2027-03-01 起 9 天里")


def test_a_teacher_a_class_and_a_site_clash() -> None:
    joint = LESSON + 'at = "Mon 1"\nsites = ["石桥"]\n'
    at_site = '[[lesson]]\nclass = "S3"\nsubject = "数学"\nroom = "石桥"\nat = "Mon 1"\n'
    same = (
        '[[lesson]]\nclass = "3A"\nteacher = "王芳"\nsubject = "语文"\nroom = "302"\nat = "Mon 1"\n'
    )
    school = loads(f"{START}{joint}{at_site}{same}".encode())
    term = school.calendar.terms[0]
    found = clashes(
        school.timetable, plan(school.timetable, school.calendar, term.first, term.last)
    )
    assert {(clash.claim.value, clash.name) for clash in found} == {
        ("teacher", "王芳"), ("class", "3A"), ("site", "石桥")
    }  # fmt: skip


def test_lessons_of_odd_and_even_weeks_do_not_clash_nor_those_of_a_shared_room() -> None:
    odd, even = (f'{LESSON}at = "Mon 1"\nweeks = "{weeks}"\n' for weeks in ("odd", "even"))
    other = LESSON.replace("3A", "3B").replace("王芳", "李强").replace("301", "ground")
    third = other.replace("3B", "3C").replace("李强", "赵军")
    shared = '[[room]]\nname = "ground"\nshared = true\n'
    text = f'{START}{odd}{even}{shared}{other}at = "Mon 1"\n{third}at = "Mon 1"\n'
    school = loads(text.encode())
    term = school.calendar.terms[0]
    planned = plan(school.timetable, school.calendar, term.first, term.last)
    assert not clashes(school.timetable, planned)


def test_an_empty_or_halved_timetable_waits_for_a_person() -> None:
    old = example().timetable
    empty = Timetable(bells=old.bells)
    half = Timetable(bells=old.bells, lessons=old.lessons[:2])
    assert changes(old, old).verdict is Verdict.FINE
    assert changes(old, empty).verdict is Verdict.EMPTY
    assert changes(empty, empty).needs_person
    halved = changes(old, half)
    assert halved.verdict is Verdict.HALVED
    assert halved.lost_classes == ("六(1)班", "石桥三年级")
    assert halved.tell("zh-CN").endswith("以下班级没有课了：六(1)班、石桥三年级。")


def test_the_readme_shows_the_example() -> None:
    readme = (EXAMPLE.parents[1] / "README.md").read_text(encoding="utf-8")
    assert EXAMPLE.read_text(encoding="utf-8") in readme
