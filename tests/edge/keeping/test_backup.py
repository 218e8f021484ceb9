"""A backup and its way back: between two rooms' folders, damaged, sealed, of an older version."""

import io
import json
import os
import sqlite3
import tarfile
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session as Work

from classroom_edge import lock
from classroom_edge.config import load
from classroom_edge.library.backup.restoring import restore
from classroom_edge.library.backup.seal import BackupError, seal, unseal
from classroom_edge.library.backup.writing import Subject, back_up, back_up_nightly
from classroom_edge.library.card import Card, read_card, write_card
from classroom_edge.library.keeping.erasing import Erasing
from classroom_edge.paths import DataFolder, room_lock
from classroom_edge.store import Place, Store
from classroom_edge.store.database import opened
from classroom_edge.store.portable import dump
from classroom_edge.store.portable import load as load_rows
from classroom_edge.web.accounts import Accounts
from tests.edge.keeping.shelf_scene import LI, NOW, Scene, a_room
from tests.edge.library.conftest import place, server

__all__ = ["place", "server"]

ROOM = """
[room]
id = "attic"
name = "Attic"

[[device]]
id = "projector"
name = "Projector"
driver = "pjlink"
url = "tcp://192.0.2.7"
password = { file = "projector-password.txt" }

[backup]
folder = "nights"
keep = 2
"""
LONG = "a long passphrase"


