"""What becomes of recordings: the index, targets, keeping, backups."""

import re
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator
from pydantic_core import PydanticCustomError

from classroom_edge.config.mask import url_secrets
from classroom_edge.config.models.fields import TIME, Clock, Id, Name, Part, beside_the_file

TARGET_SCHEMES: Final = {
    "webdav": ("http", "https"),
    "sftp": ("sftp",),
    "http": ("http", "https"),
    "hub": ("http", "https"),
    "s3": ("http", "https"),
    "opencast": ("http", "https"),
    "rtmp": ("rtmp", "rtmps"),
}  # of a target, by its kind
_HOURS: Final = re.compile(f"{TIME}-{TIME}")


def _checked_hours(value: str) -> str:
    since, _, to = value.partition("-")
    if not _HOURS.fullmatch(value) or since == to:
        raise PydanticCustomError("target_hours", "no hours of a day")
    return value


def _checked_authority(value: Path) -> Path:
    try:
        text = value.read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise PydanticCustomError("authority_file", "cannot be read") from error
    if "-----BEGIN CERTIFICATE-----" not in text:
        raise PydanticCustomError("authority_file", "no certificate")
    return value


def _checked_store(value: str) -> str:
    try:
        parts = urlsplit(value)
        login, port = parts.password, parts.port
    except ValueError as error:
        raise PydanticCustomError("store_url", "not a URL") from error
    if parts.scheme not in STORE_SCHEMES or len(parts.path) < 2 or port == 0:
        raise PydanticCustomError("store_url", "not a database of PostgreSQL")
    if login is not None or url_secrets(value):
        raise PydanticCustomError("store_login", "a password in the address")
    return f"{STORE_SCHEMES[-1]}{value.removeprefix(parts.scheme)}"


Hours = Annotated[str, AfterValidator(_checked_hours)]  # from a time of day to another
STORE_SCHEMES = ("postgres", "postgresql", "postgresql+psycopg")  # the last is what is meant
TargetKind = Literal["folder", "webdav", "sftp", "http", "hub", "s3", "opencast", "rtmp"]
AuthorityFile = Annotated[
    Path, BeforeValidator(beside_the_file), AfterValidator(_checked_authority)
]


class StoreConfig(Part):
    """``[store]``: where accounts and the index of recordings are kept; else in the data folder."""

    url: Annotated[str, Field(max_length=500), AfterValidator(_checked_store)] | None = None
    password: SecretStr | None = None


class TargetConfig(Part):
    """``[[targets]]``: somewhere that recordings are delivered to."""

    id: Id
    name: Name
    kind: TargetKind
    url: Annotated[str, Field(min_length=1, max_length=2000)]  # for a folder, its path
    username: str = ""
    password: SecretStr | None = None
    token: SecretStr | None = None
    authority: AuthorityFile | None = None  # PEM; nothing = the system's authorities
    host_key: str = ""  # of an SFTP server, as in its known_hosts: "ssh-ed25519 AAAA..."
    options: dict[str, str] = Field(default_factory=dict)  # what only this kind knows
    what: Literal["programme", "tracks", "all"] = "programme"
    automatic: bool = False  # every recording, once it is finished
    least_consent: Literal["internal", "school", "district", "public"] = "school"
    limit_kbps: Annotated[int, Field(ge=64, le=10_000_000)] | None = None
    hours: Hours | None = None  # "18:00-06:00", in the room's time zone; nothing = always
    pause_while_live: bool = True

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        if self.kind == "folder":
            if not Path(self.url).is_absolute():
                raise PydanticCustomError("target_folder", "not a whole path")
            return self
        scheme, _, rest = self.url.partition("://")
        if scheme not in TARGET_SCHEMES[self.kind] or not rest.strip("/"):
            raise PydanticCustomError("target_scheme", "not an address of this kind")
        if "@" in rest.partition("/")[0]:
            raise PydanticCustomError("target_login", "a login in the address")
        if self.kind == "sftp" and not self.host_key:
            raise PydanticCustomError("target_host_key", "no host key")
        if self.kind == "rtmp" and not self.token:
            raise PydanticCustomError("target_key", "no key of a stream")
        return self


class KeepingConfig(Part):
    """``[keeping]``: which recordings are deleted by themselves; without it none ever is."""

    after_delivery_days: Annotated[int, Field(ge=0, le=3660)] | None = None
    max_age_days: Annotated[int, Field(ge=1, le=36_600)] | None = None
    received_days: Annotated[int, Field(ge=1, le=36_600)] | None = None  # what sites sent
    least_days: Annotated[int, Field(ge=0, le=3660)] = 1  # kept so long, whatever else is said
    free_percent: Annotated[int, Field(ge=0, le=90)] = 10  # of the disk, for what is to come
    lesson_min: Annotated[int, Field(ge=0, le=600)] = 45  # of recording that should always fit
    at: Clock = "04:00"


class BackupConfig(Part):
    """``[backup]``: everything but the films, every night, into one file of a folder."""

    folder: Annotated[Path, BeforeValidator(beside_the_file)]
    keep: Annotated[int, Field(ge=1, le=366)] = 14  # files; the oldest go
    at: Clock = "03:00"
    passphrase: SecretStr | None = None  # nothing = for the eyes of the folder's owner only
