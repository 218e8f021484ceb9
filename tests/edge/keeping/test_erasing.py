"""Erased on request: whole, with a record of it, and for good."""

import shutil
from functools import partial
from pathlib import Path

import msgspec
import pytest

from classroom_edge.library.entry import Query
from classroom_edge.library.keeping.bin import BIN, ORDER_FILE, Bin
from classroom_edge.library.keeping.removals import (
    Removal,
    add_removal,
    erased,
    read_removals,
)
from classroom_edge.room import Refused
from classroom_edge.store import deliveries
from classroom_edge.store.deliveries import Asked
from classroom_media.record.manifest import State
from tests.edge.keeping.shelf_scene import LI, NOW, Scene, a_room

WHY = "a parent asked for it"


async def erase(room: Scene, id_: str) -> Removal:
    return await room.erasing.erase(LI, id_, WHY)


async def test_an_erased_recording_leaves_nothing_but_a_record(tmp_path: Path) -> None:
    async with a_room(tmp_path) as room:
        id_ = room.record(3)
        room.deliver(id_, days_ago=1)
        await room.catalogue.scan()
        asked = Asked(recording=id_, target="nas", what="tracks", by="li", at=NOW)
        await room.store.run(partial(deliveries.ask, asked=asked))
        await erase(room, id_)
        assert room.there == set()
        assert list((room.folder.recordings / BIN).iterdir()) == []
        assert (await room.catalogue.page(Query())).total == 0
        assert await room.store.run(partial(deliveries.listed, recording=id_)) == ()
        (record,) = read_removals(room.erasing.file)
    assert (record.recording, record.by, record.reason) == (id_, "person:li", WHY)
    assert record.elsewhere[0].where == (f"/mnt/nas/{id_}/programme.mp4",)
    assert b"Fractions" not in room.erasing.file.read_bytes()


@pytest.mark.parametrize("code", ["erase-busy", "erase-held", "unknown-recording"])
async def test_what_is_being_made_or_held_is_not_erased(tmp_path: Path, code: str) -> None:
    async with a_room(tmp_path) as room:
        id_ = room.record(3, held=code == "erase-held")
        room.at_work = {id_} if code == "erase-busy" else set()
        with pytest.raises(Refused) as refusal:
            await erase(room, "../" if code == "unknown-recording" else id_)
        assert refusal.value.code == code
        assert room.there == {id_}


async def test_a_recording_that_is_still_being_finished_is_not_erased(tmp_path: Path) -> None:
    async with a_room(tmp_path) as room:
        id_ = room.record(0, state=State.FINISHING)
        with pytest.raises(Refused, match="finish"):
            await erase(room, id_)


async def test_what_was_erased_and_comes_back_is_erased_again(tmp_path: Path) -> None:
    async with a_room(tmp_path) as room:
        id_ = room.record(3)
        copy = shutil.copytree(room.place(id_), tmp_path / "copy")
        await erase(room, id_)
        shutil.copytree(copy, room.place(id_))
        await room.look()  # whether or not room.toml has rules
        assert room.there == set()
        assert (await room.catalogue.page(Query())).total == 0
        assert len(read_removals(room.erasing.file)) == 1


async def test_a_deletion_that_a_crash_cut_is_gone_on_with_at_the_start(tmp_path: Path) -> None:
    async with a_room(tmp_path) as room:
        id_ = room.record(3)
        order = Removal(recording=id_, at=NOW, why="erasure", by="person:li", reason=WHY)
        (room.place(id_) / ORDER_FILE).write_bytes(msgspec.json.encode(order))
        (room.folder.recordings / BIN).mkdir()
        room.place(id_).rename(room.folder.recordings / BIN / id_)
        await room.erasing.go_on()
        assert list((room.folder.recordings / BIN).iterdir()) == []
        assert erased(read_removals(room.erasing.file))[id_].reason == WHY


async def test_a_record_that_was_cut_in_the_middle_of_a_line_goes_on(tmp_path: Path) -> None:
    file = tmp_path / "deletions.jsonl"
    for number in range(2):
        add_removal(file, Removal(recording=f"r{number}", at=NOW, why="age"))
    file.write_bytes(file.read_bytes()[:-20])
    add_removal(file, Removal(recording="r2", at=NOW, why="age"))
    assert [one.recording for one in read_removals(file)] == ["r0", "r2"]


async def test_a_recording_in_two_folders_goes_from_both(tmp_path: Path) -> None:
    async with a_room(tmp_path) as room:
        id_ = room.record(3)
        second = tmp_path / "second"
        shutil.copytree(room.place(id_), second / id_)
        Bin((room.folder.recordings, second), room.erasing.file).throw(
            Removal(recording=id_, at=NOW, why="age")
        )
        assert not room.place(id_).exists()
        assert not (second / id_).exists()
        assert len(read_removals(room.erasing.file)) == 1
