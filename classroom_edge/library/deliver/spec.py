"""A target as room.toml has it, handed to the process that works on it."""

from pathlib import Path
from typing import Self

import msgspec

from classroom_edge.config.models import TargetConfig
from classroom_edge.library.deliver.web import Web
from classroom_edge.paths import DataFolder


class TargetSpec(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that one try needs to know of a target, secrets included."""

    id: str
    kind: str
    url: str  # for a folder, its path
    username: str = ""
    password: str = ""
    token: str = ""
    authority: str = ""  # file of a private authority, PEM; "" = those of the system
    options: dict[str, str] = {}  # what only this kind knows
    place: str = ""  # the room's folder of deliveries, in its data folder

    @classmethod
    def of(cls, target: TargetConfig, place: Path) -> Self:
        """Give it as room.toml has it; `place` is the room's folder of deliveries."""
        return cls(
            id=target.id,
            kind=target.kind,
            url=target.url,
            username=target.username,
            password=target.password.get_secret_value() if target.password else "",
            token=target.token.get_secret_value() if target.token else "",
            authority=str(target.authority or ""),
            place=str(place),
            options=target.options | ({"host_key": target.host_key} if target.host_key else {}),
        )

    @property
    def data(self) -> DataFolder:
        """The room's data folder."""
        return DataFolder(Path(self.place).parent)

    @property
    def web(self) -> Web:
        """The server at its URL."""
        return Web(
            url=self.url,
            username=self.username,
            password=self.password,
            token=self.token,
            authority=self.authority,
        )
