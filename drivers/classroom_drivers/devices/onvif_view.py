"""What an ONVIF camera turned out to be: its profile, what turns it, and its degrees.

Checked on: emulator only.
Source: ONVIF PTZ Service Specification 25.12, annex on coordinate spaces: generic ones go from -1
to 1 from end to end, right and up being positive; those in degrees go as far as the node says.
"""

import re
from dataclasses import dataclass, field

from classroom_drivers.api import LinkError, UnsupportedError
from classroom_drivers.codecs import onvif
from classroom_drivers.codecs.onvif import Message, Node, Profile, Space
from classroom_drivers.devices.ranges import check_range

Ways = tuple[float, float]  # an axis from end to end


@dataclass(slots=True)
class OnvifView:
    """What was found; None where nobody has looked yet."""

    ranges: tuple[Ways, Ways] | None  # of pan and tilt, as the user knows them
    profile: Profile | None = None
    node: Node | None = None
    focus: Ways | None = None
    looked_for_focus: bool = False
    presets: dict[int, str] = field(default_factory=dict)

    @property
    def token(self) -> str:
        """Give the profile that everything is asked about.

        Raises:
            LinkError: nobody has looked yet.
        """
        if self.profile is None:
            raise LinkError("the camera has not told its profiles yet")
        return self.profile.token

    @property
    def turns(self) -> bool:
        """Whether anything turns it; until it has told, it is taken to."""
        return self.node is None or bool(self.can())

    def forget(self) -> None:
        """Take it for another camera, or one that was set up anew."""
        self.profile = self.node = self.focus = None
        self.looked_for_focus = False
        self.presets = {}

    def can(self) -> tuple[str, ...]:
        """Name the movements that it can do."""
        node = self.node or Node()
        possible = {
            "drive": bool(node.drives or node.zoom_drives),
            "move-to": self._places() is not None,
            "move-by": self._steps() is not None,
            "home": node.has_home or self._places() is not None,
        }
        return tuple(name for name, can in possible.items() if can)

    def drive(self, pan: float, tilt: float, zoom: float | None) -> Message:
        """Move at shares of full speed; an axis that it has not is left out."""
        node = self.node or Node()
        pan_tilt = (pan, tilt) if node.drives or not node.zoom_drives else None
        lens = zoom if node.zoom_drives else None
        return onvif.drive(self.token, pan_tilt=pan_tilt, zoom=lens)

    def move_to(self, pan_deg: float, tilt_deg: float, zoom: float | None, speed: float) -> Message:
        """Go to a place in degrees.

        Raises:
            UnsupportedError: it does not turn so far.
        """
        space = self._places()
        if space is None:
            raise UnsupportedError("the camera knows no places")
        pans, tilts = self._ends(space)
        check_range("pan_deg", pan_deg, *sorted(pans))
        check_range("tilt_deg", tilt_deg, *sorted(tilts))
        place = pan_deg, tilt_deg
        if space.uri == onvif.GENERIC_PLACE:
            place = _between(pan_deg, pans, space.x), _between(tilt_deg, tilts, space.y)
        lens = None
        if zoom is not None and self.node and self.node.zooms:
            lens = _between(zoom, (0.0, 1.0), self.node.zooms[0].x)
        return onvif.move_to(
            self.token, place=place, space=space.uri, zoom=lens, speed=self._speed(speed)
        )

    def move_by(self, pan_deg: float, tilt_deg: float, speed: float) -> Message:
        """Go so many degrees further."""
        space = self._steps()
        if space is None:
            raise UnsupportedError("the camera knows no steps")
        step = pan_deg, tilt_deg
        if space.uri == onvif.GENERIC_STEP and self.ranges:
            pans, tilts = self.ranges
            # from end to end it is 2, as it is between two places
            step = 2 * pan_deg / (pans[1] - pans[0]), 2 * tilt_deg / (tilts[1] - tilts[0])
        return onvif.move_by(self.token, step=step, space=space.uri, speed=self._speed(speed))

    def degrees(self, status: onvif.Status) -> Ways | None:
        """Read a place as degrees; None if it is not told, or in other coordinates."""
        space = self._places()
        if status.place is None or space is None or (status.space or space.uri) != space.uri:
            return None
        if space.uri != onvif.GENERIC_PLACE:
            return status.place
        pans, tilts = self._ends(space)
        pan, tilt = status.place
        return _between(pan, space.x, pans), _between(tilt, space.y, tilts)

    def tele(self, status: onvif.Status) -> float | None:
        """Read how far it is zoomed in, 0 to 1."""
        if status.zoom is None:
            return None
        ends = self.node.zooms[0].x if self.node and self.node.zooms else (0.0, 1.0)
        return min(max(_between(status.zoom, ends, (0.0, 1.0)), 0.0), 1.0)

    def _places(self) -> Space | None:
        """Give the coordinates to point by."""
        spaces = {space.uri: space for space in self.node.places} if self.node else {}
        if onvif.DEGREE_PLACE in spaces:
            return spaces[onvif.DEGREE_PLACE]
        return spaces.get(onvif.GENERIC_PLACE) if self.ranges else None

    def _steps(self) -> Space | None:
        """Give the coordinates to turn by."""
        spaces = {space.uri: space for space in self.node.steps} if self.node else {}
        if onvif.DEGREE_STEP in spaces:
            return spaces[onvif.DEGREE_STEP]
        return spaces.get(onvif.GENERIC_STEP) if self.ranges else None

    def _ends(self, space: Space) -> tuple[Ways, Ways]:
        if space.uri == onvif.GENERIC_PLACE and self.ranges:
            return self.ranges
        return space.x, space.y

    def _speed(self, share: float) -> float | None:
        return max(share, 0.01) if self.node and self.node.speeds else None


def ranges_of(pan: str, tilt: str) -> tuple[Ways, Ways] | None:
    """Read how far a camera turns: "-170..170"; None where the user says nothing.

    Raises:
        UnsupportedError: it is no range, or there is only one.
    """
    if not pan and not tilt:
        return None
    return _read_range("pan_range_deg", pan), _read_range("tilt_range_deg", tilt)


def _read_range(name: str, text: str) -> Ways:
    found = _RANGE.fullmatch(text.strip())
    if found is None or float(found[1]) == float(found[2]):
        raise UnsupportedError(f"{name}: {text!r} is no range such as -170..170")
    return float(found[1]), float(found[2])


def _between(value: float, known: Ways, wanted: Ways) -> float:
    """Carry a value over from one scale to another."""
    share = (value - known[0]) / (known[1] - known[0]) if known[0] != known[1] else 0.0
    return wanted[0] + share * (wanted[1] - wanted[0])


_RANGE = re.compile(r"([+-]?\d{1,3}(?:\.\d{1,3})?)\s*\.\.\s*([+-]?\d{1,3}(?:\.\d{1,3})?)")
