#!/usr/bin/env python3
"""Hub and sites as daemons in networks of their own: what cuts, kills and moves do to a lesson.

    python benchmarks/schools_in_namespaces.py [--quick] [--json]        (Linux, root)

Every school has a namespace for its PC and one for its router: NAT for IPv4, one site with IPv6
alone; between them are the emulator's lines, 20 ms each way and 20 Mbit/s. Each PC runs the
product's daemon, as `classroom-edge run` does, and a camera of ours by RTSP. Sites are enrolled
by a code, the hub begins a session, and everybody joins by themselves.

Pictures are counted as they leave the relays of hub and sites, before any playout. "Back" is how
long after the cable's return, or after the kill, the first picture of the lesson's next second
comes: the worse of both ways. Nobody does anything by hand.
"""

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

import psutil

from classroom_edge.paths import runtime_folder
from classroom_edge.services.workers import endpoints_for
from classroom_media.api import WorkerError
from classroom_media.emulate.link import Line
from classroom_media.emulate.networks import HUB_4, HUB_6, Place, Schools
from classroom_media.messages import PeerHealth, Status
from classroom_media.workers.client import WorkerClient
from classroom_media.workers.subscribe import PacketReader

LINE: Final = Line(delay_ns=20_000_000, rate_bps=20_000_000)
HUB: Final = "centre"
CUTS_S: Final = (1, 15, 40)
LONG_S: Final = 300  # once, at the end: five minutes without a line
SOON_S: Final = 0.5  # the goal up to 15 s of a cut
LATER_S: Final = 5.0  # and beyond
BEGIN_S: Final = 60.0
FRESH_NS: Final = 200_000_000
KILLED_S: Final = 30.0  # the longest that is waited for anything to be back
RTSP: Final = 8554
HEIGHT: Final = 180  # of everything: four schools share one machine
NAMES: Final = ("hill", "lake", "wood")
ROOM: Final = """
[room]
id = "{id}"
name = "{id}"

[network]
listen = "127.0.0.1"
port = 8080

[recording]
width = {width}
height = {height}
fps = 25

{role}

[[source]]
id = "camera"
name = "camera"
url = "rtsp://127.0.0.1:{rtsp}/camera"
sound = true
{others}
"""
OTHER: Final = """
[[source]]
id = "{peer}"
name = "{peer}"
url = "remote://{peer}"
sound = true
"""


@dataclass
class School:
    """A room in its place."""

    id: str
    place: Place
    folder: Path
    role: str
    peers: tuple[str, ...]  # how it calls whom it hears
    height: int = HEIGHT  # of its programme
    daemon: "subprocess.Popen[bytes] | None" = None

    @property
    def room(self) -> Path:
        """Its room.toml."""
        return self.folder / "room.toml"

    @property
    def environment(self) -> dict[str, str]:
        """What its processes see: a folder for sockets of its own."""
        return os.environ | {"XDG_RUNTIME_DIR": str(self.folder), "CLASSROOM_EDGE_LANG": "en"}

    def make(self) -> None:
        """Write its room.toml."""
        others = "".join(OTHER.format(peer=peer) for peer in self.peers)
        self.folder.mkdir(mode=0o700)
        self.room.write_text(
            ROOM.format(
                id=self.id,
                role=self.role,
                rtsp=RTSP,
                others=others,
                width=self.height * 16 // 9,
                height=self.height,
            )
        )

    def start(self) -> None:
        """Start its daemon."""
        command = [sys.executable, "-m", "classroom_edge.app", str(self.room), "--data"]
        with (self.folder / "daemon.log").open("ab") as log:
            self.daemon = subprocess.Popen(
                self.place.command(*command, str(self.folder / "data")),
                env=self.environment,
                stdout=log,
                stderr=log,
            )

    def kill(self) -> None:
        """End all of it at once, as a power cut does."""
        for process in self._processes():
            process.kill()
        if self.daemon is not None:
            self.daemon.wait()

    def _processes(self) -> list[psutil.Process]:
        mine = str(self.folder)
        found = []
        for process in psutil.process_iter():
            try:
                if (
                    process.environ().get("XDG_RUNTIME_DIR") == mine
                    and "-c" not in process.cmdline()
                ):
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def edge(self, *arguments: str) -> str:
        """Run a command of the product here."""
        command = self.place.command(sys.executable, "-m", "classroom_edge", *arguments)
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=90, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{arguments}: {done.stdout} {done.stderr}")
        return done.stdout.strip()

    @property
    def runtime(self) -> Path:
        """Where its sockets are."""
        return runtime_folder(self.folder / "data", self.id, self.environment)


