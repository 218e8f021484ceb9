"""The platforms that a room can send to: those of room.toml, and those that people have added."""

import logging
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec
from pydantic import SecretStr

from classroom_edge.config.models import PushConfig

ADDED_MAX: Final = 16

logger = logging.getLogger(__name__)


class Added(msgspec.Struct, frozen=True):
    """A platform that somebody has added on the panel."""

    id: str
    name: str
    url: str = ""  # whole, with what is secret in it


class Kept(msgspec.Struct, frozen=True):
    """What the file holds."""

    on: tuple[str, ...]
    added: tuple[Added, ...] = ()


@dataclass(kw_only=True)
class Platforms:
    """Every platform, and whether it is wanted. What is said stays when the daemon ends."""

    configured: tuple[PushConfig, ...]
    file: Path  # for the owner's eyes alone: it holds keys
    _added: dict[str, PushConfig] = field(default_factory=dict, init=False)
    _on: set[str] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        self._on = {one.id for one in self.configured if one.on}
        with suppress(OSError, msgspec.DecodeError):
            kept = msgspec.json.decode(self.file.read_bytes(), type=Kept)
            taken = {one.id for one in self.configured}
            self._added = {
                one.id: _platform(one.id, one.name, one.url)
                for one in kept.added
                if one.id not in taken
            }
            self._on = set(kept.on) & {one.id for one in self.all}

    @property
    def all(self) -> tuple[PushConfig, ...]:
        """Give those of room.toml, then the others in the order in which they were added."""
        return (*self.configured, *self._added.values())

    def find(self, id_: str) -> PushConfig | None:
        """Give the platform of that id."""
        return next((one for one in self.all if one.id == id_), None)

    def is_on(self, id_: str) -> bool:
        """Tell whether a platform is wanted now."""
        return id_ in self._on

    def is_added(self, id_: str) -> bool:
        """Tell whether people have added it, and so may remove it."""
        return id_ in self._added

    @property
    def is_full(self) -> bool:
        """Whether no more can be added."""
        return len(self._added) >= ADDED_MAX

    def add(self, name: str, url: str) -> PushConfig:
        """Add a platform by its whole address, which can be read; it is not wanted yet."""
        id_ = _free({one.id for one in self.all})
        self._added[id_] = added = _platform(id_, name, url)
        self._keep()
        return added

    def replace(self, id_: str, name: str, url: str) -> None:
        """Give a platform that people have added another name and address."""
        self._added[id_] = _platform(id_, name, url)
        self._keep()

    def remove(self, id_: str) -> None:
        """Forget a platform that people have added."""
        del self._added[id_]
        self._on.discard(id_)
        self._keep()

    def switch(self, id_: str, *, on: bool) -> None:
        """Want a platform from now on, or no more."""
        self._on = self._on | {id_} if on else self._on - {id_}
        self._keep()

    def _keep(self) -> None:
        added = (
            Added(one.id, one.name, one.url.get_secret_value()) for one in self._added.values()
        )
        data = msgspec.json.encode(Kept(tuple(sorted(self._on)), tuple(added)))
        fresh = self.file.with_suffix(".new")
        try:
            fresh.touch(mode=0o600)
            fresh.write_bytes(data)
            fresh.replace(self.file)
        except OSError as error:
            logger.warning("which pushes there are, and are on, cannot be kept: %s", error)


def _platform(id_: str, name: str, url: str) -> PushConfig:
    return PushConfig(id=id_, name=name, url=SecretStr(url))


def _free(taken: Iterable[str]) -> str:
    known = set(taken)
    return next(id_ for n in range(1, len(known) + 2) if (id_ := f"platform-{n}") not in known)
