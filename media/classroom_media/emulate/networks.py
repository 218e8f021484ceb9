"""Schools that are not there, on one machine: network namespaces, routers with NAT, lines between.

    with Schools() as schools:
        hub = schools.hub()
        north = schools.site("north", up=Line(rate_bps=2_000_000), down=Line(rate_bps=2_000_000))
        north.run("ping", "-c", "1", hub.address)
        north.set(down=replace(north.down, loss=0.1))  # while it runs
        north.cut()

A site's PC has a private address behind a router of its own, which masquerades as the one address
that the site has in the net; with IPv6 there is no NAT, and the router lets nobody in. Linux, root,
and Debian's iproute2 and iptables. Everything made is gone at the end, and names are unique.
"""

import secrets
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Final, Self

import msgspec

from classroom_media.emulate.internet import Join, Set
from classroom_media.emulate.link import Line

UDP: Final = 17
HUB_4: Final = "203.0.113.1"
HUB_6: Final = "2001:db8::1"
_PC_4: Final = "192.168.1.2"
_ROUTER_4: Final = "192.168.1.1"


@dataclass(kw_only=True)
class Place:
    """A machine at a school: what runs there sees its network only."""

    name: str
    address: str  # its own
    family: int
    namespace: str
    _schools: "Schools" = field(repr=False)
    _router: str = ""  # the namespace in front of it
    _device: str = ""
    up: Line = field(default_factory=lambda: Line(delay_ns=0))
    down: Line = field(default_factory=lambda: Line(delay_ns=0))

    def command(self, *arguments: str) -> list[str]:
        """Give a command as it is run here."""
        return ["ip", "netns", "exec", self.namespace, *arguments]

    def run(self, *arguments: str, within_s: float = 30.0) -> str:
        """Run a program here to its end; give what it wrote.

        Raises:
            subprocess.SubprocessError: it failed, or took too long.
        """
        done = subprocess.run(  # noqa: S603 - whoever makes networks is root
            self.command(*arguments), capture_output=True, text=True, check=True, timeout=within_s
        )
        return done.stdout

    def router(self, *command: str) -> None:
        """Run a program on the router in front of it. Raises subprocess.CalledProcessError."""
        _run("ip", "netns", "exec", self._router, *command)

    def set(self, *, up: Line | None = None, down: Line | None = None) -> None:
        """Change its line, at once."""
        self.up, self.down = up or self.up, down or self.down
        self._schools.tell(Set(place=self.name, up=self.up, down=self.down))

    def cut(self, *, is_cut: bool = True) -> None:
        """Pull its cable; `is_cut=False`: plug it in again."""
        self.set(up=replace(self.up, cut=is_cut), down=replace(self.down, cut=is_cut))

    def block(self, *protocols: int) -> None:
        """Let these protocols pass no more, and all others; IP's numbers."""
        self._schools.tell(Set(place=self.name, blocked=frozenset(protocols)))

    def narrow(self, mtu: int) -> None:
        """Let only packets of so many bytes leave and enter the site."""
        self._schools.ip("-n", self._router, "link", "set", self._device, "mtu", str(mtu))

    def change_address(self, last: int) -> None:
        """Give its router another address in the net, 2..254, as a provider does at night."""
        _address(self._schools, self._router, self._device, self.family, last, flush=True)
        self._schools.tell(Set(place=self.name, networks=_networks(self.family, last)))


