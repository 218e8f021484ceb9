"""Sony projectors that speak ADCP, which has to be switched on in the projector's web pages.

In standby they answer at all only when standby mode is "standard".

Checked on: emulator only.
Source: Sony, Protocol Manual (Common), 1st edition (revised 1), 4-2 ADCP.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import ClassVar, TypeVar

from classroom_drivers.api import (
    AuthenticationError,
    PowerState,
    RefusedError,
    Transport,
    UnsupportedError,
)
from classroom_drivers.codecs.plain import PlainCodec
from classroom_drivers.codecs.sony_adcp import (
    DENIED,
    REFUSALS,
    UNKNOWN,
    Greeting,
    Ok,
    Refusal,
    Reply,
    ReplyDecoder,
    Told,
    encode,
    proof_of,
)
from classroom_drivers.devices.about import About
from classroom_drivers.devices.input_names import InputNames
from classroom_drivers.devices.powered_device import PoweredDevice, Warmth
from classroom_drivers.links.exchange import Exchange, Priority

REPLY_S = 2.0
GREETING_S = 1.5
HEALTH_S = 60.0
POWER = {
    "standby": PowerState.OFF,
    "saving_standby": PowerState.OFF,
    "startup": PowerState.WARMING,
    "on": PowerState.ON,
    "cooling1": PowerState.COOLING,
    "cooling2": PowerState.COOLING,
    "saving_cooling1": PowerState.COOLING,
    "saving_cooling2": PowerState.COOLING,
}
MUTES = {"picture": "blank", "sound": "muting"}
IDENTITY = {"model": "modelname", "serial-number": "serialnum", "firmware": "version"}
INPUTS = ("hdmi1", "hdmi2", "hdbaset1", "dvi1", "rgb1", "video1")
KEYS = ("up", "down", "left", "right", "enter", "return", "menu")

ResultT = TypeVar("ResultT")


class SonyProjector(PoweredDevice[Reply]):
    """A projector.

    Options: `inputs` gives names to its inputs ("hdmi-1=hdmi1, pc=rgb1"); `warm_up_s` and
    `cool_down_s` are how long it usually takes.
    """

    ABOUT = About(
        title="Sony projectors (ADCP)",
        reached_by=("tcp://host",),
        sources=("Sony, Protocol Manual (Common), 1st edition (revised 1), 4-2 ADCP",),
    )
    PORTS: ClassVar[Mapping[str, int]] = MappingProxyType({"tcp": 53595})

    def __init__(
        self,
        transport: Transport,
        *,
        password: str = "",
        inputs: str = "",
        warm_up_s: float = 40.0,
        cool_down_s: float = 60.0,
    ) -> None:
        warmth = Warmth(
            warm_up_s=warm_up_s,
            cool_down_s=cool_down_s,
            waiting=("input-select", "mute", "keys"),
        )
        super().__init__(transport, lambda: PlainCodec(ReplyDecoder().feed), warmth)
        self._password = password
        self._inputs = InputNames(
            inputs,
            usual={code: f"{code[:-1]}-{code[-1]}" for code in INPUTS},
            fits=lambda code: re.fullmatch("[a-z0-9_]{1,20}", code),
            example="hdmi-1=hdmi1",
        )
        self._identified = False
        self._health_due_s = 0.0
        self.choices["input"] = self._inputs.offered
        self.choices["mute"] = tuple(MUTES)
        self.choices["key"] = KEYS

    async def switch(self, *, on: bool) -> None:
        """Send the command."""
        await self._tell("power", "on" if on else "off")

    async def select_input(self, *, name: str) -> None:
        """Show an input, by its name among the choices."""
        code = self._inputs.code(name)
        self.check_ready("input-select")
        await self._tell("input", code)
        self.assume("input", name)

    async def set_mute(self, *, picture: bool | None = None, sound: bool | None = None) -> None:
        """Mute (True), show again (False) or leave as it is (None)."""
        self.check_ready("mute")
        for part, on in (("picture", picture), ("sound", sound)):
            if on is None:
                continue
            if part not in self.choices["mute"]:
                raise UnsupportedError(f"cannot mute {part}; there is picture")
            await self._tell(MUTES[part], "on" if on else "off")
            self.assume(f"{part}-mute", on)

    async def press_key(self, *, name: str) -> None:
        """Do what a key of the remote control does."""
        if name not in KEYS:
            raise UnsupportedError(f"no key {name!r}; there are {', '.join(KEYS)}")
        self.check_ready("keys")
        await self._tell("key", name, once=True)

    async def identify(self) -> None:
        """Ask for model, serial number and firmware again."""
        self.note("maker", "Sony")
        for value, word in IDENTITY.items():
            if told := _plain(await self._learn(word)):
                self.note(value, told)
        self._identified = True

    async def check_health(self) -> None:
        """Ask for faults, warnings and hours now."""
        faults: list[str] = []
        for word in ("error", "warning"):
            told = await self._learn(word)
            words = [str(one) for one in told] if isinstance(told, list) else []
            faults += [one for one in words if not one.startswith("no_")]
        self.note("health", ", ".join(faults) or "ok")
        hours = await self._learn("timer")
        for row in hours if isinstance(hours, list) else ():
            for word, value in (("light_src", "lamp-hours"), ("operation", "run-hours")):
                if isinstance(row, dict) and isinstance(row.get(word), int):
                    self.note(value, row[word])

    async def begin(self) -> None:
        """Wait for the greeting, and prove the password where one is wanted."""
        self._identified, self._health_due_s = False, 0.0
        greeting = await self._ask("greeting", b"", _greeted, Priority.SETUP)
        if not greeting.challenge:
            return
        if not self._password:
            raise AuthenticationError("the projector wants a password")
        proof = f"{proof_of(greeting.challenge, self._password)}\r\n".encode()
        await self._ask("login", proof, _accepted, Priority.SETUP)

    async def probe(self) -> None:
        """Ask for power: the one thing that is answered in every state."""
        await self._poll_power(Priority.SETUP)

    async def poll(self) -> None:
        """Ask for power, and for the rest only when it is on."""
        await self._poll_power(Priority.POLL)
        if not self._identified:
            await self.identify()
        if self.power is PowerState.ON:
            if shown := await self._learn("input"):
                self.note("input", self._inputs.name(str(shown)))
            for part in self.choices["mute"]:
                if muted := await self._learn(MUTES[part]):
                    self.note(f"{part}-mute", muted == "on")
        if self.now_s() >= self._health_due_s:
            self._health_due_s = self.now_s() + HEALTH_S
            await self.check_health()

    async def _poll_power(self, priority: Priority) -> None:
        self.note_power(await self._ask("power?", encode("power_status"), _power, priority))

    async def _tell(self, word: str, value: str, *, once: bool = False) -> None:
        await self._ask(f"{word} {value}", encode(word, value), _accepted, kind=word, once=once)

    async def _learn(self, word: str) -> object:
        """Ask what a projector need not answer at all times, or ever."""
        heard = await self._ask(f"{word}?", encode(word), _told_or_not, Priority.POLL)
        if heard == Refusal(UNKNOWN):
            self.choices["mute"] = tuple(p for p in self.choices["mute"] if MUTES[p] != word)
        return heard.value if isinstance(heard, Told) else None

    async def _ask(
        self,
        name: str,
        data: bytes,
        answer: Callable[[Reply], ResultT | None],
        priority: Priority = Priority.COMMAND,
        *,
        kind: str = "",
        once: bool = False,
    ) -> ResultT:
        def judge(heard: Reply) -> ResultT | None:
            if isinstance(heard, Refusal) and heard.word == DENIED:
                raise AuthenticationError("the projector does not take the password")
            if (found := answer(heard)) is not None:
                return found
            if isinstance(heard, Refusal):
                raise RefusedError(f"{name}: {REFUSALS[heard.word]}")
            return None

        exchange = Exchange[Reply, ResultT](
            name=name,
            data=data,
            answer=judge,
            timeout_s=REPLY_S if data else GREETING_S,
            priority=priority,
            kind=kind,
            once=once,
        )
        return await self.line.ask(exchange)


def _greeted(heard: Reply) -> Greeting | None:
    return heard if isinstance(heard, Greeting) else None


def _accepted(heard: Reply) -> bool | None:
    return True if isinstance(heard, Ok) else None


def _power(heard: Reply) -> PowerState | None:
    return (
        POWER.get(heard.value) if isinstance(heard, Told) and isinstance(heard.value, str) else None
    )


def _told_or_not(heard: Reply) -> Reply | None:
    return heard if isinstance(heard, Told | Refusal) else None


def _plain(told: object) -> str:
    """Read a text, or the first value of a list of rows: [{"main": "1.020"}]."""
    if isinstance(told, list) and told and isinstance(told[0], dict):
        told = next(iter(told[0].values()), "")
    return told if isinstance(told, str) else ""
