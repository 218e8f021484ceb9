"""``classroom-edge demo --three-classrooms``, and ``demo-cable`` for who has no browser at hand."""

import os
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from string import Template
from typing import Final, NoReturn

from classroom_edge import keeper, lock
from classroom_edge.demo.three.cables import State
from classroom_edge.demo.three.ports import CABLES, HUB, SITES, ThreePorts, name_of, panels
from classroom_edge.paths import DataFolder, default_data_folder, room_lock
from classroom_edge.words import words

GOOD, FAILED, WRONG = 0, 1, 2
DEMO: Final = "demo-three"
PAGE: Final = "page.port"
HERE: Final = Path(__file__).resolve().parent.parent / "demo" / "three"


def demo(first: int, data: Path | None) -> NoReturn:
    """Write the three room.toml, then become the keeper of everything; ends with 2 if one runs."""
    top = _folder(data)
    top.mkdir(parents=True, exist_ok=True)
    language = os.environ.get("CLASSROOM_EDGE_LANG", "en")
    try:
        with lock.hold(room_lock(top / f"{HUB}.toml", HUB), HUB):
            ports = ThreePorts.kept(top / "ports.json")
            write_rooms(top, ports, first)
            (top / PAGE).write_text(str(first), encoding="ascii")
    except lock.RoomBusyError as error:
        busy = words("problems").say("run.busy", language, room=error.room, pid=error.pid)
        sys.stderr.write(busy + "\n")
        sys.exit(WRONG)
    _tell(first, language)
    keeper.become(commands(top, ports, first))


def _tell(first: int, language: str) -> None:
    at = {name: f"http://127.0.0.1:{port}" for name, port in panels(first).items()}
    say, sites = words("three").say, " ".join(at[site] for site in SITES)
    sys.stderr.write(say("opened", language, url=at[CABLES]) + "\n")
    sys.stderr.write(say("rooms", language, hub=at[HUB], sites=sites) + "\n")


def write_rooms(top: Path, ports: ThreePorts, first: int) -> None:
    """Write the room.toml of the hub and of each site."""
    for room in (HUB, *SITES):
        DataFolder(top / room).make()
        (top / f"{room}.toml").write_text(room_text(room, ports, panels(first)[room]), "utf-8")


def room_text(room: str, ports: ThreePorts, panel: int) -> str:
    """Give the room.toml of a room."""
    text = Template((HERE / ("hub.toml" if room == HUB else "site.toml")).read_text("utf-8"))
    values: dict[str, int | str] = {
        "panel": panel,
        "rtsp": ports.rtsp,
        "link": ports.link,
        "media": ports.media,
    }
    if room in SITES:
        values |= {"site": room, "name": name_of(room), "camera": ports.camera(room)}
    return text.substitute(values)


def commands(top: Path, ports: ThreePorts, first: int) -> list[list[str]]:
    """Give what the keeper keeps; the hub's daemon is the last, with which everything ends."""
    module = [sys.executable, "-m"]
    rooms = {room: [str(top / f"{room}.toml"), "--data", str(top / room)] for room in (HUB, *SITES)}
    return [
        [*module, "classroom_edge.demo.three.cameras", ports.to_json()],
        [*module, "classroom_edge.demo.three.stage", ports.to_json(), str(top), str(first)],
        *(
            [*module, "classroom_edge.demo.three.site", str(ports.cable(site)[1]), *rooms[site]]
            for site in SITES
        ),
        [*module, "classroom_edge.app", *rooms[HUB]],
    ]


def cable(site: str, state: str, data: Path | None, *, language: str) -> int:
    """Pull a site's cable in the demo that runs, make it thin, or put it back."""
    say: Callable[..., str] = words("three").say
    if site not in SITES or state not in set(State):
        known = {"sites": ", ".join(SITES), "states": ", ".join(State)}
        sys.stderr.write(say("cable.unknown", language, site=site, state=state, **known) + "\n")
        return WRONG
    try:
        port = int((_folder(data) / PAGE).read_text("ascii"))
        asked = f"http://127.0.0.1:{port}/cables/{site}/{state}"
        urllib.request.urlopen(urllib.request.Request(asked, method="POST"), timeout=5).close()
    except (OSError, ValueError):
        sys.stderr.write(say("cable.no-demo", language) + "\n")
        return FAILED
    shown = say(f"cable.{state}", language)
    sys.stdout.write(say("cable.done", language, site=name_of(site, language), state=shown) + "\n")
    return GOOD


def _folder(data: Path | None) -> Path:
    return (data or default_data_folder(DEMO)).absolute()
