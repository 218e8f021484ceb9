"""Days of a year in which something goes wrong every day; benchmarks/school_year.py has it all."""

from datetime import date
from pathlib import Path

import pytest

from tests.edge.year.life import Life
from tests.edge.year.school import SCHOOL
from tests.edge.year.verdict import counts, faults


@pytest.mark.parametrize(("seed", "start"), [(1, date(2026, 9, 1)), (4, date(2026, 9, 28))])
async def test_each_job_is_done_once_or_says_why_not_and_nothing_is_cut_or_doubled(
    tmp_path: Path, seed: int, start: date
) -> None:
    life = Life(SCHOOL, tmp_path / "room.db", seed, start, days=4)
    await life.live()
    assert list(faults(life)) == []
    assert counts(life)["recordings by the timetable"] >= 4
