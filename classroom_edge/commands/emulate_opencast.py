"""`classroom-edge emulate opencast`: a pretend Opencast, for trying deliveries and the agent."""

import signal
import sys
import tempfile
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from classroom_edge.library.opencast.pretend.gate import Gate
from classroom_edge.library.opencast.pretend.planned import planned
from classroom_edge.library.opencast.pretend.server import Pretence, served
from classroom_edge.stopping import STOPPING

GOOD, FAILED, WRONG_USE = 0, 1, 2
USER: Final = "agent"
TELLS_EVERY_S: Final = 0.2
BEGINS_IN: Final = timedelta(minutes=1)  # the event that it has planned
LASTS: Final = timedelta(minutes=3)


def emulate_opencast(listen: str, password: str) -> int:
    """Serve it until told to end; give the exit status. Prints ``ready URL``, then what comes."""
    parts = urlsplit(listen)
    if parts.scheme not in {"http", "tcp"} or parts.port is None or not password:
        sys.stderr.write("--listen http://127.0.0.1:8082 --password ...\n")
        return WRONG_USE
    ended = threading.Event()
    for number in STOPPING:
        signal.signal(number, lambda *_: ended.set())
    with tempfile.TemporaryDirectory() as folder:
        pretence = Pretence(folder=Path(folder), gate=Gate(USER, password))
        begins_at = datetime.now(UTC).replace(second=0, microsecond=0) + BEGINS_IN
        pretence.events.append(planned("demo-1", "Pretend lecture", begins_at, begins_at + LASTS))
        try:
            with served(pretence, parts.hostname or "127.0.0.1", parts.port) as server:
                _say(f"ready {server.url} (user {USER})")
                _follow(pretence, ended)
        except OSError as error:
            sys.stderr.write(f"{listen}: {error.strerror or error}\n")
            return FAILED
    return GOOD


def _follow(pretence: Pretence, ended: threading.Event) -> None:
    """Say what is asked and refused, until it ends."""
    asked = refused = 0
    is_over = False
    while not is_over:
        is_over = ended.wait(TELLS_EVERY_S)
        with pretence.lock:
            new, wrong = pretence.asked[asked:], pretence.refused[refused:]
            asked, refused = len(pretence.asked), len(pretence.refused)
        for line in (*new, *(f"REFUSED {one}" for one in wrong)):
            _say(line)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
