"""PTZ cameras that speak VISCA: over a serial line, raw over TCP or UDP, or in Sony's envelopes.

    serial:///dev/ttyUSB0?baud=9600     one camera, or the first of a chain
    tcp://10.0.0.7                      bare packets, port 5678
    udp://10.0.0.7                      bare packets, port 1259
    udp://10.0.0.7:52381?framing=sony   Sony's envelopes

Checked on: emulator only.
Source: as named in visca_models; that a stop must carry valid speeds, and other habits of real
cameras: issues of obs-ptz and Companion's PTZOptics module.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import ClassVar

from classroom_drivers.actions import capabilities_of
from classroom_drivers.api import PowerState, Transport, UnsupportedError
from classroom_drivers.codecs import visca
from classroom_drivers.devices.powered_device import Warmth
from classroom_drivers.devices.ranges import check_range, numbers_in
from classroom_drivers.devices.visca_dialogue import (
    CODECS,
    VERSION_LENGTH,
    Manner,
)
from classroom_drivers.devices.visca_models import ABOUT, names_of
from classroom_drivers.devices.visca_movement import MovingCamera
from classroom_drivers.devices.visca_places import Pointing, PresetNumbers
from classroom_drivers.links.exchange import Priority

LOOK_S = 2.5  # what seldom changes is not asked more often, however fast the camera moves
POWER = {b"\x02": PowerState.ON, b"\x03": PowerState.OFF, b"\x04": PowerState.OFF}
ON_OFF: Mapping[bytes | None, bool] = {b"\x02": True, b"\x03": False}
TRACKING = MappingProxyType(
    {  # on, off, and the question if there is one
        "ptzoptics": (bytes.fromhex("0A115402"), bytes.fromhex("0A115403"), b""),
        "lumens": (
            bytes.fromhex("010B000002"),
            bytes.fromhex("010B000003"),
            bytes.fromhex("090B0000"),
        ),
        "presets": (visca.recall_preset(80), visca.recall_preset(81), b""),
    }
)


class ViscaCamera(MovingCamera):
    """A camera.

    Options: `address` in a chain; `chain`, whether others may be on the line (on a serial one,
    unless it is said otherwise); `framing`, "bare" or "sony"; `units_per_deg` of its positions,
    `mirrored` if pan counts to the left, `one_speed` if places have one speed; `focus_far` and
    `focus_near`, the ends of its focus; `presets`, "0-89,100-254", `first_preset`, what people call
    its preset 0, `preset_pages` if those from 128 on have other commands; `tracking`, "ptzoptics",
    "lumens" or "presets"; `freeze`; `warm_up_s`; `move_gap_s`, the quiet it wants
    after a movement; `tally_again_s`, how often its lamp has to be lit again.
    """

    ABOUT = ABOUT
    SHARING: ClassVar[str] = "chain"
    PORTS: ClassVar[Mapping[str, int]] = MappingProxyType({"tcp": 5678, "udp": 1259})

    def __init__(
        self,
        transport: Transport,
        *,
        address: int = 1,
        chain: bool | None = None,
        framing: str = "bare",
        units_per_deg: float = visca.UNITS_PER_DEG,
        mirrored: bool = False,
        one_speed: bool = False,
        focus_far: int = 0x1000,
        focus_near: int = 0xC000,
        presets: str = "0-254",
        first_preset: int = 0,
        preset_pages: bool = False,
        tracking: str = "",
        freeze: bool = False,
        warm_up_s: float = 15.0,
        move_gap_s: float = 0.05,
        tally_again_s: float = 0.0,
    ) -> None:
        _among("framing", framing, CODECS)
        _among("tracking", tracking, ("", *TRACKING))
        check_range("address", address, 1, 7)
        waiting = ("pan-tilt-zoom", "presets", "focus", "freeze", "tracking", "tally")
        serial = transport.byte_s > 0
        super().__init__(
            transport,
            Warmth(warm_up_s=warm_up_s, late_s=warm_up_s, waiting=waiting),
            Manner(
                address=address,
                framing=framing,
                chain=serial if chain is None else chain,
            ),
            pointing=Pointing(units_per_deg=units_per_deg, mirrored=mirrored, one_speed=one_speed),
            presets=PresetNumbers(
                numbers=numbers_in("presets", presets), first=first_preset, pages=preset_pages
            ),
            move_gap_s=move_gap_s,
        )
        self._focus_far, self._focus_near = focus_far, focus_near
        self._freezes = freeze
        self._tracking = TRACKING.get(tracking)
        self._switches = {"autofocus": visca.ASK_AUTOFOCUS, "tally": visca.ASK_TALLY}
        if freeze:
            self._switches["freeze"] = visca.ASK_FREEZE
        if self._tracking and self._tracking[2]:
            self._switches["tracking"] = self._tracking[2]
        self._tally_again_s = tally_again_s
        self._tally_lit_s = float("inf")  # when the lamp was last lit, if it is to be lit
        self._looked_s = float("-inf")
        self._identified = False

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What it can do; not every model holds its picture or follows people."""
        absent = {"freeze"} if not self._freezes else set()
        absent |= {"tracking"} if not self._tracking else set()
        return tuple(name for name in capabilities_of(type(self)) if name not in absent)

    # what everybody may ask

    async def switch(self, *, on: bool) -> None:
        """Send the command."""
        await self.do("power", visca.power(on=on), kind="power")

    async def set_autofocus(self, *, on: bool) -> None:
        """Leave sharpness to the camera (True) or keep it as it is (False)."""
        self.check_ready("focus")
        await self.do("autofocus", visca.autofocus(on=on), kind="autofocus")
        self._said("autofocus", on)

    async def set_focus(self, *, position: float) -> None:
        """Focus at a distance, 0 near to 1 far; autofocus ends."""
        check_range("position", position, 0, 1)
        await self.set_autofocus(on=False)
        span = self._focus_far - self._focus_near
        place = self._focus_near + round(position * span)
        await self.do("focus", visca.focus_to(place), kind="focus")
        self._said("focus", position)

    async def set_freeze(self, *, on: bool) -> None:
        """Hold the picture (True) or let it run (False)."""
        self.check_ready("freeze")
        await self.do("freeze", visca.freeze(on=on), kind="freeze")
        self._said("freeze", on)

    async def set_tracking(self, *, on: bool) -> None:
        """Let it follow (True) or stay (False)."""
        if not self._tracking:
            raise UnsupportedError("this model follows nobody, as far as is known")
        self.check_ready("tracking")
        begin, end, _ = self._tracking
        await self.do("tracking", begin if on else end, kind="tracking")
        self._said("tracking", on)

    async def set_tally(self, *, on: bool) -> None:
        """Light the lamp or put it out."""
        self.check_ready("tally")
        await self.do("tally", visca.tally(on=on), kind="tally")
        self._tally_lit_s = self.now_s() if on else float("inf")
        self._said("tally", on)

    async def identify(self) -> None:
        """Ask for maker, model and firmware again."""
        version = await self.ask("version", visca.ASK_VERSION, (VERSION_LENGTH,), Priority.COMMAND)
        self.identified(version)

    # what the line and the camera bring

    async def begin(self) -> None:
        """Know nothing that only we have said: the camera may have been switched off meanwhile."""
        await super().begin()
        self._identified = False
        self._tally_lit_s = float("inf")
        self.forget("tally", "tracking")

    async def probe(self) -> None:
        """Come into step and ask for power."""
        await super().probe()
        self._note_power(await self.ask("power", visca.ASK_POWER, (1,), Priority.SETUP))
        self.new_link = False

    def identified(self, version: bytes) -> None:
        """Know maker, model and firmware; a camera tells them as numbers."""
        maker, model = names_of(*(int.from_bytes(version[at : at + 2], "big") for at in (0, 2)))
        for name, value in (("maker", maker), ("model", model), ("firmware", version[4:6].hex())):
            self.note(name, value)
        self._identified = True

    async def poll(self) -> None:
        """Ask for power, and for everything else when it is on."""
        await self.keep_address()
        self._note_power(await self.ask("power", visca.ASK_POWER, (1,)))
        if self.known("power") != PowerState.ON:
            return
        await self.ask_place()
        if self.now_s() - self._looked_s >= LOOK_S:
            self._looked_s = self.now_s()
            await self._look()

    async def _look(self) -> None:
        """Ask what seldom changes, as far as this camera tells it."""
        if not self._identified:
            version = await self.maybe("version", visca.ASK_VERSION, (VERSION_LENGTH,))
            if version:
                self.identified(version)
        for name, question in self._switches.items():
            told = await self.maybe(name, question, (1,))
            if told in ON_OFF:
                self.note(name, ON_OFF[told])
        if place := await self.maybe("focus", visca.ASK_FOCUS, (visca.DIGITS,)):
            self._note_focus(place)
        if self._tally_again_s and self.now_s() - self._tally_lit_s >= self._tally_again_s:
            await self.set_tally(on=True)

    def _note_focus(self, place: bytes) -> None:
        span = self._focus_far - self._focus_near
        share = (visca.from_nibbles(place, signed=False) - self._focus_near) / span
        self.note("focus", round(min(max(share, 0.0), 1.0), 4))

    def _note_power(self, code: bytes) -> None:
        self.note_power(POWER.get(code, PowerState.OFF))

    def _said(self, name: str, value: float) -> None:
        """Take for true what we asked for, and look soon whether it is."""
        self._looked_s = float("-inf")
        self.assume(name, value)


def _among(name: str, value: str, known: Iterable[str]) -> None:
    if value not in known:
        raise UnsupportedError(f"no {name} {value!r}; there are {', '.join(filter(None, known))}")
