"""The State Council's notice, pasted: its days, and what shows that it was pasted wrongly."""

from datetime import date

import pytest

from classroom_schedules import ScheduleError, loads
from classroom_schedules.calendar import Kind
from classroom_schedules.incoming.notice import Notice, read_notice
from classroom_schedules.outgoing.toml import days_toml

NOTICE_2026 = """国务院办公厅关于2026年
部分节假日安排的通知
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
"""


def days(notice: Notice, kind: Kind) -> list[tuple[str, int]]:
    return [
        (str(one.first), (one.last - one.first).days + 1)
        for one in notice.days
        if one.kind is kind
    ]  # fmt: skip


def test_the_notice_for_2026_gives_its_holidays_and_its_six_worked_days() -> None:
    notice = read_notice(NOTICE_2026)
    assert (notice.year, notice.mistakes) == (2026, ())
    assert days(notice, Kind.HOLIDAY) == [
        ("2026-01-01", 3), ("2026-02-15", 9), ("2026-04-04", 3), ("2026-05-01", 5),
        ("2026-06-19", 3), ("2026-09-25", 3), ("2026-10-01", 7),
    ]  # fmt: skip
    assert [day for day, _ in days(notice, Kind.MAKE_UP)] == [
        "2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10",
    ]  # fmt: skip


def test_two_festivals_in_one_and_other_brackets() -> None:
    notice = read_notice(
        "国庆节、中秋节：10月1日(星期四)至8日放假调休，共8天。"
        "9月27日(星期日)、10月10日(星期六)上班。",
        2020,
    )
    assert not notice.mistakes
    assert days(notice, Kind.HOLIDAY) == [("2020-10-01", 8)]
    assert notice.days[0].name == "国庆节、中秋节"


@pytest.mark.parametrize(
    ("text", "year", "first", "length"),
    [
        ("元旦：2022年12月31日至2023年1月2日放假调休，共3天。", 2023, "2022-12-31", 3),
        ("元旦：12月30日至1月1日放假，共3天。", 2023, "2023-12-30", 3),
        ("一、元旦：1月1日放假，与周末连休。", 2024, "2024-01-01", 1),
        ("元旦：1月1日（周三）放假1天，不调休。", 2025, "2025-01-01", 1),
    ],
)
def test_other_years_wordings(text: str, year: int, first: str, length: int) -> None:
    notice = read_notice(text, year)
    assert not notice.mistakes
    assert days(notice, Kind.HOLIDAY) == [(first, length)]


def test_a_wrong_year_and_a_missing_word_are_noticed() -> None:
    wrong_year = read_notice("劳动节：5月1日（周五）至5日（周二）放假，共5天。", 2027)
    assert {one.key for one in wrong_year.mistakes} == {"notice-weekday"}
    cut = read_notice("劳动节：5月1日（周五）放假，共5天。", 2026)
    assert [one.key for one in cut.mistakes] == ["notice-count"]


def test_a_date_that_is_none_is_a_mistake() -> None:
    notice = read_notice("春节：2月30日、2月17日放假。", 2026)
    assert [one.key for one in notice.mistakes] == ["notice-date"]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "notice-nothing"),
        ("明天不上课", "notice-nothing"),
        ("春节：快乐", "notice-nothing"),
        ("劳动节：5月1日放假。", "notice-year"),
        ("节：" * 20_000, "notice-too-long"),
    ],
)
def test_what_is_no_notice_says_so(text: str, key: str) -> None:
    with pytest.raises(ScheduleError) as caught:
        read_notice(text, None if key == "notice-year" else 2026)
    assert [one.key for one in caught.value.mistakes] == [key]


def test_a_notice_becomes_tables_that_leave_what_is_taught_to_the_school() -> None:
    written = days_toml(read_notice(NOTICE_2026).days)
    assert '# teaches = "周一"' in written
    term = '[[term]]\nname = "t"\nfirst = 2026-03-01\nlast = 2026-07-02\n'
    calendar = loads((term + written).encode()).calendar
    assert date(2026, 5, 9) in calendar.special()
    assert len(calendar.days) == 13
