"""What a room.toml says, once it is right: frozen values, every field checked.

The field names are the words of the file. What these types cannot see (does the camera of a
source exist, has its driver a zoom) is checked in `classroom_edge.config.references`.
"""

import ipaddress
import re
import zoneinfo
from dataclasses import asdict
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError

from classroom_edge.config.mask import url_secrets
from classroom_edge.profiles import ROUTINE_PICTURES, STUDIO_PARTS, Profile
from classroom_media.compose.layouts import LAYOUTS as BUILT_IN
from classroom_media.encode.form import EVERYDAY, PROFILES
from classroom_media.live.push import address as push_address
from classroom_media.messages import SEAT
from classroom_schedules.runner.habits import Habits
from classroom_schedules.weeks import weekly

LAYOUTS: Final = {name: len(variants[-1].slots) for name, variants in BUILT_IN.items()}
SLOTS_MAX: Final = 6  # of a layout
REMOTE: Final = "remote"  # the scheme of a source that is a room elsewhere
SEAT_URL: Final = f"{REMOTE}://{SEAT}"  # of guests, one after the other
SOURCE_SCHEMES: Final = (
    "rtsp", "rtsps", "http", "https", "udp", "tcp", "file", "screen", "v4l2", "alsa", "pattern",
    REMOTE, "srt",
)  # fmt: skip
WANTS: Final = {
    "power": "power",
    "input": "input-select",
    "route": "route",
    "freeze": "freeze",
    "mute": "mute",
    "volume": "volume",
    "level": "level",
    "preset": "presets",
    "tracking": "tracking",
    "cover": "cover",
    "relay": "relay",
}  # what a routine may ask for -> the capability that does it, in the order it is done

SOUND_SETTINGS: Final = frozenset(
    {"gain_db", "muted", "sound_delay_ms", "channels", "high_pass_hz", "gate", "spare_of"}
)  # of a source, that make no sense without a sound

ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
TARGET_SCHEMES: Final = {
    "webdav": ("http", "https"),
    "sftp": ("sftp",),
    "http": ("http", "https"),
    "hub": ("http", "https"),
    "s3": ("http", "https"),
    "opencast": ("http", "https"),
}  # of a target, by its kind
_TIME: Final = r"([01][0-9]|2[0-3]):[0-5][0-9]"
_HOURS: Final = re.compile(f"{_TIME}-{_TIME}")
_RESERVED = re.compile(r"programme|manifest|journal|thumbnail|con|prn|aux|nul|com\d|lpt\d|.*-sound")
_USUAL: Final = PROFILES[EVERYDAY]
_PRESETS_OF_X264 = Literal["ultrafast", "superfast", "veryfast", "faster", "fast", "medium"]


def _checked_id(value: str) -> str:
    if len(value) > 40 or not ID.fullmatch(value):
        raise PydanticCustomError("id_shape", "lower-case letters, digits and single hyphens")
    return value


def _checked_track_id(value: str) -> str:
    if _RESERVED.fullmatch(value):
        raise PydanticCustomError("id_reserved", "recordings use this name for a file of theirs")
    return value


def _checked_timezone(value: str) -> str:
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise PydanticCustomError("timezone", "no such time zone") from error
    return value


def _checked_address(value: str) -> str:
    try:
        return str(ipaddress.ip_address(value))
    except ValueError as error:
        raise PydanticCustomError("address", "not an IP address") from error


def _checked_push(value: SecretStr) -> SecretStr:
    try:
        push_address.read(value.get_secret_value())
    except push_address.AddressError as error:
        raise PydanticCustomError(f"push_{error.code}", "no address of a platform") from error
    return value


def _beside_the_file(value: object, info: ValidationInfo) -> Path:
    """Make a relative folder stand beside room.toml, wherever the command was started."""
    if not isinstance(value, str) or not value or "\0" in value:
        raise PydanticCustomError("string_type", "a path in quotes")
    base: Path = (info.context or {}).get("base", Path.cwd())
    return base / Path(value).expanduser()


def _checked_weekly(value: str) -> str:
    if weekly(value) is None:
        raise PydanticCustomError("weekly_clock", "a weekday and a time of day")
    return value


