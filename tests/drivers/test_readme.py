"""The README of the drivers is true: its examples run, and its driver in one file is whole."""

import ast
import asyncio
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType

import pytest

from classroom_drivers import connect
from classroom_drivers.api import Availability
from classroom_drivers.codecs.pjlink import Command
from classroom_drivers.contract import differences
from classroom_drivers.emulated import make
from classroom_drivers.emulators.pjlink import PJLinkEmulator
from classroom_drivers.quality import check, entry
from classroom_drivers.transcript_text import read
from classroom_edge.cli import run
from tests.drivers.standing import standing
from tests.drivers.virtual import virtual

FOLDER = Path(__file__).parents[2] / "drivers"
PAGE = (FOLDER / "README.md").read_text(encoding="utf-8")
EXAMPLE = FOLDER / "example"
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
PYTHON = [text for language, text in BLOCKS if language == "python"]
PROGRAMS = [text for text in PYTHON if "connect(" in text]
PARTS = [text for text in PYTHON if "connect(" not in text]
ADDRESS = "tcp://192.168.1.20"


@pytest.fixture
def curtain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have the example installed, as pip would."""
    installed = tmp_path / "curtain-1.0.dist-info"
    installed.mkdir()
    head = "Metadata-Version: 2.1\nName: curtain\nVersion: 1.0\n"
    (installed / "METADATA").write_text(head, encoding="utf-8")
    (entry_point,) = (text for language, text in BLOCKS if language == "toml")
    assert entry_point in (EXAMPLE / "pyproject.toml").read_text(encoding="utf-8")
    points = re.sub(r"\[project\.entry-points\.(\w+)\]", r"[\1]", entry_point).replace('"', "")
    (installed / "entry_points.txt").write_text(points, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.syspath_prepend(str(EXAMPLE))
    yield
    sys.modules.pop("curtain", None)


@pytest.mark.parametrize("number", range(len(PROGRAMS)))
def test_its_examples_run(number: int, capsys: pytest.CaptureFixture[str]) -> None:
    projector = PJLinkEmulator(password="JBMIA", warm_up_s=0.0)
    projector.obey(Command("POWR", "1"), 0.0)
    with standing(projector) as url:
        source = PROGRAMS[number].replace(ADDRESS, url)
        code = compile(source, "README.md", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        running = FunctionType(code, {"connect": connect, "__builtins__": __builtins__})()
        if inspect.iscoroutine(running):
            asyncio.run(running)
    assert re.search(r"\bon\b|warming|power", capsys.readouterr().out)


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.split()[0])
def test_its_driver_is_the_one_of_the_example(part: str) -> None:
    assert part in (EXAMPLE / "curtain.py").read_text(encoding="utf-8")


@pytest.mark.usefixtures("curtain")
def test_its_driver_lacks_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert [line.missing for line in check("curtain")] == [()] * 4
    assert entry("curtain").capabilities == ("cover",)
    assert run(["drivers", "check", "curtain"], "en") == 0
    said = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    (shown,) = (text for _, text in BLOCKS if text.startswith("$ classroom-edge drivers check"))
    assert shown.splitlines()[1:] == said


@pytest.mark.usefixtures("curtain")
def test_its_driver_works_over_a_real_terminal(tmp_path: Path) -> None:
    with (
        standing(make("curtain"), f"serial://{tmp_path}/motor") as url,
        connect("curtain", url) as device,
    ):
        assert device.state().availability is Availability.ONLINE
        device.open_cover()
        assert device.state().values["cover-1"].value == "opening"


@pytest.mark.usefixtures("curtain")
@virtual
async def test_its_transcript_replays() -> None:
    (text,) = (text for _, text in BLOCKS if text.startswith("# transcript"))
    assert await differences(read(text)) == []


def test_every_file_that_it_names_is_there() -> None:
    prose = re.sub(r"^```.*?^```", "", PAGE, flags=re.MULTILINE | re.DOTALL)
    for name in re.findall(r"\]\(([^)#]+)\)", prose):
        assert (FOLDER / name).exists(), name
