"""Samsung displays with MDC, over serial, TCP, or TLS with a PIN.

A display says that it is on at once and refuses everything for some seconds; so it is believed
after `warm_up_s` only. How long that is, that some hang up when they are switched, and what a NAK's
code means is from general knowledge.

Checked on: emulator only.
Source: Samsung PM49F user's manual p23-25, UD55A p31-36, UD55C p34 (inputs); MD40B p42. Status,
hours, model and keys by way of python-samsung-mdc 1.18.0, commands.py.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from classroom_drivers.api import (
    AuthenticationError,
    Availability,
    Lockout,
    PowerState,
    RefusedError,
    Transport,
    UnsupportedError,
)
from classroom_drivers.codecs.plain import PlainCodec
from classroom_drivers.codecs.samsung_mdc import (
    TLS_OFFERED,
    Frame,
    Heard,
    PinAnswer,
    Reply,
    ReplyDecoder,
    TlsOffered,
    Word,
    encode,
)
from classroom_drivers.devices.about import About
from classroom_drivers.devices.input_names import InputNames
from classroom_drivers.devices.powered_device import PoweredDevice, Warmth
from classroom_drivers.links.exchange import Exchange, Priority

REPLY_S = 2.0
PIN_S = 1.5
PIN_AGAIN_S = 300.0  # a display locks itself after a few wrong ones
HEALTH_S = 60.0
PIN_LENGTH = 4
DISPLAYS = range(0xFE)  # FE speaks to all, and none answers
INPUTS: Mapping[str, str] = MappingProxyType(
    {
        "21": "hdmi-1",
        "23": "hdmi-2",
        "25": "displayport-1",
        "50": "pc",  # the PC in its slot
        "18": "dvi",
        "14": "vga",
        "31": "hdmi-3",
        "33": "hdmi-4",
        "26": "displayport-2",
        "55": "hdbaset",
    }
)
TOLD_AS: Mapping[str, str] = MappingProxyType(  # an input that shows a computer's picture
    {"22": "21", "24": "23", "32": "31", "34": "33", "1F": "18"}
)
FAULTS = ("lamp", "temperature", "light sensor", "", "", "fan")  # each is 1 when it is wrong
SIGNAL_PLACE, HEAT_PLACE = 3, 4
SIGNALS: Mapping[int, str] = MappingProxyType({0: "present", 1: "none"})
IDENTITY: Mapping[Word, str] = MappingProxyType(
    {Word.MODEL: "model", Word.FIRMWARE: "firmware", Word.SERIAL_NUMBER: "serial-number"}
)
KEYS: Mapping[str, int] = MappingProxyType(
    {
        "up": 0x60,
        "down": 0x61,
        "left": 0x65,
        "right": 0x62,
        "enter": 0x68,
        "menu": 0x1A,
        "home": 0x79,
        "return": 0x58,
        "exit": 0x2D,
        "source": 0x01,
        "volume-up": 0x07,
        "volume-down": 0x0B,
        "play": 0x47,
        "pause": 0x4A,
        "stop": 0x46,
    }
)


class SamsungDisplay(PoweredDevice[Heard]):
    """A display. The password is its PIN, which goes over TLS only: ``tls://host``.

    Options: `display` is its number (0 to 253); several in a chain share a serial port, behind TLS
    there is one. `inputs` gives names to codes in hex ("hdmi-1=21, teacher=25"); `speakers` is
    whether it has any; `warm_up_s`, `min_on_s`, `min_off_s` as with PJLink. In the URL,
    `fingerprint` is the SHA-256 of its certificate; without one, any is accepted.
    """

    ABOUT = About(
        title="Samsung displays with MDC",
        reached_by=(
            "tcp://host",
            "tls://host?fingerprint=...",
            "serial:///dev/ttyUSB0?baud=9600",
        ),
        sources=(
            "Samsung PM49F user's manual p23-25; UD55A p31-36; UD55C p34; MD40B p42",
            "python-samsung-mdc 1.18.0, connection.py (TLS) and commands.py",
        ),
    )
    SHARING: ClassVar[str] = "bus"
    UNIT: ClassVar[str] = "display"
    PORTS: ClassVar[Mapping[str, int]] = MappingProxyType({"tcp": 1515, "tls": 1515})
    TLS_AFTER: ClassVar[bytes] = TLS_OFFERED

    def __init__(
        self,
        transport: Transport,
        *,
        password: str = "",
        display: int = 1,
        inputs: str = "",
        speakers: bool = True,
        warm_up_s: float = 10.0,
        min_on_s: float = 0.0,
        min_off_s: float = 0.0,
    ) -> None:
        if display not in DISPLAYS:
            raise UnsupportedError(f"display {display} is not 0 to {DISPLAYS[-1]}")
        digits = password.isascii() and password.isdecimal()
        if password and not (digits and len(password) == PIN_LENGTH):
            raise UnsupportedError(f"a PIN has {PIN_LENGTH} digits")
        if password and not getattr(transport, "private", False):
            raise UnsupportedError("a PIN goes over an encrypted connection only: tls://host")
        warmth = Warmth(
            warm_up_s=warm_up_s,
            min_on_s=min_on_s,
            min_off_s=min_off_s,
            says_on_early=True,
            waiting=("input-select", "volume", "mute", "keys"),
        )
        super().__init__(
            transport, lambda: PlainCodec(ReplyDecoder().feed), warmth, may_hang_up=True
        )
        self._pin = password
        self._pin_refused = ""  # why
        self._pin_again_s = 0.0
        self._display = display
        self._inputs = InputNames(inputs, usual=INPUTS, fits=_is_code, example="hdmi-1=21")
        self._speakers = speakers
        self._identified = False
        self._health_due_s = 0.0
        self.choices["mute"] = ("sound",)
        self.choices["input"] = self._inputs.offered
        self.choices["key"] = tuple(KEYS)

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What it can do; volume and mute only with loudspeakers."""
        absent = set() if self._speakers else {"volume", "mute"}
        return tuple(name for name in super().capabilities if name not in absent)

    def lockouts(self) -> tuple[Lockout, ...]:
        """Compute what must wait, of what it can do."""
        return tuple(lock for lock in super().lockouts() if lock.capability in self.capabilities)

    async def switch(self, *, on: bool) -> None:
        """Send the command."""
        await self._set(Word.POWER, int(on), kind="power")

    async def select_input(self, *, name: str) -> None:
        """Show an input, by its name among the choices."""
        code = self._inputs.code(name)
        self.check_ready("input-select")
        await self._set(Word.INPUT, int(code, 16), kind="input")
        self.assume("input", name)

    async def set_volume(self, *, percent: int) -> None:
        """Set the volume, 0 to 100."""
        if not 0 <= percent <= 100:
            raise UnsupportedError(f"volume {percent} is not 0 to 100")
        self.check_ready("volume")
        await self._set(Word.VOLUME, percent, kind="volume")
        self.assume("volume", percent)

    async def set_mute(self, *, picture: bool | None = None, sound: bool | None = None) -> None:
        """Silence the sound; its picture cannot be hidden."""
        if picture is not None:
            raise UnsupportedError("this display cannot hide its picture")
        self.check_ready("mute")
        if sound is not None:
            await self._set(Word.MUTE, int(sound), kind="mute")
            self.assume("sound-mute", sound)

    async def press_key(self, *, name: str) -> None:
        """Press a key of the remote control."""
        if name not in KEYS:
            raise UnsupportedError(f"no key {name!r}; there are {', '.join(KEYS)}")
        self.check_ready("keys")
        await self._set(Word.KEY, KEYS[name])

    async def identify(self) -> None:
        """Ask for model, firmware and serial number again."""
        for word, name in IDENTITY.items():
            text = (await self._ask_or_nothing(word)).rstrip(b"\0 ").decode(errors="replace")
            if text:
                self.note(name, text)

    async def check_health(self) -> None:
        """Ask for faults, temperature and hours now."""
        status = await self._ask_or_nothing(Word.STATUS)
        faults = [name for name, sign in zip(FAULTS, status, strict=False) if name and sign == 1]
        if status:
            self.note("health", ", ".join(faults) or "ok")
        if len(status) > HEAT_PLACE:
            self.note("signal", SIGNALS.get(status[SIGNAL_PLACE], "unknown"))
            self.note("temperature-c", status[HEAT_PLACE])
        if tens := await self._ask_or_nothing(Word.PANEL_ON_TIME):
            self.note("run-hours", int.from_bytes(tens, "big") // 6)

    async def begin(self) -> None:
        """Give the PIN, if there is one; not again and again when it was refused."""
        if not self._pin:
            return
        if self._pin_refused and self.now_s() < self._pin_again_s:
            raise AuthenticationError(self._pin_refused)
        exchange = Exchange[Heard, PinAnswer](
            name="PIN",
            data=self._pin.encode(),
            answer=_admitted,
            timeout_s=PIN_S,
            priority=Priority.SETUP,
        )
        try:
            await self.line.ask(exchange)
        except AuthenticationError as refusal:
            self._pin_refused, self._pin_again_s = str(refusal), self.now_s() + PIN_AGAIN_S
            raise
        self._pin_refused = ""

    async def probe(self) -> None:
        """Ask for power, which is answered in every state."""
        self._note_power(await self._ask(Word.POWER, priority=Priority.SETUP))

    async def poll(self) -> None:
        """Ask for power, and for the rest only when it is on."""
        self._note_power(await self._ask(Word.POWER, priority=Priority.POLL))
        if self.power is not PowerState.ON:
            return
        if shown := await self._ask_or_nothing(Word.INPUT):
            code = shown[:1].hex().upper()
            self.note("input", self._inputs.name(TOLD_AS.get(code, code)))
        if self._speakers:
            await self._poll_sound()
        if not self._identified:
            await self.identify()
            self._identified = True
        if self.now_s() >= self._health_due_s:
            self._health_due_s = self.now_s() + HEALTH_S
            await self.check_health()

    async def _poll_sound(self) -> None:
        if (level := await self._ask_or_nothing(Word.VOLUME)) and level[0] <= 100:
            self.note("volume", level[0])
        if (muted := await self._ask_or_nothing(Word.MUTE)) and muted[0] in {0, 1}:
            self.note("sound-mute", muted[0] == 1)

    def line_changed(self) -> None:
        """Ask anew who it is once it was lost: another one may come back."""
        if self.line.availability in {Availability.OFFLINE, Availability.AUTH_FAILED}:
            self._identified = False
        super().line_changed()

    def _note_power(self, value: bytes) -> None:
        self.note_power(PowerState.ON if value[:1] == b"\1" else PowerState.OFF)

    async def _set(self, word: Word, value: int, *, kind: str = "") -> None:
        await self._say(word, bytes([value]), priority=Priority.COMMAND, kind=kind)

    async def _ask(self, word: Word, *, priority: Priority) -> bytes:
        return await self._say(word, b"", priority=priority, kind=f"ask {word.name}")

    async def _ask_or_nothing(self, word: Word) -> bytes:
        """Ask what a display need not answer at all times, or ever."""
        try:
            return await self._ask(word, priority=Priority.POLL)
        except RefusedError:
            return b""

    async def _say(self, word: Word, data: bytes, *, priority: Priority, kind: str) -> bytes:
        name = f"{word.name.lower().replace('_', ' ')} {data.hex() or '?'}"

        def answer(heard: Heard) -> bytes | None:
            match heard:
                case TlsOffered():
                    raise AuthenticationError("the display wants TLS and its PIN: tls://host")
                case Reply(command, display) if command == word and display == self._display:
                    if heard.refused:
                        raise RefusedError(f"{name}: the display says no ({heard.data.hex()})")
                    return heard.data
            return None

        exchange = Exchange[Heard, bytes](
            name=name,
            data=encode(Frame(word, self._display, data)),
            answer=answer,
            timeout_s=REPLY_S,
            priority=priority,
            kind=kind,
        )
        return await self.line.ask(exchange)


def _admitted(heard: Heard) -> PinAnswer | None:
    match heard:
        case PinAnswer(0):
            return heard
        case PinAnswer(1):
            raise AuthenticationError("the display does not take the PIN")
        case PinAnswer(2):
            raise AuthenticationError("the display is locked after too many wrong PINs")
        case PinAnswer(failure):
            raise AuthenticationError(f"the display does not let us in (code {failure})")
    return None


def _is_code(code: str) -> bool:
    return len(code) == 2 and all(digit in "0123456789ABCDEF" for digit in code)