def _checked_colour(value: str) -> str:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise PydanticCustomError("colour", "not of the form #rrggbb")
    return value.lower()


def _checked_picture(value: Path) -> Path:
    try:
        with value.open("rb") as file:
            begin = file.read(8)
    except OSError as error:
        raise PydanticCustomError("picture_file", "cannot be read") from error
    if not begin.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")):
        raise PydanticCustomError("picture_file", "neither PNG nor JPEG")
    return value


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


def _as_number(value: object) -> object:
    """Take 1 for 1.0, as people write it; strict validation would not."""
    return float(value) if type(value) is int else value


def _in_both_languages(value: object) -> object:
    return {"zh-CN": value, "en": value} if isinstance(value, str) else value


Id = Annotated[str, AfterValidator(_checked_id)]
TrackId = Annotated[Id, AfterValidator(_checked_track_id)]
Name = Annotated[str, Field(min_length=1, max_length=80)]
Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]  # hours and minutes
WeeklyClock = Annotated[str, AfterValidator(_checked_weekly)]  # "Fri 22:30", "周五 22:30"
Hours = Annotated[str, AfterValidator(_checked_hours)]  # from a time of day to another
LineShare = Annotated[float, Field(ge=0.01, le=1)]
Language = Literal["zh-CN", "en"]
Decimals = Annotated[float, BeforeValidator(_as_number)]
GainDb = Annotated[Decimals, Field(ge=-60, le=30)]
SoundDelay = Annotated[int, Field(ge=-500, le=2000)]
Channels = Literal["stereo", "left", "right", "mono"]
CardSeconds = Annotated[Decimals, Field(ge=0, le=10)]
QualityName = Literal["1080p", "720p", "540p", "360p", "180p"]
Corner = Literal["top-left", "top-right", "bottom-left", "bottom-right"]
Share = Annotated[Decimals, Field(ge=0, le=1)]
Size = Annotated[Decimals, Field(ge=0.02, le=1)]
Colour = Annotated[str, AfterValidator(_checked_colour)]
PictureFile = Annotated[Path, BeforeValidator(_beside_the_file), AfterValidator(_checked_picture)]
Title = Annotated[dict[Language, Name], BeforeValidator(_in_both_languages)]
EvenPixels = Annotated[int, Field(multiple_of=2)]


STORE_SCHEMES = ("postgres", "postgresql", "postgresql+psycopg")  # the last is what is meant
TargetKind = Literal["folder", "webdav", "sftp", "http", "hub", "s3", "opencast"]
AuthorityFile = Annotated[
    Path, BeforeValidator(_beside_the_file), AfterValidator(_checked_authority)
]


