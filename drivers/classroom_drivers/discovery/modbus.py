"""Which Modbus units answer on a port or behind a gateway that the user named, and on no other.

Each number is asked for one register, which changes nothing; a refusal is an answer, too. Where
something came back that is no frame, two units may have the same number (they often leave the
factory as 1), or the speed is another one.

Source: as in codecs.modbus.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from classroom_drivers.api import Link, UnsupportedError
from classroom_drivers.codecs import modbus
from classroom_drivers.codecs.modbus import Frame, RtuCodec, TcpCodec
from classroom_drivers.links.address import parse
from classroom_drivers.links.transports import transport_for

USUAL = range(1, 33)
WAIT_S, NETWORK_WAIT_S = 0.15, 1.5
QUIET_S = 0.005
BAUD, PORT = 9600, 502
PATIENCE_BYTES = 20  # the question, and the shortest answers
ABSENT = {modbus.NO_PATH, modbus.NO_TARGET}


@dataclass(frozen=True, slots=True, order=True)
class FoundUnit:
    """A number that was answered for. `names` are maker, model and revision, where it tells."""

    unit: int
    is_clear: bool = True  # False: what came back was no frame
    names: tuple[str, ...] = ()


async def scan_units(
    url: str, *, units: Iterable[int] = USUAL, framing: str = "", wait_s: float = 0.0
) -> tuple[FoundUnit, ...]:
    """Ask each number whether it is there; takes at most `wait_s` for each, twice for who is.

    `wait_s` is 0.15 s on a serial port and 1.5 s on a network unless given.

    Raises:
        LinkError: the port cannot be opened; the daemon may have it.
        UnsupportedError: the URL makes no sense, or a number is not within 1 and 247.
    """
    numbers = tuple(units)
    if any(not 1 <= number <= modbus.UNIT_MAX for number in numbers):
        raise UnsupportedError(f"units are numbered 1 to {modbus.UNIT_MAX}")
    transport, words = transport_for(parse(url, default_ports={"tcp": PORT}), baud=BAUD)
    framing = framing or words.get("framing", "rtu" if transport.byte_s else "tcp")
    wait_s = wait_s or (WAIT_S if transport.byte_s else NETWORK_WAIT_S)
    async with transport.open() as link:
        scan = _Scan(link, framing, wait_s + PATIENCE_BYTES * transport.byte_s)
        for number in numbers:
            await scan.ask(number)
    return tuple(sorted(scan.found.values()))


class _Scan:
    """One link, and who has answered on it."""

    def __init__(self, link: Link, framing: str, wait_s: float) -> None:
        if framing not in {"rtu", "tcp"}:
            raise UnsupportedError(f"no framing {framing!r}; there are rtu, tcp")
        self.found: dict[int, FoundUnit] = {}
        self._link = link
        self._wait_s = wait_s
        self._is_rtu = framing == "rtu"
        self._codec = RtuCodec() if self._is_rtu else TcpCodec()

    async def ask(self, number: int) -> None:
        """Ask one number, and who it is if it is there."""
        answer, noise = await self._answer(modbus.read(number, modbus.READ_HOLDING, 0, 1))
        if answer is None or answer.refusal in ABSENT:
            if noise and self._is_rtu:
                self.found[number] = FoundUnit(number, is_clear=False)
            return
        who, _ = await self._answer(modbus.identify(number))
        texts = modbus.objects(who.data) if who and not who.refusal else {}
        self.found[number] = FoundUnit(number, names=tuple(filter(None, texts.values())))

    async def _answer(self, question: Frame) -> tuple[Frame | None, bytes]:
        """Give the answer, or what came instead of it."""
        await asyncio.sleep(QUIET_S)
        (spelled,) = self._codec.spell(modbus.encode(question))
        await self._link.write(spelled)
        heard = b""
        try:
            async with asyncio.timeout(self._wait_s):
                while data := await self._link.read():
                    heard += data
                    for found in self._codec.feed(data):
                        if isinstance(found, Frame) and found.unit == question.unit:
                            return found, heard
        except TimeoutError:
            pass
        return None, heard.removeprefix(spelled)  # some adapters hear themselves
