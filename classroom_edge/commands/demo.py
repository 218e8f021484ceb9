"""``classroom-edge demo``: a simulated room, and the daemon that runs it."""

import os
import shutil
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from string import Template
from zoneinfo import ZoneInfo

import typer

from classroom_edge import keeper, lock
from classroom_edge.demo.ports import Ports
from classroom_edge.paths import DataFolder, default_data_folder, room_lock
from classroom_edge.profiles import Profile
from classroom_edge.words import words

WRONG_USE = 2
MATERIAL = "CLASSROOM_EDGE_DEMO_MEDIA"  # run.py names the folder of the fetched footage here
SCHOOL = "school-day.toml"
ZONE = "Asia/Shanghai"  # of that school
BEGINS = time(8, 5)  # a quarter of an hour before the first bell
HERE = Path(__file__).resolve().parent.parent / "demo"


@dataclass(frozen=True, slots=True)
class SchoolDay:
    """The day that a demo lives through, and how many times as fast."""

    date: date
    speed: float = 1.0

    @property
    def time(self) -> str:
        """Give the daemon's ``--time``: shortly before the first bell, from now on."""
        shown = datetime.combine(self.date, BEGINS, ZoneInfo(ZONE))
        return f"{datetime.now(UTC).isoformat()},{shown.isoformat()},{self.speed}"


def demo(
    port: int,
    data: Path | None,
    profile: Profile = Profile.STUDIO,
    day: SchoolDay | None = None,
) -> int:
    """Write the demo's room.toml, then become the keeper of the simulated room and the daemon.

    With a `day` the room has a timetable, and lives through that day by itself.
    """
    folder = DataFolder((data or default_data_folder("demo")).absolute())
    folder.make()
    room = folder.path / "room.toml"
    language = os.environ.get("CLASSROOM_EDGE_LANG", "en")
    try:
        with lock.hold(room_lock(room, "demo"), "demo"):
            ports = Ports.kept(folder.path / "ports.json")
            film = film_of(folder.path)
            text = room_text(port, ports, profile, footage=film.is_file())
            timetable = (HERE / "timetable.toml").read_text("utf-8") if day else ""
            room.write_text(text + timetable, encoding="utf-8")
            shutil.copyfile(HERE / SCHOOL, folder.path / SCHOOL)
    except lock.RoomBusyError as error:
        text = words("problems").say("run.busy", language, room=error.room, pid=error.pid)
        typer.echo(text, err=True)
        raise typer.Exit(WRONG_USE) from error
    school = [sys.executable, "-m", "classroom_edge.demo.school", ports.to_json(), str(film)]
    daemon = [sys.executable, "-m", "classroom_edge.app", str(room), "--data", str(folder.path)]
    daemon += ["--time", day.time] if day else []
    typer.echo(words("cli").say("demo.open", language, url=f"http://127.0.0.1:{port}"), err=True)
    keeper.become([school, daemon])


def room_text(port: int, ports: Ports, profile: Profile, *, footage: bool) -> str:
    """Give the room.toml of the demo; the routine one has no place for the footage."""
    values = {name: getattr(ports, name) for name in Ports.__dataclass_fields__}
    film = Template((HERE / "footage.toml").read_text("utf-8")).substitute(values)
    text = Template((HERE / f"{profile}.toml").read_text("utf-8"))
    return text.substitute(values, panel=port, footage=film if footage else "")


def film_of(folder: Path) -> Path:
    """Give the demo's footage, made on first use; there may be none."""
    film = folder / "footage.mp4"
    material = Path(os.environ.get(MATERIAL, ""))
    if not film.is_file() and material.is_absolute():
        from classroom_media.emulate import footage  # noqa: PLC0415 - PyAV only when needed

        if footage.is_there(material):
            footage.prepare(material, film)
    return film
