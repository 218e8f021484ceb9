"""The signals that ask a room to end: asked, Ctrl-C, and the terminal's window closed."""

import signal
from typing import Final

STOPPING: Final = tuple(
    signal.Signals[name]
    for name in ("SIGTERM", "SIGINT", "SIGHUP")
    if name in signal.Signals.__members__  # Windows has no SIGHUP
)
