"""A hub's end and sites' ends on one virtual clock, with ways between them that take their time."""

from dataclasses import dataclass, field
from random import Random

from classroom_edge.sessions.link.effects import Effect, Send, Site
from classroom_edge.sessions.link.hub_end import HubEnd
from classroom_edge.sessions.link.site_end import SiteEnd
from classroom_edge.sessions.state import NS

HUB_TIME_NS = 1_800_000_000 * NS
STEP_NS = NS // 100


@dataclass
class Way:
    """A site's way to the hub; letters on it keep their order, and wait while it is cut."""

    site: str
    key: str
    end: SiteEnd
    up_ns: int = 10_000_000
    down_ns: int = 10_000_000
    is_cut: bool = False
    own_ns: int = 5 * NS  # what the site's clock shows when hub time begins
    to_hub: list[tuple[int, bytes]] = field(default_factory=list)
    to_site: list[tuple[int, bytes]] = field(default_factory=list)
    seen: list[Effect] = field(default_factory=list)  # by the site


class Network:
    """Everybody. Time passes by `run` alone."""

    def __init__(self, *sites: str) -> None:
        self.now_ns = 0
        self.random = Random(5)
        self.enrolled = {f"key-of-{site}": Site(site, site.title()) for site in sites}
        self.ways = {
            site: Way(site, f"key-of-{site}", SiteEnd(site, Random(number)))
            for number, site in enumerate(sites)
        }
        self.seen: list[Effect] = []  # by the hub
        self.restart_hub()

    def restart_hub(self) -> None:
        self.hub = HubEnd(self.enrolled.get, lambda: self.random.getrandbits(62) | 1)

    @property
    def hub_ns(self) -> int:
        return HUB_TIME_NS + self.now_ns

    def run(self, seconds: float) -> None:
        until_ns = self.now_ns + round(seconds * NS)
        while self.now_ns < until_ns:
            self.now_ns += STEP_NS
            self.at_hub(self.hub.tick(self.hub_ns))
            for way in self.ways.values():
                self._move(way)

    def at_hub(self, effects: list[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Send):
                way = self.ways[effect.route.decode()]
                way.to_site.append((self.now_ns + way.down_ns, effect.data))
            else:
                self.seen.append(effect)

    def at_site(self, way: Way, effects: list[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Send):
                way.to_hub.append((self.now_ns + way.up_ns, effect.data))
            else:
                way.seen.append(effect)

    def says(self, site: str, data: bytes, *, by: str = "") -> list[Effect]:
        """Bring the hub bytes of a site's key at once."""
        effects = self.hub.received(by or self.ways[site].key, site.encode(), data, self.hub_ns)
        return [effect for effect in effects if not isinstance(effect, Send)]

    def _move(self, way: Way) -> None:
        own_ns = way.own_ns + self.now_ns
        self.at_site(way, way.end.tick(own_ns))
        if way.is_cut:
            return
        while way.to_hub and way.to_hub[0][0] <= self.now_ns:
            data = way.to_hub.pop(0)[1]
            self.at_hub(self.hub.received(way.key, way.site.encode(), data, self.hub_ns))
        while way.to_site and way.to_site[0][0] <= self.now_ns:
            self.at_site(way, way.end.received(way.to_site.pop(0)[1], own_ns))
