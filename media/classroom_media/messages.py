"""What daemon and workers say to each other: commands, replies, events. Typed, versioned.

Commands go over a ROUTER socket that the worker binds, one JSON frame each, and are answered
by exactly one reply with the same `id`. Events go out on the worker's PUB socket under the
topic ``event``. Binary payloads (replayed packets, preview pictures) follow as extra frames.
"""

from typing import Final

import msgspec

from classroom_media.api import CleanFeed, Directing, Kind, Layout, Rendition, Strip, Titles
from classroom_media.direct.engine import Reason

VERSION: Final = 1
EVENT_TOPIC: Final = b"event"
PREVIEW_TOPIC: Final = b"preview"  # frames: topic, JPEG bytes
MULTIVIEW_TOPIC: Final = b"multiview"  # likewise
SEAT: Final = "guest-seat"  # the stream of a peer who has no source of its own in this room


class Command(msgspec.Struct, frozen=True, kw_only=True, tag_field="verb"):
    """The common part of what the daemon (or the director) asks of a worker."""


class Status(Command, frozen=True, tag="status"):
    """Ask for a heartbeat now; answered with one in `Reply.heartbeat`."""


class Begin(Command, frozen=True, kw_only=True, tag="begin"):
    """Record from `from_ns` on, which may lie in the past as far as the ring reaches.

    Idempotent: a worker that records this take already answers yes and does nothing.
    With `lead_in`, a picture may start at the keyframe before `from_ns`, hidden by an edit
    list; without it nothing from before `from_ns` is in the file (after a pause).
    """

    recording: str
    folder: str
    take: int
    from_ns: int
    lead_in: bool
    second: str = ""  # folder in which the take goes on when the disk of the first fails


class Hold(Command, frozen=True, kw_only=True, tag="hold"):
    """Write nothing from `at_ns` on, but keep the file open and the packets in the ring."""

    at_ns: int


class Release(Command, frozen=True, tag="release"):
    """Undo `Hold`: what was kept in the ring is written and recording goes on without a seam."""


class End(Command, frozen=True, kw_only=True, tag="end"):
    """Seal the take: keep what lies before `end_ns`; answered once all files are synced."""

    end_ns: int


class Replay(Command, frozen=True, tag="replay"):
    """Ask a source worker for its last seconds, from a keyframe on; frames follow the reply.

    After the reply's JSON frame come the packets, three frames each, as on the PUB socket.
    """


class Show(Command, frozen=True, kw_only=True, tag="show"):
    """Ask the director for another layout, from the next tick on."""

    layout: Layout


class Direct(Command, frozen=True, kw_only=True, tag="direct"):
    """Tell the director who chooses what is shown; rules that have failed begin anew."""

    directing: Directing


class Write(Command, frozen=True, kw_only=True, tag="write"):
    """Ask the director for other titles, all of them, from the next tick on."""

    titles: Titles


class Mix(Command, frozen=True, kw_only=True, tag="mix"):
    """Ask the director to mix the sounds so, from the next block on; those not named go plain."""

    strips: dict[str, Strip]  # by source


class Render(Command, frozen=True, kw_only=True, tag="render"):
    """Ask the director for the programme in other sizes too, these and no others."""

    renditions: tuple[Rendition, ...]


class Feed(Command, frozen=True, kw_only=True, tag="feed"):
    """Ask the director for the programme's sound without some sources, these mixes only."""

    feeds: tuple[CleanFeed, ...]


class Keyframe(Command, frozen=True, kw_only=True, tag="keyframe"):
    """Ask the director for a keyframe in one of its streams.

    The programme passes no camera's packets until the last that it was asked for is made.
    """

    stream: str
    at_ns: int = 0  # not before; 0 = as soon as may be. Of the programme's own stream only
    gently: bool = False  # only while it is encoded: a camera's packets that are passed go on


