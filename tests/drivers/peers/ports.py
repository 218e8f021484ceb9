"""Ports for programs that do not tell which one they took."""

import socket


def free_tcp_port() -> int:
    """Give a port that nobody listens on at the moment."""
    return _free(socket.SOCK_STREAM)


def free_udp_port() -> int:
    """Give a port that nobody listens on at the moment."""
    return _free(socket.SOCK_DGRAM)


def _free(kind: socket.SocketKind) -> int:
    with socket.socket(type=kind) as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
