"""What every part of the media library shares: errors, tracks, formats, layouts.

    MediaError
    ├── SourceError      a camera, screen, microphone or file cannot be opened or read
    │   ├── LoginError   it wants another name or password
    │   └── IdleError    there is nothing to read now, and that is as it should be
    ├── EncodeError      no encoder accepts the picture or sound
    ├── RecordError      a track cannot be written: disk full, read-only, broken
    └── WorkerError      a worker process does not answer, or refuses a command

Time on the timeline is CLOCK_MONOTONIC in nanoseconds (``*_ns``): one clock for all
processes of a machine, untouched by NTP. Wall clock is only a label.
"""

from enum import StrEnum
from typing import Final

import msgspec

NS: Final = 1_000_000_000  # nanoseconds in a second


class MediaError(Exception):
    """Anything that goes wrong with pictures or sound."""


class SourceError(MediaError):
    """A source cannot be opened or read; the text says which, and why."""


class LoginError(SourceError):
    """A source wants another name or password; asking again and again would lock us out."""


class IdleError(SourceError):
    """There is nothing to read now, and nothing is wrong: no session is on."""


class EncodeError(MediaError):
    """No encoder accepts the picture or sound."""


class RecordError(MediaError):
    """A track cannot be written."""


class WorkerError(MediaError):
    """A worker process does not answer, or refuses a command."""


class Kind(StrEnum):
    """What a stream of packets carries."""

    PICTURE = "picture"
    SOUND = "sound"


class StreamFormat(msgspec.Struct, frozen=True, kw_only=True):
    """How a stream is coded: what a muxer or decoder must know before the first packet.

    H.264 is Annex B with parameter sets in band before every keyframe, and needs no
    `extradata`. AAC is raw access units with its AudioSpecificConfig in `extradata`.
    """

    kind: Kind
    codec: str  # "h264" | "aac" | "opus", which is not recorded
    width: int = 0  # pixels
    height: int = 0  # pixels
    fps: float = 0.0  # nominal frames a second; 0 = unknown
    sample_rate_hz: int = 0
    channels: int = 0
    extradata: bytes = b""


class Layout(msgspec.Struct, frozen=True):
    """An arrangement of sources in the programme's picture; slots are filled in order.

    `name` is one of the built-in layouts or of the school's own (see `Arrangement`).
    """

    name: str
    sources: tuple[str, ...]


class Directing(msgspec.Struct, frozen=True, kw_only=True):
    """Who chooses what the programme shows: a person, or the director's rules."""

    by_rules: bool = False
    held_until_ns: int = 0  # a person has cut meanwhile: the rules wait until then


class Crop(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a source's picture that is seen, in shares of that picture."""

    x: float = 0.0
    y: float = 0.0
    width: float = 1.0
    height: float = 1.0


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """How the green or blue cloth behind a presenter is taken out of a picture.

    `colour` is where the cloth's own colour is looked for; lamps and cameras change it.
    """

    colour: str = "#00b140"
    tolerance: float = 0.1  # how much paler than usual the cloth may be and still be cloth
    softness: float = 0.9  # of edges: 1 = every trace of cloth is mixed anew, 0 = cut out hard
    spill: float = 1.0  # how much of the cloth's light is taken off what stands before it


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """A place for a source, in shares of the programme's picture.

    A source keeps its shape: it takes as much of the slot as that allows and leans towards
    (`lean_x`, `lean_y`) of what is left over; 0.5 is the middle, 1 right and bottom. With
    `fill` it takes the whole slot, and what does not fit is cut off its edges instead.
    """

    x: float
    y: float
    width: float
    height: float
    crop: Crop = Crop()
    fill: bool = False
    border: float = 0.0  # width of the line around it, as a share of the picture's height
    border_colour: str = "#d6d6d6"
    lean_x: float = 0.5
    lean_y: float = 0.5
    key: Key | None = None  # what is behind shows through instead of the cloth


class Arrangement(msgspec.Struct, frozen=True, kw_only=True):
    """The slots of a layout, bottom first, and what is behind them."""

    name: str
    slots: tuple[Slot, ...]
    background: str = "#000000"  # a colour, or "gradient": the quiet one of slates
    picture: str = ""  # path of a PNG or JPEG, instead of the background


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """A noise gate: open from `threshold_db` (dBFS, peak) on, and for a while after it."""

    threshold_db: float
    hold_ms: int = 300  # quiet for so long before it shuts
    release_ms: int = 200  # how long shutting takes


class Strip(msgspec.Struct, frozen=True, kw_only=True):
    """How one sound goes into the programme; a track of its own stays as it came."""

    gain_db: float = 0.0
    muted: bool = False
    delay_ms: int = 0  # how much later it is heard; below 0: earlier
    channels: str = "stereo"  # "left", "right", "mono": one side, or both as one, on both sides
    high_pass_hz: int = 0  # 0 = none
    gate: Gate | None = None


class Rendition(msgspec.Struct, frozen=True, kw_only=True):
    """The programme in another size; one of its own size is the programme itself.

    One that is `live` is encoded by itself in any case: constrained baseline, as every browser
    takes it, and keyframes of which none is much larger than a link carries in half a second.
    """

    name: str  # its stream is called programme-<name>
    height: int  # pixels, even; the width follows from the programme's shape
    bitrate_kbps: int  # at most
    quality: int = 23  # x264's rate factor; lower is better
    live: bool = False  # for two-way sessions


class CleanFeed(msgspec.Struct, frozen=True, kw_only=True):
    """The programme's sound without some sources, in Opus: what those are sent who talk back."""

    name: str  # its stream is called programme-<name>-sound
    without: tuple[str, ...]  # sources


class LowerThird(msgspec.Struct, frozen=True, kw_only=True):
    """Who is seen: a name, and under it what for."""

    name: str
    subject: str = ""


class Titles(msgspec.Struct, frozen=True, kw_only=True):
    """What is written over the programme; what is not said is not shown."""

    lower_third: LowerThird | None = None
    subtitle: str = ""
    card: str = ""  # "opening" or "closing": instead of the picture
    card_until_ns: int = 0  # on the timeline; 0 = until told otherwise
    heading: str = ""  # on the card, instead of the title that is drawn on it


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """A picture of words that opens or closes the programme."""

    title: str
    lines: tuple[str, ...] = ()
    picture: str = ""  # path of a PNG or JPEG behind them; "" = the quiet gradient


class TitleStyle(msgspec.Struct, frozen=True, kw_only=True):
    """What a room's titles look like; corners are "top-left", "bottom-right" and so on."""

    logo: str = ""  # path of a PNG, which may be transparent
    logo_corner: str = "top-right"
    clock: bool = False
    clock_corner: str = "top-left"
    timezone: str = "Asia/Shanghai"
    cards: dict[str, Card] = {}  # by `Titles.card`
