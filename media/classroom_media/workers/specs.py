"""What a worker process is told at its start: one JSON line on its standard input.

Standard input and not the command line, because a camera's password may be in it.
"""

import msgspec

from classroom_media.api import (
    Arrangement,
    Crop,
    Directing,
    Layout,
    Rendition,
    Strip,
    Titles,
    TitleStyle,
)
from classroom_media.direct.rules import Rules
from classroom_media.direct.signs import Role
from classroom_media.edit.orders import Order


class Endpoints(msgspec.Struct, frozen=True, kw_only=True):
    """Where a worker listens: ZeroMQ addresses, ``ipc://`` or ``tcp://127.0.0.1:``."""

    commands: str  # ROUTER
    packets: str  # PUB: packets, events, preview


class SourceSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One source worker. Of `url`, see `classroom_media.sources`."""

    id: str
    name: str
    url: str
    endpoints: Endpoints
    username: str = ""
    password: str = ""
    small_url: str = ""  # of its second, small picture, which is not recorded
    picture: bool = True
    sound: bool = False
    isolated: bool = True  # record it as tracks of its own
    delay_ms: int = 0  # added to its time stamps: how late the camera is
    ring_s: float = 15.0  # seconds of packets kept in memory: pre-roll, undo of a stop
    relay: Endpoints | None = None  # of the room; what ``remote://peer`` is received from


class DirectorSource(msgspec.Struct, frozen=True, kw_only=True):
    """A source as the director sees it."""

    id: str
    name: str
    endpoints: Endpoints
    picture: bool = True
    sound: bool = False  # its level is told
    mixed: bool = True  # its sound is part of the programme
    spare_of: str = ""  # of this source's sound: mixed only while that one fails
    remote: bool = False  # a room elsewhere
    role: Role = Role.WIDE  # what it is to the lesson
    board: Crop | None = None  # where the board is in its picture; None: it may be anywhere
    turns: bool = False  # a camera points it that can be moved
    followed: bool = False  # where somebody moves in it is told


class DirectorSpec(msgspec.Struct, frozen=True, kw_only=True):
    """The director of one programme."""

    sources: tuple[DirectorSource, ...]
    endpoints: Endpoints
    layout: Layout
    layouts: tuple[Arrangement, ...] = ()  # the school's own, besides the built-in ones
    fade_s: float = 0.0  # how long one layout takes to fade into the next; 0 = cut
    style: TitleStyle = TitleStyle()
    titles: Titles = Titles()  # at first
    directing: Directing = Directing()  # at first
    strips: dict[str, Strip] = {}  # by source; at first
    rules: Rules = Rules()
    width: int = 1280  # pixels
    height: int = 720  # pixels
    fps: int = 25
    preset: str = "veryfast"  # x264
    quality: int = 23  # x264's rate factor; lower is better
    bitrate_kbps: int = 2500  # at most
    gop_s: float = 2.0
    smart: bool = False  # pass a camera's own packets on while it alone fills the picture
    smart_max_kbps: int = 8000  # of a camera that is passed
    renditions: tuple[Rendition, ...] = ()  # at first
    hardware: bool = False  # encode with the machine's hardware, where that works
    unsteady: bool = False  # it died again and again: use nothing but what has proved itself
    language: str = "zh-CN"  # of slates
    ring_s: float = 15.0


class LiveSize(msgspec.Struct, frozen=True, kw_only=True):
    """One size in which peers get the programme's picture."""

    stream: str  # of the director
    height: int  # pixels
    bitrate_kbps: int  # at most


class TurnServer(msgspec.Struct, frozen=True, kw_only=True):
    """A server that carries packets for who reaches nobody directly."""

    host: str
    port: int
    user: str
    password: str
    transport: str = "udp"  # or "tcp"
    tls: bool = False


