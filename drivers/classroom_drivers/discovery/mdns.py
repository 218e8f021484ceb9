"""Devices that tell of themselves by multicast DNS.

Source: the names of Blackmagic's and MQTT's services are from general knowledge.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from classroom_drivers.codecs.mdns import GROUP, PORT, encode_query, services_of
from classroom_drivers.discovery.found import Found
from classroom_drivers.discovery.neighbourhood import Network, ask_around

SERVICES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "_hyperdeck_ctrl._tcp": ("hyperdeck", "tcp"),
        "_mqtt._tcp": ("mqtt", "tcp"),
        "_pjlink._tcp": ("pjlink", "tcp"),
        "_videohub._tcp": ("videohub", "tcp"),
    }
)  # kind of service -> driver, scheme


async def search(
    near: Iterable[Network],
    drivers: Iterable[str],
    *,
    within_s: float,
    hosts: Iterable[str] = (),
    port: int = PORT,
) -> tuple[Found, ...]:
    """Ask everybody nearby, or these hosts, for services that one of these drivers can use.

    Raises:
        LinkError: there is no network to ask on.
    """
    known = set(drivers)
    kinds = [kind for kind, (driver, _) in SERVICES.items() if driver in known]
    there = tuple(hosts) or (GROUP,)
    heard = await ask_around(
        [encode_query(kinds)], port, near=near, to=lambda _: there, within_s=within_s
    )
    found = set()
    for answer in heard:
        for service in services_of(answer.data, kinds):
            driver, scheme = SERVICES[service.kind]
            words = service.words
            found.add(
                Found(
                    driver,
                    f"{scheme}://{service.host or answer.host}:{service.port}",
                    name=service.name,
                    model=words.get("model", words.get("name", "")),
                    serial=words.get("serial", words.get("unique id", "")),
                    how="mDNS",
                )
            )
    return tuple(sorted(found))
