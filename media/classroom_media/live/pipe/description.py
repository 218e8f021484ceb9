"""A session description: what a peer says of itself before anything is sent.

Only what a pipe needs is kept; unknown lines are passed over, as the grammar wants it.

Source: RFC 8866 (grammar); RFC 8839 (candidates); RFC 8122 (fingerprint); RFC 8843 (BUNDLE);
RFC 8285 (extmap); RFC 4588, 8 (apt); RFC 5576 (ssrc); RFC 9429, 5.2 and 5.3 (JSEP).
"""

from dataclasses import dataclass
from typing import Final

SAVPF: Final = "UDP/TLS/RTP/SAVPF"
SEND_TIME: Final = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
DIRECTIONS: Final = ("sendrecv", "sendonly", "recvonly", "inactive")


@dataclass(frozen=True, slots=True)
class Codec:
    """One payload type; `parameters` as they stand in fmtp."""

    payload_type: int
    name: str
    clock_hz: int
    channels: int = 1
    parameters: str = ""
    feedback: tuple[str, ...] = ()

    def called(self, name: str) -> bool:
        """Tell whether this is the codec of a name, in small letters."""
        return self.name.lower() == name

    def parameter(self, name: str) -> str:
        """Give a parameter's value; empty if it is not told."""
        for each in self.parameters.split(";"):
            key, _, value = each.strip().partition("=")
            if key.lower() == name:
                return value.strip()
        return ""


@dataclass(frozen=True, slots=True)
class Medium:
    """One m-line. `kind` is audio or video; whatever else is offered is refused."""

    kind: str
    mid: str
    codecs: tuple[Codec, ...] = ()
    direction: str = "sendrecv"
    extensions: tuple[tuple[int, str], ...] = ()
    ssrcs: tuple[int, ...] = ()  # what is sent, then what is sent again
    refused: bool = False
    protocol: str = SAVPF
    formats: str = "0"  # as they stood, to refuse them

    @property
    def sends(self) -> bool:
        """Tell whether who describes it sends."""
        return not self.refused and self.direction in {"sendrecv", "sendonly"}

    @property
    def takes(self) -> bool:
        """Tell whether who describes it receives."""
        return not self.refused and self.direction in {"sendrecv", "recvonly"}

    def extension(self, uri: str) -> int | None:
        """Give the number of a header extension; None if there is none."""
        return next((number for number, each in self.extensions if each == uri), None)


@dataclass(frozen=True, slots=True)
class Way:
    """How a peer is reached, and how it proves who it is; candidates as in RFC 8839."""

    user: str
    password: str
    digest: str  # the fingerprint's algorithm, "sha-256"
    fingerprint: str
    setup: str  # "actpass", "active" or "passive"
    candidates: tuple[str, ...] = ()
    lite: bool = False


@dataclass(frozen=True, slots=True)
class Description:
    """All that a peer says of itself; all media share one way."""

    way: Way
    media: tuple[Medium, ...]


def write(description: Description, session: int) -> str:
    """Spell a description; `session` is its number."""
    mids = " ".join(each.mid for each in description.media if not each.refused)
    lines = [
        "v=0",
        f"o=- {session} 2 IN IP4 0.0.0.0",
        "s=-",
        "t=0 0",
        f"a=group:BUNDLE {mids}",
        "a=msid-semantic: WMS *",
    ]
    if description.way.lite:
        lines.append("a=ice-lite")
    for medium in description.media:
        lines += _refused(medium) if medium.refused else _medium(medium, description.way)
    return "".join(f"{line}\r\n" for line in lines)


def _refused(medium: Medium) -> list[str]:
    return [
        f"m={medium.kind} 0 {medium.protocol} {medium.formats}",
        "c=IN IP4 0.0.0.0",
        f"a=mid:{medium.mid}",
        "a=inactive",
    ]


def _medium(medium: Medium, way: Way) -> list[str]:
    formats = " ".join(str(codec.payload_type) for codec in medium.codecs)
    lines = [
        f"m={medium.kind} 9 {medium.protocol} {formats}",
        "c=IN IP4 0.0.0.0",
        "a=rtcp:9 IN IP4 0.0.0.0",
        f"a=mid:{medium.mid}",
        f"a={medium.direction}",
        "a=rtcp-mux",
        "a=rtcp-rsize",
        *(f"a=extmap:{number} {uri}" for number, uri in medium.extensions),
    ]
    for codec in medium.codecs:
        lines += _codec(codec)
    return [*lines, *_streams(medium), *_way(way)]


def _codec(codec: Codec) -> list[str]:
    channels = f"/{codec.channels}" if codec.channels > 1 else ""
    lines = [f"a=rtpmap:{codec.payload_type} {codec.name}/{codec.clock_hz}{channels}"]
    if codec.parameters:
        lines.append(f"a=fmtp:{codec.payload_type} {codec.parameters}")
    return lines + [f"a=rtcp-fb:{codec.payload_type} {each}" for each in codec.feedback]


def _streams(medium: Medium) -> list[str]:
    """Tell the streams; what repairs sound only by its group, or browsers refuse the sound."""
    if not medium.ssrcs:
        return []
    lines = [f"a=msid:lesson lesson-{medium.kind}"]
    if len(medium.ssrcs) > 1:
        lines.append(f"a=ssrc-group:FID {' '.join(map(str, medium.ssrcs))}")
    told = medium.ssrcs[:1] if medium.kind == "audio" else medium.ssrcs
    return lines + [f"a=ssrc:{ssrc} cname:lesson" for ssrc in told]


def _way(way: Way) -> list[str]:
    return [
        f"a=ice-ufrag:{way.user}",
        f"a=ice-pwd:{way.password}",
        f"a=fingerprint:{way.digest} {way.fingerprint}",
        f"a=setup:{way.setup}",
        *(f"a=candidate:{candidate}" for candidate in way.candidates),
        "a=end-of-candidates",
    ]
