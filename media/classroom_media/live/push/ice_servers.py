"""STUN and TURN servers that a WHIP server names, by Link headers of its answers.

    Link: <turn:turn.example:3478?transport=udp>; rel="ice-server"; username="u"; credential="c"

Source: RFC 9725, 4.6 (ice-server); RFC 8288, 3 (Link); RFC 7064 and 7065 (stun:, turn:, turns:).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from classroom_media.live.pipe.port import Address
from classroom_media.live.pipe.reach import Relay

MOST: Final = 8  # servers of a kind; each is asked at once
PORTS: Final = {"stun": 3478, "turn": 3478, "turns": 5349}
TRANSPORTS: Final = frozenset({"udp", "tcp"})
_PARAMETER: Final = r'\s*;\s*([\w-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]+)))?'
_LINK: Final = re.compile(rf"<([^<>]*)>((?:{_PARAMETER})*)")
_ESCAPED: Final = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class IceServers:
    """Who tells how we are seen from outside, and who lends addresses."""

    stun: tuple[Address, ...] = ()
    turn: tuple[Relay, ...] = ()

    def also(self, more: "IceServers") -> tuple[Relay, ...]:
        """Give the TURN servers that others name besides; a new password makes no new server."""
        known = {_place(relay) for relay in self.turn}
        return tuple(relay for relay in more.turn if _place(relay) not in known)


def read(links: Iterable[str]) -> IceServers:
    """Read the Link headers of an answer; what is no server that we can use is passed over."""
    stun: list[Address] = []
    turn: list[Relay] = []
    for place, said in ((link[1], link[2]) for each in links for link in _LINK.finditer(each)):
        told = {
            name.lower(): _ESCAPED.sub(r"\1", quoted) or bare
            for name, quoted, bare in re.findall(_PARAMETER, said)
        }
        if "ice-server" not in told.get("rel", "").split():
            continue
        match _server(place, told):
            case Relay() as relay:
                turn.append(relay)
            case (host, port):
                stun.append((host, port))
            case None:
                pass
    return IceServers(tuple(stun[:MOST]), tuple(turn[:MOST]))


def _place(relay: Relay) -> tuple[str, int, str, bool]:
    return relay.host, relay.port, relay.transport, relay.tls


def _server(place: str, told: dict[str, str]) -> Address | Relay | None:
    scheme, _, rest = place.partition(":")
    scheme = scheme.lower()
    try:
        usual = PORTS[scheme]
        url = urlsplit(f"//{rest}")
        port = url.port or usual
        host = (url.hostname or "").encode("idna").decode()
    except (ValueError, KeyError):
        return None
    wanted = url.query.lower().removeprefix("transport=")
    transport = wanted or ("tcp" if scheme == "turns" else "udp")
    by_password = told.get("credential-type", "password") == "password"
    if not host or transport not in TRANSPORTS:
        return None
    if scheme == "stun":
        return host, port
    if not (by_password and "username" in told and "credential" in told):
        return None
    user, password = told["username"], told["credential"]
    return Relay(host, port, user, password, transport, tls=scheme == "turns")
