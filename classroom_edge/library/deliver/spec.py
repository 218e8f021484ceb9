"""A target as room.toml has it, handed to the process that works on it."""

import msgspec

from classroom_edge.library.deliver.web import Web


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
