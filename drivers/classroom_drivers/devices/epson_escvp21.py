"""Epson projectors with ESC/VP21, over serial, or over the network as ESC/VP.net.

Checked on: emulator only.
Source: Epson, ESC/VP21 command lists of the EB-Z10005U (p37), EB-440W (p121) and cpd65860; waiting
times and what goes wrong without them: openhab-addons #9770 and #9788, epson-projector const.py.
The KEY codes of menu, esc, enter and the arrows are from general knowledge.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from classroom_drivers.api import (
    AuthenticationError,
    Availability,
    LinkError,
    PowerState,
    RefusedError,
    Transport,
    UnsupportedError,
    ValueSource,
)
from classroom_drivers.codecs.epson_escvp21 import (
    PASSWORD_MAX,
    Event,
    Heard,
    Said,
    SaidDecoder,
    Status,
    Welcome,
    encode,
    hello,
)
from classroom_drivers.codecs.plain import PlainCodec
from classroom_drivers.devices.about import About
from classroom_drivers.devices.epson_words import (
    ALARMS,
    ERRORS,
    EVENT_POWER,
    KEYS,
    POWER,
    SOURCES,
    WARNINGS,
    words_of,
)
from classroom_drivers.devices.input_names import InputNames
from classroom_drivers.devices.powered_device import PoweredDevice, Warmth
from classroom_drivers.links.exchange import Exchange, Priority

REPLY_S = 2.5
SETUP_S = 1.5  # one that returns is tried again soon
SOURCE_S = 7.0  # it needs up to 5
ON_S, OFF_S = 60.0, 15.0  # until the colon: 40 and 10 are what is known
ACCEPTED_S = 1.0  # it says ERR at once; the colon may come when it is warm
REST_S = 10.0  # after the colon of PWR OFF; what comes earlier may hang its network
HEALTH_S = 60.0
ERROR_STANDBY = "05"
HANDSHAKES = ("auto", "yes", "no")


class EpsonProjector(PoweredDevice[Heard]):
    """A projector. Its MUTE hides the picture and silences the sound at once.

    Options: `handshake` "no" for a serial port behind TCP (ser2net), which has no ESC/VP.net;
    `inputs` gives names to codes ("hdmi-1=30, dvi=A0"); `volume_steps` is how many its volume has
    (20 or 40); `rest_s` is how long it is left alone once it has been switched off; `warm_up_s`,
    `cool_down_s`, `min_on_s`, `min_off_s` as with PJLink.
    """

    ABOUT = About(
        title="Epson projectors with ESC/VP21 and ESC/VP.net",
        reached_by=(
            "tcp://host",
            "serial:///dev/ttyUSB0?baud=9600",
            "tcp://host:port?handshake=no",
        ),
        sources=(
            "Epson EB-Z10005U user's guide, p37; EB-440W, p121; cpd65860 (ESC/VP21 command list)",
            "openhab-addons #9770, #9788, #20852; home-assistant/core #168710 (ESC/VP.net)",
        ),
    )
    PORTS: ClassVar[Mapping[str, int]] = MappingProxyType({"tcp": 3629})

    def __init__(
        self,
        transport: Transport,
        *,
        password: str = "",
        handshake: str = "auto",
        inputs: str = "",
        volume_steps: int = 20,
        warm_up_s: float = 40.0,
        cool_down_s: float = 30.0,
        min_on_s: float = 0.0,
        min_off_s: float = 0.0,
        rest_s: float = REST_S,
    ) -> None:
        if handshake not in HANDSHAKES:
            raise UnsupportedError(f"handshake {handshake!r} is not one of {', '.join(HANDSHAKES)}")
        if len(password) > PASSWORD_MAX or not password.isascii():
            raise UnsupportedError(f"a password has at most {PASSWORD_MAX} Latin letters")
        if not 0 < volume_steps < 256:
            raise UnsupportedError(f"volume_steps {volume_steps} is not 1 to 255")
        warmth = Warmth(
            warm_up_s=warm_up_s,
            cool_down_s=max(cool_down_s, rest_s + 2.0),
            min_on_s=min_on_s,
            min_off_s=min_off_s,
            waiting=("input-select", "mute", "freeze", "volume", "keys"),
        )
        super().__init__(transport, lambda: PlainCodec(SaidDecoder().feed), warmth)
        self._password = password
        self._hello = handshake == "yes" or (handshake == "auto" and not transport.byte_s)
        self._inputs = InputNames(
            inputs,
            usual=SOURCES,
            fits=lambda code: len(code) == 2 and code.isalnum(),
            example="hdmi-1=30",
        )
        self._steps = volume_steps
        self._rest_s = rest_s
        self._asked_percent: tuple[int, int] = (-1, 0)  # a step, and what was asked for it
        self._busy_until_s = 0.0  # nothing is answered before, or must not be asked
        self._rest_until_s = 0.0  # nothing at all may be sent before
        self._identified = False
        self._health_due_s = 0.0
        self.choices["mute"] = ("picture",)
        self.choices["input"] = self._inputs.offered
        self.choices["key"] = tuple(KEYS)

    async def switch(self, *, on: bool) -> None:
        """Send the command; the colon is awaited, but not by who asks."""
        now_s = self.now_s()
        self._busy_until_s = now_s + (ON_S if on else OFF_S + self._rest_s)
        self._rest_until_s = 0.0 if on else self._busy_until_s
        try:
            await self._do(
                "PWR ON" if on else "PWR OFF",
                kind="power",
                timeout_s=ON_S if on else OFF_S,
                assent_s=ACCEPTED_S,
                gap_s=0.0 if on else self._rest_s,
            )
        except RefusedError:
            self._settle(0.0)
            raise

    async def select_input(self, *, name: str) -> None:
        """Show an input, by its name among the choices."""
        code = self._inputs.code(name)
        self.check_ready("input-select")
        await self._do(f"SOURCE {code}", kind="input", timeout_s=SOURCE_S)
        self.assume("input", name)

    async def set_mute(self, *, picture: bool | None = None, sound: bool | None = None) -> None:
        """Hide the picture and silence the sound, which it does together."""
        if sound is not None:
            raise UnsupportedError(
                "an Epson's mute is picture and sound together: mute the picture"
            )
        self.check_ready("mute")
        if picture is not None:
            await self._do(f"MUTE {_on_off(on=picture)}", kind="mute")
            self.assume("picture-mute", picture)

    async def set_freeze(self, *, on: bool) -> None:
        """Hold the picture (True) or let it run (False)."""
        self.check_ready("freeze")
        await self._do(f"FREEZE {_on_off(on=on)}", kind="freeze")
        self.assume("freeze", on)

    async def set_volume(self, *, percent: int) -> None:
        """Set the volume, 0 to 100, to the nearest step that it has."""
        if not 0 <= percent <= 100:
            raise UnsupportedError(f"volume {percent} is not 0 to 100")
        self.check_ready("volume")
        step = round(percent * self._steps / 100)
        self._asked_percent = (step, percent)
        await self._do(f"VOL {256 * step // (self._steps + 1)}", kind="volume")
        self.assume("volume", percent)

    async def press_key(self, *, name: str) -> None:
        """Press a key of the remote control."""
        if name not in KEYS:
            raise UnsupportedError(f"no key {name!r}; there are {', '.join(KEYS)}")
        self.check_ready("keys")
        await self._do(f"KEY {KEYS[name]}")

    async def identify(self) -> None:
        """Ask for the serial number again."""
        if number := await self._ask("SNO"):
            self.note("serial-number", number)

    async def check_health(self) -> None:
        """Ask for what is wrong, and for the hours, now."""
        code = await self._ask("ERR")
        self.note("health", "ok" if code in {"", "00"} else ERRORS.get(code, f"error {code}"))
        for question, name in (("LAMP", "lamp-hours"), ("ONTIME", "run-hours")):
            hours, *_ = (await self._ask(question)).split() or [""]
            if hours.isdecimal():
                self.note(name, int(hours))

    async def begin(self) -> None:
        """Rest if it was switched off just now; say hello; wait until it is ready."""
        left_s = self._rest_until_s - self.now_s()
        if left_s > 0:
            await self.line.ask(
                Exchange[Heard, None](
                    name="rest after PWR OFF", gap_s=left_s, priority=Priority.SETUP
                )
            )
        late_s = max(left_s, 0.0) + SETUP_S
        if self._hello:
            await self.line.ask(
                Exchange[Heard, Status](
                    name="hello",
                    data=hello(self._password),
                    answer=self._welcomed,
                    timeout_s=SETUP_S,
                    priority=Priority.SETUP,
                    deadline_s=late_s,
                )
            )
        await self.line.ask(
            Exchange[Heard, bool](
                name="ready?",
                data=encode(""),
                answer=lambda heard: isinstance(heard, Said) or None,
                timeout_s=SETUP_S,
                priority=Priority.SETUP,
                deadline_s=late_s,
            )
        )

    async def probe(self) -> None:
        """Ask for power, which is answered in every state but when it is busy with it."""
        self._note_power(await self._ask("PWR", priority=Priority.SETUP))

    async def poll(self) -> None:
        """Ask for power, and for the rest only when it is on; leave it alone while it is busy."""
        if self.now_s() < self._busy_until_s:
            return
        code = await self._ask("PWR")
        self._note_power(code)
        due = self.now_s() >= self._health_due_s
        if due and (self.power is PowerState.ON or code == ERROR_STANDBY):
            self._health_due_s = self.now_s() + HEALTH_S
            await self.check_health()
        if self.power is not PowerState.ON:
            return
        if not self._identified:
            await self._learn_inputs()
            await self.identify()
            self._identified = True
        await self._poll_picture()

    def unasked(self, reply: Heard) -> None:
        """Take what it says of its own accord."""
        if not isinstance(reply, Event):
            return
        power = EVENT_POWER.get(reply.state)
        resting = self.now_s() < self._rest_until_s  # off, but not to be switched on yet
        if power and not (resting and power is PowerState.OFF):
            self.note_power(power, ValueSource.PUSHED)
        faults = words_of(reply.alarms, ALARMS) + words_of(reply.warnings, WARNINGS)
        if faults:
            self.note("health", ", ".join(faults), ValueSource.PUSHED)
        self.poll_soon()

    def line_changed(self) -> None:
        """Ask anew who it is once it was lost: another one may come back."""
        if self.line.availability is Availability.OFFLINE:
            self._identified = False
        super().line_changed()

    async def _poll_picture(self) -> None:
        if shown := await self._ask("SOURCE"):
            self.note("input", self._input_name(shown))
        for question, name in (("MUTE", "picture-mute"), ("FREEZE", "freeze")):
            if said := await self._ask(question):
                self.note(name, said == "ON")
        if (level := await self._ask("VOL")).isdecimal():
            step = round(int(level) * (self._steps + 1) / 256)
            asked_step, percent = self._asked_percent
            self.note("volume", percent if step == asked_step else round(100 * step / self._steps))

    async def _learn_inputs(self) -> None:
        """Offer the inputs that it has, where it tells: "30 HDMI1 A0 HDMI2"."""
        words = (await self._ask("SOURCELIST")).split()
        if words and len(words) % 2 == 0:
            self._inputs.learn(dict(zip(words[::2], words[1::2], strict=True)))
            self.choices["input"] = self._inputs.offered

    def _input_name(self, code: str) -> str:
        """Give an input's name; "11" and "1F" are forms of the computer at "10"."""
        family = f"{code[:1]}0"
        return self._inputs.name(code if self._inputs.knows(code) or code == "A0" else family)

    def _note_power(self, code: str) -> None:
        if code not in POWER:
            raise LinkError(f"unknown power state {code!r}")
        self.note_power(POWER[code])

    def _welcomed(self, heard: Heard) -> Status | None:
        match heard:
            case Welcome(Status.OK):
                return Status.OK
            case Welcome(Status.UNAUTHORIZED):
                raise AuthenticationError("the projector wants a password")
            case Welcome(Status.FORBIDDEN):
                raise AuthenticationError("the projector does not take the password")
            case Welcome(status):
                raise LinkError(f"the projector takes no connection now (status {status:02X})")
        return None

    def _settle(self, gap_s: float) -> None:
        """Know that it has answered PWR ON or OFF, and how long it still wants to be left alone."""
        self._busy_until_s = self.now_s() + gap_s
        self._rest_until_s = self._busy_until_s if gap_s else 0.0
        self.poll_soon()

    async def _do(
        self,
        command: str,
        *,
        kind: str = "",
        timeout_s: float = REPLY_S,
        assent_s: float = float("inf"),
        gap_s: float = 0.0,
    ) -> None:
        def answer(heard: Heard) -> bool | None:
            match heard:
                case Said(""):
                    if command.startswith("PWR"):
                        self._settle(gap_s)
                    return True
                case Said("ERR"):
                    if command.startswith("PWR"):
                        self._settle(0.0)
                    raise RefusedError(f"{command}: the projector says ERR")
            return None

        exchange = Exchange[Heard, bool](
            name=command,
            data=encode(command),
            answer=answer,
            timeout_s=timeout_s,
            kind=kind,
            assent_s=assent_s,
            gap_s=gap_s,
        )
        await self.line.ask(exchange)

    async def _ask(self, question: str, *, priority: Priority = Priority.POLL) -> str:
        """Ask; "" where it says ERR: it does not know, or not now."""

        def answer(heard: Heard) -> str | None:
            match heard:
                case Said("ERR"):
                    return ""
                case Said(text) if text.startswith(f"{question}="):
                    return text.partition("=")[2].strip()
            return None

        exchange = Exchange[Heard, str](
            name=f"{question}?",
            data=encode(f"{question}?"),
            answer=answer,
            timeout_s=REPLY_S,
            priority=priority,
            kind=f"ask {question}",
        )
        return await self.line.ask(exchange)


def _on_off(*, on: bool) -> str:
    return "ON" if on else "OFF"
