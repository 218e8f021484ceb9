"""Which loopback port each simulated thing has; chosen once, and kept while the demo runs."""

import json
import socket
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPorts:
    """Ports on 127.0.0.1; a class of these names them."""

    @classmethod
    def free(cls) -> Self:
        """Find ports that nobody uses now, for TCP and for UDP."""
        names = tuple(cls.__dataclass_fields__)
        with_tcp = [_bound(socket.SOCK_STREAM) for _ in names]
        numbers = [one.getsockname()[1] for one in with_tcp]
        for one in with_tcp:
            one.close()
        return cls(**dict(zip(names, numbers, strict=True)))

    @classmethod
    def kept(cls, file: Path) -> Self:
        """Give the ports of the last time while they are free, so that copies of the file work."""
        try:
            ports = cls.from_json(file.read_text("utf-8"))
        except (OSError, ValueError, TypeError):
            ports = cls.free()
        if not all(_is_free(number) for number in asdict(ports).values()):
            ports = cls.free()
        file.write_text(ports.to_json(), encoding="utf-8")
        return ports

    def to_json(self) -> str:
        """Spell them for another process's command line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote."""
        return cls(**json.loads(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports(KeptPorts):
    """Those of the one simulated room."""

    projector: int
    board: int
    teacher_camera: int  # UDP
    pupils_camera: int
    lamp: int
    rtsp: int
    http: int


def _is_free(number: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", number))
        except OSError:
            return False
    return True


def _bound(kind: socket.SocketKind) -> socket.socket:
    found = socket.socket(socket.AF_INET, kind)
    found.bind(("127.0.0.1", 0))
    return found
