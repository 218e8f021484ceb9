"""An interactive panel of the family aabbcc: obeys in silence, answers questions.

In standby it hears the wake frame and the question for power; a `deaf` one hears only the wake
frame. For `boot_s` after waking it answers nothing but power.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.codecs.ifp import FAMILIES, Frame
from classroom_drivers.emulators.session import NEVER

FAMILY = FAMILIES["aabbcc"]
_INPUTS = {frame: name for name, frame in FAMILY.inputs.items()}
_KEYS = {frame: name for name, frame in FAMILY.keys.items()}
_QUESTIONS = {frame: name for name, frame in FAMILY.questions.items()}


@dataclass(kw_only=True)
class PanelEmulator:
    """The panel; sessions share it."""

    boot_s: float = 6.0
    deaf: bool = False
    on: bool = False
    input: str = "android"
    volume: int = 20
    muted: bool = False
    keys: list[str] = field(default_factory=list)  # the newest 20
    _ready_s: float = field(default=0.0, init=False)

    def session(self, now_s: float) -> "PanelSession":
        """Begin a connection."""
        return PanelSession(self)

    def obey(self, frame: Frame, now_s: float) -> list[bytes]:
        """Do a frame and give the answer, if it has one."""
        if frame == FAMILY.on and not self.on:
            self.on, self._ready_s = True, now_s + self.boot_s
            return []
        if not self.on and self.deaf:
            return []
        question = _QUESTIONS.get(frame)
        if question == "power":
            return [FAMILY.encode(Frame(0x80, int(not self.on)))]
        if not self.on or now_s < self._ready_s:
            return []
        if question:
            return [self._tell(question)]
        self._change(frame)
        return []

    def _tell(self, question: str) -> bytes:
        frames = {
            "input": Frame(0x81, FAMILY.inputs[self.input].sub),
            "volume": Frame(0x82, 0, self.volume),
            "sound-mute": Frame(0x82, 1, int(not self.muted)),
        }
        return FAMILY.encode(frames[question])

    def _change(self, frame: Frame) -> None:
        if frame == FAMILY.off:
            self.on = False
        elif frame in _INPUTS:
            self.input = _INPUTS[frame]
        elif frame in {FAMILY.mute, FAMILY.unmute}:
            self.muted = frame == FAMILY.mute
        elif (frame.main, frame.sub) == (0x03, 0x00):
            self.volume = min(frame.value, 100)
        elif frame in _KEYS:
            self.keys = [*self.keys, _KEYS[frame]][-20:]


class PanelSession:
    """One connection."""

    closed = False

    def __init__(self, panel: PanelEmulator) -> None:
        self._panel = panel
        self._decoder = FAMILY.decoder()

    def due_s(self) -> float:
        """Never does anything by itself."""
        return NEVER

    def receive(self, data: bytes, now_s: float) -> list[bytes]:
        """Take what arrived; give what the panel says."""
        found = self._decoder.feed(data)
        frames = [frame for frame in found if not isinstance(frame, Garbage)]
        return [said for frame in frames for said in self._panel.obey(frame, now_s)]


MODELS: Mapping[str, Callable[[], PanelEmulator]] = MappingProxyType(
    {"aabbcc": PanelEmulator, "deaf": lambda: PanelEmulator(deaf=True)}
)
