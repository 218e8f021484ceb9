"""Who may link with a hub: its sites by key, and the code that is open for a new one."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Final, Self

from classroom_edge.sessions.link import codes
from classroom_edge.sessions.link.effects import Site
from classroom_edge.sessions.link.hub import Registry
from classroom_edge.store import Store, enrolments

SECRET_BITS: Final = 40


@dataclass(kw_only=True)
class Enrolment:
    """Sites of a hub; what is asked at every handshake is held in memory."""

    store: Store
    sites: dict[str, Site]  # by key
    open_until: datetime | None

    @classmethod
    async def of(cls, store: Store) -> Self:
        """Read what is kept. Raises StoreError."""
        return cls(
            store=store,
            sites=await store.run(enrolments.enrolled),
            open_until=await store.run(partial(enrolments.open_until, at=datetime.now(UTC))),
        )

    @property
    def registry(self) -> Registry:
        """What the link asks."""
        return Registry(site_of=self.sites.get, is_open=self._is_open, redeem=self._redeem)

    @property
    def names(self) -> dict[str, str]:
        """The names of the sites, by their ids."""
        return {site.id: site.name for site in self.sites.values()}

    async def new_code(self, site: Site, hub_key: str) -> codes.Code:
        """Open a code for a site, in place of any other for it. Raises StoreError."""
        code = codes.make(hub_key, secrets.randbits(SECRET_BITS))
        opened = partial(enrolments.open_code, at=datetime.now(UTC), secret=code.secret, site=site)
        self.open_until = await self.store.run(opened)
        return code

    async def strike_off(self, site: str) -> None:
        """Let a site in no more, and hear it no more, from this moment on. Raises StoreError."""
        self._forget(site)
        await self.store.run(partial(enrolments.strike_off, at=datetime.now(UTC), site=site))

    def _forget(self, site: str) -> None:
        for key in [key for key, known in self.sites.items() if known.id == site]:
            del self.sites[key]

    def _is_open(self) -> bool:
        return self.open_until is not None and datetime.now(UTC) < self.open_until

    async def _redeem(self, secret: str, key: str) -> tuple[str, str]:
        redeemed = partial(enrolments.redeem, at=datetime.now(UTC), secret=secret, key=key)
        site = await self.store.run(redeemed)
        if site is None:
            return "", "wrong-code"
        self._forget(site.id)
        self.sites[key] = site
        return site.id, ""
