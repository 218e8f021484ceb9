"""What a machine brings along, looked at one by one for ``classroom-edge doctor``."""

import ctypes.util
import os
import platform
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from serial.tools import list_ports

from classroom_edge.parts import PARTS, Part, chromium
from classroom_edge.words import words

PROBE_S: Final = 10.0  # for another program to answer
TRIALS_S: Final = 60.0  # for every encoder to be tried
BLOCK: Final = bytes(1024 * 1024)
BLOCKS: Final = 16
SYNCS: Final = 8
FREE_BYTES_LEAST: Final = 20 * 10**9  # about fifteen lessons
WRITE_MB_S_LEAST: Final = 20.0
SYNC_MS_MOST: Final = 300.0
PROBE_VLC: Final = (
    "import vlc; assert vlc.Instance('--quiet'); print(vlc.libvlc_get_version().decode())"
)


class Verdict(StrEnum):
    """What to think of a finding."""

    GOOD = "good"
    NOTE = "note"  # not there, or not at its best; the room works without it
    BAD = "bad"  # something that is needed is missing


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of the machine: what there is, and when that is not good, what to do."""

    name: str
    verdict: Verdict
    detail: str = ""  # a path, a number, a version: the same in every language
    loss: Mapping[str, str] = field(default_factory=dict)  # language -> what one goes without
    remedy: str = ""  # the exact command
    outcome: str = ""  # of a trial, if there was to be one: works, failed, not-tried


def findings(data: Path) -> tuple[Finding, ...]:
    """Look at everything; `data` is the folder that recordings would go to."""
    return (
        _python(),
        *(_part(part) for part in PARTS),
        _display(os.environ),
        _disk(data),
        _clock(),
        _cameras(),
        *_encoders(),
        _serial_ports(),
        _time_zone(),
        _ipv6(),
    )


def _python() -> Finding:
    return Finding("python", Verdict.GOOD, f"{platform.python_version()} {sys.prefix}")


def _part(part: Part) -> Finding:
    there, detail = _libvlc() if part.name == "libvlc" else (part.found(), _where(part.name))
    if there:
        return Finding(part.name, Verdict.GOOD, detail)
    verdict = Verdict.NOTE if part.tests_only else Verdict.BAD
    loss = {"zh-CN": part.loss_zh, "en": part.loss_en}
    return Finding(part.name, verdict, detail, loss, part.remedy)


def _where(name: str) -> str:
    found = chromium() if name == "chromium" else shutil.which({"xvfb": "Xvfb"}.get(name, name))
    return found or ""


def _libvlc() -> tuple[bool, str]:
    """Try libvlc in a process of its own: importing it may end the process that does it."""
    if ctypes.util.find_library("vlc") is None:
        return False, ""
    status, said = _run(sys.executable, "-c", PROBE_VLC)
    return status == 0, said


def _display(environ: Mapping[str, str]) -> Finding:
    display = environ.get("DISPLAY", "")
    number = display.partition(":")[2].partition(".")[0]
    is_remote = bool(display) and not display.startswith((":", "unix:"))
    if display and (is_remote or Path(f"/tmp/.X11-unix/X{number}").exists()):  # noqa: S108
        return Finding("display", Verdict.GOOD, display)
    return _noted("display", display, "export DISPLAY=:0")


def _disk(data: Path) -> Finding:
    """Measure free space, writing speed and the time until data is really on the disk."""
    folder = next(path for path in (data, *data.parents) if path.is_dir())
    free = shutil.disk_usage(folder).free
    try:
        write_mb_s, sync_ms = _written(folder)
    except OSError as error:
        loss = words("cli").both("doctor.disk-read-only.loss")
        return Finding("disk", Verdict.BAD, f"{folder}: {error.strerror}", loss)
    detail = f"{folder}: {free / 1e9:.0f} GB, {write_mb_s:.0f} MB/s, fsync {sync_ms:.1f} ms"
    if free < FREE_BYTES_LEAST or write_mb_s < WRITE_MB_S_LEAST or sync_ms > SYNC_MS_MOST:
        return _noted("disk", detail)
    return Finding("disk", Verdict.GOOD, detail)


def _written(folder: Path) -> tuple[float, float]:
    with tempfile.TemporaryFile(dir=folder) as file:
        begin_s = time.monotonic()
        for _ in range(BLOCKS):
            file.write(BLOCK)
        _sync(file.fileno())
        write_s = time.monotonic() - begin_s
        waits_s = []
        for _ in range(SYNCS):
            file.write(BLOCK[:4096])
            file.flush()
            waits_s.append(_sync(file.fileno()))
    return BLOCKS * len(BLOCK) / 1e6 / write_s, statistics.median(waits_s) * 1000


def _sync(descriptor: int) -> float:
    begin_s = time.monotonic()
    os.fsync(descriptor)
    return time.monotonic() - begin_s


def _clock() -> Finding:
    _, said = _run("timedatectl", "show", "--property=NTPSynchronized", "--value")
    if said == "yes" or Path("/run/systemd/timesync/synchronized").exists():
        return Finding("clock", Verdict.GOOD, "NTP")
    return _noted("clock", said, "sudo timedatectl set-ntp true")


def _cameras() -> Finding:
    names = {
        f"/dev/{path.parent.name}": path.read_text(encoding="utf-8", errors="replace").strip()
        for path in sorted(Path("/sys/class/video4linux").glob("*/name"))
    }
    closed = [path for path in names if Path(path).exists() and not os.access(path, os.R_OK)]
    detail = "; ".join(f"{path} {name}" for path, name in names.items())
    if closed:
        return _noted("cameras-closed", detail, "sudo usermod -aG video $USER")
    return Finding("cameras", Verdict.GOOD, detail) if names else _noted("cameras")


def _encoders() -> Iterator[Finding]:
    """Have every encoder tried, each in a process of its own: a driver may take it down."""
    _, said = _run(sys.executable, "-m", "classroom_media.encode", seconds=TRIALS_S)
    told = [(f"{line}\t\t").split("\t")[:3] for line in said.splitlines()]
    if working := [name for name, outcome, _ in told if outcome == "works"]:
        yield Finding("encoders", Verdict.GOOD, ", ".join(working))
    else:
        loss = words("cli").both("doctor.encoders.loss")
        yield Finding("encoders", Verdict.BAD, said, loss)
    for name, outcome, why in told:
        if outcome == "works":
            yield Finding(name, Verdict.GOOD, outcome=outcome)
        else:
            loss = words("cli").both(f"doctor.hardware.{outcome}.loss")
            yield Finding(name, Verdict.NOTE, why, loss, outcome=outcome)


def _serial_ports() -> Finding:
    names = {str(path.resolve()): str(path) for path in Path("/dev/serial/by-id").glob("*")}
    ports = [port.device for port in list_ports.comports()]
    detail = "; ".join(names.get(port, port) for port in ports)
    if any(not os.access(port, os.R_OK | os.W_OK) for port in ports if port.startswith("/")):
        return _noted("serial-ports-closed", detail, "sudo usermod -aG dialout $USER")
    return Finding("serial-ports", Verdict.GOOD, detail) if ports else _noted("serial-ports")


def _time_zone() -> Finding:
    now = datetime.now().astimezone()
    detail = f"{now.tzname()} (UTC{now:%z})"
    if not now.utcoffset():
        return _noted("time-zone", detail, "sudo timedatectl set-timezone Asia/Shanghai")
    return Finding("time-zone", Verdict.GOOD, detail)


def _ipv6() -> Finding:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return Finding("ipv6", Verdict.GOOD, "::1")
    except OSError:
        return _noted("ipv6", remedy="sudo sysctl -w net.ipv6.conf.all.disable_ipv6=0")


def _noted(name: str, detail: str = "", remedy: str = "") -> Finding:
    loss = words("cli").both(f"doctor.{name}.loss")
    return Finding(name.removesuffix("-closed"), Verdict.NOTE, detail, loss, remedy)


def _run(*command: str, seconds: float = PROBE_S) -> tuple[int, str]:
    """Run a program; give its exit status and what it said, 127 and nothing if it is not there."""
    try:
        done = subprocess.run(  # noqa: S603 - fixed commands
            command, capture_output=True, text=True, timeout=seconds, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return 127, ""
    return done.returncode, done.stdout.strip()
