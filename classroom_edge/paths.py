"""Where a room keeps its files, and where its processes meet."""

import hashlib
import os
import stat
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SOCKET_PATH_MAX = 100  # bytes; the system allows 107 with its closing zero, libzmq needs a few


@dataclass(frozen=True, slots=True)
class DataFolder:
    """The folder of one room; the names in it are a promise to other programs."""

    path: Path

    @property
    def recordings(self) -> Path:
        """One folder for each recording."""
        return self.path / "recordings"

    @property
    def received(self) -> Path:
        """What the sites of a hub have sent it: one folder for each, with its recordings."""
        return self.path / "received"

    @property
    def deliveries(self) -> Path:
        """For each target what its deliveries said that nobody understood, and its lock."""
        return self.path / "deliveries"

    @property
    def database(self) -> Path:
        """Accounts and paired panels."""
        return self.path / "classroom-edge.db"

    @property
    def certificates(self) -> Path:
        """The school's own certificate authority."""
        return self.path / "ca"

    @property
    def link(self) -> Path:
        """The keys of the link with other schools; made when they are."""
        return self.path / "link"

    @property
    def broadcasts(self) -> Path:
        """One folder for each lesson that was broadcast."""
        return self.path / "broadcasts"

    @property
    def broadcast_key(self) -> Path:
        """What signs the addresses of broadcasts."""
        return self.path / "broadcast.key"

    @property
    def timetable(self) -> Path:
        """The timetable that is in force."""
        return self.path / "timetable"

    @property
    def log(self) -> Path:
        """JSON lines, rotated."""
        return self.path / "log"

    def make(self) -> None:
        """Create the folders, for the owner's eyes only where it matters."""
        self.path.mkdir(parents=True, exist_ok=True)
        self.recordings.mkdir(exist_ok=True)
        self.log.mkdir(exist_ok=True)
        self.certificates.mkdir(mode=0o700, exist_ok=True)


def default_data_folder(room: str, environ: Mapping[str, str] = os.environ) -> Path:
    """Give the data folder of a room where no ``--data`` was said."""
    home = environ.get("XDG_DATA_HOME", "")
    base = Path(home) if Path(home).is_absolute() else Path.home() / ".local" / "share"
    return base / "classroom-edge" / room


def runtime_folder(data: Path, room: str, environ: Mapping[str, str] = os.environ) -> Path:
    """Give the folder of a room's sockets, created for its owner alone. Its path is short.

    Two daemons on the same data folder and room get the same one, and so can find each other.

    Raises:
        PermissionError: somebody else owns a folder of that name.
    """
    base = Path(environ.get("XDG_RUNTIME_DIR", ""))
    if not base.is_absolute() or not base.is_dir() or len(bytes(base)) > SOCKET_PATH_MAX // 2:
        base = Path(tempfile.gettempdir())
    tail = hashlib.sha256(f"{data.resolve()}\0{room}".encode()).hexdigest()[:8]
    user = os.getuid() if sys.platform != "win32" else os.environ.get("USERNAME", "user")
    owned = base / f"classroom-edge-{user}"
    _make_private(owned)
    _make_private(owned / tail)
    return owned / tail


def has_ipc() -> bool:
    """Whether processes of this system meet at files; they use loopback where not."""
    return sys.platform != "win32"


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    if sys.platform == "win32":
        return
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to somebody else")
    folder.chmod(0o700)


def room_lock(file: Path, room: str, environ: Mapping[str, str] = os.environ) -> Path:
    """Give the lock of a room, wherever its recordings go: the same for every ``--data``."""
    return runtime_folder(file.parent, room, environ) / "room.lock"
