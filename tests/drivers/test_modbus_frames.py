"""Modbus frames: spelled and read as specified, by RTU and by TCP."""

import pytest

from classroom_drivers.codecs import modbus
from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.codecs.modbus import Frame


@pytest.mark.parametrize(
    ("frame", "documented"),
    [
        (modbus.read(1, modbus.READ_COILS, 0x13, 0x13), "01 00 13 00 13"),
        (modbus.read(1, modbus.READ_DISCRETE, 0xC4, 0x16), "02 00 C4 00 16"),
        (modbus.read(1, modbus.READ_HOLDING, 0x6B, 3), "03 00 6B 00 03"),
        (modbus.read(1, modbus.READ_INPUT, 8, 1), "04 00 08 00 01"),
        (modbus.write(1, modbus.WRITE_COIL, 0xAC, modbus.ON), "05 00 AC FF 00"),
        (modbus.write(1, modbus.WRITE_REGISTER, 1, 3), "06 00 01 00 03"),
        (
            modbus.write_coils(1, 0x13, [bool(0x1CD >> place & 1) for place in range(10)]),
            "0F 00 13 00 0A 02 CD 01",
        ),
        (modbus.write_registers(1, 1, [0x0A, 0x0102]), "10 00 01 00 02 04 00 0A 01 02"),
        (modbus.identify(1), "2B 0E 01 00"),
    ],
)
def test_questions_are_spelled_as_in_the_specification(frame: Frame, documented: str) -> None:
    assert modbus.encode(frame) == b"\x01" + bytes.fromhex(documented)


@pytest.mark.parametrize(
    ("frame", "documented"),
    [
        (modbus.write(1, modbus.WRITE_COIL, 0, modbus.ON), "01 05 00 00 FF 00 8C 3A"),
        (modbus.write(1, modbus.WRITE_COIL, 0, modbus.OFF), "01 05 00 00 00 00 CD CA"),
        (modbus.read(1, modbus.READ_COILS, 0, 8), "01 01 00 00 00 08 3D CC"),
        (modbus.read(1, modbus.READ_HOLDING, 0x8000, 1), "01 03 80 00 00 01 AD CA"),
        (modbus.read(1, modbus.READ_INPUT, 1, 1), "01 04 00 01 00 01 60 0A"),
        (
            modbus.write_registers(1, 0x1C, [0x4000, 0]),
            "01 10 00 1C 00 02 04 40 00 00 00 E7 36",
        ),
    ],
)
def test_rtu_frames_are_those_of_the_manuals(frame: Frame, documented: str) -> None:
    """Waveshare's relay, XY-MD02, SDM120."""
    assert modbus.to_rtu(frame) == bytes.fromhex(documented)


@pytest.mark.parametrize(
    ("documented", "frame"),
    [
        ("01 01 01 05 91 8B", Frame(1, modbus.READ_COILS, b"\x01\x05")),
        ("01 02 01 00 A1 88", Frame(1, modbus.READ_DISCRETE, b"\x01\x00")),
        ("01 10 00 1C 00 02 80 0E", Frame(1, modbus.WRITE_REGISTERS, b"\x00\x1c\x00\x02")),
    ],
)
def test_rtu_answers_are_read_as_in_the_manuals(documented: str, frame: Frame) -> None:
    decoder = modbus.RtuDecoder(modbus.answer_length)
    assert decoder.feed(bytes.fromhex(documented)) == [frame]


def test_values_are_read_as_in_the_specification() -> None:
    coils = modbus.bits(bytes.fromhex("03 CD 6B 05"))[:19]
    assert sum(value << place for place, value in enumerate(coils)) == 0x56BCD
    assert modbus.words(bytes.fromhex("06 02 2B 00 00 00 64")) == [555, 0, 100]
    assert modbus.objects(bytes.fromhex("0E 01 01 00 00 02 00 03 41 42 43 01 00")) == {
        0: "ABC",
        1: "",
    }


def test_tcp_frames_have_numbers_and_late_answers_are_garbage() -> None:
    codec = modbus.TcpCodec()
    question = modbus.encode(modbus.read(1, modbus.READ_COILS, 0, 8))
    assert codec.spell(question) == [bytes.fromhex("0001 0000 0006 01 01 0000 0008")]
    codec.spell(question)
    late, now = (bytes.fromhex(f"000{n} 0000 0004 01 01 01 0{n}") for n in (1, 2))
    assert codec.feed(late + now) == [Garbage(late), Frame(1, modbus.READ_COILS, b"\x01\x02")]


def test_half_an_answer_does_not_spoil_the_next() -> None:
    codec = modbus.RtuCodec()
    codec.feed(bytes.fromhex("01 03 FA 00 00"))  # a garbled count: 250 bytes would follow
    codec.spell(b"\x01\x01\x00\x00\x00\x08")
    assert codec.feed(bytes.fromhex("01 01 01 05 91 8B")) == [Frame(1, 1, b"\x01\x05")]
