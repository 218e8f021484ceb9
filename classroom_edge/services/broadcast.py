"""A room's lessons for everybody who may watch: the origin, what is on the air, and addresses."""

import logging
import re
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Final

import zmq.asyncio

from classroom_edge.config.models import BroadcastConfig, Config
from classroom_edge.paths import DataFolder
from classroom_edge.room import BroadcastView, LinkView, Refused, Who
from classroom_edge.services.problems import Finding
from classroom_edge.services.refusals import refused
from classroom_edge.services.renditions import PROGRAMME, Renditions
from classroom_edge.services.viewing import KEY, base_address, key_of
from classroom_edge.services.workers import WorkerService, endpoints_for
from classroom_edge.sessions.forms import Kind
from classroom_edge.sessions.state import Session, Stage
from classroom_media.api import NS, Rendition, WorkerError
from classroom_media.live.hls.tickets import ticket
from classroom_media.messages import Air, BroadcastHealth, OffAir, Quality
from classroom_media.workers.specs import OriginSpec

MODULE: Final = "classroom_media.workers.origin"
NAME: Final = "broadcast"
SOUND: Final = f"{PROGRAMME}-sound"
KBPS: Final = {1080: 4000, 720: 1500, 540: 900, 360: 500, 180: 150}  # by height
ON_AIR: Final = frozenset({Stage.OPEN, Stage.PAUSED, Stage.CLOSING})
BY_HAND: Final = re.compile(r"\d{8}-\d{6}")  # names of lessons that are no session's
LEARNS_S: Final = 30.0  # after a start all sessions that go on are known by then
SILENT_NS: Final = 8 * NS
RENEWED_S: Final = 1800  # an address is the same for so long
INDEX: Final = "index.m3u8"
LESSON: Final = "lesson.m3u8"
PAGES: Final = Path(str(resources.files("classroom_edge"))) / "web" / "static" / "panel"

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class BroadcastService:
    """Keeps the origin running, and the lesson that is wanted on the air."""

    config: Config
    broadcast: BroadcastConfig
    folder: DataFolder
    runtime: Path
    renditions: Renditions
    changed: Callable[[], None]
    context: zmq.asyncio.Context  # of the daemon, which closes it
    clock: Callable[[], float] = time.time
    worker: WorkerService = field(init=False)
    _key: str = field(init=False)
    _wanted: Air | None = field(default=None, init=False)
    _public_key: str = field(default="", init=False)  # of the certificate, since it is on the air
    _known: bool = field(default=False, init=False)  # what an earlier daemon wanted
    _sessions: set[str] = field(default_factory=set, init=False)  # that were put on the air
    _born_s: float = field(default_factory=time.monotonic, init=False)

    def __post_init__(self) -> None:
        self._key = _kept_key(self.folder.broadcast_key)
        self.worker = WorkerService(
            role="origin",
            name=NAME,
            module=MODULE,
            endpoints=endpoints_for(self.runtime, "origin", NAME),
            spec=self._spec,
            heard=lambda worker, _event: self._heard(worker),
            changed=self.changed,
            folder=self.runtime,
            log=self.folder.log / "origin.log",
            context=self.context,
        )

    async def run(self) -> None:
        """Run until cancelled; the process stays."""
        await self.worker.run()

    async def end(self) -> None:
        """End what is on the air, and the process."""
        if self._wanted:
            await self._off_air()
        await self.worker.end()

    async def start(self, who: Who, *, title: str = "", lesson: str = "") -> str:
        """Put the programme on the air; give the name that it has in addresses.

        Raises:
            Refused: a lesson is on the air, or the origin is not there.
        """
        if self._wanted:
            raise refused("on-air", title=self._wanted.title)
        name = lesson or datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
        self.renditions.want(NAME, self._sizes())
        air = Air(lesson=name, title=title or self.config.room.name, qualities=self._qualities())
        try:
            await self.worker.ask(air)
        except WorkerError as error:
            self.renditions.want(NAME, ())
            raise refused("no-origin", text=error) from error
        self._public_key = self._read_key()
        self._wanted = air
        logger.info("%s is on the air for %s", name, who.name)
        self.changed()
        return name

    async def stop(self, who: Who) -> None:
        """End what is on the air; from then on it can be watched again. Raises Refused."""
        if not self._wanted:
            raise refused("off-air")
        logger.info("%s is taken off the air for %s", self._wanted.lesson, who.name)
        await self._off_air()

    async def follow(self, link: LinkView | None) -> None:
        """Put a session that this room broadcasts on the air, and take it off with its end."""
        health, wanted = self.health, self._wanted
        if wanted and health and health.lesson != wanted.lesson:  # another process, an empty disk
            with suppress(WorkerError):
                await self.worker.ask(wanted)
        sessions = link.sessions if link and link.role == "hub" else ()
        going = {one.id: one for one in sessions if one.kind is Kind.ONLINE and one.stage in ON_AIR}
        if self._is_over(going):
            await self._off_air()
        for session in going.values():
            await self._follow(session)

    def address(self, lesson: str, hours: float, *, again: bool = False) -> str:
        """Give an address that is good for so long; `again` = of a lesson that is over."""
        return self._address(lesson, int(self.clock() + hours * 3600), LESSON if again else INDEX)

    def watch(self, session: str) -> str:
        """Give where a session is on the air, for its sites; "" = nowhere.

        Without an address in room.toml the host is left out, for sites know how they reach this
        room; and the key is named, for the certificate is the school's own.
        """
        if self.wanted != session:
            return ""
        path = self._path(session, self._until_s, INDEX)
        if self.broadcast.address:
            return f"{self.broadcast.address}{path}"
        if self.config.network.is_loopback:
            return f"http://:{self.broadcast.port}{path}"
        return f"https://:{self.broadcast.port}{path}{KEY}{self._public_key}"

    def _address(self, lesson: str, until_s: int, file: str) -> str:
        base = self.broadcast.address or base_address(self.config, self.broadcast.port)
        return f"{base}{self._path(lesson, until_s, file)}"

    def _path(self, lesson: str, until_s: int, file: str) -> str:
        return f"/{ticket(self._key.encode(), lesson, until_s)}/{lesson}/{file}"

    @property
    def view(self) -> BroadcastView:
        """What the room's state shows of it."""
        health, wanted = self.health, self._wanted
        if wanted is None:
            return BroadcastView("off")
        since = _since(health) if health and health.lesson == wanted.lesson else None
        state = "on" if since else "starting"
        address = self._steady_address(wanted.lesson)
        return BroadcastView(
            state="lost" if self.worker.state == "lost" else state,
            lesson=wanted.lesson,
            title=wanted.title,
            since=since,
            viewers=health.viewers if health else 0,
            address=address,
            page=page_of(address),
        )

    @property
    def health(self) -> BroadcastHealth | None:
        """What the origin says; None while it says nothing."""
        return self.worker.beat.broadcast if self.worker.beat else None

    def findings(self) -> Iterator[Finding]:
        """Tell what is wrong."""
        health = self.health
        if health is None:
            return
        if health.serve_problem:
            values = {"port": self.broadcast.port, "text": health.serve_problem}
            yield Finding("E-BRC-001", "error" if self._wanted else "warning", values=values)
        if health.disk_problem:
            yield Finding("E-BRC-002", "warning", values={"text": health.disk_problem})
        late_ns = time.monotonic_ns() - health.last_ns
        if self._wanted and health.last_ns and late_ns > SILENT_NS:
            yield Finding("E-BRC-003", "error", values={"seconds": late_ns // NS})

    @property
    def wanted(self) -> str:
        """The lesson that is meant to be on the air; "" = none."""
        return self._wanted.lesson if self._wanted else ""

    def _is_over(self, going: Mapping[str, Session]) -> bool:
        """Tell whether the session on the air has ended, also while no daemon was there to see."""
        if not self.wanted or self.wanted in going or BY_HAND.fullmatch(self.wanted):
            return False
        return self.wanted in self._sessions or time.monotonic() - self._born_s > LEARNS_S

    async def _follow(self, session: Session) -> None:
        if self.wanted == session.id:
            self._sessions.add(session.id)
        if self.wanted or session.id in self._sessions or self.worker.beat is None:
            return
        with suppress(Refused):
            await self.start(Who(name="session"), title=session.title, lesson=session.id)
            self._sessions.add(session.id)  # taken off by hand, it stays off

    async def _off_air(self) -> None:
        self._wanted = None
        self.renditions.want(NAME, ())
        try:
            await self.worker.ask(OffAir())
        except WorkerError as error:
            logger.warning("the origin did not end the lesson: %s", error)
        self.changed()

    def _heard(self, worker: WorkerService) -> None:
        """Learn from the first word what an earlier daemon wanted."""
        told = worker.beat.broadcast if worker.beat else None
        if told is None or self._known:
            return
        self._known = True
        if told.lesson and self._wanted is None:
            self.renditions.want(NAME, self._sizes())
            self._public_key = self._read_key()
            self._wanted = Air(lesson=told.lesson, title=told.title, qualities=self._qualities())
            self.changed()

    def _read_key(self) -> str:
        try:
            return key_of(self.folder.certificates / "server.crt")
        except OSError:
            return ""  # it is served without TLS

    def _sizes(self) -> tuple[Rendition, ...]:
        heights = [int(name.rstrip("p")) for name in self.broadcast.qualities]
        return tuple(
            Rendition(name=f"{height}p", height=height, bitrate_kbps=KBPS[height])
            for height in sorted(heights, reverse=True)
            if height < self.config.recording.height
        )

    def _qualities(self) -> tuple[Quality, ...]:
        best = Quality(name=f"{self.config.recording.height}p", picture=PROGRAMME, sound=SOUND)
        streams = self.renditions.streams(NAME).items()
        return (best, *(Quality(name=name, picture=one, sound=SOUND) for name, one in streams))

    def _steady_address(self, lesson: str) -> str:
        """Give an address that changes seldom, and is good until the next one is and longer."""
        return self._address(lesson, self._until_s, INDEX)

    @property
    def _until_s(self) -> int:
        begun_s = int(self.clock()) // RENEWED_S * RENEWED_S
        return begun_s + self.broadcast.ticket_hours * 3600

    def _spec(self) -> OriginSpec:
        network, certificates = self.config.network, self.folder.certificates
        with_tls = not network.is_loopback
        return OriginSpec(
            endpoints=self.worker.endpoints,
            director=endpoints_for(self.runtime, "director", PROGRAMME),
            folder=str(self.folder.broadcasts),
            host=network.listen,
            port=self.broadcast.port,
            key=self._key,
            certificate=str(certificates / "server.crt") if with_tls else "",
            certificate_key=str(certificates / "server.key") if with_tls else "",
            keep_days=self.broadcast.keep_days,
            pages=str(PAGES),
        )


def page_of(address: str) -> str:
    """Give the page on which a browser plays what is at an address."""
    base, shown, lesson, _file = address.rsplit("/", 3)
    return f"{base}/watch/{shown}/{lesson}"


def _kept_key(path: Path) -> str:
    """Give the key that signs tickets; made once, so that addresses outlive a restart."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(32), encoding="ascii")
    return path.read_text(encoding="ascii")


def _since(health: BroadcastHealth) -> datetime | None:
    """Tell when a lesson's first picture was, to the second: so it does not flicker."""
    if not health.began_ns:
        return None
    ago_s = (time.monotonic_ns() - health.began_ns) / NS
    return (datetime.now(UTC) - timedelta(seconds=ago_s - 0.5)).replace(microsecond=0)