class Part(BaseModel):
    """A part of the file: nothing unknown in it, nothing guessed, never changed."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class RoomConfig(Part):
    """``[room]``: which room this is."""

    id: Id
    name: Name
    language: Language = "zh-CN"
    timezone: Annotated[str, AfterValidator(_checked_timezone)] = "Asia/Shanghai"
    profile: Literal["studio", "routine"] | None = None  # as the rest of the file has it


class NetworkConfig(Part):
    """``[network]``: where the panel is served. Loopback unless told otherwise."""

    listen: Annotated[str, AfterValidator(_checked_address)] = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8088
    names: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]{1,253}$")], ...] = ()

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        return ipaddress.ip_address(self.listen).is_loopback


class RecordingConfig(Part):
    """``[recording]``: where recordings go, and how the programme is encoded."""

    folder: Annotated[Path, BeforeValidator(_beside_the_file)] | None = None
    second_folder: Annotated[Path, BeforeValidator(_beside_the_file)] | None = None
    pre_roll_s: Annotated[int, Field(ge=0, le=10)] = 10
    profile: Literal["everyday", "fine", "thin-link"] = "everyday"
    width: Annotated[EvenPixels, Field(ge=320, le=3840)] = _USUAL.width
    height: Annotated[EvenPixels, Field(ge=180, le=2160)] = _USUAL.height
    fps: Annotated[int, Field(ge=5, le=60)] = _USUAL.fps
    preset: _PRESETS_OF_X264 = "veryfast"
    quality: Annotated[int, Field(ge=15, le=35)] = _USUAL.quality
    bitrate_kbps: Annotated[int, Field(ge=200, le=50_000)] = _USUAL.bitrate_kbps
    gop_s: Annotated[Decimals, Field(ge=0.5, le=4)] = _USUAL.gop_s
    encoder: Literal["auto", "software"] = "auto"
    smart: bool = True
    smart_max_kbps: Annotated[int, Field(ge=200, le=50_000)] | None = None  # twice bitrate_kbps
    isolated: bool = True

    @model_validator(mode="after")
    def _has_two_folders(self) -> Self:
        if self.folder is not None and self.folder == self.second_folder:
            raise PydanticCustomError("same_folder", "folder and second_folder are one")
        return self

    @model_validator(mode="before")
    @classmethod
    def _as_the_profile_says(cls, told: object) -> object:
        """What the profile sets is as if it stood in the file; what stands there goes first."""
        if not isinstance(told, dict) or not isinstance(name := told.get("profile"), str):
            return told
        form = asdict(PROFILES[name]) if name in PROFILES else {}
        return {key: value for key, value in form.items() if key in cls.model_fields} | told


class DeviceConfig(Part):
    """``[[device]]``: a thing that is controlled."""

    id: Id
    name: Name
    driver: str
    url: str
    password: SecretStr | None = None
    options: dict[str, str | int | float | bool] = {}
    presets: dict[Name, Annotated[int, Field(ge=0, le=254)]] = {}  # name -> its number


class GateConfig(Part):
    """``gate`` of a source: shuts its microphone while nobody speaks into it."""

    threshold_db: Annotated[Decimals, Field(ge=-90, le=-10)]  # dBFS, peak
    hold_ms: Annotated[int, Field(ge=0, le=5000)] = 300
    release_ms: Annotated[int, Field(ge=10, le=5000)] = 200


class BoardConfig(Part):
    """``board`` of a source: where the board is in its picture, in shares of it."""

    x: Share
    y: Share
    width: Size
    height: Size

    @model_validator(mode="after")
    def _lies_inside(self) -> Self:
        if _reach_beyond(self.x + self.width, self.y + self.height):
            raise PydanticCustomError("crop_outside", "beyond the picture")
        return self


class TrackingConfig(Part):
    """``[source.tracking]``: the source's camera follows whoever moves in its picture."""

    by: Literal["picture", "camera"] = "picture"  # by what is seen; or the camera by itself
    on: bool = True  # at first
    fastest_percent: Annotated[int, Field(ge=5, le=100)] = 50  # of the camera's full speed
    yields_s: Annotated[int, Field(ge=5, le=600)] = 30  # to somebody who moves the camera
    lost_after_s: Annotated[int, Field(ge=3, le=120)] = 8  # nobody moved for so long
    lost_preset: Name | None = None  # recalled then


class SourceConfig(Part):
    """``[[source]]``: a live picture, a sound, or both."""

    id: TrackId
    name: Name
    url: str
    small_url: str = ""  # of the camera's second, small stream, if it has one
    username: str = ""
    password: SecretStr | None = None
    picture: bool = True
    sound: bool = False
    in_programme: bool = True  # its sound is mixed into the programme
    isolated: bool = True
    role: Literal["screen", "board", "teacher", "pupils", "wide"] | None = None  # by its id
    board: BoardConfig | None = None  # where the board is; nothing = it may be anywhere
    camera: Id | None = None
    tracking: TrackingConfig | None = None
    delay_ms: Annotated[int, Field(ge=-5000, le=5000)] = 0
    gain_db: GainDb = 0.0
    muted: bool = False
    sound_delay_ms: SoundDelay = 0  # of its sound in the programme alone
    channels: Channels = "stereo"
    high_pass_hz: Annotated[int, Field(ge=0, le=400)] = 0
    gate: GateConfig | None = None
    spare_of: Id | None = None  # heard only while that source's sound fails

    @property
    def is_remote(self) -> bool:
        """Whether it is a room elsewhere, which is there while a session goes on."""
        return self.url.startswith(f"{REMOTE}://")

    @model_validator(mode="after")
    def _gives_something(self) -> Self:
        if not self.picture and not self.sound:
            raise PydanticCustomError("source_empty", "neither picture nor sound")
        if self.small_url and not self.picture:
            raise PydanticCustomError("small_without_picture", "a small picture of none")
        if not self.sound and self.model_fields_set & SOUND_SETTINGS:
            raise PydanticCustomError("mixed_without_sound", "a mix of no sound")
        return self


