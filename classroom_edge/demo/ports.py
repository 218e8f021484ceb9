"""Which loopback port each simulated thing has; chosen once, and kept while the demo runs."""

import json
import socket
from dataclasses import asdict, dataclass
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Ports on 127.0.0.1."""

    projector: int
    board: int
    teacher_camera: int  # UDP
    pupils_camera: int
    lamp: int
    rtsp: int
    http: int

    @classmethod
    def free(cls) -> Self:
        """Find ports that nobody uses now, for TCP and for UDP."""
        names = tuple(cls.__dataclass_fields__)
        with_tcp = [_bound(socket.SOCK_STREAM) for _ in names]
        numbers = [one.getsockname()[1] for one in with_tcp]
        for one in with_tcp:
            one.close()
        return cls(**dict(zip(names, numbers, strict=True)))

    def to_json(self) -> str:
        """Spell them for another process's command line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote."""
        return cls(**json.loads(text))


def _bound(kind: socket.SocketKind) -> socket.socket:
    found = socket.socket(socket.AF_INET, kind)
    found.bind(("127.0.0.1", 0))
    return found
