"""Deliveries by the API and by the command line."""

import asyncio
import json
import sys
from pathlib import Path

from classroom_edge.library.deliver.door import DeliveryDoor, Drop, Retry, Send, Targets
from classroom_edge.library.deliver.folder import MARKER
from tests.edge.deliver.shelves import ROOM, a_desk, a_recording
from tests.edge.pretend_room import RECORDING
from tests.edge.website import website

NAS = '[[targets]]\nid = "nas"\nname = "NAS"\nkind = "folder"\nurl = "{far}"\n'


async def test_a_room_without_targets_says_so(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        assert (await here.client.get("/api/v1/targets")).json() == []
        assert (await here.client.get("/api/v1/deliveries?state=sent")).json() == []
        asked = {"target": "nas", "what": "all"}
        path = f"/api/v1/recordings/{RECORDING}/deliveries"
        answer = await here.client.post(path, json=asked)
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown-target")
        wrong = await here.client.post(path, json=asked | {"what": "../secret"})
        assert wrong.status_code == 422
        for word in ("retry", "drop"):
            answer = await here.client.post(f"/api/v1/deliveries/7/{word}")
            assert answer.json()["code"] == "unknown-delivery"


async def test_the_command_line_asks_by_the_door(tmp_path: Path) -> None:
    id_ = a_recording(tmp_path / "recordings", 1, size=1000)
    far = tmp_path / "far"
    text = NAS.format(far=far) + 'least_consent = "internal"\n'
    async with a_desk(tmp_path, text) as desk:
        door = DeliveryDoor(desk, tmp_path)
        (sent,) = (await door.answer(Send(recording=id_, target="nas"))).deliveries
        assert (sent.state, sent.by, sent.what) == ("waiting", "command line", "programme")
        assert (await door.answer(Send(recording=id_, target="moon"))).problem["zh-CN"]
        (dropped,) = (await door.answer(Drop(number=sent.number))).deliveries
        (again,) = (await door.answer(Retry(number=sent.number))).deliveries
        assert (dropped.state, again.state) == ("dropped", "waiting")
        (view,) = (await door.answer(Targets())).targets
        assert (view.waiting, view.state) == (1, "ready")


async def test_the_command_tries_a_target_for_real(tmp_path: Path) -> None:
    far = tmp_path / "far"
    far.mkdir()
    (tmp_path / "room.toml").write_text(ROOM + NAS.format(far=far), encoding="utf-8")
    status, told = await _command(tmp_path, "--lang", "zh-CN")
    assert status == 1
    assert str(far / MARKER) in told
    (far / MARKER).touch()
    status, told = await _command(tmp_path, "--lang", "en", more=("--json",))
    assert status == 0
    assert json.loads(told)["probe"]["proof"] == "read-back"
    assert [one.name for one in far.iterdir()] == [MARKER]


async def _command(folder: Path, *language: str, more: tuple[str, ...] = ()) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "classroom_edge", *language, "deliver", "test"),
        *(str(folder / "room.toml"), "nas", "--data", str(folder / "data"), *more),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await process.communicate()
    return process.returncode or 0, told.decode()