class Attic:
    """A room with an account, a key, a password of its own and two recordings."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.toml = path / "room" / "room.toml"
        self.data = DataFolder(path / "data")
        self.file = path / "attic.backup"

    async def furnish(self) -> None:
        self.toml.parent.mkdir(parents=True)
        self.toml.write_text(ROOM)
        (self.toml.parent / "projector-password.txt").write_text("secret of the lamp")
        self.data.make()
        (self.data.certificates / "key.pem").write_text("a key")
        async with a_room(self.data.path) as scene:
            self.ids = [scene.record(days) for days in (1, 2)]
            write_card(scene.place(self.ids[0]), Card(title="Fractions", note="good"))
            scene.deliver(self.ids[0], days_ago=1)
            await Accounts(store=scene.store).add("li", "Teach-me 2 sing")

    @property
    def subject(self) -> Subject:
        return Subject(self.toml, load(self.toml), self.data)


@pytest.fixture
async def attic(tmp_path: Path) -> Attic:
    made = Attic(tmp_path)
    await made.furnish()
    return made


def elsewhere(attic: Attic) -> tuple[Path, Path]:
    return attic.path / "other" / "room.toml", attic.path / "other-data"


@pytest.mark.parametrize("passphrase", ["", LONG])
async def test_a_room_comes_back_on_another_machine_but_for_its_films(
    attic: Attic, passphrase: str
) -> None:
    back_up(attic.subject, attic.file, passphrase)
    toml, data = elsewhere(attic)
    done = restore(attic.file, toml, data, passphrase)
    assert (toml.read_text(), done.recordings) == (ROOM, 2)
    assert load(toml).devices[0].password
    assert (data / "ca" / "key.pem").read_text() == "a key"
    folder = data / "recordings" / attic.ids[0]
    assert read_card(folder).title == "Fractions"
    there = {one.name for one in folder.iterdir()}
    assert there == {"manifest.json", "card.json", "deliveries.jsonl", "edits"}
    kept = DataFolder(data).database
    assert list(dump(kept)) == list(dump(attic.data.database))
    async with Store(kept) as store:
        assert await Accounts(store=store).exist()


@pytest.mark.parametrize("way_back", ["another machine", "same disk", "no disk", "brought home"])
async def test_what_the_second_folder_alone_tells_of_comes_back_with_the_rest(
    attic: Attic, way_back: str
) -> None:
    second = attic.path / "second"
    attic.toml.write_text(f'{ROOM}\n[recording]\nsecond_folder = "{second}"\n')
    apart = "20261120-080000-abcd"
    for id_ in (apart, attic.ids[0]):  # of the other its own folder tells, and it is in there once
        (second / id_).mkdir(parents=True)
        (second / id_ / "journal.jsonl").write_text("{}\n")
    write_card(second / apart, Card(title="The first disk was gone"))
    sums = back_up(attic.subject, attic.file)
    told = {name for name in sums.files if name.startswith("second/")}
    assert told == {f"second/{apart}/journal.jsonl", f"second/{apart}/card.json"}
    if way_back == "same disk":
        (second / apart / "journal.jsonl").write_text("{}\n{}\n")
        (second / apart / "card.json").unlink()
    else:
        second.rename(attic.path / "away")
    toml, data = elsewhere(attic)
    home = data / "recordings" / apart
    if way_back == "no disk":
        second.write_text("no folder can be made here")
    elif way_back == "brought home":
        home.mkdir(parents=True)
        (home / "manifest.json").write_text("newer")
    done = restore(attic.file, toml, data)
    assert done.recordings == 3
    if way_back == "brought home":
        assert not second.exists() or not any(second.iterdir())
        assert (home / "manifest.json").read_text() == "newer"
    else:
        there = home if way_back == "no disk" else second / apart
        assert read_card(there).title == "The first disk was gone"
        newer = "{}\n" * (1 + (way_back == "same disk"))
        assert (there / "journal.jsonl").read_text() == newer


async def test_the_file_is_for_its_owner_only_and_sealed_it_tells_nothing(attic: Attic) -> None:
    back_up(attic.subject, attic.file)
    assert attic.file.stat().st_mode & 0o077 == 0
    back_up(attic.subject, attic.file, LONG)
    assert b"\x1f\x8b" not in attic.file.read_bytes()[:64]
    toml, data = elsewhere(attic)
    for wrong, code in (("", "passphrase-wanted"), ("another one", "passphrase-wrong")):
        with pytest.raises(BackupError) as refusal:
            restore(attic.file, toml, data, wrong)
        assert refusal.value.code == code


async def test_a_file_that_is_not_what_its_checksum_says_is_named(attic: Attic) -> None:
    back_up(attic.subject, attic.file)
    with attic.file.open("rb") as sealed, io.BytesIO() as packed, io.BytesIO() as other:
        unseal(sealed, packed, "")
        packed.seek(0)
        with (
            tarfile.open(fileobj=packed) as before,
            tarfile.open(fileobj=other, mode="w:gz") as after,
        ):
            for one in before:
                content = before.extractfile(one)
                changed = one.name.endswith("key.pem")
                after.addfile(one, io.BytesIO(b"a kez") if changed else content)
        other.seek(0)
        with attic.file.open("wb") as out:
            seal(other, out, "")
    toml, data = elsewhere(attic)
    with pytest.raises(BackupError) as refusal:
        restore(attic.file, toml, data, "")
    assert (refusal.value.code, refusal.value.text.endswith("key.pem")) == ("damaged", True)
    assert not toml.exists()


@pytest.mark.parametrize("passphrase", ["", LONG])
async def test_a_backup_that_is_cut_or_garbled_anywhere_changes_nothing(
    attic: Attic, passphrase: str
) -> None:
    back_up(attic.subject, attic.file, passphrase)
    whole = attic.file.read_bytes()
    toml, data = elsewhere(attic)
    for at in (3, 40, len(whole) // 2, len(whole) - 30):
        garbled = whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :]
        for content in (whole[:at], garbled):
            attic.file.write_bytes(content)
            with pytest.raises(BackupError):
                restore(attic.file, toml, data, passphrase)
    assert not data.exists()
    assert not toml.exists()


async def test_nothing_is_brought_back_under_a_room_that_is_at_work(attic: Attic) -> None:
    back_up(attic.subject, attic.file)
    with (
        lock.hold(room_lock(attic.toml, "attic"), "attic"),
        pytest.raises(lock.RoomBusyError) as refusal,
    ):
        restore(attic.file, attic.toml, attic.data.path)
    assert refusal.value.pid == os.getpid()


async def test_what_was_there_is_kept_aside(attic: Attic) -> None:
    back_up(attic.subject, attic.file)
    folder = attic.data.recordings / attic.ids[0]
    write_card(folder, Card(title="Something else"))
    attic.toml.write_text(ROOM.replace("Attic", "Cellar"))
    before = attic.data.database.read_bytes()
    done = restore(attic.file, attic.toml, attic.data.path)
    assert read_card(folder).title == "Fractions"
    assert (folder / "programme.mp4").is_file()
    assert "Cellar" in (done.aside / "room.toml").read_text()
    assert read_card(done.aside / "recordings" / attic.ids[0]).title == "Something else"
    assert (done.aside / "classroom-edge.db").read_bytes() == before
    assert not any("before-restore" in name for name in back_up(attic.subject, attic.file).files)


async def test_what_was_erased_after_the_backup_stays_erased(attic: Attic) -> None:
    back_up(attic.subject, attic.file)
    scene = Scene(attic.data.path, load(attic.toml))
    async with Store(attic.data.database) as store:
        erasing = Erasing(folder=attic.data, roots=(scene.folder.recordings,), store=store)
        await erasing.erase(LI, attic.ids[1], "a parent asked for it")
    done = restore(attic.file, attic.toml, attic.data.path)
    assert done.left_out == (attic.ids[1],)
    assert not (attic.data.recordings / attic.ids[1]).exists()


async def test_a_database_of_an_older_version_is_brought_up_to_date(attic: Attic) -> None:
    old = attic.path / "old.db"
    head, *rows = dump(attic.data.database)
    newer = ('["deliveries"', '["timetable_')
    lines = [json.dumps("0002"), *(row for row in rows if not row.startswith(newer))]
    load_rows(old, lines)
    with sqlite3.connect(old) as database:
        assert database.execute("SELECT name FROM users").fetchall() == [("li",)]
        assert database.execute("SELECT count(*) FROM deliveries").fetchone() == (0,)
    assert next(dump(old)) == head


def rows_of(place: Place) -> list[Any]:
    with Work(engine := opened(place)) as db:
        found = db.execute(text("SELECT id, name FROM users ORDER BY id")).all()
    engine.dispose()
    return [tuple(row) for row in found]


async def test_a_database_moves_between_a_file_and_a_server(attic: Attic, place: Place) -> None:
    lines = list(dump(attic.data.database))
    load_rows(place, lines)
    assert sorted(dump(place)) == sorted(lines)
    async with Store(place) as store:  # new rows are numbered after those that came
        await Accounts(store=store).add("wang", "Teach-me 2 sing")
    assert rows_of(place) == [(1, "li"), (2, "wang")]
    home = attic.path / "home.db"
    load_rows(home, dump(place))
    assert rows_of(home) == rows_of(place)


async def test_of_nightly_backups_so_many_are_kept(attic: Attic) -> None:
    (nights := attic.toml.parent / "nights").mkdir()
    made = [back_up_nightly(attic.subject, NOW.replace(day=day)).name for day in (20, 21, 22)]
    assert sorted(one.name for one in nights.iterdir()) == made[1:]
