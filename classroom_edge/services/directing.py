"""Who chooses what the programme shows: a person or the rules, and what the rules are here.

What a person chose is kept over restarts of everything, in a file, for as long as room.toml says
what it said when they chose: who writes another mode into the file means it.
"""

import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from classroom_edge.config.models import Config, DirectorConfig, SourceConfig
from classroom_edge.room import Words
from classroom_edge.words import words
from classroom_media.api import Crop
from classroom_media.direct.engine import Reason
from classroom_media.direct.rules import Rules, to_taste
from classroom_media.direct.signs import Role, role_of

HAND: Final = "hand"
AUTO: Final = "auto"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KeptMode:
    """The mode of directing on disk."""

    file: Path
    configured: str  # what room.toml says now

    def read(self) -> str:
        """Give "hand" or "auto": as a person chose, or else as configured."""
        try:
            kept = json.loads(self.file.read_bytes())
            valid = kept["configured"] == self.configured and kept["chosen"] in {HAND, AUTO}
        except (OSError, ValueError, KeyError, TypeError):
            return self.configured
        return str(kept["chosen"]) if valid else self.configured

    def write(self, chosen: str) -> None:
        """Keep a choice; a disk that does not take it costs no more than that."""
        try:
            self.file.write_text(json.dumps({"chosen": chosen, "configured": self.configured}))
        except OSError as error:
            logger.warning("the mode of directing cannot be kept: %s", error)


def rules_of(config: Config) -> Rules:
    """Give the rules as room.toml has them."""
    told: DirectorConfig = config.director
    slots = config.slots
    layouts = {rule: (layout, slots[layout]) for rule, layout in told.layouts.items()}
    return Rules(
        rules=to_taste(layouts, frozenset(told.without)),
        min_shot_s=told.min_shot_s,
        max_shot_s=told.max_shot_s,
        quiet_after_s=told.quiet_after_s,
        max_wide_s=told.max_wide_s,
    )


def role_in(source: SourceConfig) -> Role:
    """Give what a source is to the lesson: as told, or as its URL or its id tells."""
    if source.role:
        return Role(source.role)
    return Role.SCREEN if source.url.startswith("screen:") else role_of(source.id)


def board_in(source: SourceConfig) -> Crop | None:
    """Give where the board is in a source's picture, where that is told."""
    board = source.board
    return Crop(x=board.x, y=board.y, width=board.width, height=board.height) if board else None


def in_words(reason: Reason, config: Config) -> Words:
    """Say why the rules cut, with the names of sources as people know them."""
    names = {one.id: one.name for one in config.sources}
    values = {key: names.get(value, value) for key, value in reason.values.items()}
    return words("direct").both(f"reason.{reason.key}", **values)
