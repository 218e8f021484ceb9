"""Things behind an MQTT broker, as the projects that make them describe what they say.

Source: as codecs.mqtt_conventions.
"""

import json
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping

from classroom_drivers.codecs.mqtt import Publish

THINKS_S = 0.15  # a radio, a small processor
TELLS_S = 1.0  # how often a cover tells where it is, on its way
FULL = 254
ENDS = {"OPEN": 100.0, "CLOSE": 0.0}


class Curtain:
    """A motor that takes its time; 100 is open."""

    def __init__(self, place: float = 100.0, percent_per_s: float = 10.0) -> None:
        self.place = place
        self.goal = place
        self.percent_per_s = percent_per_s
        self._at_s: float | None = None

    @property
    def direction(self) -> int:
        """1 opens, -1 closes, 0 rests."""
        return int(math.copysign(1, self.goal - self.place)) if self.goal != self.place else 0

    def order(self, word: str) -> None:
        """Take OPEN, CLOSE, STOP or a place."""
        if word in ENDS:
            self.goal = ENDS[word]
        elif word == "STOP":
            self.goal = self.place
        elif word.isdecimal():
            self.goal = min(float(word), 100.0)

    def move(self, now_s: float) -> None:
        """Go on as far as it came by now."""
        way = self.percent_per_s * (now_s - (self._at_s if self._at_s is not None else now_s))
        self._at_s = now_s
        left = self.goal - self.place
        self.place = self.goal if abs(left) <= way else self.place + math.copysign(way, left)


