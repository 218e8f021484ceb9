"""Ports for what a test starts and must tell where to listen.

They lie below those that the system gives to whoever wants any port, and every process begins
elsewhere and goes on from there: of tests that run side by side no two are given the same.

Source: Linux, Documentation/networking/ip-sysctl.rst, ip_local_port_range (from 32768 on).
"""

import os
import socket
from contextlib import ExitStack, suppress
from itertools import count
from typing import Final

FIRST: Final = 12_000
PAIRS: Final = 10_000
APART: Final = 1009  # pairs from where one process begins to where the next does

_turns = count(os.getpid() * APART)


def free_port() -> int:
    """Give an even port that nobody has, nor the next one: neither for TCP nor for UDP."""
    while True:
        port = FIRST + 2 * (next(_turns) % PAIRS)
        with ExitStack() as held, suppress(OSError):
            for number in (port, port + 1):
                for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                    held.enter_context(socket.socket(type=kind)).bind(("", number))
            return port
