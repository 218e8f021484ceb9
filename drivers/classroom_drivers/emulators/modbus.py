"""Modbus units on one wire: boards, sensors, meters; they are strict about what they are asked.

All hear everything. A question that begins too soon after the last words on the wire is lost, as
units take it for more of the same frame (`too_soon` counts them; `byte_s` has to be set for that).
Two units of one number answer at the same time, and what comes out is neither's.
"""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from classroom_drivers.codecs import modbus
from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.codecs.modbus import Frame
from classroom_drivers.emulators.session import NEVER

ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE = 0x01, 0x02, 0x03
QUIET_BYTES = 3.5
THINKS_S = 0.008
Heard = tuple[Frame, int | None]  # with its transaction number, where it came behind a header


class RefusalError(Exception):
    """The unit says no; the code says why."""

    def __init__(self, code: int) -> None:
        super().__init__(modbus.REFUSALS[code])
        self.code = code


@dataclass(kw_only=True)
class Unit:
    """A unit with coils and registers; what it has not, it refuses.

    `takes` gives the values that a register takes, and what it tells afterwards. `reads_all`: it
    answers a question for coils with all that it has, however few were asked for.
    """

    number: int = 1
    coils: dict[int, bool] = field(default_factory=dict)
    discrete: dict[int, bool] = field(default_factory=dict)
    holding: dict[int, int] = field(default_factory=dict)
    input: dict[int, int] = field(default_factory=dict)
    takes: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))
    identity: tuple[str, ...] = ()  # maker, model, revision
    reads_all: bool = False
    writable: bool = True
    thinks_s: float = THINKS_S

    def advance(self, now_s: float) -> None:
        """Let time pass."""

    def wrote(self, address: int, value: int, now_s: float) -> None:
        """Take notice of a register that was written."""

    def answer(self, frame: Frame, now_s: float) -> Frame:
        """Do what is asked and say so."""
        self.advance(now_s)
        try:
            data = self._do(frame, now_s)
        except RefusalError as refusal:
            return Frame(self.number, frame.function, b"", refusal.code)
        return Frame(self.number, frame.function, data)

    def _do(self, frame: Frame, now_s: float) -> bytes:
        function = frame.function
        if function == modbus.IDENTIFY and self.identity:
            return self._identify(frame.data)
        if function in modbus.WRITES and not self.writable:
            raise RefusalError(ILLEGAL_FUNCTION)
        if function in modbus.READS_BITS | modbus.READS_WORDS | modbus.WRITES:
            first, second = struct.unpack(">HH", frame.data[:4])
            if function in modbus.READS_BITS:
                return self._read_bits(function, first, second)
            if function in modbus.READS_WORDS:
                return self._read_words(function, first, second)
            return self._write(function, first, second, frame.data, now_s)
        raise RefusalError(ILLEGAL_FUNCTION)

    def _read_bits(self, function: int, first: int, count: int) -> bytes:
        table = self.coils if function == modbus.READ_COILS else self.discrete
        if self.reads_all:
            first, count = min(table), len(table)
        packed = modbus.pack_bits([table[a] for a in _addresses(table, first, count, 2000)])
        return bytes([len(packed)]) + packed

    def _read_words(self, function: int, first: int, count: int) -> bytes:
        table = self.holding if function == modbus.READ_HOLDING else self.input
        words = [table[address] for address in _addresses(table, first, count, 125)]
        return bytes([2 * count]) + struct.pack(f">{count}H", *words)

    def _write(self, function: int, first: int, second: int, data: bytes, now_s: float) -> bytes:
        if function == modbus.WRITE_COIL:
            if second not in {modbus.ON, modbus.OFF}:
                raise RefusalError(ILLEGAL_VALUE)
            self._set_coils(first, [second == modbus.ON])
        elif function == modbus.WRITE_COILS:
            self._set_coils(first, modbus.bits(data[4:])[:second])
        elif function == modbus.WRITE_REGISTER:
            self._set_registers(first, [second], now_s)
        else:
            self._set_registers(first, modbus.words(data[4:])[:second], now_s)
        return data[:4]

    def _set_coils(self, first: int, values: list[bool]) -> None:
        addresses = _addresses(self.coils, first, len(values), 0x7B0)
        self.coils.update(zip(addresses, values, strict=True))

    def _set_registers(self, first: int, words: list[int], now_s: float) -> None:
        addresses = _addresses(self.holding, first, len(words), 0x7B)
        if self.takes and set(words) - self.takes.keys():
            raise RefusalError(ILLEGAL_VALUE)
        for address, word in zip(addresses, words, strict=True):
            self.holding[address] = self.takes.get(word, word)
            self.wrote(address, word, now_s)

    def _identify(self, data: bytes) -> bytes:
        if data[:2] != bytes([modbus.IDENTIFY_TYPE, modbus.IDENTIFY_BASIC]):
            raise RefusalError(ILLEGAL_VALUE)
        texts = [text.encode() for text in self.identity]
        parts = b"".join(bytes([n, len(text)]) + text for n, text in enumerate(texts))
        return data[:2] + bytes([modbus.IDENTIFY_BASIC, 0, 0, len(texts)]) + parts


