"""What the README of code sheets tells people to do, done."""

import asyncio
import re
import sys
from pathlib import Path

import pytest

from classroom_drivers.code_sheet.lint import lint
from classroom_drivers.codecs.sheet_checksum import CHECKSUMS
from classroom_drivers.devices.code_sheet import EXAMPLE

TEXT = (EXAMPLE.parent / "README.md").read_text(encoding="utf-8")


def block(language: str, number: int = 0) -> str:
    """Give a code block of the README."""
    found: list[str] = re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)
    return found[number]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "panel.toml").write_text(block("toml"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_sheet_of_the_readme_is_without_a_mistake(folder: Path) -> None:
    assert [
        mistake.tell("en") for mistake in lint(folder / "panel.toml") if not mistake.advice
    ] == []


def test_the_frames_of_its_table_are_those_of_its_sheet() -> None:
    sheet = block("toml")
    for frame in re.findall(r'= "(AA BB CC [0-9A-F ]{23})"', sheet.partition("[replied]")[0]):
        assert f"`{frame}`" in TEXT.partition("```toml")[0]


async def test_the_commands_of_the_readme_work(folder: Path) -> None:
    command = block("sh").split()
    command[-1] = "tcp://127.0.0.1:0"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "classroom_edge", *command[1:]),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    try:
        async with asyncio.timeout(30):
            ready, url = (await process.stdout.readline()).decode().split()
        assert ready == "ready"
        script = block("python").replace("tcp://127.0.0.1:5555", url)
        worked = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", script), stdout=asyncio.subprocess.PIPE
        )
        out, _ = await worked.communicate()
        assert worked.returncode == 0
        assert b"warming" in out
    finally:
        process.terminate()
        await process.wait()


async def test_the_lint_of_the_readme_works(folder: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", block("python", 1)), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    assert b"Nothing proves these" in out


def test_every_checksum_rule_is_named() -> None:
    for name in CHECKSUMS:
        assert f"`{name}`" in TEXT
