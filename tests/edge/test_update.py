"""A new version takes a room over at rest, after a rehearsal, and is taken back when it fails."""

import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from classroom_edge.commands.unit import unit
from classroom_edge.commands.update import FAILED, GOOD, STAYS_S, WRONG, Update
from classroom_edge.config import load
from classroom_edge.paths import DataFolder
from classroom_edge.store.database import opened
from classroom_edge.updating.rest import LESSON, why_not
from classroom_edge.updating.service import Service, data_of, run_by
from classroom_media.record.manifest import Manifest, State, write_manifest
from tests.edge.room_at_work import ROOM, write_room
from tests.schedules.schools import EXAMPLE

NOW = datetime(2027, 3, 1, 12, 30, tzinfo=UTC)  # 20:30 at the school
NEW = "/opt/new/bin/python"
SYSTEMCTL = """#!/bin/sh
# What an update asks of systemd: the version that the unit names comes up, unless it is a bad one.
cd {folder}
echo "$1" >> asked
case "$1" in
  start) if grep -q "$(cat bad)" room.service; then
           echo spoiled > data/classroom.db; exit 1
         fi; echo active > state;;
  stop) echo inactive > state;;
  show) [ "$4" = NRestarts ] && cat restarts || cat state;;
esac
"""


@dataclass
class Machine:
    """A machine with a room of an older version, and what it was asked."""

    folder: Path
    waits: list[float] = field(default_factory=list)
    meanwhile: Callable[[], None] = lambda: None

    @property
    def service(self) -> Service:
        return Service(self.folder / "room.service", str(self.folder / "systemctl"))

    @property
    def data(self) -> DataFolder:
        return DataFolder(self.folder / "data")

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.meanwhile()

    def update(self, *, at_once: bool = True) -> int:
        config = load(self.folder / "room.toml")
        return Update(
            config=config,
            folder=self.data,
            service=self.service,
            language="en",
            python=NEW,
            wait=self.wait,
            now=lambda: NOW,
        ).run(at_once=at_once)

    def asked(self) -> list[str]:
        return (self.folder / "asked").read_text().split()

    def revision(self) -> str:
        with closing(sqlite3.connect(self.data.database)) as database:
            return str(database.execute("SELECT version_num FROM alembic_version").fetchone()[0])


@pytest.fixture
def machine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Machine:
    file = write_room(tmp_path)
    assert unit(file, tmp_path / "data") == 0
    (tmp_path / "room.service").write_text(capsys.readouterr().out, encoding="utf-8")
    one = Machine(tmp_path)
    one.data.make()
    opened(one.data.database).dispose()
    for name, content in (("bad", "none"), ("restarts", "0"), ("state", "active"), ("asked", "")):
        (tmp_path / name).write_text(content)
    systemctl = tmp_path / "systemctl"
    text = SYSTEMCTL.format(folder=tmp_path).replace("classroom.db", one.data.database.name)
    systemctl.write_text(text)
    systemctl.chmod(systemctl.stat().st_mode | stat.S_IXUSR)
    return one


def test_a_version_that_comes_up_and_stays_runs_the_room(machine: Machine) -> None:
    before = machine.service.text()
    assert machine.update() == GOOD
    assert machine.service.text() == run_by(before, NEW)
    assert f"ExecStart={NEW} -m classroom_edge.app" in machine.service.text()
    assert machine.waits == [STAYS_S]
    assert machine.asked() == ["stop", "daemon-reload", "start", "show", "show", "show", "show"]


def test_a_version_that_does_not_come_up_is_taken_back_with_its_database(machine: Machine) -> None:
    before, revision = machine.service.text(), machine.revision()
    (machine.folder / "bad").write_text(NEW)
    assert machine.update() == FAILED
    assert machine.service.text() == before
    assert machine.revision() == revision
    assert (machine.folder / "state").read_text() == "active\n"


def test_a_version_that_does_not_stay_is_taken_back(machine: Machine) -> None:
    before = machine.service.text()

    def dies() -> None:
        (machine.folder / "restarts").write_text("1")
        machine.meanwhile = lambda: None

    machine.meanwhile = dies
    assert machine.update() == FAILED
    assert machine.service.text() == before


def test_a_database_that_this_version_does_not_know_changes_nothing(machine: Machine) -> None:
    with closing(sqlite3.connect(machine.data.database)) as database:
        database.execute("UPDATE alembic_version SET version_num = 'm9999'")
        database.commit()
    before = machine.service.text()
    assert machine.update() == WRONG
    assert machine.service.text() == before
    assert machine.asked() == []


def test_a_room_that_records_is_waited_for(machine: Machine) -> None:
    folder = machine.data.recordings / "20270301-120000-3f2a"
    folder.mkdir(parents=True)
    manifest = Manifest(
        id=folder.name,
        state=State.RECORDING,
        room="attic",
        title="",
        started_at=NOW,
        duration_s=0.0,
    )
    write_manifest(folder, manifest)
    looks = machine.waits

    def over() -> None:
        if len(looks) == 3:
            folder.joinpath("manifest.json").unlink()

    machine.meanwhile = over
    assert machine.update(at_once=False) == GOOD
    assert len(looks) == 4


def test_near_a_lesson_a_room_is_not_at_rest(tmp_path: Path) -> None:
    (tmp_path / "school.toml").write_bytes(EXAMPLE.read_bytes())
    text = f'{ROOM}\n[timetable]\nfile = "school.toml"\nroom = "301"\n'
    config = load(write_room(tmp_path, text))
    first = datetime(2027, 3, 1, 0, 20, tzinfo=UTC)  # 08:20 at the school
    told = [
        why_not(config, tmp_path / "none", first + timedelta(minutes=one)) for one in (-20, -14, 5)
    ]
    assert told == ["", LESSON, LESSON]
    assert why_not(config, tmp_path / "none", NOW) == ""


def test_a_unit_says_where_its_data_are(machine: Machine) -> None:
    assert data_of(machine.service.text()) == machine.folder / "data"
    with pytest.raises(ValueError, match="names no data folder"):
        data_of("[Service]\nExecStart=/bin/python -m classroom_edge.app room.toml\n")
    with pytest.raises(ValueError, match="no ExecStart"):
        run_by("[Service]\n", NEW)
