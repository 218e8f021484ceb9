"""``classroom-edge drivers``: which there are, and what they or a code sheet still lack."""

import json
from pathlib import Path

import pytest

from classroom_drivers.quality import entry
from classroom_drivers.registry import DRIVERS
from classroom_edge.cli import run

Output = pytest.CaptureFixture[str]
SHEETS = Path(__file__).parents[2] / "drivers" / "classroom_drivers" / "sheets"


def test_every_driver_is_listed_with_what_it_can_and_how_far_it_was_tried(capsys: Output) -> None:
    assert run(["drivers", "list", "--json"], "en") == 0
    told = {one["name"]: one for one in json.loads(capsys.readouterr().out)}
    assert told.keys() >= set(DRIVERS)
    assert told["kmtronic"]["capabilities"] == ["relay"]
    assert told["kmtronic"]["maturity"] in {"emulator", "bench", "field"}


@pytest.mark.parametrize(("language", "word"), [("zh-CN", "验证程度"), ("en", "Tried on")])
def test_people_get_a_table_in_their_language(language: str, word: str, capsys: Output) -> None:
    assert run(["drivers", "list"], language) == 0
    said = capsys.readouterr().out
    assert word in said
    assert "pjlink" in said


def test_the_page_of_supported_devices_is_written_for_the_repository(capsys: Output) -> None:
    assert run(["drivers", "list", "--markdown"], "zh-CN") == 0
    assert capsys.readouterr().out.startswith("# Supported devices")


def test_a_driver_is_checked_in_four_lines(capsys: Output) -> None:
    assert run(["drivers", "check", "kmtronic"], "en") == 0
    said = capsys.readouterr().out
    assert said.count("✓") == 4
    assert run(["drivers", "check", "kmtronic", "--json"], "en") == 0
    (told,) = json.loads(capsys.readouterr().out)
    lines = [line["line"] for line in told["scale"]]
    assert lines == ["described", "emulated", "conforms", "proved"]


@pytest.mark.parametrize(("language", "word"), [("en", "none yet"), ("zh-CN", "还没有")])
def test_a_driver_without_transcripts_is_told_how_to_get_one(
    language: str, word: str, capsys: Output
) -> None:
    name = next(name for name in DRIVERS if not entry(name).transcripts)
    assert run(["drivers", "check", name], language) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.startswith(f"{name}: ")
    assert [line.split()[0] for line in lines] == ["✓", "✓", "✓", "–"]
    assert word in lines[-1]
    assert "classroom-edge probe" in lines[-1]


def test_an_unknown_driver_is_wrong_use(capsys: Output) -> None:
    assert run(["drivers", "check", "no-such"], "en") == 2
    assert "pjlink" in capsys.readouterr().err


def test_a_code_sheet_is_checked_by_its_file(tmp_path: Path, capsys: Output) -> None:
    good = next(iter(sorted(SHEETS.glob("*.toml"))))
    assert run(["drivers", "check", str(good), "--json"], "en") == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert told["sheet"] == str(good)
    assert [line["line"] for line in told["scale"]] == ["conforms"]
    assert "power" in told["scale"][0]["there_is"]
    bad = tmp_path / "bad.toml"
    bad.write_text("title = 3\n", encoding="utf-8")
    assert run(["drivers", "check", str(bad)], "zh-CN") == 1
    assert "bad.toml" in capsys.readouterr().out
    assert run(["drivers", "check", str(tmp_path / "none.toml")], "en") == 1


def test_a_sheet_whose_device_does_not_do_what_it_says_is_told(
    tmp_path: Path, capsys: Output
) -> None:
    sheet = (SHEETS / "example.toml").read_text(encoding="utf-8")
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(sheet.replace("warm-up-s = 15", "warm-up-s = 600"), encoding="utf-8")
    assert run(["drivers", "check", str(wrong)], "en") == 1
    assert "✗ does what it promises" in capsys.readouterr().out
    assert run(["drivers", "check", str(SHEETS / "example.toml")], "en") == 0
    assert "✓ does what it promises  power, input-select" in capsys.readouterr().out
