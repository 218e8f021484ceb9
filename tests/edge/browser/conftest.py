"""A real browser before the panel of a pretend room."""

import fcntl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    Request,
    ViewportSize,
    expect,
    sync_playwright,
)

from classroom_edge import parts
from classroom_edge.room import RoomState
from classroom_media.record.manifest import Manifest
from tests.edge.browser import states
from tests.edge.browser.pretend import PretendRoom, PretendServer, pretend_server

SOURCE = Path(__file__).parents[3] / "classroom_edge" / "web" / "panel"
WIDE = (1280, 800)
PHONE = (360, 740)
PATIENCE_MS = 30_000  # several browsers share the machine
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")


@dataclass
class Panel:
    """The page, and everything it did wrong."""

    page: Page
    server: PretendServer
    wrongs: list[str] = field(default_factory=list)
    expected: str = ""  # part of an error that the test provokes
    clock: datetime = field(default_factory=states.now)

    def pass_time(self, seconds: float) -> None:
        """Let time pass on the page; it stands still otherwise, however busy the machine is."""
        self.clock += timedelta(seconds=seconds)
        self.page.clock.set_fixed_time(self.clock)

    @property
    def room(self) -> PretendRoom:
        return self.server.room

    def open(self, state: RoomState, *, language: str = "zh-CN") -> Page:
        """Open the panel on a room in that state."""
        self.show(replace(state, language=language))
        self.page.goto(self.server.url)
        self.page.wait_for_selector(".head .state.good >> nth=0")
        return self.page

    def show(self, state: RoomState) -> None:
        """Bring the room into a state."""
        self.server.in_room(lambda room: room.show(state))

    def keep(self, manifest: Manifest) -> None:
        """Have the room recorded something."""
        self.server.in_room(lambda room: room.keep(manifest))

    def heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.wrongs.append(f"{message.type}: {message.text}")

    def asked(self, request: Request) -> None:
        if not request.url.startswith((self.server.url, "data:", "blob:")):
            self.wrongs.append(f"asked elsewhere: {request.url}")


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PretendServer]:
    with pretend_server(tmp_path_factory.mktemp("room")) as server:
        yield server


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=parts.chromium(), args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def panel(server: PretendServer, browser: Browser) -> Iterator[Panel]:
    """Give a page that must not complain, nor ask anybody but its own server."""
    server.reset()
    size: ViewportSize = {"width": WIDE[0], "height": WIDE[1]}
    with browser.new_context(viewport=size, reduced_motion="reduce") as context:
        panel = Panel(context.new_page(), server)
        panel.page.set_default_timeout(PATIENCE_MS)
        panel.pass_time(0)
        panel.page.on("console", panel.heard)
        panel.page.on("pageerror", lambda error: panel.wrongs.append(str(error)))
        panel.page.on("request", panel.asked)
        yield panel
    assert [w for w in panel.wrongs if not panel.expected or panel.expected not in w] == []


@pytest.fixture(scope="package")
def node_modules() -> Path:
    """Give the panel's development packages, fetched if they are not those of the lock file."""
    folder = SOURCE / "node_modules"
    lock, fetched = SOURCE / "package-lock.json", folder / ".package-lock.json"
    with lock.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # tests that run beside these want them too
        if not fetched.exists() or fetched.stat().st_mtime < lock.stat().st_mtime:
            subprocess.run(["npm", "ci", "--no-progress"], cwd=SOURCE, check=True)
    return folder
