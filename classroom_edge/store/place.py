"""Where the database is: a file in the data folder, or a server that room.toml names."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sqlalchemy import URL, make_url

from classroom_edge.config.models import StoreConfig
from classroom_edge.paths import DataFolder

CONNECT_S: Final = 10  # before a server that does not answer is given up for now


@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL server's database; what is secret in its address is not shown."""

    url: str = field(repr=False)
    password: str = field(default="", repr=False)

    @property
    def address(self) -> URL:
        """With everything that is needed to get in."""
        url = make_url(self.url)
        if self.password:
            url = url.set(password=self.password)
        if "connect_timeout" not in url.query:
            url = url.update_query_dict({"connect_timeout": str(CONNECT_S)})
        return url

    def __str__(self) -> str:
        return make_url(self.url).render_as_string(hide_password=True)


Place = Path | Server


def place_of(config: StoreConfig, folder: DataFolder) -> Place:
    """Give the place of a room's database."""
    if config.url is None:
        return folder.database
    password = config.password.get_secret_value() if config.password else ""
    return Server(config.url, password)
