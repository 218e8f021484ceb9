"""An RTSP camera: DESCRIBE, SETUP, PLAY, and RTP interleaved on the same TCP connection.

Serves any number of cameras by path, with a password (digest) or without. Players that ask for
UDP are told 461 and come back with TCP.

Source: RFC 2326 (RTSP 1.0), RFC 3550 (RTP, sender reports in section 6.4.1), RFC 6184 (H.264),
RFC 3640 (AAC-hbr, section 3.3.6), RFC 7616 (digest).
"""

import asyncio
import base64
import hashlib
import random
import re
import secrets
import struct
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from classroom_media.api import NS, Kind
from classroom_media.emulate.feed import Feed
from classroom_media.emulate.outlet import Outlet
from classroom_media.packets import Coded
from classroom_media.sources.annexb import units

PAYLOAD_MAX: Final = 1400  # bytes of an RTP payload
BACKLOG_MAX: Final = 8_000_000  # bytes; a player that reads slower than that is let go
REPORT_EVERY_NS: Final = NS
NTP_EPOCH: Final = 2_208_988_800  # seconds from 1900 to 1970
PAYLOAD_TYPE: Final = {Kind.PICTURE: 96, Kind.SOUND: 97}
REASONS: Final = {200: "OK", 401: "Unauthorized", 404: "Not Found", 454: "Session Not Found",
                  455: "Method Not Valid in This State", 461: "Unsupported Transport",
                  501: "Not Implemented"}  # fmt: skip
METHODS: Final = "OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER"


@dataclass(frozen=True, slots=True)
class RtspRequest:
    """One request; header names in lower case."""

    method: str
    url: str
    headers: Mapping[str, str]

    @property
    def path(self) -> str:
        """Give the path without the track."""
        path = re.sub(r"^rtsps?://[^/]*", "", self.url).rstrip("/")
        return re.sub(r"/track=\d$", "", path)


@dataclass(slots=True)
class _Track:
    """One RTP stream of a session."""

    kind: Kind
    clock_hz: int
    channel: int  # the interleaved channel of its RTP; RTCP is the next one
    ssrc: int = field(default_factory=lambda: secrets.randbits(32))
    sequence: int = field(default_factory=lambda: secrets.randbits(15))
    packets: int = 0
    octets: int = 0
    reported_ns: int = 0

    def rtp_time(self, at_ns: int) -> int:
        return at_ns * self.clock_hz // NS & 0xFFFFFFFF

    def packet(self, payload: bytes, at_ns: int, *, last: bool) -> bytes:
        """Build one RTP packet (RFC 3550, section 5.1)."""
        kind = PAYLOAD_TYPE[self.kind] | (0x80 if last else 0)
        header = struct.pack("!BBHII", 0x80, kind, self.sequence, self.rtp_time(at_ns), self.ssrc)
        self.sequence = (self.sequence + 1) & 0xFFFF
        self.packets += 1
        self.octets += len(payload)
        return header + payload

    def report(self, at_ns: int, wall_ns: int) -> bytes:
        """Build a sender report that ties `at_ns` to the wall clock."""
        self.reported_ns = at_ns
        seconds, rest = divmod(wall_ns, NS)
        return struct.pack(
            "!BBHIIIIII",
            0x80,
            200,
            6,
            self.ssrc,
            (seconds + NTP_EPOCH) & 0xFFFFFFFF,
            (rest << 32) // NS,
            self.rtp_time(at_ns),
            self.packets & 0xFFFFFFFF,
            self.octets & 0xFFFFFFFF,
        )


def picture_payloads(data: bytes) -> Iterator[tuple[bytes, bool]]:
    """Give the RTP payloads of an access unit, with whether each is the last (RFC 6184)."""
    found = list(units(data))
    for index, unit in enumerate(found):
        final = index == len(found) - 1
        if len(unit) <= PAYLOAD_MAX:
            yield unit, final
            continue
        indicator, kind = unit[0] & 0xE0 | 28, unit[0] & 0x1F
        for at in range(1, len(unit), PAYLOAD_MAX):
            piece = unit[at : at + PAYLOAD_MAX]
            ends = at + PAYLOAD_MAX >= len(unit)
            flags = (0x80 if at == 1 else 0) | (0x40 if ends else 0)
            yield bytes((indicator, flags | kind)) + piece, final and ends