class Schools:
    """The net, its places, and the process that carries packets between them."""

    def __init__(self, *, seed: int = 0) -> None:
        self._id = f"ce{secrets.token_hex(3)}"
        self._seed = seed
        self._open = ExitStack()
        self._count = 0

    def __enter__(self) -> Self:
        self._net = self._open.enter_context(
            subprocess.Popen(
                [sys.executable, "-m", "classroom_media.emulate.internet"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        )
        self._open.callback(self._net.terminate)
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def hub(self) -> Place:
        """Make the place that everybody reaches, by IPv4 and IPv6."""
        namespace, device = self._namespace("hub"), self._joined("hub")
        self._move(device, namespace)
        for address in (f"{HUB_4}/24", f"{HUB_6}/64"):
            self.ip("-n", namespace, "addr", "add", address, "dev", device, *_nodad(address))
        for kind in ("-4", "-6"):
            self.ip("-n", namespace, kind, "route", "add", "default", "dev", device)
        self.tell(Set(place="hub", networks=(f"{HUB_4}/32", f"{HUB_6}/128")))
        return Place(
            name="hub", address=HUB_4, family=4, namespace=namespace, _schools=self, _device=device
        )

    def site(self, name: str, *, up: Line, down: Line, family: int = 4) -> Place:
        """Make a school behind a router, with IPv4 or (`family=6`) IPv6 alone."""
        pc, router = self._namespace(f"{name}-pc"), self._namespace(f"{name}-gw")
        device = self._joined(name)
        last = 10 + self._count
        self._move(device, router)
        self.ip("link", "add", "lan", "netns", router, "type", "veth", "peer", "lan", "netns", pc)
        inside, gateway = _inside(family, last)
        for namespace, address in ((pc, inside), (router, gateway)):
            self.ip("-n", namespace, "addr", "add", address, "dev", "lan", *_nodad(address))
            self.ip("-n", namespace, "link", "set", "lan", "up")
        _address(self, router, device, family, last)
        via = gateway.partition("/")[0]
        self.ip("-n", pc, f"-{family}", "route", "add", "default", "via", via)
        self._route(router, device, family)
        place = Place(
            name=name,
            address=inside.partition("/")[0],
            family=family,
            namespace=pc,
            _schools=self,
            _router=router,
            _device=device,
        )
        self.tell(Set(place=name, networks=_networks(family, last)))
        place.set(up=up, down=down)
        return place

    def tell(self, what: Join | Set) -> None:
        """Have the net do something; it is done when this returns. Raises OSError."""
        assert self._net.stdin is not None  # noqa: S101 - it was asked for
        assert self._net.stdout is not None  # noqa: S101
        self._net.stdin.write(msgspec.json.encode(what) + b"\n")
        self._net.stdin.flush()
        if self._net.stdout.readline() != b"done\n":
            raise OSError(f"the net could not do {what}")

    def ip(self, *arguments: str) -> None:
        """Run iproute2's ip. Raises subprocess.CalledProcessError."""
        _run("ip", *arguments)

    def _namespace(self, name: str) -> str:
        namespace = f"{self._id}-{name}"
        self.ip("netns", "add", namespace)
        self._open.callback(self.ip, "netns", "delete", namespace)
        self.ip("-n", namespace, "link", "set", "lo", "up")
        return namespace

    def _joined(self, place: str) -> str:
        device = f"{self._id}-{self._count}"
        self.tell(Join(place=place, device=device, seed=self._seed * 1000 + 2 * self._count))
        self._count += 1
        return device

    def _move(self, device: str, namespace: str) -> None:
        self.ip("link", "set", device, "netns", namespace)
        self.ip("-n", namespace, "link", "set", device, "up")

    def _route(self, router: str, device: str, family: int) -> None:
        """Let a router do its work: NAT for IPv4, a closed door for IPv6."""
        inside: Sequence[str] = ("ip", "netns", "exec", router)
        if family == 4:
            _run(*inside, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")
            chain = ("-t", "nat", "-A", "POSTROUTING", "-o", device, "-j", "MASQUERADE")
            _run(*inside, "iptables", "-w", *chain)
        else:
            _run(*inside, "sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/all/forwarding")
            state = ("-m", "conntrack", "--ctstate", "NEW", "-j", "DROP")
            _run(*inside, "ip6tables", "-w", "-A", "FORWARD", "-i", device, *state)


def _address(
    schools: Schools, router: str, device: str, family: int, last: int, *, flush: bool = False
) -> None:
    """Give a router its address in the net, instead of all others on request."""
    if flush:
        schools.ip("-n", router, f"-{family}", "addr", "flush", "dev", device, "scope", "global")
    address = f"203.0.113.{last}/24" if family == 4 else f"2001:db8:0:{last:x}::/128"
    schools.ip("-n", router, "addr", "add", address, "dev", device, *_nodad(address))
    schools.ip("-n", router, f"-{family}", "route", "replace", "default", "dev", device)


def _inside(family: int, last: int) -> tuple[str, str]:
    """Give the addresses of a site's PC and of its router's inner side."""
    if family == 4:
        return f"{_PC_4}/24", f"{_ROUTER_4}/24"
    return f"2001:db8:1:{last:x}::2/64", f"2001:db8:1:{last:x}::1/64"


def _networks(family: int, last: int) -> tuple[str, ...]:
    if family == 4:
        return (f"203.0.113.{last}/32",)
    return (f"2001:db8:1:{last:x}::/64", f"2001:db8:0:{last:x}::/128")


def _nodad(address: str) -> tuple[str, ...]:
    """Use an IPv6 address at once: nobody else can have it."""
    return ("nodad",) if ":" in address else ()


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - root's own words
