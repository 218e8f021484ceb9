"""Cameras with ONVIF on the network, by WS-Discovery."""

from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit
from uuid import uuid4

from classroom_drivers.codecs.ws_discovery import (
    GROUP,
    PORT,
    TYPES,
    Match,
    encode_probe,
    matches_of,
)
from classroom_drivers.discovery.found import Found
from classroom_drivers.discovery.neighbourhood import Heard, Network, ask_around


async def search(
    near: Iterable[Network], *, within_s: float, hosts: Iterable[str] = (), port: int = PORT
) -> tuple[Found, ...]:
    """Ask all cameras nearby, or these hosts, who is there.

    Raises:
        LinkError: there is no network to ask on.
    """
    there = tuple(hosts) or (GROUP,)
    heard = await ask_around(
        [encode_probe(f"urn:uuid:{uuid4()}", types) for types in TYPES],
        port,
        near=near,
        to=lambda _: there,
        within_s=within_s,
    )
    found: dict[str, Found] = {}
    for answer in heard:
        for match in matches_of(answer.data):
            url = _url(match, answer)
            found.setdefault(match.endpoint or url, _found(match, url))
    return tuple(sorted(found.values()))


def _found(match: Match, url: str) -> Found:
    return Found(
        "onvif",
        url,
        name=match.scope("name"),
        model=match.scope("hardware"),
        how="WS-Discovery",
    )


def _url(match: Match, answer: Heard) -> str:
    """Choose an address that the answer came from, else one of version 4, else the sender's."""
    fitting = [one for one in match.addresses if one.startswith(("http://", "https://"))]
    for wanted in (lambda host: host == answer.host, _is_4):
        for address in fitting:
            if wanted(urlsplit(address).hostname or ""):
                return address
    return f"http://{answer.host}/onvif/device_service"


def _is_4(host: str) -> bool:
    try:
        return ip_address(host).version == 4
    except ValueError:
        return False
