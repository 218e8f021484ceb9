"""A hub that recorded a lesson, and a site that did not or not all, as the daemon runs them."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from classroom_edge.config.models import Config, FillingConfig
from classroom_edge.library.keeping.removals import REMOVALS_FILE, erased_sessions, read_removals
from classroom_edge.paths import DataFolder
from classroom_edge.services.filling.fetching import Patience
from classroom_edge.services.filling.service import FillingService
from classroom_edge.services.hub import HubService
from classroom_edge.services.lending import Lending
from classroom_edge.services.live.offers import Accepted
from classroom_edge.services.site import SiteService
from classroom_edge.sessions import events as e
from classroom_edge.sessions import local
from classroom_edge.sessions.conductor import News
from classroom_edge.sessions.forms import Kind, Role, Style
from classroom_edge.sessions.link.enrolling import enrol
from classroom_edge.sessions.state import NS
from classroom_edge.store import Store, sessions
from classroom_media.record.manifest import (
    Manifest,
    State,
    Track,
    read_manifest,
    write_manifest,
)
from classroom_media.record.shared import Anchor, Attended
from tests.media.fill_scene import hub_film
from tests.ports import free_port
from tests.waiting import eventually_async, eventually_awaited

SESSION = "20261123-080000-ab12"
RECORDING = "20261123-080000-cd34"
AGO_S = 3600  # when the lesson was
QUICK = FillingConfig(share=1.0, lesson_share=1.0, night_share=1.0)
TITLE = "数学"


class Schools:
    """A hub and its site "hill", with folders of their own, which end and begin again."""

    def __init__(self, top: Path, seconds: int, *, filling: FillingConfig = QUICK) -> None:
        self.top, self.seconds = top, seconds
        self.port = free_port()
        self.from_ns = time.time_ns() - AGO_S * NS
        for name in ("hub", "site"):
            (top / name / "recordings").mkdir(parents=True)
            (top / name / "run").mkdir()
        self.configs = {
            "hub": Config.model_validate(
                {
                    "room": {"id": "centre", "name": "中心校"},
                    "hub": {"listen": "127.0.0.1", "port": self.port},
                    "filling": filling,
                    "source": ({"id": "pupils", "name": "青山小学", "url": "remote://hill"},),
                }
            ),
            "site": Config.model_validate(
                {
                    "room": {"id": "hill", "name": "青山小学"},
                    "site": {},
                    "filling": filling,
                    "source": ({"id": "centre", "name": "中心校", "url": "remote://hub"},),
                }
            ),
        }

    def recordings(self, name: str) -> Path:
        return self.top / name / "recordings"

    def removals(self, name: str) -> Path:
        """Where a room's record of what was deleted is."""
        return self.top / name / REMOVALS_FILE

    async def held(self, *, recorded: bool = True) -> None:
        """Have a lesson been held, to which the site was invited."""
        end_ns = self.from_ns + self.seconds * NS
        before_ns = self.from_ns - NS
        events: tuple[e.AnyEvent, ...] = (
            e.Planned(
                at_ns=before_ns,
                by="centre",
                session=SESSION,
                title=TITLE,
                kind=Kind.DELIVERY,
                style=Style.INTERACTIVE,
                name="中心校",
            ),
            e.Invited(at_ns=before_ns, by="centre", member="hill", name="青山小学", role=Role.SITE),
            e.StartSet(at_ns=before_ns, by="centre", opens_at_ns=self.from_ns),
            e.Opened(at_ns=self.from_ns),
            e.Closing(at_ns=end_ns, by="centre", ends_at_ns=end_ns + NS),
            e.Ended(at_ns=end_ns + NS),
        )
        async with Store(self.top / "hub" / "classroom-edge.db") as store:
            await store.run(partial(sessions.keep, news=(News(SESSION, 1, events),)))
        if recorded:
            folder = self.recordings("hub") / RECORDING
            folder.mkdir()
            film = hub_film(folder / "programme.mp4", self.seconds)
            self.note("hub", "programme", "", film)

    def note(
        self, room: str, track: str, source: str, film: Path, *, state: State = State.FINISHED
    ) -> None:
        """Write the manifest of a recording of that lesson, of one track."""
        anchors = (Anchor(at_s=0.0, hub_ns=self.from_ns),)
        manifest = Manifest(
            id=film.parent.name,
            state=state,
            room=room,
            title=TITLE,
            started_at=datetime.fromtimestamp(self.from_ns / NS, UTC),
            duration_s=self.seconds,
            tracks=(
                Track(
                    name=track,
                    source=source,
                    kind="picture",
                    file=film.name,
                    codec="h264",
                    duration_s=self.seconds,
                    height=120,
                ),
            ),
            sessions=(Attended(session=SESSION, title=TITLE, anchors=anchors),),
        )
        write_manifest(film.parent, manifest)

    @asynccontextmanager
    async def hub(self) -> AsyncIterator[HubService]:
        """Run the hub, until it is killed."""
        config = self.configs["hub"]
        assert config.hub is not None

        async def accept(_site: str, _session: str, _offer: str) -> Accepted:
            return Accepted(reason="hub-away")

        link = HubService(
            room=config.room,
            config=config.hub,
            folder=DataFolder(self.top / "hub"),
            runtime=self.top / "hub" / "run",
            changed=lambda: None,
            accept=accept,
            guests=frozenset,
            watch=lambda _session: "",
        )
        films = self._films("hub", link)
        link.inquired, link.missing = films.answer, lambda: films.missing
        async with _running(link.run, films.run):
            yield link

    @asynccontextmanager
    async def site(self) -> AsyncIterator[FillingService]:
        """Run the site, until it is killed."""
        config = self.configs["site"]
        assert config.site is not None

        async def perform(*_action: Any) -> None:
            pass

        link = SiteService(
            config=config.site,
            folder=DataFolder(self.top / "site"),
            runtime=self.top / "site" / "run",
            lending=Lending(perform=perform, cameras=tuple),
            changed=lambda: None,
            offer_wanted=lambda: None,
            spread_s=0,
        )
        films = self._films("site", link)
        link.inquired, link.missing = films.answer, lambda: films.missing
        async with _running(link.run, films.run):
            yield films

    def _films(self, name: str, link: HubService | SiteService) -> FillingService:
        return FillingService(
            config=self.configs[name],
            recordings=self.recordings(name),
            folder=self.top / name / "films",
            runtime=self.top / name / "run",
            log=self.top / name / "filler.log",
            link=link,
            changed=lambda: None,
            erased=lambda: erased_sessions(read_removals(self.removals(name))),
            patience=Patience(look_s=0.1, soon_s=0.3, retry_s=0.5),
        )

    async def enrol(self) -> None:
        """Enrol the site while the hub runs."""
        runtime = self.top / "hub" / "run"

        async def code() -> str:
            request = local.NewCode(site="hill", name="青山小学")
            return (await local.ask(runtime, request)).code

        await eventually_async((runtime / local.SOCKET).exists)
        found = await eventually_awaited(code)
        link = DataFolder(self.top / "site").link
        await enrol(link, f"127.0.0.1:{self.port}", found)

    def joined(self, room: str = "site") -> Path | None:
        """Give a room's film of the lesson once a manifest names it."""
        for path in self.recordings(room).glob("*/manifest.json"):
            for one in read_manifest(path.parent).joined:
                return path.parent / one.file
        return None


@asynccontextmanager
async def _running(*runs: Callable[[], Coroutine[Any, Any, None]]) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as tasks:
        started = [tasks.create_task(run()) for run in runs]
        yield
        for task in started:
            task.cancel()