class Rest(Command, frozen=True, kw_only=True, tag="rest"):
    """Tell the director that nobody watches these live sizes: none is made until a `Keyframe`."""

    streams: tuple[str, ...]


class Meet(Command, frozen=True, kw_only=True, tag="meet"):
    """Ask the relay to begin with a peer, anew if it is known; answered in `Reply.sdp`.

    Without an offer of the peer's it makes one; what the peer answers is told with `Agree`.
    """

    peer: str
    offer: str = ""  # SDP
    send: bool = True  # the room's programme goes to the peer
    receive: bool = True  # its picture and sound are published here, as streams of its name
    inside: bool = False  # it is a screen of this room, which hears nothing of the room itself
    shows: str = ""  # such a screen shows this peer as it comes; "" = the programme


class Agree(Command, frozen=True, kw_only=True, tag="agree"):
    """Tell the relay what a peer answered to the offer that `Meet` made."""

    peer: str
    answer: str  # SDP


class Part(Command, frozen=True, kw_only=True, tag="part"):
    """Tell the relay to say goodbye to a peer; one that it does not know is gone already."""

    peer: str


class Hear(Command, frozen=True, kw_only=True, tag="hear"):
    """Tell the relay whose sound the others are to hear, besides the room's own; nobody else's.

    Nobody ever hears itself. What the peer in the seat sends is published as that of `SEAT`.
    """

    voices: tuple[str, ...]  # peers
    seat: str = ""  # one of them, who has no source of its own here; "" = nobody


class Quality(msgspec.Struct, frozen=True, kw_only=True):
    """One quality of a broadcast: two streams of the programme."""

    name: str  # part of its address: "720p"
    picture: str
    sound: str


class Air(Command, frozen=True, kw_only=True, tag="air"):
    """Ask the origin to give out the programme as a lesson; one that is on the air goes on."""

    lesson: str  # part of its address
    title: str
    qualities: tuple[Quality, ...]  # the best first


class OffAir(Command, frozen=True, tag="off-air"):
    """Ask the origin to end the lesson that is on the air; it can be watched again from then on."""


class Play(Command, frozen=True, kw_only=True, tag="play"):
    """Ask the player to play something else; `id` tells one wish from the next."""

    id: str
    url: str  # or the path of a file
    at_s: float = 0.0  # from there on
    key: str = ""  # by which its server is trusted, too: SubjectPublicKeyInfo, DER in base64


class Adjust(Command, frozen=True, kw_only=True, tag="adjust"):
    """Ask the player to change what is said here; the rest stays."""

    volume: int | None = None  # 0 to 100
    at_s: float | None = None
    paused: bool | None = None


class Preview(Command, frozen=True, kw_only=True, tag="preview"):
    """Switch the director's preview pictures on or off."""

    on: bool


class Multiview(Command, frozen=True, kw_only=True, tag="multiview"):
    """Switch the director's pictures of all sources on or off, and say which there are."""

    on: bool
    names: dict[str, str] | None = None  # by source, in order; None = every one, as it is called


class Quit(Command, frozen=True, tag="quit"):
    """Seal what is open and end the process."""


AnyCommand = (
    Status
    | Begin
    | Hold
    | Release
    | End
    | Replay
    | Show
    | Direct
    | Write
    | Mix
    | Render
    | Feed
    | Keyframe
    | Rest
    | Meet
    | Agree
    | Part
    | Hear
    | Air
    | OffAir
    | Play
    | Adjust
    | Preview
    | Multiview
    | Quit
)


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One command on the wire."""

    id: int
    command: AnyCommand
    version: int = VERSION


class PartProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How far one track of the running take has come; what the panel's timer counts."""

    track: str  # also the file's stem
    part: int
    first_ns: int  # the take's or the part's first instant on the timeline
    written_ns: int  # timeline position of the last packet given to the file
    synced_ns: int  # timeline position known to be on disk
    synced_bytes: int
    problem: str = ""  # why nothing is written now: "disk-full", "lost" ...
    elsewhere: str = ""  # why it is written in the second folder: "disk-full", "disk-failed"