class Talker(ABC):
    """What all things share: they tell a little later, and nothing while they are away."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.there = True
        self.curtain = Curtain()
        self._later: list[tuple[float, Publish]] = []
        self._told_s = 0.0
        self._moved = False

    def say(self, now_s: float, *messages: Publish) -> None:
        """Tell it in a moment."""
        self._later += [(now_s + THINKS_S, message) for message in messages]

    def hear(self, topic: str, payload: bytes, now_s: float) -> None:
        """Take a message; who is away hears nothing."""
        if self.there:
            self._moved |= bool(self.curtain.direction)
            self.curtain.move(now_s)
            self.take(topic, payload.decode(errors="replace"), now_s)

    def look(self, now_s: float) -> list[Publish]:
        """Give what is due, and where the curtain is."""
        if not self.there:
            self._later.clear()
            return []
        self._moved |= bool(self.curtain.direction)
        self.curtain.move(now_s)
        arrived = self._moved and not self.curtain.direction
        if arrived or (self._moved and now_s >= self._told_s + TELLS_S):
            self._told_s, self._moved = now_s, not arrived
            self.say(now_s, *self.tell_curtain())
        due = [message for at_s, message in self._later if at_s <= now_s]
        self._later = [(at_s, message) for at_s, message in self._later if at_s > now_s]
        return due

    @abstractmethod
    def birth(self) -> list[Publish]:
        """Give what it tells when it is plugged in."""

    @abstractmethod
    def will(self) -> list[Publish]:
        """Give what is told of it when it is unplugged."""

    @abstractmethod
    def take(self, topic: str, text: str, now_s: float) -> None:
        """Do what a message wants."""

    @abstractmethod
    def tell_curtain(self) -> list[Publish]:
        """Say where the curtain is."""


class Zigbee(Talker):
    """A Zigbee device behind Zigbee2MQTT, whose states are not retained unless one asks for it."""

    def __init__(self, values: Mapping[str, object], unreadable: tuple[str, ...] = ()) -> None:
        super().__init__("zigbee2mqtt/Lab")
        self.values = dict(values)
        self._unreadable = unreadable  # it tells these only when it wants to
        self._tells_at_s: float | None = None

    def birth(self) -> list[Publish]:
        """The bridge says that both are there."""
        online = b'{"state":"online"}'
        return [
            Publish("zigbee2mqtt/bridge/state", online, retain=True),
            Publish(f"{self.base}/availability", online, retain=True),
        ]

    def will(self) -> list[Publish]:
        """The bridge has tried to reach it, in vain."""
        return [Publish(f"{self.base}/availability", b'{"state":"offline"}', retain=True)]

    def look(self, now_s: float) -> list[Publish]:
        """What cannot be asked for is told every minute."""
        if self._unreadable and (self._tells_at_s is None or now_s >= self._tells_at_s):
            self._tells_at_s = now_s + 5 if self._tells_at_s is None else now_s + 60
            self.say(now_s, self.tell())
        return super().look(now_s)

    def take(self, topic: str, text: str, now_s: float) -> None:
        """Read `set` and `get`; anything else is not for it."""
        try:
            wanted = json.loads(text)
        except ValueError:
            return
        if not isinstance(wanted, dict):
            return
        if topic == f"{self.base}/set":
            for key in wanted.keys() & self.values.keys():
                self._set(key, wanted[key])
            self.say(now_s, self.tell())
        elif topic == f"{self.base}/get" and wanted.keys() - set(self._unreadable):
            self.say(now_s, self.tell())

    def _set(self, key: str, value: object) -> None:
        if "position" in self.values:
            self.curtain.order(str(value))
        elif key.startswith("state") and value in {"ON", "OFF"}:
            self.values[key] = value
        elif key == "brightness" and isinstance(value, int) and 0 <= value <= FULL:
            self.values["state"] = "ON" if value else "OFF"
            self.values[key] = value or self.values[key]

    def tell(self) -> Publish:
        """Tell everything that is known of it."""
        if "position" in self.values:
            place = round(self.curtain.place)
            self.values |= {"position": place, "state": "OPEN" if place else "CLOSE"}
        return Publish(self.base, json.dumps(self.values).encode())

    def tell_curtain(self) -> list[Publish]:
        """Say where the curtain is, and everything else."""
        return [self.tell()]


class Tasmota(Talker):
    """A Tasmota device; one with a single relay calls it POWER, whatever it is asked for."""

    def __init__(
        self,
        values: Mapping[str, object],
        sensors: Mapping[str, Mapping[str, float]],
        *,
        shutter: bool = False,
    ) -> None:
        super().__init__("lab")
        self.values = dict(values)
        self.sensors = sensors
        self._shutter = shutter

    def birth(self) -> list[Publish]:
        """It comes online."""
        return [Publish(f"tele/{self.base}/LWT", b"Online", retain=True)]

    def will(self) -> list[Publish]:
        """Its last will."""
        return [Publish(f"tele/{self.base}/LWT", b"Offline", retain=True)]

    def take(self, topic: str, text: str, now_s: float) -> None:
        """Read a command; their names may be in either case."""
        if not topic.startswith(f"cmnd/{self.base}/"):
            return
        command, upper = topic.rpartition("/")[2].upper(), text.upper()
        if command in {"POWER", "POWER1"} and "POWER" in self.values:
            self._power(upper, now_s)
        elif command == "DIMMER" and text.isdecimal() and "Dimmer" in self.values:
            self.values["POWER"] = "ON" if int(text) else "OFF"
            self.values["Dimmer"] = min(int(text), 100) or self.values["Dimmer"]
            self._tell("RESULT", self.values, now_s)
        elif command == "STATE":
            self._tell("RESULT", {"Uptime": "0T00:07:28", **self.values}, now_s)
        elif (command, text) == ("STATUS", "10"):
            self._tell("STATUS10", {"StatusSNS": {**self.sensors, **self._place()}}, now_s)
        elif command.startswith("SHUTTER") and command.endswith("1") and self._shutter:
            word = command.removeprefix("SHUTTER").removesuffix("1")
            self.curtain.order(text if word == "POSITION" else word)
            self._tell("RESULT", self._place(), now_s)
        else:
            self._tell("RESULT", {"Command": "Unknown"}, now_s)

    def tell_curtain(self) -> list[Publish]:
        """Say where the shutter is, and which way it goes."""
        return [Publish(f"stat/{self.base}/RESULT", json.dumps(self._place()).encode())]

    def _power(self, word: str, now_s: float) -> None:
        if word in {"ON", "OFF"}:
            self.values["POWER"] = word
        told = str(self.values["POWER"])
        self._tell("RESULT", {"POWER": told}, now_s)
        self.say(now_s, Publish(f"stat/{self.base}/POWER", told.encode()))

    def _place(self) -> dict[str, object]:
        if not self._shutter:
            return {}
        place, goal = round(self.curtain.place), round(self.curtain.goal)
        way = self.curtain.direction
        return {"Shutter1": {"Position": place, "Direction": way, "Target": goal, "Tilt": 0}}

    def _tell(self, place: str, told: Mapping[str, object], now_s: float) -> None:
        self.say(now_s, Publish(f"stat/{self.base}/{place}", json.dumps(told).encode()))


class Retained(Talker):
    """What tells everything below a topic of its own, retained, and whether it is there."""

    def birth(self) -> list[Publish]:
        """It tells everything."""
        return [self._message("status", "online"), *self.tell_all()]

    def will(self) -> list[Publish]:
        """Its last will."""
        return [self._message("status", "offline")]

    @abstractmethod
    def tell_all(self) -> list[Publish]:
        """Say everything."""

    def _message(self, place: str, text: str) -> Publish:
        return Publish(f"{self.base}/{place}", text.encode(), retain=True)


class Esphome(Retained):
    """An ESPHome node: a switch, a light, a curtain and sensors."""

    def __init__(self) -> None:
        super().__init__("esp-lab")
        self.amplifier = "OFF"
        self.light: dict[str, object] = {
            "state": "ON",
            "brightness": 128,
            "color_mode": "brightness",
        }
        self.temperature = "21.8"

    def take(self, topic: str, text: str, now_s: float) -> None:
        """Read a command."""
        match topic.removeprefix(f"{self.base}/"):
            case "switch/amplifier/command" if text in {"ON", "OFF"}:
                self.amplifier = text
            case "light/board/command":
                self._dim(text)
            case "cover/curtain/command" | "cover/curtain/position/command":
                self.curtain.order(text)
            case _:
                return
        self.say(now_s, *self.tell_all())

    def tell_curtain(self) -> list[Publish]:
        """Say where the curtain is; a cover with positions tells no state."""
        return [self._message("cover/curtain/position/state", f"{self.curtain.place:.0f}")]

    def _dim(self, text: str) -> None:
        try:
            wanted = json.loads(text)
        except ValueError:
            return
        if isinstance(wanted, dict) and wanted.get("state") in {"ON", "OFF"}:
            self.light |= {key: wanted[key] for key in ("state", "brightness") if key in wanted}

    def tell_all(self) -> list[Publish]:
        """Say everything."""
        return [
            self._message("switch/amplifier/state", self.amplifier),
            self._message("light/board/state", json.dumps(self.light)),
            self._message("sensor/temperature/state", self.temperature),
            self._message("binary_sensor/people/state", "ON"),
            *self.tell_curtain(),
        ]


class Plain(Retained):
    """Something homemade: a topic for each part, and `set` below it."""

    def __init__(self) -> None:
        super().__init__("school/lab")
        self.values = {"screen": "0", "board": "40", "co2": "612"}

    def take(self, topic: str, text: str, now_s: float) -> None:
        """Read a command."""
        match topic.removeprefix(f"{self.base}/"):
            case "screen/set" if text in {"0", "1"}:
                self.values["screen"] = text
            case "board/set" if text.isdecimal():
                self.values["board"] = text
            case "curtain/set":
                self.curtain.order(text)
            case _:
                return
        self.say(now_s, *self.tell_all())

    def tell_curtain(self) -> list[Publish]:
        """Say what the curtain does."""
        word = {1: "opening", -1: "closing"}.get(self.curtain.direction)
        return [self._message("curtain", word or f"{self.curtain.place:.0f}")]

    def tell_all(self) -> list[Publish]:
        """Say everything."""
        told = [self._message(name, text) for name, text in self.values.items()]
        return [*told, *self.tell_curtain()]
