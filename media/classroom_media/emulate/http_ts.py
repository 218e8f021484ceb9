"""A picture as an MPEG transport stream over HTTP, as screen encoders and capture boxes send it."""

import asyncio
import io
from fractions import Fraction
from typing import Final

import av

from classroom_media.api import NS, Kind
from classroom_media.emulate.feed import Feed
from classroom_media.emulate.outlet import Outlet
from classroom_media.packets import Coded

HEAD: Final = (
    b"HTTP/1.1 200 OK\r\nContent-Type: video/mp2t\r\n"
    b"Cache-Control: no-store\r\nConnection: close\r\n\r\n"
)
NOT_FOUND: Final = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
BACKLOG_MAX: Final = 8_000_000  # bytes
JUMP_NS: Final = 10 * NS


class _Wire(io.RawIOBase):
    """What the muxer takes for a file: the client's connection."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._writer.write(bytes(data))
        return len(data)


class _Viewer:
    """One client: a muxer of its own, so that its stream starts whole, at a keyframe."""

    def __init__(self, feed: Feed, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._feed = feed
        self._begin()
        self._last_ns: int | None = None

    def send(self, packet: Coded) -> None:
        """Mux one packet, from the first keyframe on."""
        if self._writer.is_closing() or packet.stream.endswith("-sound"):
            return
        if self._writer.transport.get_write_buffer_size() > BACKLOG_MAX:
            self._feed.leave(self.send)
            self._writer.transport.abort()
            return
        if self._last_ns is None and not packet.key:
            return
        if self._last_ns is not None and not 0 < packet.dts_ns - self._last_ns < JUMP_NS:
            self._begin()  # FFmpeg's muxer refuses stamps that jump; a real encoder sends them
        self._last_ns = packet.dts_ns
        copy = av.Packet(packet.data)
        copy.stream = self._stream
        copy.time_base = Fraction(1, NS)
        copy.pts, copy.dts, copy.duration = packet.pts_ns, packet.dts_ns, packet.duration_ns
        copy.is_keyframe = packet.key
        self._container.mux(copy)

    def _begin(self) -> None:
        picture = self._feed.formats[Kind.PICTURE]
        self._container = av.open(
            _Wire(self._writer), "w", format="mpegts", options={"flush_packets": "1"}
        )
        self._stream = self._container.add_mux_stream(
            picture.codec, rate=Fraction(picture.fps), width=picture.width, height=picture.height
        )


class TransportStreamServer(Outlet):
    """Serves pictures by path to whoever asks with GET."""

    async def attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Send one picture until the viewer leaves."""
        head = await reader.readuntil(b"\r\n\r\n")
        _method, path, *_version = [*head.split(b" ", 2), b"", b""]
        feed = self.feeds.get(path.decode("latin-1"))
        if feed is None:
            writer.write(NOT_FOUND)
            return
        await feed.ready()
        writer.write(HEAD)
        viewer = _Viewer(feed, writer)
        feed.listen(viewer.send)
        try:
            await reader.read()  # a viewer says nothing more; this ends when it leaves
        finally:
            feed.leave(viewer.send)
