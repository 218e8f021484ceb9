"""A PostgreSQL server of our own: Debian's programs, an ordinary user, a socket in a folder."""

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from classroom_edge import parts
from classroom_edge.store import Server

WITHIN_S = 60


@dataclass
class Cluster:
    """A server at work; nobody reaches it but through its folder."""

    folder: Path
    programs: Path
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def database(self) -> Server:
        """Make a database."""
        name = f"room_{next(self._numbers)}"
        self.run("createdb", "-h", str(self.folder), "-U", "classroom", name)
        return Server(f"postgresql+psycopg://classroom@/{name}?host={self.folder}")

    def start(self) -> None:
        """Have it at work, and return once it answers."""
        options = f"-k {self.folder} -c listen_addresses='' -F -c shared_buffers=16MB"
        log = str(self.folder / "log")
        self._control("-l", log, "-w", "-o", options, "start")

    def stop(self) -> None:
        """End it at once, as when its machine fails."""
        self._control("-m", "immediate", "-w", "stop")

    def _control(self, *arguments: str) -> None:
        self.run("pg_ctl", "-D", str(self.folder / "data"), *arguments)

    def run(self, program: str, *arguments: str) -> str:
        """Run one of its programs as the user that it belongs to."""
        done: subprocess.CompletedProcess[str] = subprocess.run(
            [self.programs / program, *arguments],
            cwd=self.folder,
            check=True,
            timeout=WITHIN_S,
            text=True,
            capture_output=True,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            **ordinary(),
        )
        return done.stdout


def ordinary() -> dict[str, Any]:
    """Tell `subprocess` to be an ordinary user: the server refuses to be run by root."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Make a server and run it while the block runs."""
    programs = parts.postgresql()
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # a socket's path must be short
    if user := ordinary():
        os.chown(folder, user["user"], user["group"])
    server = Cluster(folder, programs)
    try:
        server.run(
            "initdb", "-D", str(folder / "data"), "-U", "classroom", "-A", "trust", "--no-sync"
        )
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)
