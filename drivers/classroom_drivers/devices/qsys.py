"""Q-SYS cores: named controls of the running design as faders, volume and mute.

Which controls there are is up to who made the design; they must be among its Named Controls.

Checked on: emulator only.
Source: QSC, Q-SYS Help, "QRC Commands": Logon, StatusGet, Control.Get, Control.Set,
ChangeGroup.AddControl, ChangeGroup.AutoPoll, EngineStatus.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from classroom_drivers.actions import capabilities_of
from classroom_drivers.api import (
    AuthenticationError,
    RefusedError,
    Transport,
    UnsupportedError,
    ValueSource,
)
from classroom_drivers.codecs.plain import PlainCodec
from classroom_drivers.codecs.qsys import (
    ERRORS,
    Call,
    Failure,
    Message,
    MessageDecoder,
    Result,
    encode,
)
from classroom_drivers.devices.about import About
from classroom_drivers.devices.line_device import LineDevice
from classroom_drivers.links.exchange import Exchange, Priority

REPLY_S = 2.0
TELL_S = 0.2  # how often the core looks for changes to tell
GROUP = "classroom-edge"
LOGON, UNKNOWN_CONTROL = 10, 8
STATES = {"Active": "ok", "Idle": "no design is running", "Standby": "standby of another core"}


class QSysCore(LineDevice[Message]):
    """A core.

    Options: `levels` are the faders by name and control ("Teacher=MicGain, Music=BgmGain");
    `volume` and `mute` are the controls of the whole. `least_db` and `most_db` are the ends of all
    faders, 0 and 100 percent. `user` goes with the password, which is a PIN.
    """

    ABOUT = About(
        title="Q-SYS cores (QRC)",
        reached_by=("tcp://host",),
        sources=('QSC, Q-SYS Help, "QRC Commands" (External Control APIs)',),
    )
    PORTS: ClassVar[Mapping[str, int]] = MappingProxyType({"tcp": 1710})

    def __init__(
        self,
        transport: Transport,
        *,
        password: str = "",
        user: str = "",
        levels: str = "",
        volume: str = "",
        mute: str = "",
        least_db: float = -60.0,
        most_db: float = 0.0,
    ) -> None:
        super().__init__(transport, lambda: PlainCodec(MessageDecoder().feed))
        if not least_db < most_db:
            raise UnsupportedError(f"least_db {least_db} is not below most_db {most_db}")
        pairs = [part.partition("=") for part in levels.split(",") if part.strip()]
        self._faders = [(control or name).strip() for name, _, control in pairs]
        self._volume, self._mute = volume.strip(), mute.strip()
        self._ends_db = (least_db, most_db)
        self._login = {"User": user, "Password": password} if password else {}
        self._number = 0
        self._fresh = True
        self.choices["level"] = tuple(name.strip() for name, _, _ in pairs)
        self.choices["mute"] = ("sound",) if self._mute else ()

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What it can do, by the controls that were named."""
        has = {"level": self._faders, "volume": self._volume, "mute": self._mute}
        lacks = {name for name, control in has.items() if not control}
        return tuple(name for name in capabilities_of(type(self)) if name not in lacks)

    async def set_level(self, *, percent: float, channel: int = 1) -> None:
        """Move a fader, 0 to 100."""
        if not 1 <= channel <= len(self._faders) or not 0 <= percent <= 100:
            raise UnsupportedError(f"no level {percent} of channel {channel}")
        await self._set(self._faders[channel - 1], self._decibels(percent))
        self.assume(f"level-{channel}", percent)

    async def set_volume(self, *, percent: int) -> None:
        """Set the volume, 0 to 100."""
        if not 0 <= percent <= 100:
            raise UnsupportedError(f"volume {percent} is not between 0 and 100")
        await self._set(self._volume, self._decibels(percent))
        self.assume("volume", percent)

    async def set_mute(self, *, picture: bool | None = None, sound: bool | None = None) -> None:
        """Silence the whole (True) or let it be heard (False)."""
        if picture is not None:
            raise UnsupportedError("it has no picture to mute; there is sound")
        if sound is not None:
            await self._set(self._mute, int(sound))
            self.assume("sound-mute", sound)

    async def identify(self) -> None:
        """Ask for platform and design again."""
        self._take_status(await self._ask("StatusGet", 0), ValueSource.POLLED)

    async def check_health(self) -> None:
        """Ask whether the design runs."""
        await self.identify()

    async def begin(self) -> None:
        """Log on where a PIN is given."""
        self._fresh = True
        if self._login:
            await self._ask("Logon", self._login, Priority.SETUP)

    async def probe(self) -> None:
        """Ask how it is."""
        self._take_status(await self._ask("StatusGet", 0, Priority.SETUP), ValueSource.POLLED)

    async def poll(self) -> None:
        """Ask for all controls; once in a connection, to be told of them."""
        controls = [name for name in (*self._faders, self._volume, self._mute) if name]
        if self._fresh and controls:
            wish = {"Id": GROUP, "Controls": controls}
            await self._ask("ChangeGroup.AddControl", wish, Priority.POLL)
            rate = {"Id": GROUP, "Rate": TELL_S}
            await self._ask("ChangeGroup.AutoPoll", rate, Priority.POLL)
        self._fresh = False
        if controls:
            self._take(await self._ask("Control.Get", controls, Priority.POLL), ValueSource.POLLED)
        self._take_status(await self._ask("StatusGet", 0, Priority.POLL), ValueSource.POLLED)

    def unasked(self, reply: Message) -> None:
        """Take changes of the controls, and of the core."""
        match reply:
            case Call("ChangeGroup.Poll", {"Changes": changes}):
                self._take(changes, ValueSource.PUSHED)
            case Call("EngineStatus", status):
                self._take_status(status, ValueSource.PUSHED)

    def _take(self, told: object, source: ValueSource) -> None:
        for row in told if isinstance(told, list) else ():
            match row:
                case {"Name": str(name), "Value": int(value) | float(value) | bool(value)}:
                    self._take_control(name, float(value), source)

    def _take_control(self, name: str, value: float, source: ValueSource) -> None:
        for channel, fader in enumerate(self._faders, 1):
            if fader == name:
                self.note(f"level-{channel}", round(self._percent(value), 1), source)
        if name == self._volume:
            self.note("volume", round(self._percent(value)), source)
        if name == self._mute:
            self.note("sound-mute", value != 0, source)

    def _take_status(self, told: object, source: ValueSource) -> None:
        if not isinstance(told, dict):
            return
        self.note("maker", "QSC", source)
        for word, value in (("Platform", "model"), ("DesignName", "name")):
            if isinstance(told.get(word), str) and told[word]:
                self.note(value, told[word], source)
        state = str(told.get("State", ""))
        fault = told.get("Status")
        words = STATES.get(state, state or "unknown")
        if words == "ok" and isinstance(fault, dict) and fault.get("Code"):
            words = str(fault.get("String", "fault"))
        self.note("health", words, source)

    def _decibels(self, percent: float) -> float:
        least, most = self._ends_db
        return least + (most - least) * percent / 100

    def _percent(self, decibels: float) -> float:
        least, most = self._ends_db
        return min(max((decibels - least) * 100 / (most - least), 0.0), 100.0)

    async def _set(self, control: str, value: float) -> None:
        await self._ask("Control.Set", {"Name": control, "Value": value}, kind=control)

    async def _ask(
        self,
        method: str,
        parameters: object,
        priority: Priority = Priority.COMMAND,
        *,
        kind: str = "",
    ) -> Any:  # noqa: ANN401 - JSON
        self._number = self._number % 0x7FFFFFFF + 1
        number = self._number

        def answer(heard: Message) -> Result | None:
            match heard:
                case Failure(told, code, words) if told == number:
                    if code == LOGON or method == "Logon":
                        raise AuthenticationError(f"{method}: {ERRORS[LOGON]}")
                    raise RefusedError(f"{method} {parameters}: {ERRORS.get(code, words)}")
                case Result(told) if told == number:
                    return heard
            return None

        exchange = Exchange[Message, Result](
            name=method,
            data=encode(Call(method, parameters, number)),
            answer=answer,
            timeout_s=REPLY_S,
            priority=priority,
            kind=kind,
        )
        return (await self.line.ask(exchange)).value
