"""Lessons with other schools: hub and site, broadcasts, pushes, what was missed."""

from datetime import time
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_core import PydanticCustomError

from classroom_edge.config.models.fields import (
    Clock,
    Id,
    Name,
    Part,
    QualityName,
    beside_the_file,
    checked_address,
)
from classroom_media.live.push import address as push_address


def _checked_push(value: SecretStr) -> SecretStr:
    try:
        push_address.read(value.get_secret_value())
    except push_address.AddressError as error:
        raise PydanticCustomError(f"push_{error.code}", "no address of a platform") from error
    return value


LineShare = Annotated[float, Field(ge=0.01, le=1)]


class TurnConfig(Part):
    """``turn`` of a hub or site: a server that carries what UDP alone does not get through."""

    host: Annotated[str, Field(pattern=r"^[A-Za-z0-9.:-]{1,253}$")]
    port: Annotated[int, Field(ge=1, le=65535)] = 3478
    user: Name
    password: SecretStr
    transport: Literal["udp", "tcp"] = "udp"
    tls: bool = False  # over TCP, as port 443 lets it pass
    only: bool = False  # nobody learns an address of this machine


class HubConfig(Part):
    """``[hub]``: sites of other schools link with this room; it leads sessions with them."""

    listen: Annotated[str, AfterValidator(checked_address)] = "::"  # every address, IPv4 too
    port: Annotated[int, Field(ge=1, le=65534)] = 7700  # and the next one, while a code is open
    address: Annotated[str, Field(pattern=r"^[A-Za-z0-9.:-]{1,253}$")] | None = None  # for sites
    media_port: Annotated[int, Field(ge=1024, le=65535)] = 7702  # UDP, of every picture and sound
    media_address: Annotated[str, AfterValidator(checked_address)] | None = None  # from outside
    turn: TurnConfig | None = None
    record: bool = True  # every session, from its opening to its end
    received: Annotated[Path, BeforeValidator(beside_the_file)] | None = None  # what sites send
    received_gb_max: Annotated[int, Field(ge=1, le=10_000)] = 200  # of one recording


class SiteConfig(Part):
    """``[site]``: this room is a site of a hub, once it is enrolled there."""

    auto_join: bool = True  # a session that the hub has begun and that this room is invited to
    turn: TurnConfig | None = None
    record: bool = True  # every session, from its opening to its end


class BroadcastConfig(Part):
    """``[broadcast]``: lessons go out to who may watch, as low-latency HLS."""

    port: Annotated[int, Field(ge=1, le=65535)] = 8090
    address: Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9.:\[\]-]{1,253}$")] | None = None
    qualities: tuple[QualityName, ...] = ("360p",)  # besides the programme's own
    keep_days: Annotated[int, Field(ge=1, le=3660)] = 30
    ticket_hours: Annotated[int, Field(ge=1, le=168)] = 12


class FillingConfig(Part):
    """``[filling]``: what was missed of lessons with others comes later, on a share of the line."""

    fetch: bool = True
    share: LineShare = 0.2
    lesson_share: LineShare = 0.05  # while this room is in a session
    night_share: LineShare = 0.8
    night_from: Clock = "18:00"
    night_to: Clock = "06:00"

    @property
    def night_hours(self) -> tuple[time, time]:
        """Give from when to when the share is the one of the night."""
        return time.fromisoformat(self.night_from), time.fromisoformat(self.night_to)


class PushConfig(Part):
    """``[[push]]``: a platform of others that the programme is sent to, when it is switched on."""

    id: Id
    name: Name
    url: Annotated[SecretStr, AfterValidator(_checked_push)]  # whole, as the platform gives it
    quality: QualityName | None = None  # nothing = the programme as it is recorded
    on: bool = False  # until a person says otherwise