@dataclass
class Watch:
    """What arrives at one relay of one peer."""

    at: School
    peer: str
    came_ns: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._reader = PacketReader({"": endpoints_for(self.at.runtime, "relay", "session")})

    def look(self) -> None:
        """Note what has come."""
        for packet in self._reader.read(0):
            if packet.stream == self.peer:
                self.came_ns.append(time.monotonic_ns())

    def goes_on(self) -> bool:
        """Tell whether pictures come: a machine without time for them has sent sound alone."""
        self.look()
        return bool(self.came_ns) and time.monotonic_ns() - self.came_ns[-1] < FRESH_NS

    def first_after(self, at_ns: int) -> int | None:
        """Give when the first picture came after a moment."""
        return next((one for one in self.came_ns if one > at_ns), None)


@dataclass(frozen=True)
class Case:
    """What was done, and how soon the pictures of each site were back; None = never."""

    what: str
    site: str
    hub_sees_s: float | None
    site_sees_s: float | None
    goal_s: float

    @property
    def kept(self) -> bool:
        """Tell whether it was soon enough."""
        both = (self.hub_sees_s, self.site_sees_s)
        return all(one is not None and one <= self.goal_s for one in both)


@dataclass
class Lesson:
    """The schools, and what is seen of each at the others."""

    hub: School
    sites: list[School]
    watches: dict[str, tuple[Watch, Watch]] = field(default_factory=dict)
    cases: list[Case] = field(default_factory=list)

    def begin(self) -> float:
        """Start everybody, enrol, begin a session; give the seconds until all see all."""
        self.hub.start()
        _until(lambda: self._answers(self.hub), BEGIN_S)
        for site in self.sites:
            code = self.hub.edge(
                "link", "enrol", str(self.hub.room), *_at(self.hub), "--site", site.id
            )
            host = f"[{HUB_6}]" if site.place.family == 6 else HUB_4
            site.edge("link", "enrol", str(site.room), host, code, *_at(site))
            site.start()
        everybody = [word for site in self.sites for word in ("--site", site.id)]
        began_s = time.monotonic()
        self.hub.edge(
            "session", "start", str(self.hub.room), *_at(self.hub), "--title", "a", *everybody
        )
        for site in self.sites:
            self.watches[site.id] = (Watch(self.hub, site.id), Watch(site, "hub"))
        self._wait(lambda: all(w.came_ns for pair in self.watches.values() for w in pair), BEGIN_S)
        return time.monotonic() - began_s

    def case(self, what: str, site: School, goal_s: float, since: Callable[[], None]) -> None:
        """Do something; note how soon after it the site and the hub see each other again."""
        pair = self.watches[site.id]
        self._wait(lambda: all(watch.goes_on() for watch in pair), KILLED_S)
        since()
        for watch in pair:
            watch.look()  # what came before does not count
        at_ns = time.monotonic_ns()
        load = f"load {os.getloadavg()[0]:.0f}"
        print(f"{datetime.now(UTC).isoformat()} {what}, {site.id}, {load}", file=sys.stderr)
        self._wait(lambda: all(w.first_after(at_ns) for w in pair), KILLED_S)
        took = [(one - at_ns) / 1e9 if (one := w.first_after(at_ns)) else None for w in pair]
        self.cases.append(Case(what, site.id, took[0], took[1], goal_s))
        print(f"  {self.cases[-1]}", file=sys.stderr)
        if not self.cases[-1].kept:
            for school, peer in ((self.hub, site.id), (site, "hub")):
                print(
                    f"  relay of {school.id}: {asyncio.run(_health(school, peer))}", file=sys.stderr
                )
        self.rest(5)

    def cut(self, site: School, seconds: int) -> None:
        """Pull a site's cable, and put it back."""
        site.place.cut()
        self.rest(seconds)
        site.place.cut(is_cut=False)

    def rest(self, seconds: float) -> None:
        """Let the lesson go on."""
        end_s = time.monotonic() + seconds
        self._wait(lambda: time.monotonic() >= end_s, seconds + 1)

    def _wait(self, done: Callable[[], bool], within_s: float) -> None:
        """Look at everything until it is so, or for so long."""
        end_s = time.monotonic() + within_s
        while not done() and time.monotonic() < end_s:
            for pair in self.watches.values():
                for watch in pair:
                    watch.look()
            time.sleep(0.005)

    def _answers(self, school: School) -> bool:
        try:
            school.edge("session", "status", str(school.room), *_at(school))
        except RuntimeError:
            return False
        return True


