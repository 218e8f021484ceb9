"""What the web layer of one room is made of; every route gets it by one dependency."""

import asyncio
from dataclasses import dataclass, field

from fastapi import Request

from classroom_edge.config.models import Config
from classroom_edge.library.received.receiving import Receiving
from classroom_edge.web.accounts import Accounts
from classroom_edge.web.certificates import CertificateFolder
from classroom_edge.web.pairing import Pairing
from classroom_edge.web.panels import Panels
from classroom_edge.web.ports import RoomPort
from classroom_edge.web.restarts import Restarts


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """The room, who may come in, and the sign that the server is about to stop."""

    room: RoomPort
    config: Config
    accounts: Accounts
    panels: Panels
    pairing: Pairing
    certificates: CertificateFolder
    receiving: Receiving | None = None  # of a hub: what its sites send
    restarts: Restarts = field(default_factory=Restarts)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    keep_alive_s: float = 10.0  # how often a stream shows that it lives, and may still be looked at

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it; then nobody needs to log in."""
        return self.config.network.is_loopback


def site_of(request: Request) -> Site:
    """Give the site that a request came to."""
    site: Site = request.app.state.site
    return site
