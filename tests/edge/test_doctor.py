"""``classroom-edge doctor``: every part of the machine is looked at, and a remedy is a command."""

import json
from pathlib import Path

import pytest

from classroom_edge.cli import run
from classroom_edge.commands.doctor import doctor
from classroom_edge.commands.machine import Finding, Verdict, findings
from classroom_edge.parts import PARTS, runs_here
from classroom_edge.words import LANGUAGES, words
from classroom_media.encode.hardware import lacking

ENCODERS = ("h264_qsv", "h264_nvenc", "h264_amf", "h264_v4l2m2m", "libx264")

Output = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Finding]:
    return {one.name: one for one in findings(tmp_path_factory.mktemp("data") / "not" / "there")}


def test_every_part_is_looked_at(found: dict[str, Finding]) -> None:
    others = {
        "python", "display", "disk", "clock", "cameras", "encoders", "serial-ports", "time-zone",
        "ipv6",
    }  # fmt: skip
    assert found.keys() == {part.name for part in PARTS} | others | {*ENCODERS}


def test_every_part_has_a_name_in_every_language(found: dict[str, Finding]) -> None:
    for name in found:
        assert all(words("cli").say(f"doctor.{name}", language) for language in LANGUAGES)


def test_what_is_missing_says_what_one_loses(found: dict[str, Finding]) -> None:
    for one in found.values():
        if one.verdict is not Verdict.GOOD:
            assert one.loss.keys() == set(LANGUAGES)


def test_encoders_are_tried_and_those_that_were_not_are_said_to_be_so(
    found: dict[str, Finding],
) -> None:
    assert "libx264" in found["encoders"].detail
    for name in ENCODERS:
        works = found[name].outcome == "works"
        assert works == (name in found["encoders"].detail) == (not found[name].loss)
        if missing := lacking(name):
            assert (found[name].outcome, found[name].detail) == ("not-tried", missing)


def test_the_disk_is_measured(found: dict[str, Finding]) -> None:
    assert "MB/s, fsync" in found["disk"].detail


def test_a_part_of_the_table_is_found_when_it_is_there(found: dict[str, Finding]) -> None:
    for part in PARTS:
        if part.name != "libvlc":
            assert (found[part.name].verdict is Verdict.GOOD) == runs_here(part.name)


@pytest.mark.needs("libvlc")
def test_libvlc_is_tried_in_a_process_of_its_own(found: dict[str, Finding]) -> None:
    assert found["libvlc"].detail[0].isdigit()  # its version


def test_programs_get_json(tmp_path: Path, capsys: Output) -> None:
    status = doctor(as_json=True, language="en", data=tmp_path)
    told = json.loads(capsys.readouterr().out)
    assert {"name", "verdict", "detail", "without", "remedy"} == told[0].keys()
    outcomes = {one["name"]: one["outcome"] for one in told if "outcome" in one}
    assert outcomes.keys() == {*ENCODERS}
    assert outcomes["libx264"] == "works"
    assert status == int(any(one["verdict"] == "bad" for one in told))


def test_people_get_a_table_in_their_language(capsys: Output) -> None:
    assert run(["doctor"], "zh-CN") in {0, 1}
    said = capsys.readouterr().out
    assert "磁盘" in said
    assert "时钟同步" in said


def test_a_folder_that_cannot_be_written_is_bad() -> None:
    told = {one.name: one for one in findings(Path("/proc"))}  # not even by root
    assert told["disk"].verdict is Verdict.BAD
    assert told["disk"].loss.keys() == set(LANGUAGES)
