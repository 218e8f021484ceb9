"""What holds for every test: needed parts of the machine, and no stray sockets or variables."""

import os
import socket
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from classroom_edge import parts

LEFT_OUT = "CLASSROOM_EDGE_LEFT_OUT"  # run.py names a file here and counts its lines


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave out, by name, a test whose part of the machine is missing; never in CI."""
    for mark in item.iter_markers("needs"):
        for name in mark.args:
            if parts.runs_here(name):
                continue
            if os.environ.get("CI"):
                pytest.fail(f"{name} is missing, and in CI nothing may be left out", pytrace=False)
            if report := os.environ.get(LEFT_OUT):
                with Path(report).open("a", encoding="utf-8") as file:
                    file.write(f"{item.nodeid}: {name}\n")
            pytest.skip(f"{name} is missing")


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse connections that would leave this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and isinstance(address, tuple):
            host = str(address[0])
            if host != "localhost" and not ip_address(host.split("%", maxsplit=1)[0]).is_loopback:
                pytest.fail(f"a test tried to reach {host}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
