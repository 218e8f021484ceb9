"""Modbus: answers and questions, in both framings."""

from classroom_drivers.codecs import modbus
from classroom_drivers.codecs.modbus import Frame
from tests.drivers.streams import Stream

QUESTIONS = (
    modbus.read(1, modbus.READ_COILS, 0, 8),
    modbus.read(17, modbus.READ_HOLDING, 0x6B, 3),
    modbus.write(1, modbus.WRITE_COIL, 0, modbus.ON),
    modbus.write(247, modbus.WRITE_REGISTER, 1, 0x0100),
    modbus.write_coils(17, 0x13, [True, False, True, True, False, False, True, True, True, False]),
    modbus.write_registers(17, 1, [0x000A, 0x0102]),
    modbus.identify(1),
)
ANSWERS = (
    Frame(1, modbus.READ_COILS, bytes.fromhex("01 05")),
    Frame(17, modbus.READ_HOLDING, bytes.fromhex("06 AE41 5652 4340")),
    Frame(1, modbus.WRITE_COIL, bytes.fromhex("0000 FF00")),
    Frame(17, modbus.WRITE_REGISTERS, bytes.fromhex("0001 0002")),
    Frame(10, modbus.READ_INPUT, refusal=2),
    Frame(1, modbus.IDENTIFY, bytes.fromhex("0E 01 01 00 00 02 00 03 414243 01 02 5831")),
)
ZEROS = bytes(modbus.FRAME_MAX + modbus.HEADER_LENGTH)
LONGEST = modbus.FRAME_MAX + modbus.HEADER_LENGTH


def _tcp(*frames: Frame) -> bytes:
    return b"".join(modbus.to_tcp(frame, number) for number, frame in enumerate(frames, start=7))


STREAMS = (
    Stream(
        name="modbus rtu answers",
        decoder=lambda: modbus.RtuDecoder(modbus.answer_length),
        data=b"".join(map(modbus.to_rtu, ANSWERS)),
        end=ZEROS,
        longest=LONGEST,
    ),
    Stream(
        name="modbus rtu questions",
        decoder=lambda: modbus.RtuDecoder(modbus.question_length),
        data=b"".join(map(modbus.to_rtu, QUESTIONS)),
        end=ZEROS,
        longest=LONGEST,
    ),
    Stream(
        name="modbus tcp answers",
        decoder=lambda: modbus.TcpDecoder(modbus.answer_length),
        data=_tcp(*ANSWERS),
        end=ZEROS,
        longest=LONGEST,
    ),
    Stream(
        name="modbus tcp questions",
        decoder=lambda: modbus.TcpDecoder(modbus.question_length),
        data=_tcp(*QUESTIONS),
        end=ZEROS,
        longest=LONGEST,
    ),
)
