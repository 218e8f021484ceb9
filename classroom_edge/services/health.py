"""Tells systemd that the daemon is ready, and that it makes progress.

Source: sd_notify(3)
"""

import os
import socket
from collections.abc import Mapping
from contextlib import suppress


def notify(message: str, environ: Mapping[str, str] = os.environ) -> None:
    """Send "READY=1", "WATCHDOG=1" or "STOPPING=1" to who watches; nobody need watch."""
    path = environ.get("NOTIFY_SOCKET", "")
    if not path or not hasattr(socket, "AF_UNIX"):
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.sendto(message.encode(), path.replace("@", "\0", 1))
