"""Who reaches the room from outside, and whom it reaches."""

import ipaddress
from typing import Final

from classroom_edge.config.fitting.reading import Reading
from classroom_edge.config.models import HubConfig, NetworkConfig

LINK_PORT: Final = HubConfig().port
PANEL_PORT: Final = NetworkConfig().port


def check(reading: Reading) -> None:
    """Tell what is wrong with addresses and ports."""
    _network(reading)
    _link(reading)


def _network(reading: Reading) -> None:
    listen = reading.document.value(("network", "listen"))
    try:
        address = ipaddress.ip_address(listen if isinstance(listen, str) else "127.0.0.1")
    except ValueError:
        return
    if not address.is_loopback:
        reading.tell("listens-outside", ("network", "listen"), is_note=True, address=str(address))


def _link(reading: Reading) -> None:
    hub, site = reading.document.value(("hub",)), reading.document.value(("site",))
    if isinstance(hub, dict) and isinstance(site, dict):
        reading.tell("hub-and-site", ("site",))
    if not isinstance(hub, dict):
        return
    port = hub.get("port", LINK_PORT)
    panel = reading.document.value(("network", "port"))
    panel = panel if isinstance(panel, int) else PANEL_PORT
    if isinstance(port, int) and panel in {port, port + 1}:
        where = ("hub", "port") if "port" in hub else ("hub",)
        reading.tell("port-of-panel", where, port=panel)
