"""Full on Thursday: what the lessons of the coming days take."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from classroom_edge.library.keeping.forecast import Coming, Forecast, forecast, reserve

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=ZONE)
LESSON = timedelta(minutes=40)
RATE = 1_000_000.0  # bytes a second
OF_A_LESSON = 2_400_000_000


def week() -> list[Coming]:
    """Four lessons a day from Monday to Friday, at 8, 9, 10 and 11."""
    starts = (MONDAY + timedelta(days=d, hours=h) for d in range(5) for h in range(4))
    return [Coming(at, at + LESSON) for at in starts]


def test_a_disk_with_room_for_thirteen_lessons_is_full_on_thursday() -> None:
    told = forecast(week(), MONDAY, RATE, 13 * OF_A_LESSON + OF_A_LESSON // 2)
    assert told.lessons == 13
    assert told.full_at is not None
    assert f"{told.full_at:%A %H:%M}" == "Thursday 09:20"


def test_a_disk_with_room_for_the_whole_week_is_not_full() -> None:
    assert forecast(week(), MONDAY, RATE, 20 * OF_A_LESSON) == Forecast(None, 20)


def test_without_a_measured_rate_nothing_is_foretold() -> None:
    assert forecast(week(), MONDAY, 0.0, 10).full_at is None


def test_of_a_lesson_that_goes_on_only_the_rest_counts() -> None:
    told = forecast(week()[:1], MONDAY + LESSON / 2, RATE, OF_A_LESSON // 2)
    assert told == Forecast(None, 1)


def test_the_reserve_is_for_the_lesson_of_now_and_todays_next_one() -> None:
    assert reserve(week(), MONDAY + LESSON / 2, RATE) == OF_A_LESSON * 3 // 2
    assert reserve(week(), MONDAY - timedelta(hours=1), RATE) == OF_A_LESSON
    assert reserve(week(), MONDAY + timedelta(hours=5), RATE) == 0


@given(st.floats(1.0, 1e7), st.integers(0, 10**11), st.integers(0, 10**10))
def test_more_room_is_never_full_earlier(rate: float, room: int, more: int) -> None:
    before, after = (forecast(week(), MONDAY, rate, size) for size in (room, room + more))
    assert after.lessons >= before.lessons
    if after.full_at is not None:
        assert before.full_at is not None
        assert before.full_at <= after.full_at
