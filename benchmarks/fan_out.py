"""What one room costs that is sent to many real peers: CPU of the hub for each of them.

    python benchmarks/fan_out.py [--quick] [--peers 1 8 16 48] [--seconds 6] [--json]

H.264 of 720p25 at 1.5 Mbit/s and Opus, coded before, go to N peers in one receiving process, by
ICE, DTLS and SRTP over UDP, from hubs that are processes of their own, one after the other:

ours    `FanOut` over our pipe: history, pace, two copies of sound, reports both ways, ladders
aiortc  stock `RTCPeerConnection` with tracks that give the same packets as they are; no copies
janus   Debian's videoroom, to which our pipe publishes; the publisher's own CPU is not counted
floor   as many datagrams as ours, as long, to the same ports by bare `sendto`: no headers, no keys

The peers open every packet and report as a site of ours does (to janus and aiortc: once a second,
as a browser does), and the packets that they had a second are told, too.
"""

import argparse
import asyncio
import json
import struct
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import psutil
from aioice.ice import get_host_addresses

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.fan_out_hubs import WARM_S
from classroom_media.live.engine import janus_setup
from classroom_media.live.engine.api import EngineError
from classroom_media.live.engine.janus import Janus
from classroom_media.live.engine.janus_link import JanusLink, Server
from classroom_media.live.pipe.port import Port
from classroom_media.live.pipe.reach import Reach
from classroom_media.live.pipe.secure import SecurePipe
from classroom_media.live.rtp import rtcp
from classroom_media.live.rtp.feedback import Link
from classroom_media.live.rtp.reports import ReceiverReport, Reception
from tests.ports import free_port

HUBS: Final = Path(__file__).with_name("fan_out_hubs.py")
REPORT_S: Final = {"ours": 0.2}  # all others: 1 s
JOIN_S: Final = 0.1  # that a peer takes to join a class on Janus, one after the other
Found = tuple[float, float]  # packets a second for each peer, share of a core for all
LOST: Final = 0.02  # as the peers tell, so that copies of sound are wanted
_HEAD: Final = struct.Struct("!xxHxxxxI")


class Peer:
    """One who receives: opens and counts packets, and reports."""

    def __init__(self, address: str, tasks: asyncio.TaskGroup) -> None:
        self.port = Port.open([address])
        self.pipe = SecurePipe(
            Reach(self.port),
            tasks,
            received=self._received,
            changed=lambda _: None,
            send=False,
        )
        self.packets = 0
        self._highest: dict[int, int] = {}

    def _received(self, packet: bytes, _at_ns: int) -> None:
        if not rtcp.is_rtcp(packet):
            self.packets += 1
            sequence, ssrc = _HEAD.unpack_from(packet)
            self._highest[ssrc] = sequence

    def report(self, *, link: bool) -> None:
        """Tell the hub how everything arrives."""
        own, picture = self.pipe.ssrcs.receiver, self.pipe.receives.picture.ssrc
        found = [Reception(ssrc, 0, 0, top, 0, 0, 0) for ssrc, top in self._highest.items()]
        said = ReceiverReport(own, found[:2]).encode()
        if link:
            told = Link(own, picture, 1_700_000, 1_700_000, 0, LOST, LOST, 0.0)
            said += told.encode()
        self.pipe.send([said])


class Hub:
    """A hub's process, spoken to line by line."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, name: str, address: str, seconds: float) -> "Hub":
        """Start one."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *(str(HUBS), name, address, str(seconds)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=1 << 24,
        )
        return cls(process)

    def tell(self, what: object) -> None:
        """Say a line."""
        if self._process.stdin:
            self._process.stdin.write(json.dumps(what).encode() + b"\n")

    async def said(self) -> Any:  # noqa: ANN401 - JSON
        """Take a line."""
        return json.loads(await self._process.stdout.readline()) if self._process.stdout else None

    async def lesson(self, peers: list[Peer]) -> tuple[float, float]:
        """Wait for the lesson's end; gives the packets that each peer had a second, and its CPU."""
        await self.said()  # warm
        before, since_s = _came(peers), time.monotonic()
        await self.said()  # done
        came, took_s = _came(peers) - before, time.monotonic() - since_s
        share: float = await self.said()
        return came / took_s / len(peers), share


async def reporting(peers: list[Peer], hub: str) -> None:
    """Report for as long as the lesson lasts."""
    while True:
        await asyncio.sleep(REPORT_S.get(hub, 1.0))
        for peer in peers:
            peer.report(link=hub in REPORT_S)


