"""Editing as the panel asks for it: an edit is begun, changed, taken back, made and exported."""

import asyncio
import hashlib
import json
import os
import signal
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from classroom_edge.library.editing.editor_process import MODULE
from classroom_edge.library.editing.files import EditFolder
from classroom_edge.library.editing.jobs import Job, Kind
from classroom_edge.library.editing.rendering import RenderingService
from classroom_edge.room import Who
from classroom_edge.services.processes import digest, start
from classroom_media.record.manifest import State
from classroom_media.workers.specs import EditSpec
from tests.edge.editing.scene import CAMERA, in_state, record, untouched
from tests.edge.pretend_room import RECORDING
from tests.edge.website import Website, eventually, website
from tests.media import films
from tests.media.edit.test_splice import numbers

OTHER = "20261123-100000-00aa"
AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
MADE_WITHIN_S = 60.0


@dataclass(frozen=True)
class Editing:
    """A website with a recording, and what makes films of it."""

    here: Website
    folder: Path

    @property
    def rendering(self) -> RenderingService:
        return self.here.room.shelf.edits.rendering

    async def post(self, path: str, **body: Any) -> Any:
        return (await self.ask("POST", path, **body))[1]

    async def ask(self, method: str, path: str, **body: Any) -> tuple[int, Any]:
        url = f"/api/v1/recordings/{RECORDING}/{path}"
        answer = await self.here.client.request(method, url, json=body or None)
        return answer.status_code, answer.json()

    async def made(self) -> None:
        """Wait until nothing is left to be made."""
        await eventually(
            lambda: not [one for one in self.rendering.views if one.state != "failed"],
            within_s=MADE_WITHIN_S,
        )


@asynccontextmanager
async def editing(tmp_path: Path) -> AsyncIterator[Editing]:
    """Give what tests work with, and an editor that is at work."""
    async with website(tmp_path) as here, asyncio.TaskGroup() as tasks:
        folder = tmp_path / "data" / "recordings" / RECORDING
        record(folder)
        (tmp_path / "data" / "log").mkdir(exist_ok=True)
        at = Editing(here, folder)
        working = tasks.create_task(at.rendering.run())
        try:
            yield at
        finally:
            working.cancel()


def passage(from_s: float, to_s: float, **more: str) -> dict[str, Any]:
    return {"from_s": from_s, "to_s": to_s, **more}


async def test_an_edit_becomes_a_film_that_is_had_by_ranges(tmp_path: Path) -> None:
    async with editing(tmp_path) as at:
        edit = await at.post(
            "edits", title="分数", passages=[passage(1, 3)], opening="分数\n王老师"
        )
        await at.post(f"edits/{edit['id']}/angle", from_s=0.4, to_s=1.2, track="camera")
        told = await at.post(f"edits/{edit['id']}/cut-out", from_s=1.6, to_s=1.8)
        assert (told["length_s"], told["changes"], told["film"]) == (1.8, 2, None)
        await at.post(f"edits/{edit['id']}/render")
        await at.made()
        told = (await at.ask("GET", f"edits/{edit['id']}"))[1]
        film = told["film"]
        assert (film["stale"], film["duration_s"]) == (False, 6.8)
        head = await at.here.client.get(film["url"], headers={"Range": "bytes=4-7"})
        assert (head.status_code, head.content) == (206, b"ftyp")
        data = (await at.here.client.get(film["url"])).content
        assert hashlib.sha256(data).hexdigest() == film["sha256"]
        seen = [*range(25, 35), *range(CAMERA + 35, CAMERA + 55), *range(55, 65), *range(70, 75)]
        assert numbers(EditFolder(at.folder).film(edit["id"]))[5 * films.FPS :] == seen
        assert untouched(at.folder)


