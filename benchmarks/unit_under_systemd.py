"""The unit of ``classroom-edge unit`` under a real systemd: killed, frozen, updated, stopped.

Boots systemd as the first process of namespaces of its own (root, cgroups), with the unit of a
small room and nothing else. The daemon must become active (notify), be started again when it is
killed while the workers live on, be ended by the watchdog when it makes no progress. Another
version takes it over by ``classroom-edge update``; one that does not come up is taken back. A stop
must leave nothing behind.

Source: systemd.service(5), unshare(1), nsenter(1).
"""

import argparse
import contextlib
import io
import json
import site
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from classroom_edge.commands.unit import unit
from tests.edge.room_at_work import write_room

ROOT = Path(__file__).resolve().parent.parent
PARTS = (ROOT, *(ROOT / one for one in ("drivers", "media", "schedules")))
SPACES = ("--fork", "--pid", "--mount", "--uts", "--ipc", "--mount-proc", "--kill-child")
BOOT = """\
mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /etc/systemd/system && mkdir /run/systemd
printf '[Unit]\\nDefaultDependencies=no\\nWants={name}.service\\n' > /etc/systemd/system/try.target
cp {unit} /etc/systemd/system/{name}.service
export container=unshare
exec /lib/systemd/systemd --system --unit=try.target --log-target=null --show-status=0
"""
WORKER = "classroom_media.workers"
NAME = "classroom-edge-attic"
BROKEN = "import sys\nif 'classroom_edge.app' in sys.orig_argv:\n    sys.exit(3)\n"


class Machine:
    """What runs in the namespaces; systemd is its process 1."""

    def __init__(self, pid: int) -> None:
        self._pid = pid

    def run(self, *command: str) -> str:
        """Run a command in there; give what it said."""
        return self._done(*command).stdout

    def status(self, *command: str) -> int:
        """Run a command in there; give its exit status."""
        return self._done(*command).returncode

    def _done(self, *command: str) -> subprocess.CompletedProcess[str]:
        enter = ["nsenter", "-t", str(self._pid), "-a", *command]
        return subprocess.run(enter, capture_output=True, text=True, check=False)

    def told(self, name: str) -> str:
        """Give a property of the unit."""
        return self.run("systemctl", "show", NAME, "-p", name, "--value").strip()

    def workers(self) -> set[str]:
        """Give the process ids of the room's workers."""
        lines = self.run("ps", "ax", "-o", "pid,cmd").splitlines()
        return {line.split()[0] for line in lines if WORKER in line}

    def until(self, so: Callable[[], bool], within_s: float) -> float | None:
        """Give after how many seconds it was so, or None."""
        began_s = time.monotonic()
        while time.monotonic() - began_s < within_s:
            if so():
                return round(time.monotonic() - began_s, 1)
            time.sleep(0.5)
        return None


@contextlib.contextmanager
def booted(top: Path) -> Iterator[Machine]:
    """Boot systemd with the unit of a room in `top`."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        unit(write_room(top), top / "data")
    text = said.getvalue().replace("[Service]", "DefaultDependencies=no\n\n[Service]")
    (top / "room.service").write_text(text, encoding="utf-8")
    (top / "boot").write_text(BOOT.format(unit=top / "room.service", name=NAME), encoding="utf-8")
    with subprocess.Popen(["unshare", *SPACES, "sh", str(top / "boot")]) as process:
        try:
            time.sleep(2)
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
            yield Machine(int(children.split()[0]))
        finally:
            process.kill()


def version(folder: Path, *, is_broken: bool) -> Path:
    """Make another version's folder: an interpreter of its own, with what this one has."""
    venv.create(folder, with_pip=False)
    (found,) = folder.glob("lib/python*/site-packages")
    here = [
        str(ROOT),
        *(str(ROOT / one) for one in ("drivers", "media", "schedules")),
        *site.getsitepackages(),
    ]
    (found / "here.pth").write_text("\n".join(here))
    if is_broken:
        (found / "sitecustomize.py").write_text(BROKEN)
    return folder / "bin" / "python"


def main() -> int:
    """Boot, kill, freeze and stop; tell how long each took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="without the watchdog's half minute")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found: dict[str, object] = {}
    with tempfile.TemporaryDirectory(prefix="unit-") as top, booted(Path(top)) as machine:
        found["active after, s"] = machine.until(
            lambda: machine.told("ActiveState") == "active" and len(machine.workers()) == 3, 90
        )
        before, main_pid = machine.workers(), machine.told("MainPID")
        machine.run("kill", "-9", main_pid)
        found["back after a kill, s"] = machine.until(
            lambda: (
                machine.told("MainPID") not in {main_pid, "0"}
                and machine.told("ActiveState") == "active"
            ),
            60,
        )
        found["the workers lived on"] = machine.workers() == before
        if not given.quick:
            frozen = machine.told("MainPID")
            machine.run("kill", "-STOP", frozen)
            found["ended by the watchdog after, s"] = machine.until(
                lambda: machine.told("MainPID") not in {frozen, "0"}, 90
            )
        for is_broken in (False, True):
            python = version(Path(top) / f"version-{is_broken}", is_broken=is_broken)
            update = [python, "-m", "classroom_edge", "update", f"{top}/room.toml", "--now"]
            status = machine.status("env", "LANG=C.UTF-8", *map(str, update))
            named = machine.told("ExecStart")
            works = machine.told("ActiveState") == "active"
            what = "a broken version is taken back" if is_broken else "another version took it over"
            runs_it = str(python) in named
            found[what] = works and (status, runs_it) == ((1, False) if is_broken else (0, True))
        machine.run("systemctl", "stop", NAME)
        found["stopped, and nothing is left"] = not machine.workers()
    told = "\n".join(f"{name:32} {value}" for name, value in found.items())
    print(json.dumps(found, indent=2) if given.json else told)
    return 0 if all(value not in {None, False} for value in found.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
