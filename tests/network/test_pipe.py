"""Pipes between schools: through NAT, over IPv6 alone, and by TLS where UDP is blocked."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from classroom_media.emulate.link import Line
from classroom_media.emulate.networks import HUB_4, UDP, Place, Schools
from tests.media.live.pipe.test_pipe_turn import certificate
from tests.network.pipe_end import PASSWORD, USER

pytestmark = pytest.mark.needs("emulated-schools")

END = str(Path(__file__).with_name("pipe_end.py"))
MS = 1_000_000
TLS = 443


class Ends:
    """The ends of a pipe, in their namespaces."""

    def __init__(self, running: "subprocess.Popen[str]") -> None:
        self._running = running

    def __call__(self, what: str, said: object = None) -> Any:
        """Have an end do something; give what it says."""
        assert self._running.stdin is not None
        assert self._running.stdout is not None
        words = what if said is None else f"{what} {json.dumps(said)}"
        self._running.stdin.write(words + "\n")
        self._running.stdin.flush()
        return json.loads(self._running.stdout.readline())


@contextmanager
def end(place: Place, *arguments: str) -> Iterator[Ends]:
    command = place.command(sys.executable, END, *arguments)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as running:  # type: ignore[call-overload]
        yield Ends(running)
        assert running.stdin is not None
        running.stdin.close()
        assert running.wait(timeout=10) == 0


def meet(hub: Ends, site: Ends) -> None:
    site("agree", hub("answer", site("offer")))
    assert site("connected") < 10
    hub("connected")


def exchange(hub: Ends, site: Ends, many: int) -> None:
    for one, other in ((hub, site), (site, hub)):
        one(f"send {many}")
        assert other(f"until {many} 10") == many


@pytest.mark.parametrize("family", [4, 6])
def test_a_site_behind_nat_or_with_ipv6_alone_reaches_the_hub_and_keeps_it(
    schools: Schools, family: int
) -> None:
    line = Line(delay_ns=20 * MS)
    place = schools.site("north", up=line, down=line, family=family)
    with end(schools.hub()) as hub, end(place) as site:
        meet(hub, site)
        exchange(hub, site, 200)
        if family == 4:  # the provider gives its router another address
            place.change_address(99)
            for _ in range(20):
                hub("send 10")
                if site("until 201 1") > 200:
                    break
            else:
                pytest.fail("the hub did not find the site again")


@pytest.mark.needs("coturn")
def test_where_udp_is_blocked_a_site_reaches_its_hub_by_tls(
    schools: Schools, tmp_path: Path
) -> None:
    line = Line(delay_ns=10 * MS)
    hub_place = schools.hub()
    place = schools.site("north", up=line, down=line)
    place.block(UDP)
    certificate(tmp_path, HUB_4)
    with ExitStack() as running:
        running.enter_context(coturn(hub_place, tmp_path))
        hub = running.enter_context(end(hub_place))
        site = running.enter_context(end(place, HUB_4, str(TLS), str(tmp_path / "turn.pem")))
        meet(hub, site)
        exchange(hub, site, 100)


@contextmanager
def coturn(place: Place, folder: Path) -> Iterator[None]:
    said = {
        "listening-ip": HUB_4,
        "relay-ip": HUB_4,
        "tls-listening-port": TLS,
        "cert": folder / "turn.pem",
        "pkey": folder / "turn.key",
        "user": f"{USER}:{PASSWORD}",
        "realm": "school",
        "pidfile": folder / "pid",
        "userdb": folder / "users",
    }
    lines = [*(f"{name}={value}" for name, value in said.items()), "lt-cred-mech", "no-cli"]
    (folder / "turn.conf").write_text("\n".join(lines), encoding="utf-8")
    program = shutil.which("turnserver") or "/usr/sbin/turnserver"
    command = place.command(program, "-c", str(folder / "turn.conf"))
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            ready = "import socket,sys,time\nfor _ in range(200):\n"
            ready += f" try: socket.create_connection(('{HUB_4}', {TLS}), 1); sys.exit(0)\n"
            ready += " except OSError: time.sleep(0.05)\nsys.exit(1)\n"
            place.run(sys.executable, "-c", ready)
            yield
        finally:
            server.terminate()
