"""Asset records: one row per device, as CSV that Excel opens rightly and as JSON."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from classroom_drivers.codecs.pjlink import Command
from classroom_drivers.emulators.pjlink import PJLinkEmulator
from classroom_edge.assets import Asset, plain, table
from classroom_edge.cli import run
from classroom_edge.room import DeviceView, ValueView
from tests.drivers.standing import standing
from tests.edge.website import school, website

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
ROOM = """
[room]
id = "room-301"
name = "三年级(2)班"
[[device]]
id = "projector"
name = "投影机"
driver = "pjlink"
url = "{url}"
"""


def an_asset(**values: object) -> Asset:
    told = {name.replace("_", "-"): (value, NOON) for name, value in values.items()}
    return Asset.of(
        room="room-301",
        room_name="三年级(2)班",
        id="projector",
        name="投影机",
        driver="pjlink",
        availability="online",
        values=told,
    )


def rows(said: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(said.removeprefix("\ufeff"))))


def test_a_device_is_one_row_under_a_head_in_the_language() -> None:
    asset = an_asset(maker="Epson", model="EB-L200F", serial_number="X4GY0001", lamp_hours=1234)
    head, row = rows(table([asset], "zh-CN"))
    told = dict(zip(head, row, strict=True))
    assert (told["厂商"], told["型号"], told["序列号"]) == ("Epson", "EB-L200F", "X4GY0001")
    assert told["灯泡小时"] == "1234"
    assert told["读取时间"] == "2026-09-01T12:00:00+00:00"
    assert told["固件"] == ""


def test_excel_is_told_that_it_is_utf_8() -> None:
    assert table([], "en").encode().startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    "said", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://evil","x")']
)
def test_nothing_that_a_device_says_computes(said: str) -> None:
    _, row = rows(table([an_asset(name=said)], "en"))
    assert all(cell == "" or cell[0] not in "=+-@\t\r\n" for cell in row)
    assert any(cell == f"'{said}" for cell in row)
    assert plain([an_asset(name=said)])[0]["device_name"] == said


def test_the_time_is_that_of_the_newest_of_these_values() -> None:
    values = {"model": ("M", NOON), "power": ("on", NOON + timedelta(hours=1))}
    common = {"room": "r", "room_name": "R", "id": "d", "name": "D", "driver": "x"}
    asset = Asset.of(**common, availability="online", values=values)
    assert asset.told_at == "2026-09-01T12:00:00+00:00"
    assert Asset.of(**common, availability="offline", values={}).told_at == ""


def test_the_command_writes_a_file(tmp_path: Path) -> None:
    projector = PJLinkEmulator(warm_up_s=0.0)
    projector.obey(Command("POWR", "1"), 0.0)
    room, out = tmp_path / "room.toml", tmp_path / "devices.csv"
    with standing(projector) as url:
        room.write_text(ROOM.format(url=url), encoding="utf-8")
        assert run(["devices", str(room), "--csv", str(out)], "en") == 0
        nowhere = str(tmp_path / "no-such-folder" / "devices.csv")
        assert run(["devices", str(room), "--csv", nowhere], "en") == 1
    head, row = rows(out.read_bytes().decode("utf-8"))
    told = dict(zip(head, row, strict=True))
    assert (told["Room"], told["Room's name"]) == ("room-301", "三年级(2)班")
    assert (told["Model"], told["Health"]) == ("Emulated Projector", "ok")


async def test_the_api_gives_the_same_to_whoever_may_see_the_room(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        evil = ValueView("=cmd", "polled", NOON)
        told = {"model": evil, "serial-number": ValueView("X4GY0001", "polled", NOON)}
        device = here.room.state().devices[0]
        here.room.change(devices=(replace(device, values=told), *here.room.state().devices[1:]))
        plainly = (await here.client.get("/api/v1/devices/assets.json")).json()
        answer = await here.client.get("/api/v1/devices/assets.csv")
    assert [one["id"] for one in plainly] == [one.id for one in here.room.state().devices]
    assert plainly[0]["model"] == "=cmd"
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    found = rows(answer.content.decode("utf-8"))
    assert "'=cmd" in found[1]
    assert "X4GY0001" in found[1]
    assert json.dumps(plainly)


@pytest.mark.parametrize("kind", ["csv", "json"])
async def test_nobody_else_may_have_it(tmp_path: Path, kind: str) -> None:
    async with school(tmp_path) as here:
        path = f"/api/v1/devices/assets.{kind}"
        assert (await here.client.get(path)).status_code == 401
        await here.log_in(here.client)
        assert (await here.client.get(path)).status_code == 200


def test_a_device_view_has_what_an_asset_needs() -> None:
    assert {"id", "name", "driver", "availability", "values"} <= set(DeviceView.__slots__)
