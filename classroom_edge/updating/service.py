"""The room's service, as systemd has it: which version its unit names, stopped and started.

Source: systemctl(1); systemd.service(5), Type=notify: active once the daemon is at work.
"""

import re
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from classroom_media.record.durable import replace_durably

UNITS: Final = Path("/etc/systemd/system")
_START: Final = re.compile(r"^(ExecStart=)(\S+)(.*)$", re.MULTILINE)


class ServiceError(Exception):
    """systemd does not do what it is asked for; the text says what it said."""


@dataclass(frozen=True, slots=True)
class Service:
    """A unit that ``classroom-edge unit`` has made, or a school after it."""

    file: Path
    systemctl: str = "systemctl"

    def text(self) -> str:
        """Give its text. Raises OSError: there is none."""
        return self.file.read_text("utf-8")

    def put(self, text: str) -> None:
        """Let it have another text, durably. Raises OSError, ServiceError."""
        replace_durably(self.file, text.encode())
        self._do("daemon-reload")

    def stop(self) -> None:
        """Stop it in order. Raises ServiceError."""
        self._do("stop", self.file.stem)

    def start(self) -> bool:
        """Start it; tell whether it became active."""
        try:
            self._do("start", self.file.stem)
        except ServiceError:
            return False
        return self.is_steady()

    def is_steady(self) -> bool:
        """Tell whether it is active, and was not started again since it was started."""
        return self._told("ActiveState") == "active" and self._told("NRestarts") == "0"

    def _told(self, name: str) -> str:
        return self._do("show", self.file.stem, "-p", name, "--value").strip()

    def _do(self, *words: str) -> str:
        done = subprocess.run(  # noqa: S603 - systemctl, and our own unit
            [self.systemctl, *words], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise ServiceError(done.stderr.strip() or f"{words[0]}: {done.returncode}")
        return done.stdout


def run_by(text: str, python: str) -> str:
    """Give a unit's text with another Python to run the room; all else stays as it was.

    Raises:
        ValueError: it starts nothing.
    """
    changed, count = _START.subn(lambda found: f"{found[1]}{python}{found[3]}", text, count=1)
    if not count:
        raise ValueError("the unit starts nothing: no ExecStart")
    return changed


def data_of(text: str) -> Path:
    """Give the data folder that a unit names.

    Raises:
        ValueError: it names none.
    """
    found = _START.search(text)
    words = (
        [one.replace("%%", "%").replace("$$", "$") for one in shlex.split(found[3])]
        if found
        else []
    )
    if "--data" not in words[:-1]:
        raise ValueError("the unit names no data folder: --data")
    return Path(words[words.index("--data") + 1])
