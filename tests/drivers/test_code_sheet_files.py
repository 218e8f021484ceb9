"""Sheets as files: those that are shipped, those of the users, and hostile ones."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom_drivers import emulated, registry
from classroom_drivers.api import (
    PowerState,
    UnsupportedError,
)
from classroom_drivers.code_sheet.catalogue import entries
from classroom_drivers.code_sheet.controller_side import ControllerSide
from classroom_drivers.code_sheet.examples import coverage
from classroom_drivers.code_sheet.lint import check, lint, read
from classroom_drivers.code_sheet.mistakes import LANGUAGES
from classroom_drivers.code_sheet.reading import examine
from classroom_drivers.devices.code_sheet import EXAMPLE, shipped_sheet
from classroom_drivers.emulators.code_sheet import SheetEmulator, emulator_of
from tests.drivers.benches import make, running
from tests.drivers.rigs.code_sheet import SHEETS
from tests.drivers.test_code_sheet import HEAD, SHARED, value
from tests.drivers.virtual import until, virtual


@pytest.mark.parametrize("name", SHEETS)
def test_a_shipped_sheet_is_right_and_its_examples_agree(name: str) -> None:
    path = EXAMPLE.parent / SHEETS[name].partition(":")[2]
    assert [mistake.tell("en") for mistake in lint(path) if not mistake.advice] == []


@pytest.mark.parametrize("name", SHEETS)
def test_a_shipped_sheet_has_examples_of_its_power(name: str) -> None:
    proved, _ = coverage(shipped_sheet(SHEETS[name]))
    assert {"power", "power on"} & set(proved)


@pytest.mark.parametrize("name", SHEETS)
@virtual
async def test_a_device_of_a_sheet_is_never_hurried(name: str) -> None:
    async with running(make(f"{name}-serial")) as bench:
        await until(lambda: bench.online)
        await bench.device.set_power(on=True)
        await until(lambda: value(bench, "power") is PowerState.ON, within_s=120)
        for choice in bench.device.choices["input"][:3]:
            await bench.device.select_input(name=choice)
        await asyncio.sleep(60)
        assert bench.emulator.too_fast == 0


def test_a_hurried_device_loses_what_comes_too_soon() -> None:
    device = emulator_of(shipped_sheet(SHEETS["nec"]))
    session = device.session(0.0)
    ask = b"\x010A0A06\x0201D6\x03t\r"
    assert session.receive(ask, 0.0)
    assert not session.receive(ask, 0.3)
    assert device.too_fast == 1
    assert session.receive(ask, 1.0)


def test_a_sheet_of_the_users_is_a_driver_with_its_own_options(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(HEAD + SHARED, encoding="utf-8")
    device = registry.prepare(
        "code-sheet", f"serial:///dev/null?sheet={path}&id=3&pace=0.5", options={}
    )
    assert device.capabilities == ("freeze",)
    with pytest.raises(UnsupportedError, match="id"):
        registry.prepare("code-sheet", "tcp://h:1", options={"sheet": str(path), "id": "x"})
    with pytest.raises(UnsupportedError, match="sheet"):
        registry.prepare("code-sheet", "tcp://h:1")
    with pytest.raises(UnsupportedError, match="no sheet at"):
        registry.prepare("code-sheet", "tcp://h:1", options={"sheet": "/no/such.toml"})


def test_only_code_sheet_takes_a_sheet() -> None:
    assert isinstance(emulated.make("code-sheet", sheet=str(EXAMPLE)), SheetEmulator)
    with pytest.raises(UnsupportedError, match="only code-sheet"):
        emulated.make("pjlink", sheet=str(EXAMPLE))


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe\x00",
        b"x = " + b"[" * 5000,
        b'x = "' + b"a" * 100_000 + b'"',
        b"[power]\n" + b"".join(b"k%d = 1\n" % n for n in range(3000)),
        b"[power]\nset = 1\nask = []\nvalues = [1]\nanswer = 2.5\n",
        b"sheet = 1\nline = 2\ncommands = []\nreplies = 'x'\npower = true\n",
        b"[[power]]\n[[power]]\n",
        b"[options]\nid = { default = 1, from = 9, to = 2 }\n[power]\nask='{id}'\nanswer='{*}{*}'",
    ],
    ids=["bytes", "deep", "long", "many", "kinds", "tables", "lists", "ranges"],
)
def test_a_hostile_sheet_is_refused_and_within_bounds(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "hostile.toml"
    path.write_bytes(content)
    with pytest.raises(UnsupportedError):
        read(path)
    mistakes = lint(path)
    assert 0 < len(mistakes) <= 200
    assert all(mistake.tell(language) for mistake in mistakes for language in LANGUAGES)


TEXTS = {
    name: (EXAMPLE.parent / place.partition(":")[2]).read_text() for name, place in SHEETS.items()
}
TOKENS = [
    "{value}",
    "{id}",
    "{*}",
    "{?}",
    "<CR>",
    '"',
    "[",
    "]",
    "=",
    "0x1FF",
    "-1",
    "true",
    "AA ",
    "",
]


@given(
    st.sampled_from(sorted(SHEETS)),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 9))),
    st.data(),
)
def test_whatever_is_done_to_a_sheet_lint_answers_and_a_right_one_can_be_spoken(
    name: str, places: list[tuple[float, int]], data: st.DataObject
) -> None:
    text = TEXTS[name]
    for share, length in places[:6]:
        at = int(share * len(text))
        text = text[:at] + data.draw(st.sampled_from(TOKENS)) + text[at + length :]
    sheet, findings = examine(text.encode())
    if sheet and not findings.grave:
        check(sheet, findings)
    for mistake in findings.mistakes:
        assert mistake.tell("en")
        assert mistake.tell("zh-CN")
    if sheet and not findings.grave:
        side, device = ControllerSide(sheet, sheet.defaults()), emulator_of(sheet).session(0.0)
        for found in entries(sheet.controls):
            device.receive(found.spell(side), 1e9)
