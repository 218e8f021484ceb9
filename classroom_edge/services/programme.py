"""Where people say what the programme shows and how it sounds."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from classroom_edge.config.models import Config
from classroom_edge.profiles import Profile
from classroom_edge.room import SoundView, TitlesView, Who
from classroom_edge.services.directing import AUTO, KeptMode
from classroom_edge.services.looks import style_of, titles_of
from classroom_edge.services.media import Media
from classroom_edge.services.recording import RecordingService
from classroom_edge.services.refusals import refused
from classroom_edge.services.sounds import strip_of
from classroom_edge.services.tracking import TrackingService
from classroom_media.api import NS, Directing, Layout

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class ProgrammeDesk:
    """What a person shows is held for a while against the director's rules."""

    config: Config
    media: Media
    takes: RecordingService
    mode: KeptMode
    tracking: Mapping[str, TrackingService]  # by source
    changed: Callable[[], None]

    async def show(self, who: Who, name: str, sources: tuple[str, ...] = ()) -> None:
        """Show another layout, filled with `sources` or as configured. Raises Refused."""
        slots = self.config.slots
        if name not in slots:
            raise refused("unknown-layout", name=name)
        if len(sources) > slots[name]:
            raise refused("too-many-sources", name=name, slots=slots[name])
        if unknown := [source for source in sources if source not in self.config.pictures]:
            raise refused("unknown-source", name=unknown[0])
        layout = Layout(name, self.config.fill(name, sources))
        if len(layout.sources) < self.config.fewest(name):
            raise refused("too-few-sources", name=name, slots=self.config.fewest(name))
        if self.media.directing.by_rules:
            await self._hold()
        await self.media.show(layout)
        await self.takes.shown(layout, by=who.name)
        logger.info("layout %s %s shown for %s", name, layout.sources, who.name)
        self.changed()

    async def direct(self, who: Who, mode: str) -> None:
        """Let the director's rules choose what is shown ("auto"), or people ("hand").

        Asked again for "auto", the rules take back what a person holds.

        Raises:
            Refused: nobody directs in a room of the routine profile.
        """
        if mode == AUTO and self.config.profile is not Profile.STUDIO:
            raise refused("routine-room")
        self.mode.write(mode)
        await self.media.direct(Directing(by_rules=mode == AUTO))
        logger.info("directing %s for %s", mode, who.name)
        self.changed()

    def track(self, who: Who, source: str, *, on: bool) -> None:
        """Let the camera of a source follow whoever moves, or not. Raises Refused."""
        if source not in self.tracking:
            raise refused("no-tracking", name=source)
        self.tracking[source].switch(who, on=on)

    async def write(self, who: Who, titles: TitlesView) -> None:
        """Write other titles over the programme. Raises Refused."""
        if titles.card and titles.card not in style_of(self.config).cards:
            raise refused("unknown-card", name=titles.card)
        await self.media.write(titles_of(titles, self.media.titles))
        logger.info("titles %s written for %s", titles, who.name)
        self.changed()

    async def mix(self, who: Who, sound: SoundView) -> None:
        """Mix the sound of one source so. Raises Refused."""
        if sound.source not in self.media.strips:
            raise refused("unknown-sound", name=sound.source)
        strip = strip_of(sound)
        await self.media.mix(self.media.strips | {sound.source: strip})
        logger.info("sound of %s mixed as %s for %s (%s)", sound.source, strip, who.name, who.why)
        self.changed()

    async def _hold(self) -> None:
        """Keep the rules from what a person shows, for a while."""
        until_ns = time.monotonic_ns() + self.config.director.hold_s * NS
        await self.media.direct(Directing(by_rules=True, held_until_ns=until_ns))