@dataclass(kw_only=True)
class CurtainMotor(Unit):
    """A motor: holding 0 takes 1 open, 2 close, 3 stop; holding 1 tells and takes percent open.

    No product's: it shows the form that many have.
    """

    percent_s: float = 10.0
    _target: float = 0.0
    _at_s: float = 0.0
    _percent: float = 0.0

    def advance(self, now_s: float) -> None:
        """Move on."""
        step, self._at_s = (now_s - self._at_s) * self.percent_s, now_s
        way = self._target - self._percent
        self._percent += max(-step, min(step, way))
        self.holding[1] = round(self._percent)

    def wrote(self, address: int, value: int, now_s: float) -> None:
        """Obey."""
        orders = {1: 100.0, 2: 0.0, 3: self._percent}
        self._target = float(min(value, 100)) if address else orders.get(value, self._target)


@dataclass(kw_only=True)
class ModbusEmulator:
    """The wire and all units on it."""

    units: tuple[Unit, ...]
    byte_s: float = 0.0  # set it, and the quiet between frames is watched
    too_soon: int = 0
    quiet_from_s: float = 0.0

    def session(self, now_s: float) -> "ModbusSession":
        """Begin a connection."""
        return ModbusSession(self)

    def begins(self, at_s: float) -> bool:
        """Tell whether what begins now is taken for a frame of its own."""
        early = bool(self.byte_s) and at_s < self.quiet_from_s - 1e-9
        self.too_soon += early
        return not early

    def talked(self, until_s: float) -> None:
        """Remember when the wire was last in use."""
        self.quiet_from_s = until_s + QUIET_BYTES * self.byte_s


class ModbusSession:
    """One connection: RTU or TCP, as the first question has it."""

    closed = False

    def __init__(self, wire: ModbusEmulator) -> None:
        self._wire = wire
        self._rtu = modbus.RtuDecoder(modbus.question_length)
        self._tcp = modbus.TcpDecoder(modbus.question_length)
        self._framing = ""
        self._said: list[tuple[float, bytes]] = []

    def due_s(self) -> float:
        """Say when an answer is ready."""
        return min((at_s for at_s, _ in self._said), default=NEVER)

    def receive(self, data: bytes, now_s: float) -> list[bytes]:
        """Take what arrived; give the answers that are ready."""
        wire = self._wire
        if data and wire.begins(now_s - len(data) * wire.byte_s):
            wire.talked(now_s)
            if wire.byte_s:
                self._rtu.forget()  # it was quiet before: a new frame
            for frame, transaction in self._hear(data):
                self._ask(frame, transaction, now_s)
        ready = [said for at_s, said in self._said if at_s <= now_s]
        self._said = [(at_s, said) for at_s, said in self._said if at_s > now_s]
        return ready

    def _hear(self, data: bytes) -> list[Heard]:
        rtu: list[Heard] = []
        tcp: list[Heard] = []
        if self._framing != "tcp":
            rtu = [(f, None) for f in self._rtu.feed(data) if not isinstance(f, Garbage)]
        if self._framing != "rtu":
            messages = self._tcp.feed(data)
            tcp = [(m.frame, m.transaction) for m in messages if not isinstance(m, Garbage)]
        self._framing = self._framing or ("tcp" if tcp else "rtu" if rtu else "")
        return tcp or rtu

    def _ask(self, frame: Frame, transaction: int | None, now_s: float) -> None:
        asked = [unit for unit in self._wire.units if frame.unit in {0, unit.number}]
        answers = [unit.answer(frame, now_s) for unit in asked]
        if not frame.unit:
            return  # a broadcast: done and not answered
        if transaction is not None:
            gone = Frame(frame.unit, frame.function, b"", modbus.NO_TARGET)
            said = [modbus.to_tcp(answer, transaction) for answer in answers or [gone]]
        else:
            said = [modbus.to_rtu(answer) for answer in answers]
        if not said:
            return
        at_s = now_s + max((unit.thinks_s for unit in asked), default=THINKS_S)
        self._said.append((at_s, _at_once(said)))
        self._wire.talked(at_s)


