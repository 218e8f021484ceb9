"""The frame families of panels and displays, as sheets: what the language has to be able to say.

What stands under `examples` and `replied` is documented; some of the questions are made up, where
no table of them is public. The other families are sheets of their own.

Source: manuals of HiteVision (7F 08), BenQ (8 01 s), MAXHUB V6 (: 01 S), Philips SICP, Samsung MDC.
"""

from pathlib import Path

import pytest

from classroom_drivers.api import PowerState
from classroom_drivers.code_sheet.lint import lint, read
from classroom_drivers.conformance import conforms
from classroom_drivers.devices.code_sheet import bind
from classroom_drivers.emulators.box import Box
from classroom_drivers.emulators.code_sheet import emulator_of
from classroom_drivers.emulators.memory import MemoryTransport
from tests.drivers.benches import Bench, running
from tests.drivers.virtual import until, virtual

NEWLINE = """
# 7F 08 ... CF: no checksum, toggles, answers of another length
[sheet]
title = "panels of the family 7F 08"
sources = ["HiteVision manual, p. 47"]
[line]
baud = 115200
[commands]
frame = "7F 08 99 A2 B3 C4 02 FF {body} CF"
cut = { head = "7F 08", length = 11 }
[replies]
frame = "7F 09 99 A2 B3 C4 02 FF {body} CF"
cut = { head = "7F 09", length = 12 }
[power]
set = { on = "01 00", off = "01 01" }
accepted = ["01 00 01", "01 01 01"]
ask = "0A 00"
answer = "0A 00 {value}"
values = { on = 1, off = 0 }
warm-up-s = 20
says-on-early = true
[input]
set = "01 {value}"
accepted = "01 {value} 01"
ask = "0A 01"
answer = "0A 01 {value}"
values = { hdmi-1 = 0x0A, hdmi-2 = 0x0B, pc = 0x38 }
[sound-mute]
toggle = "01 02"
accepted = "01 02 01"
ask = "0A 02"
answer = "0A 02 {value}"
values = { on = 1, off = 0 }
[keys]
set = { home = "01 1C" }
accepted = "01 1C 01"
[examples]
"power on" = "7F 08 99 A2 B3 C4 02 FF 01 00 CF"
"power off" = "7F 08 99 A2 B3 C4 02 FF 01 01 CF"
"keys home" = "7F 08 99 A2 B3 C4 02 FF 01 1C CF"
"""

BENQ_PANEL = """
# 8 01 s ! 001 CR: the reply has no command in it, 99 is everybody and answers nothing
[sheet]
title = "panels of the family 8 01 s"
sources = ["BenQ ST4301K manual, p. 8"]
[line]
spelled = "text"
baud = 38400
tcp-port = 4660
[options]
id = { default = 1, from = 1, to = 98, everybody = 99 }
[commands]
frame = "8{id:02d}{body}<CR>"
cut = { head = "8", ends = "<CR>" }
[replies]
frame = "4{id:02d}{body}<CR>"
cut = { head = "4", ends = "<CR>" }
accepted = "+"
[replies.refused]
"-" = "refused"
[power]
set = "s!{value:03d}"
ask = "gl000"
answer = "rl{value:03d}"
values = { on = 1, off = 0 }
warm-up-s = 15
says-on-early = true
standby-reply = "-"
[input]
set = "s\\u0022{value:03d}"
ask = "gj000"
answer = "rj{value:03d}"
values = { vga = 0, hdmi-1 = 1, hdmi-2 = 2, pc = 103 }
[volume]
set = "s5{value:03d}"
ask = "gf000"
answer = "rf{value:03d}"
[examples]
"power on" = "hex: 38 30 31 73 21 30 30 31 0D"
[replied]
"accepted power on" = "401+<CR>"
refused = "401-<CR>"
"""

MAXHUB = """
# : 01 S 0 003 CR: switching on is never answered
[sheet]
title = "MAXHUB V6"
sources = ["MAXHUB, IFP V6 RS-232 & LAN"]
[line]
spelled = "text"
tcp-port = 4664
[options]
id = { default = 1, from = 1, to = 99 }
[commands]
frame = ":{id:02d}{body}<CR>"
cut = { head = ":", ends = "<CR>" }
[replies]
accepted = "{*}+"
[power]
set = { on = "S0003", off = "S0002" }
unanswered = ["on"]
ask = "G0000"
answer = { on = "A0001", off = "A0002" }
warm-up-s = 20
says-on-early = true
[input]
set = "S:{value:03d}"
ask = "G:000"
answer = "A:{value:03d}"
values = { hdmi-1 = 21, hdmi-2 = 22, pc = 7 }
[examples]
"power on" = "hex: 3A 30 31 53 30 30 30 33 0D"
"power off" = "hex: 3A 30 31 53 30 30 30 32 0D"
"""

