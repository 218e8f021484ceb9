"""A camera that speaks Pelco-D or Pelco-P: it moves until told otherwise, and says nothing.

One that answers tells where it points, in hundredths of a degree, tilt downwards.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from classroom_drivers.codecs import pelco
from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.codecs.pelco import DIALECTS, FrameDecoder, Message
from classroom_drivers.emulators.pan_tilt_head import Axis, Head
from classroom_drivers.emulators.session import NEVER

FULL_SPEED_DEG_S = 80.0
LENS_S = 3.0  # from one end to the other
WAYS = {
    "pan": (pelco.RIGHT, pelco.LEFT),
    "tilt": (pelco.UP, pelco.DOWN),
    "zoom": (pelco.TELE, pelco.WIDE),
}
CLEAR = 0x05
TRACKING_ON, TRACKING_OFF = 0x65, 0x67  # AVer


def _axes() -> dict[str, Axis]:
    return {
        "pan": Axis(-170.0, 170.0),
        "tilt": Axis(-90.0, 20.0),
        "zoom": Axis(0.0, 1.0),
        "focus": Axis(0.0, 1.0, 0.5),
        "iris": Axis(0.0, 1.0, 0.5),
    }


@dataclass(kw_only=True)
class PelcoEmulator(Head):
    """The camera; sessions share it. Angles in degrees, the lens from 0 to 1."""

    protocol: str = "d"
    address: int = 1
    answers: bool = False
    deaf: int = 0  # so many frames are lost from now on, as on a noisy line
    autofocus: bool = True
    tracking: bool = False
    presets: dict[int, Mapping[str, float]] = field(default_factory=dict)
    axes: dict[str, Axis] = field(default_factory=_axes)

    def session(self, now_s: float) -> "PelcoSession":
        """Begin a connection."""
        return PelcoSession(self)

    def obey(self, message: Message) -> Message | None:
        """Do what is said; give the answer, if there is one."""
        if self.deaf:
            self.deaf -= 1
            return None
        if message.address != self.address:
            return None
        if message.second & 1:
            return self._extended(message)
        self._move(message)
        return None

    def _move(self, message: Message) -> None:
        speeds = {"pan": message.data[0], "tilt": message.data[1], "zoom": pelco.SPEED_MAX}
        for name, (positive, negative) in WAYS.items():
            share = speeds[name] / pelco.SPEED_MAX
            full = 1 / LENS_S if name == "zoom" else FULL_SPEED_DEG_S
            way = bool(message.second & positive) - bool(message.second & negative)
            self.axes[name].drive(way * share * full)
        lens = DIALECTS[self.protocol].lens
        pressed = {name for name, bits in lens.items() if _has(message, bits)}
        for name, more, less in (
            ("focus", "focus-far", "focus-near"),
            ("iris", "iris-open", "iris-close"),
        ):
            self.axes[name].drive(((more in pressed) - (less in pressed)) / LENS_S)

    def _extended(self, message: Message) -> Message | None:
        number = message.value
        match message.second:
            case pelco.STORE:
                self.presets[number] = {name: axis.at for name, axis in self.axes.items()}
            case pelco.RECALL:
                for name, place in self.presets.get(number, {}).items():
                    fast = FULL_SPEED_DEG_S if name in {"pan", "tilt"} else 1 / LENS_S
                    self.axes[name].go(place, fast)
            case code if code == CLEAR:
                self.presets.pop(number, None)
            case pelco.AUTOFOCUS:
                self.autofocus = number == 1
            case code if code in {TRACKING_ON, TRACKING_OFF}:
                self.tracking = code == TRACKING_ON
            case code if self.answers and code in {pelco.ASK_PAN, pelco.ASK_TILT, pelco.ASK_ZOOM}:
                return pelco.extended(self.address, code + pelco.ANSWER, self._tell(code))
        return None

    def _tell(self, code: int) -> int:
        if code == pelco.ASK_ZOOM:
            return round(self.axes["zoom"].at * 0xFFFF)
        deg = self.axes["pan"].at if code == pelco.ASK_PAN else -self.axes["tilt"].at
        return round(deg * 100) % 36000


class PelcoSession:
    """One connection."""

    closed = False

    def __init__(self, camera: PelcoEmulator) -> None:
        self._camera = camera
        self._dialect = DIALECTS[camera.protocol]
        self._decoder = FrameDecoder(self._dialect)

    def due_s(self) -> float:
        """Never says anything by itself."""
        return NEVER

    def receive(self, data: bytes, now_s: float) -> list[bytes]:
        """Take what arrived; give what the camera says."""
        self._camera.advance(now_s)
        said = []
        for message in self._decoder.feed(data):
            answer = None if isinstance(message, Garbage) else self._camera.obey(message)
            if answer:
                said.append(self._dialect.encode(answer))
        return said


def _has(message: Message, bits: tuple[int, int]) -> bool:
    first, second = bits
    return bool(message.first & first or message.second & second)


MODELS: Mapping[str, Callable[[], PelcoEmulator]] = MappingProxyType(
    {
        "d": PelcoEmulator,
        "p": lambda: PelcoEmulator(protocol="p"),
        "answering": lambda: PelcoEmulator(answers=True),
        "answering-p": lambda: PelcoEmulator(protocol="p", answers=True),
    }
)
