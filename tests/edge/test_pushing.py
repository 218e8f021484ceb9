"""A room's programme on a platform of others, switched by commands; what its owner is told."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from classroom_edge.daemon import Daemon
from classroom_edge.room import PushView, Refused
from tests.edge.room_at_work import ME, ROOM, at_work, pid_of
from tests.media.live.push.platforms import platform
from tests.ports import free_port
from tests.waiting import eventually_async

PUSH = (
    ROOM
    + """
[[push]]
id = "county"
name = "County platform"
url = "rtmp://127.0.0.1:{{platform}}/live/secret-key"
"""
)


async def command(folder: Path, *words: str) -> tuple[str, str]:
    """Give what a command prints, and complains about."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "classroom_edge", "--lang", "en", "push", *words),
        *(() if words[0] == "test" else ("--data", str(folder / "data"))),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    told, complaint = await process.communicate()
    return told.decode(), complaint.decode()


def shown(daemon: Daemon, place: int = 0) -> PushView:
    return daemon.state().pushes[place]


@pytest.mark.needs("nginx-rtmp")
async def test_a_push_is_on_until_it_is_switched_off_whatever_happens_to_it(
    tmp_path: Path,
) -> None:
    port, room = free_port(), str(tmp_path / "room.toml")
    async with at_work(tmp_path, PUSH.replace("{{platform}}", str(port))) as daemon:
        assert shown(daemon).state == "off"
        await command(tmp_path, "on", room, "county")
        problem = await eventually_async(
            lambda: [one for one in daemon.state().problems if one.code == "E-PSH-001"]
        )
        assert "nobody takes streams there" in problem[0].what["en"]
        with platform(tmp_path, port):
            await eventually_async(lambda: shown(daemon).state == "on", within_s=20)
            os.kill(pid_of(daemon.state(), "county"), signal.SIGKILL)
            await eventually_async(lambda: shown(daemon).state != "on")
            await eventually_async(lambda: shown(daemon).state == "on", within_s=20)
            told, _ = await command(tmp_path, "status", room)
            assert told == f"county  County platform  rtmp://127.0.0.1:{port}/live/…  on\n"
            await command(tmp_path, "off", room, "county")
            await eventually_async(
                lambda: "county" not in {p.name for p in daemon.state().processes}
            )
        assert shown(daemon).state == "off"
        assert "no push" in (await command(tmp_path, "on", room, "unknown"))[1]
    logs = "".join(path.read_text("utf-8") for path in (tmp_path / "data" / "log").iterdir())
    assert "secret-key" not in logs


@pytest.mark.needs("nginx-rtmp")
async def test_an_address_is_tried_by_a_command(tmp_path: Path) -> None:
    port = free_port()
    with platform(tmp_path, port):
        told, complaint = await command(
            tmp_path, "test", f"rtmp://127.0.0.1:{port}/live/key", "--seconds", "1"
        )
    assert complaint == ""
    assert told.startswith(f"It works: rtmp://127.0.0.1:{port}/live/… let us in after ")
    assert (await command(tmp_path, "test", "rtmp://127.0.0.1/live"))[1] == (
        "the address lacks the stream's key\n"
    )


@pytest.mark.needs("nginx-rtmp")
async def test_a_platform_that_people_add_is_kept_sent_to_and_forgotten(tmp_path: Path) -> None:
    port, room = free_port(), PUSH.replace("{{platform}}", "9")
    pasted = f" rtmp://127.0.0.1:{port}/live/pasted-key "
    with platform(tmp_path, port):
        async with at_work(tmp_path, room) as daemon:
            added = daemon.outlets.pushing.add(ME, "", pasted)
            view = PushView(
                added, "127.0.0.1", f"rtmp://127.0.0.1:{port}/live/…", "off", added=True
            )
            await eventually_async(lambda: daemon.state().pushes[1:] == (view,))
            daemon.outlets.pushing.switch(ME, added, on=True)
            await eventually_async(lambda: shown(daemon, 1).state == "on", within_s=20)
        async with at_work(tmp_path, room) as daemon:
            await eventually_async(lambda: shown(daemon, 1).state == "on", within_s=20)
            pushing, other = daemon.outlets.pushing, f"rtmp://127.0.0.1:{port}/live/other-key"
            with pytest.raises(Refused, match="stop sending first"):
                pushing.replace(ME, added, "", other)
            pushing.switch(ME, added, on=False)
            pushing.replace(ME, added, "", other)
            assert not (await pushing.tried_again(added)).code
            assert "other-key" in (tmp_path / "data" / "pushes.json").read_text("utf-8")
            await daemon.outlets.pushing.remove(ME, added)
            await eventually_async(lambda: len(daemon.state().pushes) == 1)
            await eventually_async(lambda: added not in {p.name for p in daemon.state().processes})
            with pytest.raises(Refused) as no:
                await daemon.outlets.pushing.remove(ME, "county")
            assert "room.toml" in no.value.words["en"]
            with pytest.raises(Refused) as no:
                daemon.outlets.pushing.add(ME, "", "ftp://live.example/")
            assert "rtmp://" in no.value.words["zh-CN"]
    kept = tmp_path / "data" / "pushes.json"
    assert kept.stat().st_mode & 0o077 == 0
    assert "-key" not in kept.read_text("utf-8")
    logs = "".join(path.read_text("utf-8") for path in (tmp_path / "data" / "log").iterdir())
    assert "pasted-key" not in logs