def _reach_beyond(*edges: float) -> bool:
    return max(edges) > 1 + 1e-6  # thirds do not add up to 1 exactly


class CropConfig(Part):
    """``crop`` of a slot: the part of the picture that is seen, in shares of it."""

    x: Share = 0.0
    y: Share = 0.0
    width: Size = 1.0
    height: Size = 1.0

    @model_validator(mode="after")
    def _lies_inside(self) -> Self:
        if _reach_beyond(self.x + self.width, self.y + self.height):
            raise PydanticCustomError("crop_outside", "beyond the picture")
        return self


class KeyConfig(Part):
    """``key`` of a slot: the green or blue cloth in its picture gives way to what is behind."""

    colour: Colour = "#00b140"  # near the cloth's; its own is measured
    tolerance: Annotated[Decimals, Field(ge=0, le=0.6)] = 0.1
    softness: Share = 0.9
    spill: Share = 1.0

    @model_validator(mode="after")
    def _is_a_cloth(self) -> Self:
        red, green, blue = (int(self.colour[at : at + 2], 16) for at in (1, 3, 5))
        if max(green, blue) < red + 40 or abs(green - blue) < 40:
            raise PydanticCustomError("key_colour", "neither green nor blue")
        return self


class SlotConfig(Part):
    """``[[layout.slot]]``: a place for a source, in shares of the programme's picture."""

    x: Share
    y: Share
    width: Size
    height: Size
    crop: CropConfig = CropConfig()
    fill: bool = False  # cut off what does not fit, rather than leave margins
    border: Annotated[Decimals, Field(ge=0, le=0.05)] = 0.0  # of the picture's height
    border_colour: Colour = "#d6d6d6"
    key: KeyConfig | None = None

    @model_validator(mode="after")
    def _lies_inside(self) -> Self:
        if _reach_beyond(self.x + self.width, self.y + self.height):
            raise PydanticCustomError("slot_outside", "beyond the picture")
        if self.key and self.border:
            raise PydanticCustomError("key_border", "a line around what is cut out")
        return self


class LayoutConfig(Part):
    """``[[layout]]``: a layout of the school's own."""

    name: Id
    title: Title
    background: Colour = "#000000"
    background_picture: PictureFile | None = None
    slots: Annotated[tuple[SlotConfig, ...], Field(alias="slot")] = ()

    @model_validator(mode="after")
    def _has_slots(self) -> Self:
        if not 1 <= len(self.slots) <= SLOTS_MAX:
            raise PydanticCustomError("layout_slots", "from 1 to 6 slots")
        return self


class ProgrammeConfig(Part):
    """``[programme]``: what the director shows at first, and how it goes on to something else."""

    layout: Id = "single"
    sources: tuple[Id, ...] = ()
    transition: Literal["cut", "fade"] = "cut"
    fade_s: Annotated[Decimals, Field(ge=0.1, le=3)] = 0.4


class DirectorConfig(Part):
    """``[director]``: who chooses what is shown at first, and by which rules."""

    mode: Literal["hand", "auto"] = "hand"
    hold_s: Annotated[int, Field(ge=5, le=600)] = 30  # what a person shows stays so long
    min_shot_s: Annotated[Decimals, Field(ge=2, le=30)] = 4.0
    max_shot_s: Annotated[Decimals, Field(ge=10, le=600)] | None = None
    quiet_after_s: Annotated[Decimals, Field(ge=2, le=60)] = 5.0  # then nobody moves
    max_wide_s: Annotated[Decimals, Field(ge=5, le=300)] = 20.0
    without: tuple[str, ...] = ()  # rules that do not count
    layouts: dict[str, Id] = {}  # by rule: the layout in which it shows what it asks for

    @model_validator(mode="after")
    def _shots_have_a_length(self) -> Self:
        if self.max_shot_s is not None and self.max_shot_s < self.min_shot_s:
            raise PydanticCustomError("shot_lengths", "longest shot shorter than the shortest")
        return self


