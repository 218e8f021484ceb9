"""An interactive panel of any family, as its tables say, with the traps of real ones.

In standby it hears the wake frame and the question for power; a `deaf` one hears only the wake
frame, and is dumb until it has booted; others refuse, if their family has a word for that. For
`boot_s` after waking it answers nothing but power. What is said to everybody it obeys without an
answer; what is said to another it ignores. A message that comes less than `pace_s` after the last
one, or while it is still thinking about that, is lost.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType

from classroom_drivers.api import Plain
from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.codecs.panels.families import FAMILIES
from classroom_drivers.codecs.panels.family import Family, Frame, Phrase
from classroom_drivers.emulators.session import NEVER

FIELDS = {
    "power": "on",
    "input": "input",
    "volume": "volume",
    "sound-mute": "muted",
    "picture-mute": "dark",
    "freeze": "frozen",
    "serial-number": "serial_number",
}
KEYS_KEPT = 20


@dataclass(kw_only=True)
class PanelEmulator:
    """The panel; sessions share it."""

    family: str = "aabbcc"
    set_id: int = 1
    boot_s: float = 6.0
    deaf: bool = False
    pace_s: float = 0.0
    think_s: float = 0.0
    breaks: int = 0  # so many frames arrive broken from now
    on: bool = False
    input: str = "android"
    volume: int = 20
    muted: bool = False
    dark: bool = False
    frozen: bool = False
    serial_number: str = "EM01A0123456"
    keys: list[str] = field(default_factory=list)  # the newest
    too_fast: int = 0  # so many messages were lost because they came too soon
    _ready_s: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        """Show an input that the family has."""
        self.words: Family = FAMILIES[self.family]
        self.deaf |= self.words.deaf
        say = self.words.properties["input"].say
        if say and not any(say.spell(self.input)):
            self.input = "hdmi-1"

    def session(self, now_s: float) -> "PanelSession":
        """Begin a connection."""
        return PanelSession(self)

    def hear(self, frame: Frame, now_s: float) -> bytes | None:
        """Do a frame and give the answer, if it has one."""
        if frame.set_id == self.words.wire.everybody:
            self._obey(frame.body, now_s)
            return None
        if frame.set_id != self.set_id:
            return None
        if self.breaks > 0:
            self.breaks -= 1
            return self.words.broken or None
        return self._obey(frame.body, now_s)

    def tell(self, name: str) -> bytes | None:
        """Spell a value, as the panel does when asked, or when somebody has changed it by hand."""
        return self._answer(self.words.properties[name].ask)

    def _obey(self, body: bytes, now_s: float) -> bytes | None:
        power = self.words.properties["power"]
        if power.say and power.say.read(body) is True and not self.on:
            self.on, self._ready_s = True, now_s + self.boot_s
            return None if self.deaf else self._verdict(body, done=True)
        booting = now_s < self._ready_s
        if self.deaf and (booting or not self.on):
            return None
        if body == power.ask:
            return self._answer(body)
        if not self.on:
            return self._verdict(body, done=False)
        if booting:
            return None
        return self._answer(body) or self._verdict(body, done=self._change(body))

    def _verdict(self, body: bytes, *, done: bool) -> bytes | None:
        words = self.words
        word = words.yes if done else next(iter(words.no), None)
        if word is None or body in words.unanswered:
            return None
        return body + word if words.echoes else word

    def _answer(self, ask: bytes) -> bytes | None:
        """Give a body that tells everything which this question asks for."""
        told: list[tuple[Phrase, Plain]] = [
            (row.hear, getattr(self, FIELDS[name]))
            for name, row in self.words.properties.items()
            if row.ask == ask and row.hear
        ]
        bodies = (body for phrase, value in told for body in phrase.spell(value))
        return next((b for b in bodies if all(p.read(b) == value for p, value in told)), None)

    def _change(self, body: bytes) -> bool:
        known = False
        for name, row in self.words.properties.items():
            value = row.say.read(body) if row.say else None
            if value is not None:
                setattr(self, FIELDS[name], value)
                known = True
        pressed = [name for name, code in self.words.keys.items() if code == body]
        self.keys = [*self.keys, *pressed][-KEYS_KEPT:]
        self.dark &= self.on
        return known or bool(pressed)


class PanelSession:
    """One connection."""

    closed = False

    def __init__(self, panel: PanelEmulator) -> None:
        self._panel = panel
        self._decoder = panel.words.wire.requests()
        self._free_s = 0.0
        self._saying: list[tuple[float, bytes]] = []

    def due_s(self) -> float:
        """Give when it has thought."""
        return self._saying[0][0] if self._saying else NEVER

    def receive(self, data: bytes, now_s: float) -> list[bytes]:
        """Take what arrived; give what the panel says."""
        for frame in self._decoder.feed(data):
            if not isinstance(frame, Garbage):
                self._hear(frame, now_s)
        said = [data for due_s, data in self._saying if due_s <= now_s]
        self._saying = self._saying[len(said) :]
        return said

    def _hear(self, frame: Frame, now_s: float) -> None:
        panel = self._panel
        if now_s < self._free_s:
            panel.too_fast += 1
            return
        self._free_s = now_s + max(panel.pace_s, panel.think_s)
        body = panel.hear(frame, now_s)
        if body is not None:
            said = panel.words.wire.spell_reply(body, panel.set_id)
            self._saying.append((now_s + panel.think_s, said))


def _of(family: str) -> Callable[[], PanelEmulator]:
    return partial(PanelEmulator, family=family)


MODELS: Mapping[str, Callable[[], PanelEmulator]] = MappingProxyType(
    {
        "aabbcc": PanelEmulator,
        "deaf": partial(PanelEmulator, deaf=True),
        "benq": _of("benq"),
        "hisense-e": _of("hisense-e"),
        "hitevision": _of("hitevision"),
        "hitevision-ops-38": _of("hitevision-ops-38"),
        "maxhub": _of("maxhub"),
        "maxhub-lan": partial(PanelEmulator, family="maxhub-lan", boot_s=0.0),
        "newline": _of("newline"),
        "sicp": partial(PanelEmulator, family="sicp", think_s=0.05),
        "sicp-a6": partial(PanelEmulator, family="sicp-a6", think_s=0.05),
        "viewsonic": _of("viewsonic"),
        "viewsonic-cdx": partial(PanelEmulator, family="viewsonic", pace_s=0.5),
    }
)
