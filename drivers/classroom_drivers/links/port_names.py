"""Names of serial ports that stay the same: /dev/ttyUSB0 may be another adapter tomorrow.

Linux (udev) keeps links in /dev/serial: by-id tells the adapter by its serial number, by-path the
USB socket that it is in. Adapters without a serial number, CH340 for one, all have the same by-id
name, so that only their socket tells them apart.
"""

import os
from dataclasses import dataclass
from pathlib import Path

PARENTS_MAX = 6  # from a port up to its USB device


@dataclass(frozen=True, slots=True)
class StableName:
    """Another name of a port; `is_socket` when it belongs to the socket, not to the adapter."""

    path: str
    is_socket: bool


def stable_name(port: str, *, system: Path = Path("/sys")) -> StableName | None:
    """Give the name of a port that stays; None where there is none, or it is one already."""
    path = Path(port)
    if path.is_symlink() or not path.exists():
        return None
    links = path.parent / "serial"
    by_id, by_path = (_link_to(path, links / folder) for folder in ("by-id", "by-path"))
    if by_id and (_has_serial_number(path.name, system) or not by_path):
        return StableName(str(by_id), is_socket=False)
    return StableName(str(by_path), is_socket=True) if by_path else None


def _link_to(port: Path, folder: Path) -> Path | None:
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    return next((link for link in found if os.path.realpath(link) == os.path.realpath(port)), None)


def _has_serial_number(name: str, system: Path) -> bool:
    """Say whether the adapter has one; its USB device stands some folders above the port."""
    place = Path(os.path.realpath(system / "class" / "tty" / name / "device"))
    above = (place, *place.parents[:PARENTS_MAX])
    adapter = next((folder for folder in above if (folder / "idVendor").exists()), None)
    return adapter is not None and (adapter / "serial").exists()