class SourceHealth(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a source delivers. `last_ns` is the newest packet's place on the timeline."""

    source: str
    live: bool
    problem: str = ""  # in the words of the transport: "connection refused"
    last_ns: int = 0
    idle: bool = False  # there is nothing to deliver now, and that is as it should be
    seen: str = ""  # director: what is wrong with its picture: "frozen", "black"
    moved_ns: int = 0  # director: when something moved in it last; 0 = nothing has, or a screen


class StandIn(msgspec.Struct, frozen=True, kw_only=True):
    """A spare microphone is heard instead of another."""

    source: str  # the one that is not heard
    spare: str
    why: str  # "dead": nothing comes from it; "faint": it hears voices far less than the spare


class Echo(msgspec.Struct, frozen=True, kw_only=True):
    """What one source says comes back in the sound of another."""

    source: str
    heard_in: str
    delay_ms: float


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """Loudness of one sound over the last 100 ms, in dBFS (0 = full scale, -100 = silence).

    Of a source, as it came, before gain and mute. Only the programme's has the last three.
    """

    source: str  # a source's id, or "programme"
    rms_db: float
    peak_db: float
    clipped: int = 0  # samples that stand at full scale, in rows
    momentary_lufs: float | None = None  # of the last 400 ms
    short_term_lufs: float | None = None  # of the last 3 s
    integrated_lufs: float | None = None  # since the recording began, or the director
    true_peak_db: float | None = None  # dBTP


class PeerHealth(msgspec.Struct, frozen=True, kw_only=True):
    """How it goes with one peer of the relay, over the last seconds."""

    peer: str
    state: str  # "connecting" | "connected" | "lost"
    rung: str = ""  # what it is sent: a name of `classroom_media.live.rungs`
    rtt_ms: float = 0.0
    loss: float = 0.0  # share of 1 that does not arrive there before repairs
    jitter_ms: float = 0.0
    receiving: bool = False  # its picture or sound arrives here
    frozen_s: float = 0.0  # for how long its picture stood still, since it was met


class BroadcastHealth(msgspec.Struct, frozen=True, kw_only=True):
    """What an origin gives out; without a `lesson`, only what is over."""

    lesson: str = ""
    title: str = ""
    began_ns: int = 0  # on the timeline, the lesson's first picture; 0 = there is none yet
    last_ns: int = 0  # and where its newest part ends
    viewers: int = 0
    port: int = 0  # on which it is served; 0 = on none
    serve_problem: str = ""  # why on none
    disk_problem: str = ""  # why it cannot be watched again


class PushHealth(msgspec.Struct, frozen=True, kw_only=True):
    """How it goes with one platform that the programme is sent to."""

    state: str  # "connecting" | "on" | "waiting": for the next try
    code: str = ""  # why it is not on: of `classroom_media.live.push.errors.PushError`
    said: str = ""  # and what the platform says to it
    on_s: float = 0.0  # for how long it has been on
    sent_bytes: int = 0  # since then
    dropped: int = 0  # pictures that the line was too slow for, ever
    losses: int = 0  # connections that were lost


class PlayerHealth(msgspec.Struct, frozen=True, kw_only=True):
    """How it goes on the room's screen."""

    id: str  # of the `Play` that is obeyed
    state: str  # "idle" | "opening" | "playing" | "paused" | "ended" | "failed"
    at_s: float = 0.0
    length_s: float = 0.0  # 0 = it goes on
    volume: int = 0


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="event"):
    """The common part of what a worker tells on its own."""


class Cut(Event, frozen=True, kw_only=True, tag="cut"):
    """The rules show another layout from `at_ns` on. `forced`: what was shown before is lost."""

    at_ns: int
    layout: Layout
    reason: Reason
    forced: bool = False


