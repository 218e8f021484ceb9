"""A digital mixer: answers questions, confirms nothing, and tells changes to who asked for them.

Whoever says /xremote is told what others change for ten seconds, and never what it does itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from classroom_drivers.codecs.osc import Argument, Message, MessageDecoder, encode
from classroom_drivers.emulators.news import NEWS_S, Ear, News
from classroom_drivers.emulators.session import NEVER

TOLD_S = 10.0
PLACES = 1023  # steps of a fader


@dataclass(kw_only=True)
class MixerEmulator:
    """The mixer; sessions share it."""

    main: str = "/main/st/mix"
    channels: int = 32
    model: str = "X32"
    name: str = "Lecture hall"
    firmware: str = "4.06"
    values: dict[str, Argument] = field(default_factory=dict)
    news: News = field(default_factory=News, init=False)

    def __post_init__(self) -> None:
        """Have every fader somewhere."""
        start: dict[str, Argument] = {f"{self.main}/fader": 0.75, f"{self.main}/on": 1}
        for number in range(1, self.channels + 1):
            start[f"/ch/{number:02}/mix/fader"] = 0.0
            start[f"/ch/{number:02}/mix/on"] = 1
            start[f"/ch/{number:02}/config/name"] = ""
        self.values = start | self.values

    def session(self, now_s: float) -> "MixerSession":
        """Begin to hear a controller."""
        return MixerSession(self)

    def touch(self, address: str, value: Argument) -> None:
        """Move something by hand; everybody who wants to is told."""
        self.put(address, value)
        self.news.tell(encode(Message(address, (self.values[address],))))

    def put(self, address: str, value: Argument) -> bool:
        """Set a value, to the nearest place that there is; say whether there is such a thing."""
        known = self.values.get(address)
        if isinstance(known, float) and isinstance(value, int | float):
            place = min(max(float(value), 0.0), 1.0)
            self.values[address] = round(place * PLACES) / PLACES
        elif type(known) is type(value):
            self.values[address] = value
        else:
            return False
        return True

    def tell(self, address: str) -> Message | None:
        """Answer a question; there is silence for what is not known."""
        here = "127.0.0.1"
        told: dict[str, tuple[Argument, ...]] = {
            "/xinfo": (here, self.name, self.model, self.firmware),
            "/info": ("V2.07", "osc-server", self.model, self.firmware),
            "/status": ("active", here, self.name),
        }
        if address in self.values:
            return Message(address, (self.values[address],))
        return Message(address, told[address]) if address in told else None


class MixerSession:
    """One controller, known by the port that it sends from."""

    closed = False

    def __init__(self, mixer: MixerEmulator) -> None:
        self._mixer = mixer
        self._decoder = MessageDecoder()
        self._ear = Ear(mixer.news)
        self._told_until_s = 0.0
        self._look_s = NEVER

    def due_s(self) -> float:
        """Look for news while they are wanted."""
        return self._look_s

    def receive(self, data: bytes, now_s: float) -> list[bytes]:
        """Take what arrived; give what the mixer says."""
        wanted = now_s < self._told_until_s
        fresh = self._ear.fresh()
        said = fresh if wanted else []
        for found in self._decoder.feed(data):
            if isinstance(found, Message):
                said += self._answer(found, now_s)
        self._look_s = now_s + NEWS_S if now_s < self._told_until_s else NEVER
        return said

    def _answer(self, message: Message, now_s: float) -> list[bytes]:
        mixer = self._mixer
        if message.address == "/xremote":
            self._told_until_s = now_s + TOLD_S
        elif message.values:
            if mixer.put(message.address, message.values[0]):
                now = Message(message.address, (mixer.values[message.address],))
                self._ear.tell(encode(now))
        elif told := mixer.tell(message.address):
            return [encode(told)]
        return []


MODELS: Mapping[str, Callable[[], MixerEmulator]] = MappingProxyType(
    {
        "x32": MixerEmulator,
        "xr18": lambda: MixerEmulator(main="/lr/mix", channels=16, model="XR18", firmware="1.22"),
    }
)
