"""Code sheets: the language of frames, what a device does by its sheet, and hostile files."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom_drivers import emulated, registry
from classroom_drivers.api import (
    Availability,
    PowerState,
    RefusedError,
    UnsupportedError,
    ValueSource,
)
from classroom_drivers.code_sheet.catalogue import entries
from classroom_drivers.code_sheet.controller_side import ControllerSide
from classroom_drivers.code_sheet.examples import coverage
from classroom_drivers.code_sheet.lint import check, lint, read
from classroom_drivers.code_sheet.mistakes import LANGUAGES
from classroom_drivers.code_sheet.reading import examine
from classroom_drivers.code_sheet.sheet import Sheet
from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.codecs.sheet_checksum import CHECKSUMS, Rule
from classroom_drivers.codecs.sheet_format import UnclearError, format_of
from classroom_drivers.codecs.sheet_frame import Shape, parse
from classroom_drivers.codecs.sheet_stream import Heard
from classroom_drivers.devices.code_sheet import EXAMPLE, bind, shipped_sheet
from classroom_drivers.emulators.box import Box
from classroom_drivers.emulators.code_sheet import SheetEmulator, emulator_of
from classroom_drivers.emulators.memory import MemoryTransport
from tests.drivers.benches import Bench, make, running
from tests.drivers.rigs.code_sheet import SHEETS
from tests.drivers.virtual import until, virtual

HEAD = """
[sheet]
title = "a test"
sources = ["this test"]
[line]
spelled = "text"
[commands]
frame = "{body}<CR>"
cut = { ends = "<CR>" }
"""


def shape(text: str, *, in_hex: bool = True, **computed: Rule) -> Shape:
    return Shape(parse("{body}", in_hex=in_hex), parse(text, in_hex=in_hex), computed)


def sheet_of(text: str, folder: Path) -> Sheet:
    path = folder / "sheet.toml"
    path.write_text(HEAD + text, encoding="utf-8")
    return read(path)


def bench_of(sheet: Sheet, emulator: SheetEmulator | None = None, **options: Any) -> Bench:
    made = emulator or emulator_of(sheet)
    box = Box(made)
    wire = MemoryTransport(box, byte_s=10 / 9600)
    return Bench(bind(sheet)(wire, **options), made, box, wire)


def value(bench: Bench, name: str) -> object:
    values = bench.device.state().values
    return values[name].value if name in values else None


# frames


@pytest.mark.parametrize(
    ("text", "in_hex", "words", "spelled"),
    [
        ("AA 03 {value}", True, {"value": 30}, "AA 03 1E"),
        ("AA {value:u16le} ??", True, {"value": 300}, "AA 2C 01 00"),
        ("02 'PON' 03", True, {}, "02 50 4F 4E 03"),
        ("ka {id:02x} ff<CR>", False, {"id": 10}, "6B 61 20 30 61 20 66 66 0D"),
        ("8{id:02d}s!{value:03d}<0D>", False, {"id": 1, "value": 1}, "38 30 31 73 21 30 30 31 0D"),
        ("<SOH>0{id+64:u8}0<STX>", False, {"id": 1}, "01 30 41 30 02"),
        ("{text:h}", False, {"text": "AB"}, "34 31 34 32"),
        ("hex: AA BB", False, {}, "AA BB"),
    ],
)
def test_a_frame_is_spelled_and_read_back(
    text: str, in_hex: bool, words: dict[str, Any], spelled: str
) -> None:
    made = shape(text, in_hex=in_hex)
    assert made.spell(words) == bytes.fromhex(spelled)
    assert made.read(bytes.fromhex(spelled)) == words


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("AA B", "not-hex"),
        ("AA {value:u99}", "unknown-format"),
        ("AA {Value}", "bad-placeholder"),
        ("{*} {*}", "run-together"),
        ("{a:s} 01 {b:s} 02 {c:s} 03 {d:s}", "too-loose"),
        ("AA " * 400, "too-long"),
        ("{sum:d}", "loose-checksum"),
    ],
)
def test_a_frame_that_makes_no_sense_says_why(text: str, key: str) -> None:
    with pytest.raises(UnclearError) as unclear:
        shape(text, sum=Rule(name="sum8"))
    assert unclear.value.key == key


@pytest.mark.parametrize(
    ("rule", "text", "documented"),
    [
        (Rule(name="sum8", over="before", skip=3), "AA BB CC 03 00 1E {x}", "AA BB CC 03 00 1E 21"),
        (Rule(name="xor8"), "05 01 00 18 02 {x}", "05 01 00 18 02 1E"),
        (Rule(name="sum8-negated"), "02 0D {x}", "02 0D F1"),
        (Rule(name="sum8-inverted"), "02 0D {x}", "02 0D F0"),
        (Rule(name="sum16"), "FF FF {x:u16be}", "FF FF 01 FE"),
        (Rule(name="crc8"), "'123456789' {x}", "31 32 33 34 35 36 37 38 39 F4"),
        (Rule(name="crc16-modbus"), "01 05 00 00 FF 00 {x:u16le}", "01 05 00 00 FF 00 8C 3A"),
        (Rule(name="crc16-ccitt"), "'123456789' {x:u16be}", "31 32 33 34 35 36 37 38 39 29 B1"),
        (Rule(name="crc16-xmodem"), "'123456789' {x:u16be}", "31 32 33 34 35 36 37 38 39 31 C3"),
        (Rule(name="length", over="frame"), "{x} 01 00 18 02", "05 01 00 18 02"),
        (Rule(name="sum8"), "'ab' {x:02X}", "61 62 43 33"),
    ],
)
def test_checksums_are_those_of_the_books(rule: Rule, text: str, documented: str) -> None:
    made = shape(text, x=rule)
    frame = bytes.fromhex(documented)
    assert made.spell({}) == frame
    assert made.read(frame) == {}
    assert made.read(frame[:-1] + bytes([frame[-1] ^ 1])) is None


def test_every_checksum_is_within_its_width() -> None:
    for name, compute in CHECKSUMS.items():
        assert 0 <= compute(bytes(range(200))) <= 0xFFFF, name


@given(
    st.sampled_from(["u8", "u16le", "u16be", "u24be", "u32le", "03d", "d", "02X", "x"]), st.data()
)
def test_numbers_survive_their_formats(name: str, data: st.DataObject) -> None:
    form = format_of(name)
    number = data.draw(st.integers(0, form.largest))
    assert form.fits(number)
    assert not form.fits(form.largest + 1)
    assert form.read(form.spell(number)) == number


def test_a_frame_with_a_wrong_checksum_is_noise_and_the_next_one_is_read() -> None:
    decoder = read(EXAMPLE).replies.decoder()
    found = decoder.feed(bytes.fromhex("AABBCC800000 81 DDEEFF AABBCC80010081DDEEFF"))
    assert found[-1] == Heard(bytes.fromhex("AABBCC80010081DDEEFF"))
    assert all(isinstance(noise, Garbage) for noise in found[:-1])


# the sheets that are shipped


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


# what a device does by its sheet


VOLUME = """
[replies]
accepted = "OK"
[replies.refused]
"NO" = "not now"
[replies.busy]
"WAIT" = "busy"
[replies.unsupported]
"WHAT" = "no such thing"
[power]
set = "PWR{value:d}"
ask = "PWR?"
answer = "P{value:d}"
values = { on = 1, off = 0 }
standby-reply = "NO"
[volume]
set = "VOL{value:02d}"
ask = "VOL?"
answer = "V{value:02d}"
range = [0, 20]
"""


@virtual
async def test_coarse_steps_of_the_device_do_not_move_the_slider(tmp_path: Path) -> None:
    async with running(bench_of(sheet_of(VOLUME, tmp_path))) as bench:
        await until(lambda: bench.online)
        await bench.device.set_power(on=True)
        await until(lambda: value(bench, "volume") == 40)
        await bench.device.set_volume(percent=37)
        await until(lambda: bench.device.state().values["volume"].source is ValueSource.POLLED)
        assert bench.emulator.states["volume", 1] == 7  # of 20
        assert value(bench, "volume") == 37


@virtual
async def test_acceptances_and_refusals_mean_what_the_sheet_says(tmp_path: Path) -> None:
    sheet = sheet_of(VOLUME, tmp_path)
    says = {b"VOL07\r": b"WAIT\r"}

    class Moody(SheetEmulator):
        def obey(self, request: Any, now_s: float) -> bytes:
            if request.control.name == "volume" and says:
                return says.pop(b"VOL07\r")
            return super().obey(request, now_s)

    async with running(bench_of(sheet, Moody(sheet=sheet, power=PowerState.ON))) as bench:
        await until(lambda: value(bench, "power") is PowerState.ON)
        says.clear()
        for said, error in ((b"NO\r", RefusedError), (b"WHAT\r", UnsupportedError)):
            says[b"VOL07\r"] = said
            with pytest.raises(error):
                await bench.device.set_volume(percent=35)
        says[b"VOL07\r"] = b"WAIT\r"
        await bench.device.set_volume(percent=35)  # asked again until it was free
        assert bench.emulator.states["volume", 1] == 7


@virtual
async def test_what_is_of_no_use_in_standby_is_refused_and_not_asked(tmp_path: Path) -> None:
    async with running(bench_of(sheet_of(VOLUME, tmp_path))) as bench:
        await until(lambda: value(bench, "power") is PowerState.OFF)
        with pytest.raises(RefusedError, match="standby"):
            await bench.device.set_volume(percent=10)
        await asyncio.sleep(20)
        assert not any(data.startswith(b"VOL") for _, data in bench.wire.written)


TOGGLE = """
[freeze]
toggle = "FRZ"
ask = "FRZ?"
answer = { on = "frozen", off = "running" }
[keys]
set = { menu = "MENU" }
[relay]
channels = 3
set = { on = "R{channel:d}1", off = "R{channel:d}0" }
ask = "R?"
answer = "R={value:02X}"
bits = true
"""


@virtual
async def test_a_toggle_is_pressed_only_when_it_has_to_be(tmp_path: Path) -> None:
    async with running(bench_of(sheet_of(TOGGLE, tmp_path))) as bench:
        await until(lambda: value(bench, "freeze") is False)
        for on in (True, True, False):
            await bench.device.set_freeze(on=on)
        pressed = [data for _, data in bench.wire.written if data == b"FRZ\r"]
        assert len(pressed) == 2
        await until(lambda: bench.emulator.states["freeze", 1] == "off")


@virtual
async def test_one_answer_may_tell_of_all_contacts(tmp_path: Path) -> None:
    async with running(bench_of(sheet_of(TOGGLE, tmp_path))) as bench:
        await until(lambda: value(bench, "relay-3") is False)
        await bench.device.set_relay(on=True, channel=2)
        await until(lambda: bench.device.state().values["relay-2"].source is ValueSource.POLLED)
        relays = [value(bench, f"relay-{channel}") for channel in (1, 2, 3)]
        assert relays == [False, True, False]
        with pytest.raises(UnsupportedError, match="1 to 3"):
            await bench.device.set_relay(on=True, channel=4)


@virtual
async def test_a_device_without_power_in_its_sheet_has_no_power(tmp_path: Path) -> None:
    bench = bench_of(sheet_of(TOGGLE, tmp_path))
    assert bench.device.capabilities == ("freeze", "relay", "keys")
    with pytest.raises(UnsupportedError):
        await bench.device.perform("power", "set-power", {"on": True})


COVER = """
[cover]
channels = 2
set = { open = "C{channel:d}O", close = "C{channel:d}C", stop = "C{channel:d}S" }
travel-s = 12
[presets]
recall = "PR{number:02d}"
store = "PS{number:02d}"
range = [1, 12]
[sensor.temperature-c]
ask = "T?"
answer = "T{value:d}"
scale = 0.1
add = -40
[health.faults]
ask = "E?"
answer = "E{value:02X}"
values = { fan = 0, lamp = 3 }
bits = true
"""


@virtual
async def test_a_curtain_that_tells_nothing_arrives_when_it_has_had_the_time(
    tmp_path: Path,
) -> None:
    async with running(bench_of(sheet_of(COVER, tmp_path))) as bench:
        await until(lambda: bench.online)
        await bench.device.close_cover(channel=2)
        assert value(bench, "cover-2") == "closing"
        took_s = await until(lambda: value(bench, "cover-2") == "closed", within_s=20)
        assert took_s >= 11
        await bench.device.open_cover(channel=2)
        await bench.device.stop_cover(channel=2)
        assert value(bench, "cover-2") == "stopped"
        await until(lambda: bench.emulator.states["cover", 2] == "stopped")


@virtual
async def test_presets_sensors_and_fault_bits(tmp_path: Path) -> None:
    async with running(bench_of(sheet_of(COVER, tmp_path))) as bench:
        await until(lambda: bench.online)
        await bench.device.recall_preset(number=12)
        await until(lambda: bench.emulator.acts == ["recall 12"])
        with pytest.raises(UnsupportedError, match="1 to 12"):
            await bench.device.recall_preset(number=13)
        await until(lambda: value(bench, "temperature-c") == -15)  # 250 / 10 - 40
        assert value(bench, "health") == "ok"
        bench.emulator.states["health", 1] = 0b1001
        await until(lambda: value(bench, "health") == "fan, lamp", within_s=90)


SHARED = """
[options]
id = { default = 1, from = 1, to = 9, everybody = 0 }
[freeze]
set = { on = "{id:d}F1", off = "{id:d}F0" }
ask = "{id:d}F?"
answer = { on = "{id:d}=1", off = "{id:d}=0" }
pushed = { on = "!{id:d}1", off = "!{id:d}0" }
"""


@virtual
async def test_only_the_device_with_our_id_is_ours(tmp_path: Path) -> None:
    sheet = sheet_of(SHARED, tmp_path)
    stranger = SheetEmulator(sheet=sheet, options={"id": 2})
    async with running(bench_of(sheet, stranger)) as bench:
        await until(lambda: bench.availability is Availability.OFFLINE)
    async with running(bench_of(sheet, stranger, id=2)) as bench:
        await until(lambda: bench.online)
    with pytest.raises(UnsupportedError, match="not within 1 and 9"):
        bench_of(sheet, id=10)


def test_what_is_for_everybody_is_done_and_not_answered(tmp_path: Path) -> None:
    device = emulator_of(sheet_of(SHARED, tmp_path))
    assert device.session(0.0).receive(b"0F1\r0F?\r1F?\r", 0.0) == [b"1=1\r"]


@virtual
async def test_what_the_device_says_by_itself_is_pushed(tmp_path: Path) -> None:
    bench = bench_of(sheet_of(SHARED, tmp_path))
    async with running(bench):
        await until(lambda: value(bench, "freeze") is False)
        bench.device.unasked(Heard(b"!11\r"))
        assert bench.device.state().values["freeze"].source is ValueSource.PUSHED
        assert value(bench, "freeze") is True


ECHO = """
[replies]
echo = true
[freeze]
set = { on = "freeze=on", off = "freeze=off" }
accepted = ["freeze=on", "freeze=off"]
ask = "freeze=?"
answer = "freeze={value}"
values = { on = "on", off = "off" }
"""


@virtual
async def test_an_echo_is_not_taken_for_an_answer(tmp_path: Path) -> None:
    sheet = sheet_of(ECHO, tmp_path)
    async with running(bench_of(sheet)) as bench:
        await until(lambda: value(bench, "freeze") is False)
        await bench.device.set_freeze(on=True)
        assert bench.emulator.states["freeze", 1] == "on"
        assert value(bench, "freeze") is True


@virtual
async def test_a_device_that_hangs_up_after_every_answer_is_worked(tmp_path: Path) -> None:
    path = tmp_path / "sheet.toml"
    path.write_text(HEAD.replace('"text"', '"text"\nhangs-up = true') + VOLUME, encoding="utf-8")
    async with running(bench_of(read(path))) as bench:
        await until(lambda: bench.online)
        await bench.device.set_power(on=True)
        await until(lambda: value(bench, "volume") == 40, within_s=30)
        await bench.device.set_volume(percent=50)
        await until(lambda: bench.emulator.states["volume", 1] == 10)


@virtual
async def test_a_panel_that_is_deaf_in_standby_is_woken_and_not_lost(tmp_path: Path) -> None:
    deaf = VOLUME.replace('standby-reply = "NO"', "deaf-in-standby = true\nunanswered = ['on']")
    async with running(bench_of(sheet_of(deaf, tmp_path))) as bench:
        await until(lambda: bench.online)
        assert value(bench, "power") is PowerState.OFF
        await asyncio.sleep(30)
        assert bench.online
        await bench.device.set_power(on=True)
        await until(lambda: value(bench, "volume") == 40)


def test_only_the_inputs_in_use_are_offered() -> None:
    sheet = shipped_sheet(SHEETS["lg"])
    bench = bench_of(sheet, inputs="hdmi-1, ops")
    assert bench.device.choices["input"] == ("hdmi-1", "ops")
    with pytest.raises(UnsupportedError, match="betamax"):
        bench_of(sheet, inputs="betamax")


# by name


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


# hostile files


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