class RelaySpec(msgspec.Struct, frozen=True, kw_only=True):
    """The relay of one room, while a session is on: its programme to peers, and theirs to it.

    The sizes are live renditions that the director was asked for; the relay itself asks it for
    clean feeds and keyframes.
    """

    name: str  # what peers call this room
    director: Endpoints
    endpoints: Endpoints
    sizes: tuple[LiveSize, ...]  # best first
    remotes: dict[str, str] = {}  # by peer: the source by which the room sees and hears it
    own: tuple[str, ...] = ()  # sources that are heard in the room itself
    voices: tuple[str, ...] = ()  # peers, at first; see `Hear`
    port: int = 0  # UDP, of all peers; 0 = any
    addresses: tuple[str, ...] = ()  # of this machine; none = all
    announced: tuple[tuple[str, int], ...] = ()  # what leads to the port from outside
    turn: tuple[TurnServer, ...] = ()
    turn_only: bool = False  # no peer learns an address of this machine


class FinishSpec(msgspec.Struct, frozen=True, kw_only=True):
    """Finish one recording: join parts, check, hash, write the manifest, look for chapters."""

    folder: str
    endpoints: Endpoints
    second: str = ""  # its folder on another disk, if there is one
    screens: tuple[str, ...] = ()  # sources on which slides are shown
    opening: bool = False  # it begins with a card, which is not trimmed
    closing: bool = False  # it ends with one
    chapter: str = "{page}"  # the title of a chapter in a file


class OfferSpec(msgspec.Struct, frozen=True, kw_only=True, tag="offer"):
    """Write the outline of a stretch of a film into `folder`, and where its bytes lie."""

    film: str
    from_s: float  # file time
    to_s: float
    folder: str


class CompareSpec(msgspec.Struct, frozen=True, kw_only=True, tag="compare"):
    """Write into `folder`, which has an outline, what of it these films lack."""

    folder: str
    films: tuple[str, ...] = ()


class JoinSpec(msgspec.Struct, frozen=True, kw_only=True, tag="join"):
    """Write the whole film whose outline and fetched bytes `folder` has into a recording."""

    folder: str
    recording: str  # folder; made if it is not there
    name: str  # of the film, by which it was asked for
    session: str
    title: str
    hub_ns: int  # hub time at the film's beginning
    room: str
    source: str
    replaces: bool


FillSpec = OfferSpec | CompareSpec | JoinSpec


class EditSpec(msgspec.Struct, frozen=True, kw_only=True):
    """Carry out an order for a film or an export; tell how far it is in a file."""

    order: Order
    progress: str  # path of an `EditProgress`


class EditProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How far an editor is."""

    share: float = 0.0
    problem: str = ""  # why it cannot be done


class OriginSpec(msgspec.Struct, frozen=True, kw_only=True):
    """The origin of a room's broadcasts: its programme as low-latency HLS."""

    endpoints: Endpoints
    director: Endpoints
    folder: str  # of the lessons
    host: str
    port: int
    key: str  # that signs tickets
    certificate: str = ""  # path of the chain, PEM; "" = without TLS
    certificate_key: str = ""
    keep_days: int = 30  # lessons can be watched again for so long
    pages: str = ""  # folder of the page on which they are watched; "" = none


class PushSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One push of the programme to a platform of others."""

    name: str
    endpoints: Endpoints
    director: Endpoints
    address: str  # whole, with what is secret in it
    picture: str  # the stream that is sent
    sound: str


class TrialSpec(msgspec.Struct, frozen=True, kw_only=True):
    """Try an address: send a test picture there for some seconds."""

    address: str
    seconds: float = 5.0


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it; without a `code` it works."""

    code: str = ""  # of `AddressError` or `PushError`
    said: str = ""  # what the platform says
    connected_ms: int = 0  # it took to be let in
    sent_s: float = 0.0
    sent_bytes: int = 0


class PlayerSpec(msgspec.Struct, frozen=True, kw_only=True):
    """The player on one of the room's screens."""

    endpoints: Endpoints
    name: str = "screen"
    display: str  # of X: ":0"
    area: str = ""  # its part of the display, as `play.area` reads it; "" = all of it
    sound: bool = True
