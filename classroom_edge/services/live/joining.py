"""The link of a room with other schools and its sessions' pictures and sound, put together."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from classroom_edge.config.models import Config, HubConfig, SiteConfig, TurnConfig
from classroom_edge.paths import DataFolder
from classroom_edge.services.lending import Lending
from classroom_edge.services.linking import LinkService
from classroom_edge.services.live.cast import Cast, cast_of
from classroom_edge.services.live.floor import Floor
from classroom_edge.services.live.guests import Guests
from classroom_edge.services.live.hosting import Hosting, HubSide
from classroom_edge.services.live.offering import Offering, Road
from classroom_edge.services.live.recording import Recorder, SessionRecording
from classroom_edge.services.live.relay import Relay
from classroom_edge.services.live.service import Live, Side
from classroom_edge.services.live.sizes import live_sizes, sizes_for
from classroom_edge.services.media import Media
from classroom_edge.services.outlets import Outlets
from classroom_edge.services.renditions import Renditions
from classroom_edge.services.site import SiteService
from classroom_edge.sessions.link import films
from classroom_edge.sessions.missing import Missing
from classroom_edge.store import place_of
from classroom_media.api import Layout
from classroom_media.record.story import Story
from classroom_media.workers.specs import RelaySpec, TurnServer


@dataclass(frozen=True, kw_only=True)
class Joined:
    """What a room has that is a hub or a site."""

    link: LinkService
    live: Live
    guests: Guests | None = None  # of a hub


@dataclass(kw_only=True)
class Joiner:
    """Everything that it is made of."""

    config: Config
    folder: DataFolder
    runtime: Path
    media: Media
    renditions: Renditions
    lending: Lending
    changed: Callable[[], None]
    road: Road
    recorder: Recorder
    story: Callable[[], Story | None]  # of the recording that runs
    inquired: films.Answering  # about films, by another room
    missing: Callable[[], tuple[Missing, ...]]
    outlets: Outlets
    quiet: Callable[[], bool]  # in quiet hours nothing begins by itself

    def join(self) -> Joined | None:
        """Give what the room.toml asks for, or None."""
        if self.config.hub:
            return self._as_hub(self.config.hub)
        return self._as_site(self.config.site) if self.config.site else None

    def _as_hub(self, config: HubConfig) -> Joined:
        from classroom_edge.services.hub import HubService  # noqa: PLC0415 - the store is slow

        changed = self._changed(lambda: live)
        relay = self._relay(config.turn, changed, config)
        hub = HubService(
            room=self.config.room,
            config=config,
            folder=self.folder,
            runtime=self.runtime,
            changed=changed,
            accept=lambda site, session, offer: hosting.accept(site, session, offer),  # noqa: PLW0108 - made below
            guests=lambda: guests.connected(),  # noqa: PLW0108
            watch=self.outlets.watch,
            inquired=self.inquired,
            missing=self.missing,
            database=place_of(self.config.store, self.folder),
        )
        cast = self._cast(hub)
        hosting = Hosting(relay=relay, cast=cast, want_offer=hub.want_offer)
        guests = Guests(relay=relay, key=lambda: hub.guest_key, cast=cast, speak=hub.speak)
        live = self._live(hub, relay, cast, HubSide(hosting, guests))
        self.outlets.on_air = hub.stir
        return Joined(link=hub, live=live, guests=guests)

    def _as_site(self, config: SiteConfig) -> Joined:
        changed = self._changed(lambda: live)
        relay = self._relay(config.turn, changed)
        site = SiteService(
            config=config,
            folder=self.folder,
            runtime=self.runtime,
            lending=self.lending,
            changed=changed,
            offer_wanted=lambda: offering.ask(),  # noqa: PLW0108 - made below
            inquired=self.inquired,
            missing=self.missing,
            quiet=self.quiet,
        )
        offering = Offering(relay=relay, offer=site.offer, road=self.road)
        live = self._live(site, relay, self._cast(site), offering)
        return Joined(link=site, live=live)

    def _cast(self, link: LinkService) -> Callable[[], Cast | None]:
        return lambda: cast_of(link.view, link.hub_ns)

    def _live(
        self, link: LinkService, relay: Relay, cast: Callable[[], Cast | None], side: Side
    ) -> Live:
        sources, first = self._sources(), self.config.programme
        floor = Floor(
            programme=self.media,
            remotes=frozenset(sources.values()),
            pictures=frozenset(self.config.pictures),
            usual=Layout(first.layout, self.config.fill(first.layout, first.sources)),
            changed=self.changed,
        )
        return Live(
            linked=lambda: bool(link.view.linked),
            cast=cast,
            relay=relay,
            renditions=self.renditions,
            floor=floor,
            side=side,
            recording=SessionRecording(recorder=self.recorder, story=self.story, on=self._records),
            sources=sources,
            changed=self.changed,
        )

    @property
    def _records(self) -> bool:
        """Whether sessions are recorded here."""
        end = self.config.hub or self.config.site
        return end is not None and end.record

    def _changed(self, live: Callable[[], Live]) -> Callable[[], None]:
        def changed() -> None:
            self.changed()
            self.outlets.stir()
            live().stir()

        return changed

    def _sources(self) -> dict[str, str]:
        """Give the sources that are rooms elsewhere, by peer."""
        remote = (one for one in self.config.sources if one.is_remote)
        return {urlsplit(one.url).netloc: one.id for one in remote}

    def _relay(
        self, turn: TurnConfig | None, changed: Callable[[], None], hub: HubConfig | None = None
    ) -> Relay:
        def spec() -> RelaySpec:
            sizes = sizes_for(self.renditions.height)
            return RelaySpec(
                name=self.config.room.id,
                director=self.media.director.endpoints,
                endpoints=self.media.relay_endpoints,
                sizes=live_sizes(sizes, self.renditions.streams_of(sizes)),
                remotes=self._sources(),
                own=tuple(one.id for one in self.config.sources if one.sound and not one.is_remote),
                port=hub.media_port if hub else 0,
                addresses=_addresses(hub),
                announced=_announced(hub),
                turn=(_server(turn),) if turn else (),
                turn_only=turn.only if turn else False,
            )

        return Relay(make=lambda: self.media.relay(spec, changed))


def _addresses(hub: HubConfig | None) -> tuple[str, ...]:
    """Give the addresses that a hub was told to listen at; none = all."""
    return (hub.listen,) if hub and hub.listen not in {"::", "0.0.0.0"} else ()


def _announced(hub: HubConfig | None) -> tuple[tuple[str, int], ...]:
    return ((hub.media_address, hub.media_port),) if hub and hub.media_address else ()


def _server(turn: TurnConfig) -> TurnServer:
    return TurnServer(
        host=turn.host,
        port=turn.port,
        user=turn.user,
        password=turn.password.get_secret_value(),
        transport=turn.transport,
        tls=turn.tls,
    )
