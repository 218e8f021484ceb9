"""What a room does when nobody is there: its room.toml, its caretaker, a machine that goes off."""

import math
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from classroom_edge.config import load
from classroom_edge.config.models import Config
from classroom_edge.room import Refused, Who
from classroom_edge.services.day.caretaker import Caretaker
from classroom_edge.services.day.memory import Memory
from classroom_edge.services.day.surroundings import RoomAround
from classroom_edge.services.day.views import chores
from classroom_edge.services.loudness import Loudness
from classroom_edge.sessions import commands as c
from classroom_edge.store import Store, timetable
from classroom_schedules.runner import Wish, WishKind
from classroom_schedules.runner.care import Business
from classroom_schedules.runner.habits import Habits
from classroom_schedules.weeks import Weekday
from tests.edge.sessions.test_link_services import BEGIN, Place, present, running
from tests.waiting import eventually_async

WHO = Who(name="caretaker")

ROOM = '[room]\nid = "attic"\nname = "Attic"\n[[routine]]\nname = "class-end"\ntitle = "End"\n'


def room(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "room.toml"
    file.write_text(f"{ROOM}[unattended]\n{text}", encoding="utf-8")
    return file


def test_what_a_room_does_unattended_is_read(tmp_path: Path) -> None:
    text = (
        'off_routine = "class-end"\nnight_off = "22:00"\nidle_off_min = 30\n'
        'quiet_from = "21:30"\nquiet_to = "06:30"\nshutdown = ["周五 22:30", "Sun 20:00"]\n'
    )
    config = load(room(tmp_path, text)).unattended
    assert config is not None
    habits = config.habits
    assert (str(habits.night_at), habits.idle.total_seconds()) == ("22:00:00", 1800)
    assert [day for day, _at in habits.shutdowns] == [Weekday.FRIDAY, Weekday.SUNDAY]
    assert config.shutdown_command == ("systemctl", "poweroff")


@dataclass
class Around:
    """Surroundings that remember what was done; a machine that refuses to go off."""

    done: list[str] = field(default_factory=list)
    refuses: bool = False
    boot: str = "b1"

    def up(self) -> timedelta:
        return timedelta(hours=12)

    def business(self) -> frozenset[Business]:
        return frozenset()

    def quiet_for(self) -> timedelta | None:
        return None

    async def routine(self, who: Who, name: str) -> None:
        self.done.append(name)

    async def shut_down(self, who: Who) -> None:
        if self.refuses:
            raise Refused("shutdown", {"en": "not allowed"})
        self.done.append("shutdown")


EVENING = datetime(2026, 9, 11, 22, 0, tzinfo=ZoneInfo("Asia/Shanghai"))  # a Friday
HABITS = Habits(
    off_routine="class-end", night_at=time(22, 0), shutdowns=((Weekday.FRIDAY, time(22, 10)),)
)


def caretaker(store: Store, around: Around, by: str) -> Caretaker:
    memory = Memory(store=store, by=by)
    return Caretaker(memory=memory, habits=HABITS, room=around, began_at=EVENING - timedelta(1))


async def test_two_daemons_switch_off_once_and_a_third_one_knows(tmp_path: Path) -> None:
    around = Around()
    async with Store(tmp_path / "room.db") as store:
        for by in "abc":
            one = caretaker(store, around, by)
            await one.memory.take_up(EVENING)
            await one.look(EVENING, (), is_right=True)
    assert around.done == ["class-end"]


async def test_a_machine_that_cannot_be_shut_down_says_so_and_is_tried_again(
    tmp_path: Path,
) -> None:
    around, late = Around(refuses=True), EVENING + timedelta(minutes=10)
    async with Store(tmp_path / "room.db") as store:
        one = caretaker(store, around, "a")
        await one.look(EVENING, (), is_right=True)
        await one.look(late, (), is_right=True)
        (shown,) = [
            view for view in chores(one.care, one.memory.ledger, late) if view.state == "failed"
        ]
        assert shown.why["en"] == "The room refused: not allowed"
        around.refuses = False
        await one.look(late + timedelta(seconds=31), (), is_right=True)
    assert around.done == ["class-end", "shutdown"]


async def test_who_leaves_it_on_can_take_that_back(tmp_path: Path) -> None:
    around = Around()
    async with Store(tmp_path / "room.db") as store:
        one = caretaker(store, around, "a")
        asked = Wish(lesson="", kind=WishKind.STAY, by="王芳", at=EVENING, minutes=60)
        await store.run(partial(timetable.wish, wished=asked))
        await one.memory.reload(EVENING)
        care = await one.look(EVENING, (), is_right=True)
        assert [ahead.state for ahead in care.ahead] == ["waits", "coming"]
        await store.run(partial(timetable.undo, since=EVENING, at=EVENING))
        await one.memory.reload(EVENING)
        await one.look(EVENING + timedelta(minutes=2), (), is_right=True)
    assert around.done == ["class-end"]


async def test_the_command_of_room_toml_shuts_the_machine_down(tmp_path: Path) -> None:
    text = (
        f'shutdown = ["Fri 22:30"]\nshutdown_command = ["touch", "{tmp_path}/off"]\n',
        'shutdown = ["Fri 22:30"]\nshutdown_command = ["ls", "/there/is/none"]\n',
    )
    works, fails = (around_of(load(room(tmp_path, one))) for one in text)
    await works.shut_down(WHO)
    assert (tmp_path / "off").exists()
    with pytest.raises(Refused, match="could not be shut down: ls: "):
        await fails.shut_down(WHO)


def around_of(config: Config, loudness: Any = None, still_for_s: Any = None) -> RoomAround:
    nothing: Any = None
    return RoomAround(
        config=config,
        routines=nothing,
        recording=nothing,
        finishing=nothing,
        outlets=nothing,
        loudness=loudness or nothing,
        still_for_s=still_for_s or nothing,
        in_session=lambda: False,
        delivering=lambda: False,
    )


SOURCES = """
[[source]]
id = "teacher"
name = "Teacher"
url = "pattern://"
sound = true
[[source]]
id = "pupils"
name = "Pupils"
url = "pattern://"
"""


def test_pupils_who_write_in_silence_are_seen(tmp_path: Path) -> None:
    moved_s = {"teacher": math.inf, "pupils": 60.0}  # ago

    def still_for_s(source: str, now_s: float, *, since_s: float) -> float:
        return min(moved_s[source], now_s - since_s)

    around = around_of(load(room(tmp_path, SOURCES)), Loudness(), still_for_s)
    around.began_s -= 7200  # the room has been up for two hours
    assert around.quiet_for() == timedelta(seconds=60)
    moved_s["pupils"] = math.inf
    assert around.quiet_for() is None


async def test_in_quiet_hours_a_session_does_not_begin_by_itself_but_by_hand(
    tmp_path: Path,
) -> None:
    place = Place(tmp_path)
    hub, site = place.hub(), place.site()
    site.quiet = lambda: True
    async with running(hub, site):
        await place.enrol()
        await place.ask("hub", BEGIN)
        await eventually_async(lambda: bool(site.view.sessions))
        assert not present(hub, "hill")
        assert await place.do("site", c.Join()) == ""
        await eventually_async(lambda: present(hub, "hill"))
