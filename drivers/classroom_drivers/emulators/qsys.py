"""A Q-SYS core that runs a design with some named controls."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.codecs.qsys import (
    ERRORS,
    Call,
    Failure,
    Message,
    MessageDecoder,
    Result,
    encode,
)
from classroom_drivers.emulators.session import NEVER

IDLE_S = 60.0
NO_METHOD, NO_PARAMETERS, NO_GROUP, NO_CONTROL, LOGON = -32601, -32602, 6, 8, 10


@dataclass(kw_only=True)
class QSysEmulator:
    """The core; sessions share it."""

    password: str = ""
    user: str = ""
    platform: str = "Core 110f"
    design: str = "Lecture hall"
    state: str = "Active"
    fault: tuple[int, str] = (0, "OK")
    controls: dict[str, float] = field(
        default_factory=lambda: {"MainGain": -20.0, "MainMute": 0.0, "MicGain": -10.0, "Bgm": -40.0}
    )

    def session(self, now_s: float) -> "QSysSession":
        """Begin a connection."""
        return QSysSession(self, now_s)

    def status(self) -> dict[str, Any]:
        """Tell how it is."""
        return {
            "Platform": self.platform,
            "State": self.state,
            "DesignName": self.design,
            "DesignCode": "qALFilm6IcAz",
            "IsRedundant": False,
            "IsEmulator": True,
            "Status": {"Code": self.fault[0], "String": self.fault[1]},
        }

    def tell(self, names: list[str]) -> list[dict[str, Any]]:
        """Tell controls."""
        return [
            {"Name": name, "Value": self.controls[name], "String": f"{self.controls[name]:.1f}"}
            for name in names
        ]


class QSysSession:
    """One connection: a status at its beginning, questions, the changes that were asked for."""

    def __init__(self, core: QSysEmulator, now_s: float) -> None:
        self.closed = False
        self._core = core
        self._decoder = MessageDecoder()
        self._greeted = False
        self._trusted = not core.password
        self._groups: dict[str, dict[str, float | None]] = {}  # what was told last
        self._rates: dict[str, float] = {}
        self._heard_s = self._told_s = now_s

    def due_s(self) -> float:
        """Look for changes as often as was asked for; hang up when idle."""
        looks = min(self._rates.values(), default=NEVER)
        return min(self._told_s + looks, self._heard_s + IDLE_S)

    def receive(self, data: bytes, now_s: float) -> list[bytes]:
        """Take what arrived; give what the core says."""
        said: list[Message] = []
        if not self._greeted:
            self._greeted = True
            said.append(Call("EngineStatus", self._core.status()))
        self._heard_s = now_s if data else self._heard_s
        for found in self._decoder.feed(data):
            if isinstance(found, Call) and found.number is not None:
                said.append(self._answer(found, found.number))
            elif isinstance(found, Garbage):
                said.append(Failure(None, -32700, ERRORS[-32700]))
        if self._rates and now_s >= self._told_s + min(self._rates.values()):
            self._told_s = now_s
            said += [self._poll(group) for group in self._rates if self._changes(group)]
        self.closed = now_s >= self._heard_s + IDLE_S
        return [encode(message) for message in said]

    def _answer(self, call: Call, number: int) -> Message:
        core, given = self._core, call.parameters
        if call.method == "Logon":
            pair = (core.user, core.password)
            self._trusted = (given.get("User"), given.get("Password")) == pair
        if not self._trusted:
            return Failure(number, LOGON, "Logon required")
        if call.method.startswith("ChangeGroup.") and isinstance(given, dict):
            return self._group(number, call.method, str(given.get("Id", "")), given)
        return self._obey(number, call.method, given)

    def _obey(self, number: int, method: str, given: Any) -> Message:  # noqa: ANN401 - JSON
        match method, given:
            case (("NoOp" | "Logon"), _):
                return Result(number, value=True)
            case "StatusGet", _:
                return Result(number, self._core.status())
            case "Control.Get", [*names]:
                return self._known(number, names) or Result(number, self._core.tell(names))
            case "Control.Set", {"Name": str(name), "Value": int(value) | float(value)}:
                return self._known(number, [name]) or self._set(number, name, value)
        return Failure(number, NO_METHOD, ERRORS[NO_METHOD])

    def _known(self, number: int, names: list[str]) -> Failure | None:
        missing = [name for name in names if name not in self._core.controls]
        return Failure(number, NO_CONTROL, f"{missing[0]} unknown") if missing else None

    def _set(self, number: int, name: str, value: float) -> Result:
        self._core.controls[name] = float(value)
        return Result(number, {"Name": name, "Value": float(value)})

    def _group(self, number: int, method: str, group: str, more: Mapping[str, Any]) -> Message:
        match method, more:
            case "ChangeGroup.AddControl", {"Controls": [*names]}:
                if fault := self._known(number, names):
                    return fault
                self._groups.setdefault(group, {}).update(dict.fromkeys(names))
            case _ if group not in self._groups:
                return Failure(number, NO_GROUP, ERRORS[NO_GROUP])
            case "ChangeGroup.AutoPoll", {"Rate": int(rate) | float(rate)}:
                self._rates[group] = float(rate)
            case "ChangeGroup.Poll", _:
                return Result(number, self._poll(group).parameters)
            case _:
                return Failure(number, NO_PARAMETERS, ERRORS[NO_PARAMETERS])
        return Result(number, value=True)

    def _changes(self, group: str) -> list[str]:
        now = self._core.controls
        return [name for name, told in self._groups[group].items() if now[name] != told]

    def _poll(self, group: str) -> Call:
        names = self._changes(group)
        self._groups[group].update({name: self._core.controls[name] for name in names})
        told = {"Id": group, "Changes": self._core.tell(names)}
        return Call("ChangeGroup.Poll", told)


MODELS: Mapping[str, Callable[[], QSysEmulator]] = MappingProxyType({"core": QSysEmulator})
