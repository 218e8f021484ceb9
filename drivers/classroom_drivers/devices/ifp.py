"""Interactive panels: the frame families of codecs.ifp turned into verbs.

Checked on: emulator only.
Source: Clevertouch, "RS232 code for Clevertouch Plus". Boards differ: the integrator's sheet wins.
"""

from classroom_drivers.api import (
    PowerState,
    RefusedError,
    ReplyTimeoutError,
    Transport,
    UnsupportedError,
)
from classroom_drivers.codecs.ifp import FAMILIES, Frame
from classroom_drivers.codecs.plain import PlainCodec
from classroom_drivers.devices.about import About
from classroom_drivers.devices.powered_device import PoweredDevice, Warmth
from classroom_drivers.links.exchange import Exchange, Priority

REPLY_S = 1.0
GAP_S = 0.05  # after a frame that is not answered
RESEND = 1  # a lost byte on RS-232 is no reason to doubt the panel


class InteractivePanel(PoweredDevice[Frame]):
    """A panel. Only questions are answered, so commands are assumed and then asked about.

    Options: `family` of its frames; `warm_up_s`, how long it takes to boot; `deaf_in_standby`, for
    boards that hear nothing but the wake frame then: their silence is taken for standby.
    """

    ABOUT = About(
        title="Interactive panels of the frame family AA BB CC",
        reached_by=("serial:///dev/ttyUSB0?baud=9600", "tcp://host:port"),
        sources=('Clevertouch, "RS232 code for Clevertouch Plus"',),
    )

    def __init__(
        self,
        transport: Transport,
        *,
        family: str = "aabbcc",
        warm_up_s: float = 15.0,
        deaf_in_standby: bool = False,
    ) -> None:
        if family not in FAMILIES:
            raise UnsupportedError(f"no family {family!r}; there are {', '.join(FAMILIES)}")
        self._family = FAMILIES[family]
        warmth = Warmth(
            warm_up_s=warm_up_s,
            says_on_early=True,
            waiting=("input-select", "volume", "mute", "keys"),
        )
        super().__init__(transport, lambda: PlainCodec(self._family.decoder().feed), warmth)
        self._deaf = deaf_in_standby
        self.choices["input"] = tuple(self._family.inputs)
        self.choices["key"] = tuple(self._family.keys)
        self.choices["mute"] = ("sound",)

    async def switch(self, *, on: bool) -> None:
        """Send the frame; return once written, for the panel says nothing."""
        await self._tell("power", self._family.on if on else self._family.off)

    async def select_input(self, *, name: str) -> None:
        """Show an input, by its name among the choices."""
        frame = self._family.inputs.get(name)
        if frame is None:
            there_are = ", ".join(self._family.inputs)
            raise UnsupportedError(f"no input {name!r}; there are {there_are}")
        self._check_usable("input-select")
        await self._tell("input", frame)
        self.assume("input", name)

    async def set_volume(self, *, percent: int) -> None:
        """Set the volume, 0 to 100."""
        if not 0 <= percent <= 100:
            raise UnsupportedError(f"percent: {percent} is not within 0 and 100")
        self._check_usable("volume")
        await self._tell("volume", self._family.volume(percent))
        self.assume("volume", percent)

    async def set_mute(self, *, picture: bool | None = None, sound: bool | None = None) -> None:
        """Silence the sound or let it be heard; the picture cannot be hidden."""
        if picture is not None:
            raise UnsupportedError("picture: the panel can mute its sound only")
        if sound is not None:
            self._check_usable("mute")
            await self._tell("sound-mute", self._family.mute if sound else self._family.unmute)
            self.assume("sound-mute", sound)

    async def press_key(self, *, name: str) -> None:
        """Press a key of the remote control."""
        frame = self._family.keys.get(name)
        if frame is None:
            raise UnsupportedError(f"no key {name!r}; there are {', '.join(self._family.keys)}")
        self._check_usable("keys")
        await self._tell("", frame)

    async def probe(self) -> None:
        """Ask for power: the one thing that is answered in standby."""
        try:
            self._note_power(on=bool(await self._ask("power", Priority.SETUP)))
        except ReplyTimeoutError:
            if not self._deaf:
                raise
            self._note_power(on=False)

    async def poll(self) -> None:
        """Ask for power, and for the rest when it is on and has booted."""
        if self._deaf and self.known("power") == PowerState.OFF:
            return
        self._note_power(on=bool(await self._ask("power", Priority.POLL)))
        if self.known("power") != PowerState.ON:
            return
        for question in self._family.questions:
            if question != "power":
                self.note(question, await self._ask(question, Priority.POLL))

    def _note_power(self, *, on: bool) -> None:
        self.note_power(PowerState.ON if on else PowerState.OFF)

    def _check_usable(self, capability: str) -> None:
        self.check_ready(capability)
        if self.known("power") == PowerState.OFF:
            raise RefusedError(f"{capability}: the panel is in standby")

    async def _tell(self, kind: str, frame: Frame) -> None:
        exchange = Exchange[Frame, None](
            name=f"{kind} {frame.main:02X} {frame.sub:02X} {frame.value:02X}",
            data=self._family.encode(frame),
            kind=kind,
            gap_s=GAP_S,
        )
        await self.line.ask(exchange)

    async def _ask(self, question: str, priority: Priority) -> str | int | bool:
        exchange = Exchange[Frame, str | int | bool](
            name=f"{question}?",
            data=self._family.encode(self._family.questions[question]),
            answer=lambda frame: self._family.read(question, frame),
            timeout_s=REPLY_S if priority is not Priority.SETUP else REPLY_S / 2,
            resend=RESEND,
            priority=priority,
        )
        return await self.line.ask(exchange)
