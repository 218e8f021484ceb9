"""Ports for hubs of tests."""

import socket
from contextlib import suppress


def free_pair() -> int:
    """Give a port that is free, as is the next one."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as first, suppress(OSError):
            port: int = first.getsockname()[1]
            with socket.create_server(("127.0.0.1", port + 1)):
                return port