async def test_what_was_changed_is_taken_back_and_the_film_is_told_to_be_stale(
    tmp_path: Path,
) -> None:
    async with editing(tmp_path) as at:
        edit = await at.post("edits")
        assert edit["passages"] == [passage(0, 6, track="programme", recording="")]
        await at.post(f"edits/{edit['id']}/render")
        await at.made()
        await at.ask("PUT", f"edits/{edit['id']}", passages=[passage(0, 2)], title="短")
        told = (await at.ask("GET", "edits"))[1]["items"][0]
        assert (told["title"], told["film"]["stale"], told["taken_back"]) == ("短", True, 0)
        told = await at.post(f"edits/{edit['id']}/undo")
        assert (told["length_s"], told["film"]["stale"], told["taken_back"]) == (6, False, 1)
        assert (await at.post(f"edits/{edit['id']}/redo"))["length_s"] == 2
        assert (await at.ask("DELETE", f"edits/{edit['id']}"))[0] == 200
        assert (await at.ask("GET", f"edits/{edit['id']}"))[0] == 404
        assert not list((at.folder / "edits").iterdir())
        assert untouched(at.folder)


async def test_recordings_are_joined_and_parts_begin_at_marks(tmp_path: Path) -> None:
    async with editing(tmp_path) as at:
        record(at.folder.with_name(OTHER), first=5000)
        joined = [passage(0, 0.4), passage(2, 2.4, recording=OTHER)]
        edit = await at.post("edits", passages=joined, loudness=True)
        await at.post(f"edits/{edit['id']}/render")
        parts = await at.post("splits", edit="")
        assert [(one["title"], one["length_s"]) for one in parts] == [
            ("分数的意义", 2),
            ("例题", 2),
            ("分数的意义 3", 2),
        ]
        await at.made()
        film = (await at.ask("GET", f"edits/{edit['id']}"))[1]["film"]
        assert film["peak_dbtp"] <= -1.0
        shown = numbers(EditFolder(at.folder).film(edit["id"]))
        assert shown == [*range(10), *range(5050, 5060)]


async def test_exports_are_made_and_had(tmp_path: Path) -> None:
    async with editing(tmp_path) as at:
        for kind in ("package", "sound", "slides"):
            await at.post("exports", kind=kind)
        await at.made()
        found = {one["kind"]: one for one in (await at.ask("GET", "exports"))[1]}
        assert found.keys() == {"package", "sound", "slides"}
        package = await at.here.client.get(found["package"]["url"])
        (tmp_path / "package.zip").write_bytes(package.content)
        with zipfile.ZipFile(tmp_path / "package.zip") as bundle:
            told = json.loads(bundle.read("metadata.json"))
        assert told["title"] == "分数的意义"
        assert told["loudness_lufs"] == pytest.approx(-16, abs=0.3)
        assert [one["title"] for one in told["chapters"]] == ["分数的意义", "第 1 页"]
        assert (await at.here.client.get(found["sound"]["url"])).headers["content-type"] == (
            "audio/mp4"
        )


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"passages": [passage(0, 2, track="board")]}, 409, "programme, camera"),
        ({"passages": [passage(3, 3)]}, 409, "Keep one passage"),
        ({"passages": [passage(0, 2, recording=OTHER)]}, 404, OTHER),
        ({"sound": "board"}, 409, "no sound track"),
        ({"passages": [{"from_s": -1, "to_s": 2}]}, 422, "passages"),
        ({"passages": [passage(0, 1)] * 201}, 422, "passages"),
        ({"lufs": 3}, 422, "lufs"),
    ],
)
async def test_what_cannot_be_made_is_refused_in_words(
    tmp_path: Path, body: dict[str, Any], status: int, words: str
) -> None:
    async with editing(tmp_path) as at:
        told = await at.ask("POST", "edits", **body)
        assert told[0] == status
        assert words in json.dumps(told[1], ensure_ascii=False)
        assert told[1]["message"]["zh-CN"]
        in_state(at.folder, State.FINISHING)
        assert (await at.ask("POST", "edits"))[1]["code"] == "edit-not-finished"


async def test_a_garbled_edit_is_set_aside_and_the_others_stay(tmp_path: Path) -> None:
    async with editing(tmp_path) as at:
        first, second = await at.post("edits"), await at.post("edits")
        (at.folder / "edits" / f"{first['id']}.json").write_text('{"id":')
        left = (await at.ask("GET", "edits"))[1]["items"]
        assert [one["id"] for one in left] == [second["id"]]
        assert list((at.folder / "edits").glob(f"{first['id']}.json.damaged-*"))