SICP = """
# size, id, group, data, XOR: a frame that counts itself
[sheet]
title = "Philips SICP"
sources = ["Philips SICP V2.03, 18 power, 19 power?, AC source"]
[line]
tcp-port = 5000
reply-s = 0.5
[options]
id = { default = 1, from = 1, to = 255, everybody = 0 }
[checksums]
size = { rule = "length", over = "frame" }
ck = { rule = "xor8" }
[commands]
frame = "{size} {id} 00 {body} {ck}"
cut = [
    { head = "06", count = { at = 0, plus = 0 } },
    { head = "09", count = { at = 0, plus = 0 } },
    { head = "05", count = { at = 0, plus = 0 } },
]
[replies]
accepted = "00 06"
[replies.refused]
"00 15" = "not acknowledged"
[replies.unsupported]
"00 18" = "not available"
[power]
set = "18 {value}"
ask = "19"
answer = "19 {value}"
values = { on = 2, off = 1 }
warm-up-s = 15
says-on-early = true
standby-reply = "00 15"
[input]
set = "AC {value} 09 01 00"
ask = "AD"
answer = "AD {value} 09 01 00"
values = { hdmi-1 = 0x0D, hdmi-2 = 0x06, displayport = 0x0A }
[examples]
"power on" = "06 01 00 18 02 1D"
"power?" = "05 01 00 19 1D"
[replied]
"accepted power on" = "06 01 00 00 06 01"
"power on" = "06 01 00 19 02 1C"
"""

MDC = """
# AA cmd id len data sum, the sum without AA; the answer repeats the command
[sheet]
title = "Samsung MDC"
sources = ["Samsung MD40B, MDC protocol, p. 42"]
[line]
tcp-port = 1515
[options]
id = { default = 1, from = 0, to = 253, everybody = 0xFE }
[checksums]
size = { rule = "length", over = "after", plus = -1 }
sum = { rule = "sum8", skip = 1 }
[commands]
frame = "AA {body} {sum}"
cut = { head = "AA", count = { at = 3, plus = 5 } }
[replies]
frame = "AA FF {id} {size} {body} {sum}"
[replies.refused]
"'N' ?? ??" = "not acknowledged"
[power]
set = "11 {id} {size} {value}"
accepted = "'A' 11 {value}"
ask = "11 {id} {size}"
answer = "'A' 11 {value}"
values = { on = 1, off = 0 }
warm-up-s = 10
says-on-early = true
[volume]
set = "12 {id} {size} {value}"
accepted = "'A' 12 {value}"
ask = "12 {id} {size}"
answer = "'A' 12 {value}"
[examples]
"power on" = "AA 11 01 01 01 14"
"power?" = "AA 11 01 00 12"
"volume 30" = "AA 12 01 01 1E 32"
[replied]
"accepted power on" = "AA FF 01 03 41 11 01 56"
"""

FAMILIES = {
    "newline": NEWLINE,
    "benq": BENQ_PANEL,
    "maxhub": MAXHUB,
    "sicp": SICP,
    "mdc": MDC,
}


def bench_of(name: str, folder: Path) -> Bench:
    path = folder / f"{name}.toml"
    path.write_text(FAMILIES[name], encoding="utf-8")
    sheet = read(path)
    emulator = emulator_of(sheet)
    box = Box(emulator)
    wire = MemoryTransport(box, byte_s=10 / sheet.baud)
    return Bench(bind(sheet)(wire), emulator, box, wire)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_can_be_written_down_and_its_documented_bytes_agree(
    name: str, tmp_path: Path
) -> None:
    path = tmp_path / f"{name}.toml"
    path.write_text(FAMILIES[name], encoding="utf-8")
    assert [mistake.tell("en") for mistake in lint(path) if not mistake.advice] == []


@pytest.mark.parametrize("name", FAMILIES)
@virtual
async def test_a_family_does_what_its_capabilities_promise(name: str, tmp_path: Path) -> None:
    async with running(bench_of(name, tmp_path)) as bench:
        await conforms(bench.device)


@virtual
async def test_switching_on_that_is_never_answered_is_assumed_and_then_seen(
    tmp_path: Path,
) -> None:
    async with running(bench_of("maxhub", tmp_path)) as bench:
        await until(lambda: bench.online)
        await bench.device.set_power(on=True)
        assert bench.device.power is PowerState.WARMING
        await until(lambda: bench.device.power is PowerState.ON, within_s=30)
