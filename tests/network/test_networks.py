"""The net between schools, as programs meet it that know nothing of it; and as the kernel's own.

The kernel of the same machine is the peer: `iptables -m statistic` for loss, `tc tbf` for a rate.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from classroom_media.emulate.link import Line
from classroom_media.emulate.networks import HUB_4, HUB_6, UDP, Place, Schools

pytestmark = pytest.mark.needs("emulated-schools")

TALK = str(Path(__file__).with_name("talk.py"))
MS = 1_000_000
LOST, SENT = 0.1, 1000


@contextmanager
def answering(hub: Place, host: str) -> Iterator[None]:
    """Have the hub answer at port 7700."""
    command = hub.command(sys.executable, TALK, "answer", host, "7700")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            assert running.stdout.readline() == "ready\n"
            yield
        finally:
            running.terminate()


def asks(site: Place, what: str, host: str = HUB_4, *more: int) -> str:
    return site.run(sys.executable, TALK, what, host, "7700", *map(str, more)).strip()


@pytest.mark.parametrize(("family", "host"), [(4, HUB_4), (6, HUB_6)])
def test_a_hub_is_reached_over_the_line_and_over_ipv6_alone_too(
    schools: Schools, family: int, host: str
) -> None:
    hub = schools.hub()
    line = Line(delay_ns=40 * MS)
    site = schools.site("north", up=line, down=line, family=family)
    with answering(hub, host):
        took_s, seen = asks(site, "wait", host, 5).split()
        assert float(took_s) >= 0.08
        assert (seen == site.address) == (family == 6)  # IPv4 is behind NAT
        if family == 6:
            other_way = hub.run(sys.executable, TALK, "wait", site.address, "7700", "1")
            assert other_way.split()[0] == "never"  # its router lets nobody in


def test_what_is_set_holds_at_once_cut_blocked_narrow_and_another_address(
    schools: Schools,
) -> None:
    hub, line = schools.hub(), Line(delay_ns=0)
    site = schools.site("north", up=line, down=line)
    with answering(hub, HUB_4):
        seen = asks(site, "wait", HUB_4, 5).split()[1]
        site.cut()
        assert asks(site, "wait", HUB_4, 1) == "never -"
        site.cut(is_cut=False)
        site.block(UDP)
        assert asks(site, "wait", HUB_4, 1) == "never -"
        assert float(asks(site, "fetch", HUB_4, 1000)) < 5
        site.block()
        site.change_address(77)
        assert asks(site, "wait", HUB_4, 5).split()[1] == "203.0.113.77" != seen
        assert asks(site, "mtu") == "1500"
        site.narrow(1400)
        assert asks(site, "mtu") == "1400"


def test_a_line_loses_and_is_as_slow_as_what_the_kernel_has_for_it(schools: Schools) -> None:
    hub, plain = schools.hub(), Line(delay_ns=0)
    ours = schools.site("ours", up=plain, down=plain)
    kernels = schools.site("kernels", up=plain, down=plain)
    with answering(hub, HUB_4):
        ours.set(up=Line(delay_ns=0, loss=LOST))
        chance = ("-m", "statistic", "--mode", "random", "--probability", str(LOST))
        rule = ("-p", "udp", *chance, "-j", "DROP")
        kernels.router("iptables", "-w", "-A", "FORWARD", *rule, "-d", HUB_4)
        for site in (ours, kernels):
            heard = int(asks(site, "count", HUB_4, SENT))
            assert heard / SENT == pytest.approx(1 - LOST, abs=0.04)  # four sigma
        thin = Line(delay_ns=0, rate_bps=2_000_000, queue_ns=100 * MS)
        ours.set(up=plain, down=thin)
        shaped = ("rate", "2mbit", "burst", "3000", "latency", "100ms")
        kernels.router("tc", "qdisc", "add", "dev", "lan", "root", "tbf", *shaped)
        took_s = [float(asks(site, "fetch", HUB_4, 125_000)) for site in (ours, kernels)]
        assert took_s[0] == pytest.approx(took_s[1], rel=0.25)
        assert took_s[0] >= 125_000 * 8 / 2_000_000
