"""What a room does by itself, and when: pure rules, with the clock and the facts given."""

from classroom_schedules.runner.case import Do, Say
from classroom_schedules.runner.decide import Decision, decide
from classroom_schedules.runner.dues import Due, dues
from classroom_schedules.runner.facts import Facts, Running
from classroom_schedules.runner.job import Job, Kind, job_id
from classroom_schedules.runner.ledger import Entry, Ledger, Outcome
from classroom_schedules.runner.wishes import Wish, WishKind, granted

__all__ = [
    "Decision",
    "Do",
    "Due",
    "Entry",
    "Facts",
    "Job",
    "Kind",
    "Ledger",
    "Outcome",
    "Running",
    "Say",
    "Wish",
    "WishKind",
    "decide",
    "dues",
    "granted",
    "job_id",
]