async def by_hub(name: str, peers: list[Peer], address: str, seconds: float) -> Found:
    """Let a hub of ours, or of aiortc, send to the peers."""
    hub = await Hub.start(name, address, seconds)
    hub.tell([await peer.pipe.offer() for peer in peers])
    for peer, answer in zip(peers, await hub.said(), strict=False):
        await peer.pipe.agree(answer)
    return await hub.lesson(peers)


async def by_janus(peers: list[Peer], address: str, seconds: float) -> Found:
    """Let Janus pass on to the peers what a hub of ours publishes."""
    async with janus_server() as (janus, process):
        hub = await Hub.start("publish", address, seconds + len(peers) * JOIN_S)
        hub.tell([])
        await janus.create("lesson", publishers=1, bitrate_bps=4_000_000)
        hub.tell([await janus.publish("lesson", "hub", (await hub.said())[0])])
        await hub.said()  # warm: it sends
        for place, peer in enumerate(peers):
            offer = await janus.subscribe("lesson", str(place), "hub")
            await janus.agree("lesson", str(place), await peer.pipe.answer(offer))
        await asyncio.sleep(WARM_S)
        before, used_s, since_s = _came(peers), _used_s(process), time.monotonic()
        await hub.said()  # done
        took_s = time.monotonic() - since_s
        came, used_s = _came(peers) - before, _used_s(process) - used_s
        await hub.said()
        return came / took_s / len(peers), used_s / took_s


def _came(peers: list[Peer]) -> int:
    return sum(peer.packets for peer in peers)


def _used_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


@asynccontextmanager
async def janus_server() -> AsyncIterator[tuple[Janus, psutil.Process]]:
    """Run Debian's Janus."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        port, admin_port = free_port(), free_port()
        here = "http://127.0.0.1"
        server = Server(f"{here}:{port}/janus", f"{here}:{admin_port}/admin", "one", "two")
        conf = janus_setup.write(Path(folder), server, port=port, admin_port=admin_port)
        quiet = asyncio.subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(
            "janus", "-F", str(conf), stdout=quiet, stderr=quiet
        )
        try:
            async with asyncio.TaskGroup() as tasks:
                link = JanusLink(server)
                await _opened(link)
                work = tasks.create_task(link.run())
                janus = Janus(link)
                yield janus, psutil.Process(process.pid)
                await janus.close()
                work.cancel()
        finally:
            process.terminate()
            await process.wait()


async def _opened(link: JanusLink) -> None:
    async with asyncio.timeout(20):
        while True:
            try:
                return await link.open()
            except EngineError:
                await asyncio.sleep(0.1)


async def measure(name: str, count: int, address: str, seconds: float) -> dict[str, float]:
    """Give the share of a core for each peer, in percent, and what arrived."""
    async with asyncio.TaskGroup() as tasks:
        peers = [Peer(address, tasks) for _ in range(count)]
        work = tasks.create_task(reporting(peers, name))
        if name == "janus":
            found = await by_janus(peers, address, seconds)
        else:
            found = await by_hub(name, peers, address, seconds)
        work.cancel()
        for peer in peers:
            await peer.pipe.close()
            peer.port.close()
    rate, share = found
    return {"percent": round(100 * share / count, 3), "packets_per_s": round(rate)}


async def campaign(counts: list[int], seconds: float) -> dict[str, dict[str, float]]:
    """Measure every hub at every count."""
    [address, *_] = get_host_addresses(use_ipv4=True, use_ipv6=False) or ["127.0.0.1"]
    result: dict[str, dict[str, float]] = {}
    for count in counts:
        of_count = {
            name: await measure(name, count, address, seconds)
            for name in ("ours", "aiortc", "janus", "floor")
        }
        ours = of_count["ours"]["percent"]
        for name, found in of_count.items():
            found["ours_to_it"] = round(ours / found["percent"], 2) if found["percent"] else 0.0
            result[f"{name}_{count}"] = found
            print(
                f"{count:3} peers, {name:6}: {found['percent']:6.3f} % of a core each, "
                f"{found['packets_per_s']:4.0f} packets/s each, ours to it {found['ours_to_it']}",
                flush=True,
            )
    return result


def main() -> int:
    """Run it and print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="8 peers, 3 s of a lesson")
    parser.add_argument("--peers", type=int, nargs="+", default=[1, 8, 16, 48])
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    counts, seconds = ([8], 3.0) if given.quick else (given.peers, given.seconds)
    result = asyncio.run(campaign(counts, seconds))
    if given.json:
        print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