class LowerThirdConfig(Part):
    """``lower_third`` of the titles: who is seen."""

    name: Name
    subject: Annotated[str, Field(max_length=80)] = ""


class CardConfig(Part):
    """``[titles.opening]``, ``[titles.closing]``: a whole picture of words."""

    title: Name
    lines: Annotated[tuple[Name, ...], Field(max_length=4)] = ()
    picture: PictureFile | None = None


class TitlesConfig(Part):
    """``[titles]``: what is written over the programme."""

    logo: PictureFile | None = None
    logo_corner: Corner = "top-right"
    clock: bool = False
    clock_corner: Corner = "top-left"
    lower_third: LowerThirdConfig | None = None  # at first
    opening: CardConfig | None = None
    closing: CardConfig | None = None
    opening_s: CardSeconds = 0.0  # how long it stands by itself at the begin; 0 = it does not
    closing_s: CardSeconds = 0.0  # the same at the end

    @model_validator(mode="after")
    def _has_cards(self) -> Self:
        if (self.opening_s and not self.opening) or (self.closing_s and not self.closing):
            raise PydanticCustomError("no_card", "seconds of a card that there is not")
        return self

    @model_validator(mode="after")
    def _has_room(self) -> Self:
        if self.logo and self.clock and self.logo_corner == self.clock_corner:
            raise PydanticCustomError("same_corner", "logo and clock in one corner")
        return self


class Want(Part):
    """One thing that a routine asks for: a capability of a device, in a wanted state."""

    device: Id
    what: str  # the word of the file: "power", "input", "volume", ... of WANTS
    capability: str  # "power", "input-select", ...
    value: str | int | bool  # "on", "hdmi-1", 30, True, ...
    channel: int = 1  # of a relay, a cover, a fader; the output of a route


class WantEntry(Part):
    """``[[routine.want]]``: a device, and the state it is to be in."""

    device: Id
    power: Literal["on", "off"] | None = None
    input: Annotated[str, Field(min_length=1)] | None = None
    route: Annotated[int, Field(ge=0, le=256)] | None = None
    freeze: bool | None = None
    mute: bool | None = None
    volume: Annotated[int, Field(ge=0, le=100)] | None = None
    level: Annotated[int, Field(ge=0, le=100)] | None = None
    preset: Name | None = None
    tracking: bool | None = None
    cover: Literal["open", "closed"] | Annotated[int, Field(ge=0, le=100)] | None = None
    relay: bool | None = None
    channel: Annotated[int, Field(ge=1, le=64)] = 1

    @model_validator(mode="after")
    def _wants_something(self) -> Self:
        if not self.wants():
            raise PydanticCustomError("want_empty", "a device, but no wanted state")
        return self

    def wants(self) -> tuple[Want, ...]:
        """Split the entry into single wishes, power first."""
        asked = ((what, getattr(self, what)) for what in WANTS)
        return tuple(
            Want(
                device=self.device,
                what=what,
                capability=WANTS[what],
                value=value,
                channel=self.channel,
            )
            for what, value in asked
            if value is not None
        )


class RoutineConfig(Part):
    """``[[routine]]``: a named desired state of the room."""

    name: Id
    title: Title
    want: tuple[WantEntry, ...] = ()

    @property
    def wants(self) -> tuple[Want, ...]:
        """Everything the routine asks for, in the order of the file."""
        return tuple(want for entry in self.want for want in entry.wants())


class LightConfig(Part):
    """``[light]``: what tells the room that a recording runs, besides the panel."""

    display: str = ""  # X display that shows the overlay, ":0"
    relay: str = ""  # device that switches a lamp
    channel: Annotated[int, Field(ge=1, le=64)] = 1  # of that relay
    tally: tuple[Id, ...] = ()  # cameras whose lamp follows


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

    listen: Annotated[str, AfterValidator(_checked_address)] = "::"  # every address, IPv4 too
    port: Annotated[int, Field(ge=1, le=65534)] = 7700  # and the next one, while a code is open
    address: Annotated[str, Field(pattern=r"^[A-Za-z0-9.:-]{1,253}$")] | None = None  # for sites
    media_port: Annotated[int, Field(ge=1024, le=65535)] = 7702  # UDP, of every picture and sound
    media_address: Annotated[str, AfterValidator(_checked_address)] | None = None  # from outside
    turn: TurnConfig | None = None
    record: bool = True  # every session, from its opening to its end
    received: Annotated[Path, BeforeValidator(_beside_the_file)] | None = None  # what sites send
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
    options: dict[str, str] = {}  # what only this kind knows
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
        return self


