"""The language of frames: spelled, read back, summed up, and what makes no sense in it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom_drivers.code_sheet.lint import read
from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.codecs.sheet_checksum import CHECKSUMS, Rule
from classroom_drivers.codecs.sheet_format import UnclearError, format_of
from classroom_drivers.codecs.sheet_frame import Shape, parse
from classroom_drivers.codecs.sheet_stream import Heard
from classroom_drivers.devices.code_sheet import EXAMPLE


def shape(text: str, *, in_hex: bool = True, **computed: Rule) -> Shape:
    return Shape(parse("{body}", in_hex=in_hex), parse(text, in_hex=in_hex), computed)


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
