"""What each driver claims: no more than its evidence, and SUPPORTED.md no other than that."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import pytest

from classroom_drivers import quality, registry
from classroom_drivers.devices.about import About
from classroom_drivers.quality import Entry, Maturity, Quality, check, entry
from classroom_drivers.registry import DRIVERS
from classroom_drivers.supported import markdown
from classroom_drivers.transcript import Evidence, Kind, Step, Transcript
from classroom_drivers.transcript_text import write

PAGE = Path(__file__).parents[2] / "drivers" / "SUPPORTED.md"
AGAIN = "classroom-edge drivers list --markdown > drivers/SUPPORTED.md"
ABOUT = About(title="Curtains", reached_by=("tcp://host",), sources=("manual, page 3",))


def recorded(source: Evidence) -> Transcript:
    step = Step(0.0, Kind.EXPECTED, text="power on")
    when = datetime(2026, 9, 1, tzinfo=UTC)
    return Transcript(driver="x", model="X1", recorded=when, source=source, steps=(step,))


@pytest.mark.parametrize(
    ("models", "sources", "maturity"),
    [
        ((), (), Maturity.UNTRIED),
        (("one",), (), Maturity.EMULATOR),
        (("one",), (Evidence.EMULATOR,), Maturity.EMULATOR),
        ((), (Evidence.EMULATOR,), Maturity.UNTRIED),
        (("one",), (Evidence.BENCH,), Maturity.BENCH),
        (("one",), (Evidence.BENCH, Evidence.FIELD), Maturity.FIELD),
    ],
)
def test_maturity_is_what_the_evidence_gives_and_no_more(
    models: tuple[str, ...], sources: tuple[Evidence, ...], maturity: Maturity
) -> None:
    transcripts = tuple(map(recorded, sources))
    assert Entry("x", ABOUT, ("power",), models, transcripts).maturity is maturity


def test_the_page_is_what_the_registry_and_the_transcripts_say() -> None:
    entries = [entry(name) for name in sorted(DRIVERS)]
    assert PAGE.read_text(encoding="utf-8") == markdown(entries), f"run: {AGAIN}"


def test_the_page_names_what_a_driver_was_tried_on_and_nothing_emulated() -> None:
    tried = Entry("x", ABOUT, ("cover",), ("one",), (recorded(Evidence.BENCH),))
    said = markdown([tried])
    assert "Tried on: X1, 2026-09-01 (bench)" in said
    emulated = replace(tried, transcripts=(recorded(Evidence.EMULATOR),))
    assert "Tried on" not in markdown([emulated])


@pytest.mark.parametrize("name", sorted(DRIVERS))
def test_nothing_is_missing_that_can_be_had_without_the_device(name: str) -> None:
    missing = [f"{line.quality}: {one}" for line in check(name) for one in line.missing]
    assert missing == []


# a driver that somebody else has installed

CURTAIN = '''
"""Curtains.{docstring}"""
from classroom_drivers.devices.line_device import LineDevice
{about}
class Curtain(LineDevice):
{body}
'''


@pytest.fixture
def others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a folder from which the registry takes a driver "curtain"."""
    package = tmp_path / "curtains"
    package.mkdir()
    (package / "__init__.py").touch()
    installed = tmp_path / "curtains-1.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: curtains\nVersion: 1\n")
    points = "[classroom_drivers]\ncurtain = curtains.driver:Curtain\n"
    (installed / "entry_points.txt").write_text(points)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield package
    for module in [name for name in sys.modules if name.split(".")[0] == "curtains"]:
        del sys.modules[module]


def test_a_bare_driver_of_somebody_else_is_told_all_that_it_lacks(others: Path) -> None:
    source = CURTAIN.format(docstring="", about="", body="    pass")
    (others / "driver.py").write_text(source)
    assert "curtain" in registry.drivers()
    assert metadata.version("curtains") == "1"
    lines = {line.quality: line.missing for line in check("curtain")}
    said = " ".join(lines[Quality.DESCRIBED])
    for lacking in ("ABOUT.title", "ABOUT.sources", "'Source:'", "'Checked on:'", "capability"):
        assert lacking in said
    assert "MODELS" in lines[Quality.EMULATED][0]
    assert lines[Quality.CONFORMS] == ("something to try it on",)
    assert entry("curtain").maturity is Maturity.UNTRIED


def test_a_driver_that_does_not_conform_is_told_what_it_should_have_done(others: Path) -> None:
    source = CURTAIN.format(
        docstring="\n\nChecked on: emulator only.\nSource: manual, page 3.\n",
        about="from classroom_drivers.emulators.kmtronic import MODELS\n"
        "from classroom_drivers.devices.kmtronic import KMTronicRelay as LineDevice\n",
        body="    async def set_relay(self, *, on: bool, channel: int = 1) -> None:\n"
        "        '''Do nothing.'''\n",
    )
    (others / "driver.py").write_text(source)
    lines = {line.quality: line for line in check("curtain")}
    assert lines[Quality.DESCRIBED].missing == ()
    assert lines[Quality.EMULATED].there_is[0] == "one"
    assert "relay-1 is True" in lines[Quality.CONFORMS].missing[0]


def test_the_transcripts_of_somebody_else_count_for_their_driver(others: Path) -> None:
    test_a_driver_that_does_not_conform_is_told_what_it_should_have_done(others)
    (others / "transcripts").mkdir()
    good = write(replace(recorded(Evidence.FIELD), driver="curtain"))
    (others / "transcripts" / "curtain_x1_unknown.txt").write_text(good, encoding="utf-8")
    (others / "transcripts" / "curtain_x2_unknown.txt").write_text("nonsense", encoding="utf-8")
    assert entry("curtain").maturity is Maturity.FIELD
    line = next(line for line in check("curtain") if line.quality is Quality.PROVED)
    assert line.there_is == ("curtain_x1_unknown.txt (field)",)
    assert any("power should be on" in one for one in line.missing)
    assert any("line 1" in one for one in line.missing)


def test_the_scale_has_four_lines() -> None:
    assert [line.quality for line in quality.check("kmtronic")] == list(Quality)
