"""What a room.toml says, once it is right: frozen values, every field checked.

The field names are the words of the file. What these types cannot see (does the camera of a
source exist, has its driver a zoom) is checked in `classroom_edge.config.fitting`.
"""

from classroom_edge.config.models.fields import ID
from classroom_edge.config.models.library import KeepingConfig, StoreConfig, TargetConfig
from classroom_edge.config.models.pictures import (
    LAYOUTS,
    DirectorConfig,
    LayoutConfig,
    ProgrammeConfig,
    SlotConfig,
)
from classroom_edge.config.models.room import (
    NetworkConfig,
    RecordingConfig,
    RoomConfig,
    ScreenConfig,
)
from classroom_edge.config.models.routines import WANTS, LightConfig, RoutineConfig, Want
from classroom_edge.config.models.schools import (
    BroadcastConfig,
    FillingConfig,
    HubConfig,
    PushConfig,
    SiteConfig,
    TurnConfig,
)
from classroom_edge.config.models.sources import (
    REMOTE,
    SEAT_URL,
    SOURCE_SCHEMES,
    DeviceConfig,
    GateConfig,
    SourceConfig,
    TrackingConfig,
)
from classroom_edge.config.models.titles import CardConfig
from classroom_edge.config.models.whole import Config

__all__ = [
    "ID",
    "LAYOUTS",
    "REMOTE",
    "SEAT_URL",
    "SOURCE_SCHEMES",
    "WANTS",
    "BroadcastConfig",
    "CardConfig",
    "Config",
    "DeviceConfig",
    "DirectorConfig",
    "FillingConfig",
    "GateConfig",
    "HubConfig",
    "KeepingConfig",
    "LayoutConfig",
    "LightConfig",
    "NetworkConfig",
    "ProgrammeConfig",
    "PushConfig",
    "RecordingConfig",
    "RoomConfig",
    "RoutineConfig",
    "ScreenConfig",
    "SiteConfig",
    "SlotConfig",
    "SourceConfig",
    "StoreConfig",
    "TargetConfig",
    "TrackingConfig",
    "TurnConfig",
    "Want",
]