def sound_payload(data: bytes) -> bytes:
    """Give the RTP payload of one AAC access unit (RFC 3640, mode AAC-hbr)."""
    return struct.pack("!HH", 16, len(data) << 3) + data


def describe(feed: Feed) -> str:
    """Write the session description (SDP) of a camera."""
    lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=Classroom Edge camera", "t=0 0", "a=control:*"]
    for index, kind in enumerate(feed.kinds):
        if kind is Kind.PICTURE:
            sets = ",".join(base64.b64encode(unit).decode() for unit in feed.parameter_sets)
            lines += [
                "m=video 0 RTP/AVP 96",
                "a=rtpmap:96 H264/90000",
                f"a=fmtp:96 packetization-mode=1;sprop-parameter-sets={sets}",
            ]
        else:
            sound = feed.formats[kind]
            lines += [
                "m=audio 0 RTP/AVP 97",
                f"a=rtpmap:97 mpeg4-generic/{sound.sample_rate_hz}/{sound.channels}",
                "a=fmtp:97 streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;"
                f"indexlength=3;indexdeltalength=3;config={sound.extradata.hex()}",
            ]
        lines.append(f"a=control:track={index}")
    return "\r\n".join(lines) + "\r\n"


class _Session:
    """One connection of a player."""

    def __init__(self, server: "RtspServer", writer: asyncio.StreamWriter) -> None:
        self._server = server
        self._writer = writer
        self._id = secrets.token_hex(6)
        self._nonce = secrets.token_hex(16)
        self._feed: Feed | None = None
        self._tracks: dict[Kind, _Track] = {}
        self._started = False
        self._expired = False
        self._wall_ns = time.time_ns() - time.monotonic_ns()

    async def answer(self, request: RtspRequest) -> None:
        """Carry out one request and reply."""
        if not self._may(request):
            realm = f'Digest realm="camera", nonce="{self._nonce}"'
            self._reply(request, 401, {"WWW-Authenticate": realm})
            return
        if self._expired:
            self._reply(request, 454)
            return
        match request.method:
            case "OPTIONS":
                self._reply(request, 200, {"Public": METHODS})
            case "GET_PARAMETER":
                self._reply(request, 200)
            case "DESCRIBE":
                await self._describe(request)
            case "SETUP":
                await self._set_up(request)
            case "PLAY":
                self._play(request)
            case "TEARDOWN":
                self._reply(request, 200)
                self.close()
                self._writer.close()
            case _:
                self._reply(request, 501)

    def close(self) -> None:
        """Stop sending."""
        if self._feed is not None:
            self._feed.leave(self._send)

    def expire(self) -> None:
        """Forget the player, and say so only when it asks for something."""
        self._expired = True
        self.close()

    async def _describe(self, request: RtspRequest) -> None:
        feed = self._server.feeds.get(request.path)
        if feed is None:
            self._reply(request, 404)
            return
        await feed.ready()
        base = {"Content-Base": f"{request.url}/", "Content-Type": "application/sdp"}
        self._reply(request, 200, base, describe(feed))

    async def _set_up(self, request: RtspRequest) -> None:
        feed = self._server.feeds.get(request.path)
        track = re.search(r"/track=(\d)$", request.url)
        asked = request.headers.get("transport", "")
        channels = re.search(r"interleaved=(\d+)-\d+", asked)
        if feed is None or track is None or int(track[1]) >= len(feed.kinds):
            self._reply(request, 404)
            return
        if "/TCP" not in asked:
            self._reply(request, 461)
            return
        await feed.ready()
        channel = int(channels[1]) if channels else 2 * int(track[1])
        kind = feed.kinds[int(track[1])]
        clock_hz = 90_000 if kind is Kind.PICTURE else feed.formats[kind].sample_rate_hz
        self._feed = feed
        self._tracks[kind] = _Track(kind, clock_hz, channel)
        transport = f"RTP/AVP/TCP;unicast;interleaved={channel}-{channel + 1}"
        self._reply(request, 200, {"Transport": transport})

    def _play(self, request: RtspRequest) -> None:
        if self._feed is None:
            self._reply(request, 455)
            return
        self._reply(request, 200, {"Range": "npt=now-"})
        self._feed.listen(self._send)

    def _send(self, packet: Coded) -> None:
        transport = self._writer.transport
        if transport.is_closing() or transport.get_write_buffer_size() > BACKLOG_MAX:
            self.close()
            transport.abort()
            return
        kind = Kind.SOUND if packet.stream.endswith("-sound") else Kind.PICTURE
        first = next(iter(self._tracks))  # the picture, where there is one
        if not self._started and not (kind is first and packet.key):
            return
        if not self._started:
            self._started = True
            for track in self._tracks.values():
                self._report(track, packet.pts_ns)
        track_of_packet = self._tracks.get(kind)
        if track_of_packet is not None:
            self._stream(track_of_packet, packet)

    def _stream(self, track: _Track, packet: Coded) -> None:
        at_ns = packet.pts_ns
        if abs(at_ns - track.reported_ns) >= REPORT_EVERY_NS:
            self._report(track, at_ns)
        payloads = (
            picture_payloads(packet.data)
            if track.kind is Kind.PICTURE
            else ((sound_payload(packet.data), True),)
        )
        for payload, last in payloads:
            rtp = track.packet(payload, at_ns, last=last)
            if not self._server.loses():
                self._interleave(track.channel, rtp)

    def _report(self, track: _Track, at_ns: int) -> None:
        self._interleave(track.channel + 1, track.report(at_ns, at_ns + self._wall_ns))

    def _interleave(self, channel: int, data: bytes) -> None:
        self._writer.write(struct.pack("!cBH", b"$", channel, len(data)) + data)

    def _may(self, request: RtspRequest) -> bool:
        """Check the digest of a request, where the camera has a password."""
        credentials = self._server.credentials
        if credentials is None or request.method == "OPTIONS":
            return True
        given = dict(re.findall(r'(\w+)="([^"]*)"', request.headers.get("authorization", "")))
        name, password = credentials
        first = _md5(f"{name}:camera:{password}")
        second = _md5(f"{request.method}:{given.get('uri', '')}")
        right = _md5(f"{first}:{self._nonce}:{second}")
        return secrets.compare_digest(right, given.get("response", ""))

    def _reply(
        self,
        request: RtspRequest,
        status: int,
        headers: Mapping[str, str] | None = None,
        body: str = "",
    ) -> None:
        lines = [
            f"RTSP/1.0 {status} {REASONS[status]}",
            f"CSeq: {request.headers.get('cseq', '0')}",
        ]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        lines += [f"Session: {self._id};timeout=60", f"Content-Length: {len(body.encode())}"]
        self._writer.write(("\r\n".join(lines) + "\r\n\r\n" + body).encode())