async def _health(school: School, peer: str) -> PeerHealth | str:
    """Give what a relay says of a peer: why it sends no picture, if it sends none."""
    async with WorkerClient(endpoints_for(school.runtime, "relay", "session")) as relay:
        try:
            beat = (await relay.ask(Status())).heartbeat
        except WorkerError as error:
            return str(error)
    return next((one for one in beat.peers if one.peer == peer), "not met") if beat else "silent"


def _at(school: School) -> tuple[str, str]:
    return "--data", str(school.folder / "data")


def _until(done: Callable[[], bool], within_s: float) -> None:
    end_s = time.monotonic() + within_s
    while not done():
        if time.monotonic() > end_s:
            raise TimeoutError("the hub did not start")
        time.sleep(0.5)


CAMERA: Final = """
import asyncio
from classroom_media.api import Kind
from classroom_media.emulate.feed import Feed
from classroom_media.emulate.reel import Look, Voice, film
from classroom_media.emulate.replay import ReplayedCamera
from classroom_media.emulate.rtsp import RtspServer

async def serve():
    server, feed = RtspServer(), Feed((Kind.PICTURE, Kind.SOUND))
    server.feeds["/camera"] = feed
    reel = film("camera", 1, Look(size=(320, 180)), Voice(), count=200)
    with ReplayedCamera("camera", reel, feed.publish):
        async with server.listening({rtsp}):
            await asyncio.Event().wait()

asyncio.run(serve())
"""


@contextmanager
def lesson(
    families: Sequence[int], top: Path, *, camera: str = CAMERA, height: int = HEIGHT
) -> Iterator[Lesson]:
    """Make a hub, and a site for each version of IP; `camera` is the program that films."""
    names = NAMES[: len(families)]
    with Schools(seed=1) as schools, ExitStack() as running:
        hub = School(HUB, schools.hub(), top / HUB, '[hub]\nlisten = "::"', names, height)
        sites = [
            School(
                name,
                schools.site(name, up=LINE, down=LINE, family=family),
                top / name,
                "[site]",
                ("hub",),
                height,
            )
            for name, family in zip(names, families, strict=True)
        ]
        for school in (hub, *sites):
            school.make()
            command = school.place.command(sys.executable, "-c", camera.format(rtsp=RTSP))
            filming = running.enter_context(subprocess.Popen(command))
            running.callback(filming.send_signal, signal.SIGTERM)
            running.callback(school.kill)
        yield Lesson(hub, sites)


def course(held: Lesson, *, quick: bool) -> None:
    """Do everything to the lesson that happens to lessons."""
    for site in held.sites[-1:] if quick else held.sites:
        for cut_s in CUTS_S[:2] if quick else CUTS_S:
            goal_s = SOON_S if cut_s <= 15 else LATER_S
            held.case(f"cut {cut_s} s", site, goal_s, partial(held.cut, site, cut_s))
    if not quick:
        first = held.sites[0]
        held.case("address changed", first, LATER_S, lambda: first.place.change_address(99))
        held.case("site killed", first, LATER_S, lambda: _again(first))
        held.case("hub killed", first, LATER_S, lambda: _again(held.hub))
        held.case(f"cut {LONG_S} s", first, LATER_S, lambda: held.cut(first, LONG_S))


def _again(school: School) -> None:
    school.kill()
    school.start()


def main() -> int:
    """Run it, print the table; 1 if a promise was not kept."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="one site, cuts of 1 and 15 s")
    parser.add_argument("--sites", type=int, choices=(1, 2, 3), default=3)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--keep", type=Path, help="a new folder for the rooms and their logs")
    given = parser.parse_args()
    with ExitStack() as stack:
        top = given.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        top.mkdir(parents=True, exist_ok=True)
        held = stack.enter_context(lesson((4, 4, 6)[: 1 if given.quick else given.sites], top))
        began_s = held.begin()
        held.rest(5)
        course(held, quick=given.quick)
    print(f"everybody sees everybody {began_s:.1f} s after the session was started")
    print("| what | site | hub sees it after s | it sees the hub after s | goal s |")
    print("| --- | --- | --- | --- | --- |")
    for one in held.cases:
        seen = " | ".join(
            "never" if s is None else f"{s:.2f}" for s in (one.hub_sees_s, one.site_sees_s)
        )
        print(
            f"| {one.what} | {one.site} | {seen} | {one.goal_s:g} |" + ("" if one.kept else " <-")
        )
    if given.json:
        print(json.dumps({"began_s": began_s, "cases": [asdict(one) for one in held.cases]}))
    return 0 if all(one.kept for one in held.cases) else 1


if __name__ == "__main__":
    sys.exit(main())
