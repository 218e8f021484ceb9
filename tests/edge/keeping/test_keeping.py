"""The rules at work on a real disk: what they delete, what they leave, and what is told before."""

from datetime import timedelta
from pathlib import Path

from classroom_edge.library.card import Card, write_card
from classroom_edge.library.deliver.target import Proof
from classroom_edge.library.keeping.forecast import Coming
from classroom_edge.library.keeping.removals import read_removals
from classroom_media.record.manifest import State
from tests.edge.keeping.shelf_scene import DAY, NAS, NOW, STAGE, a_room

PLENTY = {"free_percent": 0, "lesson_min": 0}
SHORT = {"free_percent": 90, "lesson_min": 0}  # no disk of a test is as empty as that


async def test_a_recording_goes_a_fortnight_after_it_arrived_and_not_before(
    tmp_path: Path,
) -> None:
    keeping = PLENTY | {"after_delivery_days": 14}
    async with a_room(tmp_path, targets=(NAS,), keeping=keeping) as room:
        old, young, waiting = (room.record(days) for days in (30, 20, 40))
        room.deliver(old, days_ago=15)
        room.deliver(young, days_ago=5)
        await room.look()
        assert room.there == {young, waiting}
        (gone,) = read_removals(room.erasing.file)
        assert (gone.recording, gone.why, gone.by) == (old, "delivered", "")
        assert gone.files[0].sha256
        assert gone.elsewhere[0].target == "nas"
        assert gone.elsewhere[0].where == (f"/mnt/nas/{old}/programme.mp4",)


async def test_what_a_platform_was_only_shown_is_not_deleted_here(tmp_path: Path) -> None:
    keeping = PLENTY | {"after_delivery_days": 14}
    async with a_room(tmp_path, targets=(NAS, STAGE), keeping=keeping) as room:
        shown, both, kept = (room.record(days) for days in (40, 30, 20))
        for id_ in (shown, both):
            room.deliver(id_, days_ago=15, to="tv", proof=Proof.SHOWN)
        for id_ in (both, kept):
            room.deliver(id_, days_ago=15)
        room.deliver(shown, days_ago=15, proof=Proof.ACCEPTED)
        await room.look()
        assert room.there == {shown, kept}


async def test_nothing_is_deleted_where_room_toml_does_not_say_so(tmp_path: Path) -> None:
    async with a_room(tmp_path, targets=(NAS,)) as room:
        room.deliver(old := room.record(3000), days_ago=2999)
        await room.look()
        assert room.there == {old}


async def test_a_short_disk_takes_what_was_delivered_and_leaves_the_rest(tmp_path: Path) -> None:
    async with a_room(tmp_path, targets=(NAS,), keeping=SHORT) as room:
        names = [room.record(days, held=days == 6) for days in (9, 8, 7, 6)]
        for id_ in (names[0], names[1], names[3]):
            room.deliver(id_, days_ago=2)
        room.at_work = {names[1]}
        await room.look()
        assert room.there == set(names[1:])
        assert [one.why for one in read_removals(room.erasing.file)] == ["space"]
        assert room.keeping.outlook.waiting == 1
        assert room.keeping.outlook.held == 1


async def test_what_changed_since_it_was_delivered_has_not_been_delivered(tmp_path: Path) -> None:
    keeping = PLENTY | {"after_delivery_days": 1}
    async with a_room(tmp_path, targets=(NAS,), keeping=keeping) as room:
        room.deliver(id_ := room.record(30), days_ago=20, sha256="0" * 64)
        await room.look()
        assert room.there == {id_}


async def test_a_hold_that_the_index_has_not_seen_yet_counts(tmp_path: Path) -> None:
    async with a_room(tmp_path, keeping=PLENTY | {"max_age_days": 10}) as room:
        id_ = room.record(30)
        await room.catalogue.scan()
        write_card(room.place(id_), Card(held=True))
        await room.keeping.look()
        assert room.there == {id_}


async def test_a_rule_by_age_is_followed_once_a_day_at_its_time(tmp_path: Path) -> None:
    keeping = PLENTY | {"max_age_days": 10, "at": "16:00"}  # in Shanghai it is five o'clock
    async with a_room(tmp_path, keeping=keeping) as room:
        first = room.record(30)
        await room.look()
        assert room.there == set()
        second = room.record(31)
        await room.look()
        assert room.there == {second}
        room.now = NOW + DAY
        await room.look()
        assert room.there == set()
        assert [one.recording for one in read_removals(room.erasing.file)] == [first, second]


async def test_what_is_not_finished_is_left_alone(tmp_path: Path) -> None:
    async with a_room(tmp_path, keeping=PLENTY | {"max_age_days": 1}) as room:
        going = room.record(2, state=State.FINISHING)
        await room.look()
        assert room.there == {going}


async def test_people_are_told_which_day_the_disk_is_full(tmp_path: Path) -> None:
    async with a_room(tmp_path, keeping=PLENTY) as room:
        room.rate = 1e15  # a second of it fits on no disk
        begins = NOW + 3 * DAY
        room.lessons = (Coming(begins, begins + timedelta(minutes=40)),)
        await room.look()
        full_at = room.keeping.outlook.full_at
        assert full_at is not None
        assert f"{full_at:%A %H:%M}" == "Thursday 17:00"
