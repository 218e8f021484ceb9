"""A whole room.toml, once it is right."""

from typing import Annotated

from pydantic import Field

from classroom_edge.config.mask import url_secrets
from classroom_edge.config.models.day import TimetableConfig, UnattendedConfig
from classroom_edge.config.models.fields import Id, Part
from classroom_edge.config.models.library import (
    BackupConfig,
    KeepingConfig,
    StoreConfig,
    TargetConfig,
)
from classroom_edge.config.models.pictures import (
    LAYOUTS,
    DirectorConfig,
    LayoutConfig,
    ProgrammeConfig,
)
from classroom_edge.config.models.room import (
    NetworkConfig,
    RecordingConfig,
    RoomConfig,
    ScreenConfig,
)
from classroom_edge.config.models.routines import LightConfig, RoutineConfig
from classroom_edge.config.models.schools import (
    BroadcastConfig,
    FillingConfig,
    HubConfig,
    PushConfig,
    SiteConfig,
)
from classroom_edge.config.models.sources import SEAT_URL, DeviceConfig, SourceConfig
from classroom_edge.config.models.titles import TitlesConfig
from classroom_edge.profiles import ROUTINE_PICTURES, STUDIO_PARTS, Profile
from classroom_media.compose.layouts import LAYOUTS as BUILT_IN
from classroom_media.live.push import address as push_address


class Config(Part):
    """A whole room.toml."""

    room: RoomConfig
    network: NetworkConfig = NetworkConfig()
    recording: RecordingConfig = RecordingConfig()
    devices: Annotated[tuple[DeviceConfig, ...], Field(alias="device")] = ()
    sources: Annotated[tuple[SourceConfig, ...], Field(alias="source")] = ()
    programme: ProgrammeConfig = ProgrammeConfig()
    director: DirectorConfig = DirectorConfig()
    titles: TitlesConfig = TitlesConfig()
    layouts: dict[str, tuple[Id, ...]] = Field(default_factory=dict)
    own_layouts: Annotated[tuple[LayoutConfig, ...], Field(alias="layout")] = ()
    routines: Annotated[tuple[RoutineConfig, ...], Field(alias="routine")] = ()
    light: LightConfig = LightConfig()
    hub: HubConfig | None = None
    site: SiteConfig | None = None
    filling: FillingConfig = FillingConfig()
    store: StoreConfig = StoreConfig()
    timetable: TimetableConfig | None = None
    unattended: UnattendedConfig | None = None
    broadcast: BroadcastConfig | None = None
    pushes: Annotated[tuple[PushConfig, ...], Field(alias="push")] = ()
    screens: Annotated[tuple[ScreenConfig, ...], Field(alias="screen")] = ()
    targets: tuple[TargetConfig, ...] = ()
    keeping: KeepingConfig | None = None
    backup: BackupConfig | None = None

    def device(self, id_: str) -> DeviceConfig:
        """Give the device of that id; KeyError when there is none."""
        return {device.id: device for device in self.devices}[id_]

    def source(self, id_: str) -> SourceConfig:
        """Give the source of that id; KeyError when there is none."""
        return {source.id: source for source in self.sources}[id_]

    @property
    def slots(self) -> dict[str, int]:
        """Give every layout that there is, with its slots: built-in ones, then the school's."""
        return LAYOUTS | {layout.name: len(layout.slots) for layout in self.own_layouts}

    def fewest(self, layout: str) -> int:
        """Tell how many sources a layout needs at least; for a grid two are enough."""
        return len(BUILT_IN[layout][0].slots) if layout in BUILT_IN else self.slots[layout]

    def fill(self, layout: str, asked: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Give the sources that fill a layout: those asked for, the usual ones, then any.

        The guests' seat is empty as a rule, and is not among these.
        """
        any_one = (one.id for one in self.sources if one.picture and one.url != SEAT_URL)
        wanted = (*asked, *self.layouts.get(layout, ()), *any_one)
        return tuple(dict.fromkeys(wanted))[: self.slots[layout]]

    @property
    def pictures(self) -> tuple[str, ...]:
        """Give the sources that have a picture."""
        return tuple(source.id for source in self.sources if source.picture)

    @property
    def pre_roll_s(self) -> int:
        """Give how much of before the button a recording keeps.

        Nothing where it opens with a card: what was there before is encoded, without the card.
        """
        return 0 if self.titles.opening_s else self.recording.pre_roll_s

    @property
    def profile(self) -> Profile:
        """Give what the room is for: as it says, else as the file lets one think."""
        if self.room.profile is not None:
            return Profile(self.room.profile)
        is_plain = not self.model_fields_set & STUDIO_PARTS
        has_few = len(self.pictures) <= ROUTINE_PICTURES
        return Profile.ROUTINE if is_plain and has_few else Profile.STUDIO

    def secrets(self) -> tuple[str, ...]:
        """Give every password, for the log to mask."""
        found = [one.password for one in self.devices] + [one.password for one in self.sources]
        ends = (self.hub, self.site)
        found += [end.turn.password for end in ends if end is not None and end.turn is not None]
        found += [self.store.password]
        found += [secret for one in self.targets for secret in (one.password, one.token)]
        found += [self.backup.passphrase] if self.backup else []
        urls = [one.url for one in self.devices]
        urls += [url for one in self.sources for url in (one.url, one.small_url)]
        in_urls = [secret for url in urls for secret in url_secrets(url)]
        pushed = [one.url.get_secret_value() for one in self.pushes]
        in_urls += [secret for url in pushed for secret in push_address.read(url).secrets]
        return (*(secret.get_secret_value() for secret in found if secret), *in_urls)