def _addresses(table: Mapping[int, object], first: int, count: int, most: int) -> range:
    if not 1 <= count <= most:
        raise RefusalError(ILLEGAL_VALUE)
    if any(address not in table for address in range(first, first + count)):
        raise RefusalError(ILLEGAL_ADDRESS)
    return range(first, first + count)


def _at_once(said: list[bytes]) -> bytes:
    """Let several talk at the same time: a wire is low where any of them pulls it low."""
    mixed = bytearray(max(said, key=len))
    for one in said:
        for place, byte in enumerate(one):
            mixed[place] &= byte
    return bytes(mixed)


def _float(first: int, value: float) -> dict[int, int]:
    high, low = struct.unpack(">HH", struct.pack(">f", value))
    return {first: high, first + 1: low}


def _relays(count: int) -> Unit:
    coils = dict.fromkeys(range(count), False)
    return Unit(coils=coils, holding={0x2000: 1, 0x4000: 1, 0x8000: 300})


def _io_8() -> Unit:
    unit = _relays(8)
    unit.discrete = {address: address == 2 for address in range(8)}
    return unit


def _r4d8a08() -> Unit:
    return Unit(
        holding=dict.fromkeys(range(1, 9), 0),
        takes=MappingProxyType({0x0100: 1, 0x0200: 0}),
    )


def _xy_md02(number: int = 1) -> Unit:
    return Unit(number=number, input={1: 235, 2: 471}, holding={0x0101: number})


def _meter(number: int = 1) -> Unit:
    values = {0: 231.5, 6: 4.25, 12: 983.75, 342: 1204.5}
    registers: dict[int, int] = {}
    for first, value in values.items():
        registers |= _float(first, value)
    return Unit(number=number, input=registers, thinks_s=0.06)


def _three_phase_meter() -> Unit:
    return Unit(input=_float(52, 2210.5) | _float(342, 70500.25), thinks_s=0.06)


def _pzem() -> Unit:
    words = (2358, 87, 0, 199, 1, 11, 0, 500, 48, 0)
    return Unit(input=dict(enumerate(words)))


def _carbon_dioxide() -> Unit:
    return Unit(holding={0x50: 812, 0x51: 235, 0x52: 46}, writable=False)


def _lux() -> Unit:
    return Unit(holding={2: 7, 3: 41248})


def _dimmer() -> Unit:
    return Unit(holding=dict.fromkeys(range(4), 0), identity=("Example", "Dimmer 4", "1.2"))


def _curtain() -> Unit:
    return CurtainMotor(holding={0: 0, 1: 0})


def _alone(make: Callable[[], Unit]) -> Callable[[], ModbusEmulator]:
    return lambda: ModbusEmulator(units=(make(),))


def _bus() -> ModbusEmulator:
    return ModbusEmulator(units=(_relays(8), _xy_md02(2), _meter(3)))


def _clash() -> ModbusEmulator:
    """Two boards as they leave the factory, both with number 1: they answer alike, both obey."""
    return ModbusEmulator(units=(_relays(8), _relays(8)))


MODELS: Mapping[str, Callable[[], ModbusEmulator]] = MappingProxyType(
    {
        "waveshare-relay-8": _alone(lambda: _relays(8)),
        "waveshare-relay-16": _alone(lambda: _relays(16)),
        "waveshare-relay-32": _alone(lambda: _relays(32)),
        "waveshare-io-8": _alone(_io_8),
        "r4d8a08": _alone(_r4d8a08),
        "xy-md02": _alone(_xy_md02),
        "sdm120": _alone(_meter),
        "sdm230": _alone(_meter),
        "sdm72d": _alone(_three_phase_meter),
        "pzem-016": _alone(_pzem),
        "mb-350u-c": _alone(_carbon_dioxide),
        "sen0644": _alone(_lux),
        "dimmer": _alone(_dimmer),
        "curtain-motor": _alone(_curtain),
        "bus": _bus,
        "clash": _clash,
    }
)