class Whereabouts(Event, frozen=True, kw_only=True, tag="whereabouts"):
    """Where somebody moves in a source's picture, and how far its camera has turned by then.

    In shares of the picture: `x` from the left, `y` from the top, `size` their height. `sure` is
    0 (nobody was noticed) to 1. `turned_x` (right) and `turned_y` (up) add up from the first
    picture on: a place of the room stands at `x` + `turned_x` whatever the camera does.
    """

    source: str
    at_ns: int
    x: float
    y: float
    size: float
    sure: float
    turned_x: float
    turned_y: float
    turning: bool = False


class Heartbeat(Event, frozen=True, kw_only=True, tag="heartbeat"):
    """Sent every 0.5 s: proof of progress, not of being alive."""

    role: str  # "source" | "director" | "relay" | "finisher"
    name: str  # the source's id, "programme", or the recording's id
    pid: int
    at_ns: int
    sources: tuple[SourceHealth, ...] = ()
    recording: str = ""  # id of the recording whose take is open, or ""
    take: int = 0
    parts: tuple[PartProgress, ...] = ()
    layout: Layout | None = None  # director: what is shown now
    titles: Titles | None = None  # director: and what is written over it
    directing: Directing | None = None  # director: who chooses that
    rules_problem: str = ""  # director: why its rules decide nothing
    cut: Cut | None = None  # director: the newest of its own
    strips: dict[str, Strip] | None = None  # director: how it mixes the sounds
    stand_ins: tuple[StandIn, ...] = ()  # director: spare microphones that are heard
    echoes: tuple[Echo, ...] = ()  # director: of rooms that hear themselves elsewhere
    making: str = ""  # director: "encoding" or "passing" (a camera's own packets go on)
    encoder: str = ""  # director: what encodes its pictures, as FFmpeg calls it
    encoder_problem: str = ""  # director: what failed at that before, and why
    renditions: dict[str, str] = {}  # director: the stream of each that was asked for
    load: str = ""  # director: what it does without on a machine too slow: "spare" ... "half"
    left_out: int = 0  # director: pictures left out because the machine was too slow all the same
    broadcast: BroadcastHealth | None = None  # origin
    push: PushHealth | None = None
    player: PlayerHealth | None = None
    since_ns: int = 0  # director: where its programme begins on the timeline; 0 = not yet
    feeds: dict[str, str] = {}  # director: the stream of each that was asked for
    peers: tuple[PeerHealth, ...] = ()  # relay: who was met and has not parted
    voices: tuple[str, ...] = ()  # relay: whose sound the others hear
    seat: str = ""  # relay: the peer in the seat; "" = nobody


class Levels(Event, frozen=True, kw_only=True, tag="levels"):
    """Loudness of every sound, ten times a second."""

    levels: tuple[Level, ...]


class TrackEvent(Event, frozen=True, kw_only=True, tag="track"):
    """A part of a track was started, sealed, or failed; the journal has the same line."""

    what: str  # "started" | "sealed" | "failed"
    recording: str
    track: str
    part: int
    kind: Kind
    problem: str = ""


class Finished(Event, frozen=True, kw_only=True, tag="finished"):
    """The finisher has written the manifest of a recording."""

    recording: str
    state: str


AnyEvent = Heartbeat | Levels | Cut | Whereabouts | TrackEvent | Finished


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to the request with the same `id`; `problem` is empty when it was accepted."""

    id: int
    problem: str = ""
    heartbeat: Heartbeat | None = None
    packets: int = 0  # how many packets follow as extra frames
    sdp: str = ""  # relay: an offer, or the answer to one


request_to_wire = msgspec.json.Encoder().encode
request_from_wire = msgspec.json.Decoder(Request).decode
reply_to_wire = msgspec.json.Encoder().encode
reply_from_wire = msgspec.json.Decoder(Reply).decode
event_to_wire = msgspec.json.Encoder().encode
event_from_wire = msgspec.json.Decoder(AnyEvent).decode
