"""``classroom-edge link`` and ``session`` at a hub and a site whose daemons' services run."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from classroom_edge.cli import run
from classroom_edge.config import load
from classroom_edge.daemon import Daemon
from classroom_edge.paths import DataFolder, runtime_folder
from classroom_edge.services.hub import HubService
from classroom_edge.services.lending import Lending
from classroom_edge.services.live.offers import Accepted
from classroom_edge.services.site import SiteService
from classroom_edge.sessions import local
from tests.ports import free_port
from tests.waiting import eventually_async

HUB = """
[room]
id = "centre"
name = "中心校"
[hub]
listen = "127.0.0.1"
port = {port}
address = "127.0.0.1"
"""
SITE = """
[room]
id = "hill-room"
name = "青山小学"
[site]
auto_join = false
"""


class Rooms:
    """Two room.toml files with their data folders; commands run as a person runs them."""

    def __init__(self, top: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.port = free_port()
        self._top = top
        self._capsys = capsys
        (top / "hub.toml").write_text(HUB.format(port=self.port), encoding="utf-8")
        (top / "site.toml").write_text(SITE, encoding="utf-8")

    async def says(self, name: str, command: str, *rest: str) -> tuple[int, str, str]:
        """Run a command of a room; give its status and what it said."""
        room, data = str(self._top / f"{name}.toml"), str(self._top / name)
        arguments = [*command.split(), room, *rest, "--data", data]
        status = await asyncio.to_thread(run, arguments, "en")
        said = self._capsys.readouterr()
        return status, said.out, said.err

    def hub(self) -> HubService:
        config = load(self._top / "hub.toml")
        assert config.hub is not None
        return HubService(
            room=config.room,
            config=config.hub,
            folder=DataFolder(self._top / "hub"),
            runtime=runtime_folder(self._top / "hub", "centre"),
            changed=lambda: None,
            accept=nothing_is_offered,
            guests=frozenset,
            watch=lambda _session: "",
        )

    def site(self) -> SiteService:
        config = load(self._top / "site.toml")
        assert config.site is not None

        async def perform(*_action: object) -> None:
            raise AssertionError("nothing is to be turned")

        return SiteService(
            config=config.site,
            folder=DataFolder(self._top / "site"),
            runtime=runtime_folder(self._top / "site", "hill-room"),
            lending=Lending(perform=perform, cameras=tuple),
            changed=lambda: None,
            offer_wanted=lambda: None,
            spread_s=0,
        )


async def nothing_is_offered(*_offer: str) -> Accepted:
    raise AssertionError("nothing is to be offered")


@asynccontextmanager
async def running(service: HubService | SiteService) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(service.run())
        yield
        task.cancel()


async def test_a_site_is_enrolled_and_takes_part_by_commands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rooms = Rooms(tmp_path, capsys)
    hub, site = rooms.hub(), rooms.site()
    async with running(hub):
        await eventually_async((hub.runtime / local.SOCKET).exists)
        await eventually_async(lambda: hub._leading)
        status, code, told = await rooms.says("hub", "link enrol", "--site", "hill")
        assert status == 0
        assert f"127.0.0.1:{rooms.port} {code.strip()}" in told
        where = f"127.0.0.1:{rooms.port}"
        status, out, _ = await rooms.says("site", "link enrol", where, code.strip())
        assert (status, "“hill”" in out) == (0, True)
        async with running(site):
            await eventually_async(lambda: hub.view.linked)
            assert (await rooms.says("hub", "session group", "pair", "--site", "hill"))[0] == 0
            _, id_, _ = await rooms.says(
                "hub", "session start", "--title", "Maths", "--group", "pair"
            )
            await eventually_async(lambda: site.view.sessions)
            assert (await rooms.says("site", "session join"))[0] == 0
            _, out, _ = await rooms.says("hub", "session status", "--json")
            (session,) = json.loads(out)["sessions"]
            assert session["id"] == id_.strip()
            assert [member["present"] for member in session["members"]] == [True, True]
            status, invitation, _ = await rooms.says("hub", "session guest", "--name", "Li")
            assert (status, f"/guest/{id_.strip()}~guest-" in invitation) == (0, True)
            assert (await rooms.says("site", "session guest"))[0] == 1
            assert (await rooms.says("site", "session end"))[::2] == (
                1,
                "Only the hub's teacher or an assistant can do this.\n",
            )
            assert (await rooms.says("site", "session leave"))[0] == 0
            assert (await rooms.says("hub", "session end"))[0] == 0
            _, out, _ = await rooms.says("hub", "session status")
            assert "Linked sites: hill" in out
            assert "Maths (Delivered lesson, interactive): closing" in out
            _, out, _ = await rooms.says("hub", "session met", "--json")
            assert json.loads(out) == {"days": 30, "held": 0, "pairs": []}
            status, _, err = await rooms.says(
                "hub", "session start", "--title", "x", "--group", "none"
            )
            assert (status, "session group" in err) == (1, True)
            assert (await rooms.says("hub", "link strike-off", "hill"))[0] == 0
            await eventually_async(lambda: not hub.view.linked)
            assert (await rooms.says("hub", "link strike-off", "hill"))[0] == 1


async def test_what_cannot_be_asked_for_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rooms = Rooms(tmp_path, capsys)
    status, _, err = await rooms.says("hub", "session status")
    assert (status, "classroom-edge run" in err) == (1, True)
    status, _, err = await rooms.says("site", "link enrol", "hub", "ABCD")
    assert (status, "mistyped" in err) == (2, True)
    status, _, err = await rooms.says("hub", "link enrol", "hub", "ABCD")
    assert (status, "[site]" in err) == (2, True)
    status, _, err = await rooms.says("hub", "link enrol")
    assert (status, "--site" in err) == (2, True)


@pytest.mark.parametrize(("part", "shown"), [("hub", "hub"), ("site", "site"), ("light", None)])
async def test_a_rooms_state_tells_which_end_of_a_link_it_is(
    part: str, shown: str | None, tmp_path: Path
) -> None:
    file = tmp_path / "room.toml"
    file.write_text(f'[room]\nid = "centre"\nname = "中心校"\n[{part}]\n', encoding="utf-8")
    daemon = Daemon(load(file), tmp_path / "data", tmp_path)
    link = daemon.state().link
    daemon.media.close()
    assert (link.role if link else None) == shown
