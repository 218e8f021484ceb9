"""A WHIP server over aiortc, which others wrote: it keeps what it sees and hears of a stream."""

import asyncio
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import av
import numpy as np
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError

from classroom_media.emulate import truth

TOKEN = "pasted-token"
PLACE = 0xFFFF  # of what a picture bears; the rest is the camera


@dataclass
class Platform:
    """What a server has of the streams that it was offered."""

    loop: asyncio.AbstractEventLoop
    url: str = ""
    options: tuple[str, ...] = ()  # Link headers of its answer to OPTIONS
    links: tuple[str, ...] = ()  # and to an offer
    offers: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)  # of pictures, as they are burnt in
    loud: int = 0  # frames of sound that are no silence
    begun: int = 0
    ended: int = 0
    peers: dict[str, RTCPeerConnection] = field(default_factory=dict)

    async def take(self, offer: str) -> tuple[str, str]:
        """Answer an offer; give where the session is, and the answer."""
        self.offers.append(offer)
        peer = RTCPeerConnection()
        peer.on("track", self._watch)
        await peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        await peer.setLocalDescription(await peer.createAnswer())
        self.begun += 1
        where = f"/session/{self.begun}"
        self.peers[where] = peer
        return where, peer.localDescription.sdp

    async def part(self, where: str) -> None:
        """End a session, or let it go without a word."""
        if peer := self.peers.pop(where, None):
            await peer.close()
            self.ended += 1

    def lose(self, times: int) -> None:
        """Say so often of every stream that its picture is lost (PLI), from another thread."""
        asyncio.run_coroutine_threadsafe(self._lose(times), self.loop).result(20)

    def drop(self) -> None:
        """Let go of every stream, from another thread."""
        asyncio.run_coroutine_threadsafe(self.part_all(), self.loop).result(20)

    async def part_all(self) -> None:
        """Go away."""
        for where in list(self.peers):
            await self.part(where)

    async def _lose(self, times: int) -> None:
        pictures = [
            r for p in self.peers.values() for r in p.getReceivers() if r.track.kind == "video"
        ]
        for receiver in pictures:
            for source in receiver.getSynchronizationSources():
                for _ in range(times):
                    await receiver._send_rtcp_pli(source.source)  # it has no other way

    async def _watch(self, track: MediaStreamTrack) -> None:
        try:
            while True:
                frame = await track.recv()
                if isinstance(frame, av.VideoFrame):
                    number = truth.read(frame.to_ndarray(format="gray"))
                    self.numbers += [] if number is None else [number & PLACE]
                elif isinstance(frame, av.AudioFrame):
                    self.loud += bool(np.abs(frame.to_ndarray().astype(float)).mean() > 100)
        except MediaStreamError:
            return


@contextmanager
def whip_server() -> Iterator[Platform]:
    """Run a server until the block ends; /moved leads to /in, which wants a token."""
    loop = asyncio.new_event_loop()
    platform = Platform(loop)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_OPTIONS(self) -> None:
            self._say(200, links=platform.options)

        def do_POST(self) -> None:
            offer = self.rfile.read(int(self.headers["Content-Length"])).decode()
            if self.path == "/moved":
                self._say(307, Location="/in")
            elif self.headers["Authorization"] != f"Bearer {TOKEN}":
                self._say(401, "no such stream\n")
            else:
                taken = asyncio.run_coroutine_threadsafe(platform.take(offer), loop).result(20)
                self._say(201, taken[1], platform.links, Location=taken[0])

        def do_DELETE(self) -> None:
            asyncio.run_coroutine_threadsafe(platform.part(self.path), loop).result(20)
            self._say(200)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as it is called
            pass

        def _say(
            self, status: int, body: str = "", links: tuple[str, ...] = (), **headers: str
        ) -> None:
            self.send_response(status)
            for link in links:
                self.send_header("Link", link)
            for name, value in {**headers, "Content-Length": str(len(body.encode()))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body.encode())

    turning = threading.Thread(target=loop.run_forever)
    turning.start()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        platform.url = f"http://127.0.0.1:{server.server_port}"
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            yield platform
        finally:
            server.shutdown()
            serving.join()
            platform.drop()
            loop.call_soon_threadsafe(loop.stop)
            turning.join()
            loop.close()
