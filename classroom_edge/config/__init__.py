"""room.toml: read, checked and frozen; every mistake at once, with its line and its remedy.

`load` is the only way to a `Config`, at start-up and in ``classroom-edge check`` alike.
"""

from classroom_edge.config.load import Examination, examine, load
from classroom_edge.config.mistakes import ConfigError, Mistake, Position
from classroom_edge.config.models import (
    LAYOUTS,
    Config,
    DeviceConfig,
    LayoutConfig,
    LightConfig,
    NetworkConfig,
    ProgrammeConfig,
    RecordingConfig,
    RoomConfig,
    RoutineConfig,
    SourceConfig,
    Want,
)

__all__ = [
    "LAYOUTS",
    "Config",
    "ConfigError",
    "DeviceConfig",
    "Examination",
    "LayoutConfig",
    "LightConfig",
    "Mistake",
    "NetworkConfig",
    "Position",
    "ProgrammeConfig",
    "RecordingConfig",
    "RoomConfig",
    "RoutineConfig",
    "SourceConfig",
    "Want",
    "examine",
    "load",
]