class RtspServer(Outlet):
    """Serves cameras by path, to whoever knows the name and password, where there are any."""

    def __init__(self, credentials: tuple[str, str] | None = None, *, seed: int = 0) -> None:
        super().__init__()
        self.credentials = credentials
        self.lost_share = 0.0  # of RTP packets, as where a camera's own network is bad
        self._chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self._sessions: set[_Session] = set()

    async def attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer a player's requests until it leaves."""
        session = _Session(self, writer)
        self._sessions.add(session)
        try:
            async for request in _requests(reader):
                await session.answer(request)
                await writer.drain()
        finally:
            self._sessions.discard(session)
            session.close()

    def expire(self) -> None:
        """Let the time of every session be over: nothing is sent, the connection stays."""
        for session in self._sessions:
            session.expire()

    def loses(self) -> bool:
        """Draw whether the next packet is lost."""
        return self.lost_share > 0 and self._chance.random() < self.lost_share


async def _requests(reader: asyncio.StreamReader) -> AsyncIterator[RtspRequest]:
    """Read requests; what a player sends interleaved (its receiver reports) is passed over."""
    while first := await reader.read(1):
        if first == b"$":
            _channel, size = struct.unpack("!BH", await reader.readexactly(3))
            await reader.readexactly(size)
            continue
        head = first + await reader.readuntil(b"\r\n\r\n")
        start, *rest = head.decode("latin-1").strip().split("\r\n")
        words = start.split(" ")
        if len(words) != 3:
            return
        pairs = (line.partition(":") for line in rest)
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        await reader.readexactly(int(headers.get("content-length", "0")))
        yield RtspRequest(words[0], words[1], headers)


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