class KeepingConfig(Part):
    """``[keeping]``: which recordings are deleted by themselves; without it none ever is."""

    after_delivery_days: Annotated[int, Field(ge=0, le=3660)] | None = None
    max_age_days: Annotated[int, Field(ge=1, le=36_600)] | None = None
    least_days: Annotated[int, Field(ge=0, le=3660)] = 1  # kept so long, whatever else is said
    free_percent: Annotated[int, Field(ge=0, le=90)] = 10  # of the disk, for what is to come
    lesson_min: Annotated[int, Field(ge=0, le=600)] = 45  # of recording that should always fit
    at: Clock = "04:00"


class BackupConfig(Part):
    """``[backup]``: everything but the films, every night, into one file of a folder."""

    folder: Annotated[Path, BeforeValidator(_beside_the_file)]
    keep: Annotated[int, Field(ge=1, le=366)] = 14  # files; the oldest go
    at: Clock = "03:00"
    passphrase: SecretStr | None = None  # nothing = for the eyes of the folder's owner only


class ScreenConfig(Part):
    """``[screen]``: the room's own screen, on which broadcasts and recordings are played."""

    display: Annotated[str, Field(pattern=r"^:\d{1,3}(\.\d)?$")] = ":0"  # of X
    sound: bool = True


class TimetableConfig(Part):
    """``[timetable]``: the school's timetable, and what this room is called in it."""

    file: Annotated[Path, BeforeValidator(_beside_the_file)]
    room: Name


class UnattendedConfig(Part):
    """``[unattended]``: what the room does by itself when there is neither anybody nor a lesson."""

    off_routine: Id | None = None  # that switches everything off
    night_off: Clock | None = None
    idle_off_min: Annotated[int, Field(ge=5, le=720)] | None = None
    warning_min: Annotated[int, Field(ge=1, le=30)] = 2  # on the panel, before anything goes off
    after_power_cut: bool = False  # what the timetable says: the lesson goes on, or all is off
    quiet_from: Clock | None = None
    quiet_to: Clock | None = None
    shutdown: tuple[WeeklyClock, ...] = ()  # of the machine: "Fri 22:30"
    shutdown_command: Annotated[tuple[Name, ...], Field(min_length=1)] = ("systemctl", "poweroff")

    @model_validator(mode="after")
    def _can_switch_off(self) -> Self:
        if not self.off_routine and (self.night_off or self.idle_off_min or self.after_power_cut):
            raise PydanticCustomError("off_by_what", "off, but no routine that does it")
        return self

    @model_validator(mode="after")
    def _has_whole_hours(self) -> Self:
        if (self.quiet_from is None) != (self.quiet_to is None) or (
            self.quiet_from is not None and self.quiet_from == self.quiet_to
        ):
            raise PydanticCustomError("quiet_half", "quiet hours need a begin and an end")
        return self

    @property
    def habits(self) -> Habits:
        """Give it as the timetable's runner has it."""
        hours = (self.quiet_from, self.quiet_to)
        begins, ends = (time.fromisoformat(one) if one else None for one in hours)
        return Habits(
            off_routine=self.off_routine or "",
            night_at=time.fromisoformat(self.night_off) if self.night_off else None,
            idle=timedelta(minutes=self.idle_off_min or 0),
            warning=timedelta(minutes=self.warning_min),
            shutdowns=tuple(clock for text in self.shutdown if (clock := weekly(text))),
            quiet=(begins, ends) if begins and ends else None,
            after_power_cut=self.after_power_cut,
        )


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
    layouts: dict[str, tuple[Id, ...]] = {}
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
    screen: ScreenConfig | None = None
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