async def test_an_editor_that_is_killed_begins_again(tmp_path: Path) -> None:
    async with editing(tmp_path) as at:
        edit = await at.post("edits", loudness=True)
        await at.post(f"edits/{edit['id']}/render")
        killed = await eventually(lambda: at.rendering.pid)
        os.kill(killed, signal.SIGKILL)
        await eventually(lambda: at.rendering.pid not in {0, killed})
        await at.made()
        assert (await at.ask("GET", f"edits/{edit['id']}"))[1]["film"]["pictures"] == 150


async def test_what_is_no_longer_wanted_is_dropped_and_leaves_nothing(tmp_path: Path) -> None:
    async with editing(tmp_path) as at:
        edit = await at.post("edits", passages=[passage(0.1, 5.9)] * 100, loudness=True)
        job = await at.post(f"edits/{edit['id']}/render")
        await eventually(lambda: at.rendering.pid)
        assert (await at.ask("POST", f"jobs/{job['number']}/drop"))[0] == 200
        assert at.rendering.views == ()
        await eventually(lambda: at.rendering.pid == 0)
        await eventually(
            lambda: [one.name for one in (at.folder / "edits").iterdir()] == [f"{edit['id']}.json"]
        )
        assert (await at.ask("POST", f"jobs/{job['number']}/drop"))[0] == 404


async def test_what_waits_is_made_by_the_next_daemon_and_not_while_a_recording_needs_the_machine(
    tmp_path: Path,
) -> None:
    async with editing(tmp_path) as at:
        at.rendering.is_needed_elsewhere = lambda: True
        edit = await at.post("edits", passages=[passage(0, 1)])
        await at.post(f"edits/{edit['id']}/render")
        assert await at.post(f"edits/{edit['id']}/render") == {"number": 1}, (
            "asked twice, made once"
        )
        assert [one.state for one in at.rendering.views] == ["waiting"]
    later = RenderingService(
        folder=tmp_path / "data" / "editing",
        log=tmp_path / "editor.log",
        order=at.here.room.shelf.edits.workshop.order,
        changed=lambda: None,
    )
    assert [(one.edit, one.kind) for one in later.views] == [(edit["id"], Kind.FILM)]
    async with asyncio.TaskGroup() as tasks:
        working = tasks.create_task(later.run())
        await eventually(lambda: not later.views, within_s=MADE_WITHIN_S)
        working.cancel()
    assert EditFolder(at.folder).made(edit["id"])


async def test_a_film_that_cannot_be_made_says_why_until_somebody_asks_again(
    tmp_path: Path,
) -> None:
    async with editing(tmp_path) as at:
        edit = await at.post("edits")
        good = (at.folder / "programme.mp4").read_bytes()
        (at.folder / "programme.mp4").write_bytes(b"lesson")
        await at.rendering.ask(Who(name="li"), RECORDING, Kind.FILM, edit["id"])
        (view,) = await eventually(
            lambda: [one for one in at.rendering.views if one.state == "failed"], within_s=20
        )
        assert "programme.mp4" in view.problem["en"]
        (at.folder / "programme.mp4").write_bytes(good)
        await at.post(f"edits/{edit['id']}/render")
        await at.made()
        assert at.rendering.views == ()


async def test_an_editor_that_a_killed_daemon_left_behind_is_ended_and_its_work_begun_again(
    tmp_path: Path,
) -> None:
    async with editing(tmp_path) as at:
        queue = at.rendering.folder
        queue.mkdir()
        edit = await at.post("edits", passages=[passage(0.1, 5.9)] * 100, loudness=True)
        job = Job(number=0, recording=RECORDING, kind=Kind.FILM, edit=edit["id"], at=AT, by="li")
        order = at.here.room.shelf.edits.workshop.order(job)
        (at.folder / "edits").mkdir(exist_ok=True)
        wire = msgspec.json.encode(EditSpec(order=order, progress=str(queue / "editor.progress")))
        orphan = start(MODULE, wire, digest(wire), queue / "editor.run", tmp_path / "editor.log")
        await at.ask("PUT", f"edits/{edit['id']}", passages=[passage(1, 2)])
        await at.post(f"edits/{edit['id']}/render")
        await at.made()
        assert not orphan.is_there()
        film = (await at.ask("GET", f"edits/{edit['id']}"))[1]["film"]
        assert (film["pictures"], film["stale"]) == (25, False)
        assert {one.name.removeprefix(edit["id"]) for one in (at.folder / "edits").iterdir()} == {
            ".json",
            ".mp4",
            ".mp4.made",
        }
