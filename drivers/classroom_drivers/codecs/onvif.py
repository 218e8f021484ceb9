"""ONVIF: what is asked of a network camera and what it tells, as SOAP messages. No I/O.

Elements are found by their local names: cameras differ in prefixes, and some in namespaces. What
is no XML, or hostile, is not read (`loose_xml`); numbers that are none are unknown.

Source: ONVIF Core Specification (SOAP faults, user name token, GetServices), Media, Media2, PTZ
and Imaging Service Specifications, 25.12; OASIS WSS UsernameToken Profile 1.0.
"""

import math
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha1
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

from classroom_drivers.codecs import loose_xml

SOAP = "http://www.w3.org/2003/05/soap-envelope"
SCHEMA = "http://www.onvif.org/ver10/schema"
DEVICE = "http://www.onvif.org/ver10/device/wsdl"
MEDIA = "http://www.onvif.org/ver10/media/wsdl"
MEDIA2 = "http://www.onvif.org/ver20/media/wsdl"
PTZ = "http://www.onvif.org/ver20/ptz/wsdl"
IMAGING = "http://www.onvif.org/ver20/imaging/wsdl"
SPACES = "http://www.onvif.org/ver10/tptz/"
GENERIC_PLACE = SPACES + "PanTiltSpaces/PositionGenericSpace"
DEGREE_PLACE = SPACES + "PanTiltSpaces/SphericalPositionSpaceDegrees"
GENERIC_STEP = SPACES + "PanTiltSpaces/TranslationGenericSpace"
DEGREE_STEP = SPACES + "PanTiltSpaces/SphericalTranslationSpaceDegrees"
DRIVE = SPACES + "PanTiltSpaces/VelocityGenericSpace"
SPEED = SPACES + "PanTiltSpaces/GenericSpeedSpace"
ZOOM_PLACE = SPACES + "ZoomSpaces/PositionGenericSpace"
ZOOM_DRIVE = SPACES + "ZoomSpaces/VelocityGenericSpace"
NOT_AUTHORIZED = "NotAuthorized"
_WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
_SECURITY = _WSS + "wssecurity-secext-1.0.xsd"
_UTILITY = _WSS + "wssecurity-utility-1.0.xsd"
_DIGEST = _WSS + "username-token-profile-1.0#PasswordDigest"
_BASE64 = _WSS + "soap-message-security-1.0#Base64Binary"


@dataclass(frozen=True, slots=True)
class Message:
    """What is asked, and of which service: the body of an envelope."""

    service: str  # its namespace
    name: str  # "GetStatus"
    content: str = ""  # XML

    @property
    def action(self) -> str:
        """Give what its SOAP action is called."""
        return f"{self.service}/{self.name}"


@dataclass(frozen=True, slots=True)
class Fault:
    """The camera's refusal: ("Sender", "InvalidArgVal", "NoProfile"), and why."""

    codes: tuple[str, ...]
    reason: str

    def __str__(self) -> str:
        """Spell it for people."""
        return f"{'/'.join(self.codes)} {self.reason}".strip()


@dataclass(frozen=True, slots=True)
class Profile:
    """A view of the camera: what it shows, and what turns it."""

    token: str
    node: str = ""  # what turns it; nothing if it cannot be turned
    source: str = ""  # the video source, whose lens is focused


@dataclass(frozen=True, slots=True)
class Space:
    """A coordinate system, and how far it goes."""

    uri: str
    x: tuple[float, float]
    y: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Node:
    """What turns a camera: the coordinate systems of each kind of movement."""

    places: tuple[Space, ...] = ()
    steps: tuple[Space, ...] = ()
    zooms: tuple[Space, ...] = ()
    drives: tuple[Space, ...] = ()
    zoom_drives: tuple[Space, ...] = ()
    speeds: tuple[Space, ...] = ()
    presets_max: int = 0
    has_home: bool = False


@dataclass(frozen=True, slots=True)
class Status:
    """Where a camera points, and whether it moves; None is what it does not tell."""

    place: tuple[float, float] | None = None
    space: str = ""
    zoom: float | None = None
    moving: bool | None = None


@dataclass(frozen=True, slots=True)
class Preset:
    """A place that the camera remembers."""

    token: str
    name: str = ""


# what is asked


def envelope(message: Message, header: str = "") -> bytes:
    """Spell a message as a SOAP 1.2 envelope."""
    body = f'<{message.name} xmlns="{message.service}">{message.content}</{message.name}>'
    head = f"<s:Header>{header}</s:Header>" if header else ""
    text = f'<s:Envelope xmlns:s="{SOAP}">{head}<s:Body>{body}</s:Body></s:Envelope>'
    return b'<?xml version="1.0" encoding="utf-8"?>' + text.encode()


def user_name_token(user: str, password: str, *, nonce: bytes, created: datetime) -> str:
    """Give the header that proves a password, at a moment of the camera's clock."""
    at = created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    proof = proof_of(password, nonce=nonce, created=at)
    return (
        f'<Security s:mustUnderstand="1" xmlns="{_SECURITY}"><UsernameToken>'
        f"<Username>{escape(user)}</Username>"
        f'<Password Type="{_DIGEST}">{proof}</Password>'
        f'<Nonce EncodingType="{_BASE64}">{b64encode(nonce).decode()}</Nonce>'
        f'<Created xmlns="{_UTILITY}">{at}</Created>'
        "</UsernameToken></Security>"
    )


def proof_of(password: str, *, nonce: bytes, created: str) -> str:
    """Give the password digest of a user name token."""
    hashed = sha1(nonce + created.encode() + password.encode(), usedforsecurity=False)
    return b64encode(hashed.digest()).decode()


@dataclass(frozen=True, slots=True)
class Token:
    """A user name token, as it was received."""

    user: str
    digest: str
    nonce: str  # base 64
    created: str


def token_of(body: bytes) -> Token | None:
    """Read the user name token of an envelope; None if there is none."""
    root = loose_xml.read(body)
    token = first(root, "Header/Security/UsernameToken") if root is not None else None
    if token is None:
        return None
    return Token(*(word(token, name) for name in ("Username", "Password", "Nonce", "Created")))


GET_DATE = Message(DEVICE, "GetSystemDateAndTime")
GET_INFORMATION = Message(DEVICE, "GetDeviceInformation")
GET_SERVICES = Message(DEVICE, "GetServices", "<IncludeCapability>false</IncludeCapability>")
GET_CAPABILITIES = Message(DEVICE, "GetCapabilities", "<Category>All</Category>")
GET_NODES = Message(PTZ, "GetNodes")
GET_PROFILES = Message(MEDIA, "GetProfiles")
GET_PROFILES2 = Message(MEDIA2, "GetProfiles", "<Type>All</Type>")


def get_node(token: str) -> Message:
    """Ask what a node can."""
    return Message(PTZ, "GetNode", f"<NodeToken>{escape(token)}</NodeToken>")


def get_status(profile: str) -> Message:
    """Ask where it points."""
    return Message(PTZ, "GetStatus", _profile(profile))


def drive(
    profile: str, *, pan_tilt: tuple[float, float] | None, zoom: float | None = None
) -> Message:
    """Move until told otherwise; axes that are None go on as they do.

    Without a time-out: some cameras refuse the field, others do not keep to it.
    """
    velocity = ""
    if pan_tilt is not None:
        velocity += _vector("PanTilt", pan_tilt, DRIVE)
    if zoom is not None:
        velocity += _vector("Zoom", (zoom,), ZOOM_DRIVE)
    return Message(PTZ, "ContinuousMove", f"{_profile(profile)}<Velocity>{velocity}</Velocity>")


def stop(profile: str) -> Message:
    """Stop all axes."""
    axes = "<PanTilt>true</PanTilt><Zoom>true</Zoom>"
    return Message(PTZ, "Stop", _profile(profile) + axes)


def move_to(
    profile: str,
    *,
    place: tuple[float, float],
    space: str,
    zoom: float | None = None,
    speed: float | None = None,
) -> Message:
    """Go to a place."""
    position = _vector("PanTilt", place, space)
    if zoom is not None:
        position += _vector("Zoom", (zoom,), ZOOM_PLACE)
    content = f"{_profile(profile)}<Position>{position}</Position>{_speed(speed)}"
    return Message(PTZ, "AbsoluteMove", content)


def move_by(
    profile: str, *, step: tuple[float, float], space: str, speed: float | None = None
) -> Message:
    """Go so much further."""
    translation = _vector("PanTilt", step, space)
    content = f"{_profile(profile)}<Translation>{translation}</Translation>{_speed(speed)}"
    return Message(PTZ, "RelativeMove", content)


def go_home(profile: str) -> Message:
    """Go to the place that the camera calls home."""
    return Message(PTZ, "GotoHomePosition", _profile(profile))


def get_presets(profile: str) -> Message:
    """Ask which places it remembers."""
    return Message(PTZ, "GetPresets", _profile(profile))


def go_to_preset(profile: str, token: str) -> Message:
    """Go to a remembered place."""
    return Message(PTZ, "GotoPreset", _profile(profile) + _preset(token))


def set_preset(profile: str, *, token: str = "", name: str = "") -> Message:
    """Remember the present place: in the place of another one, or as a new one with a name."""
    what = _preset(token) if token else f"<PresetName>{escape(name)}</PresetName>"
    return Message(PTZ, "SetPreset", _profile(profile) + what)


def get_imaging(source: str) -> Message:
    """Ask for the settings of a lens."""
    return Message(IMAGING, "GetImagingSettings", _source(source))


def get_focus_moves(source: str) -> Message:
    """Ask how a lens can be focused."""
    return Message(IMAGING, "GetMoveOptions", _source(source))


def set_autofocus(source: str, *, on: bool) -> Message:
    """Leave sharpness to the camera, or not."""
    mode = "AUTO" if on else "MANUAL"
    focus = f'<Focus xmlns="{SCHEMA}"><AutoFocusMode>{mode}</AutoFocusMode></Focus>'
    content = f"{_source(source)}<ImagingSettings>{focus}</ImagingSettings>"
    return Message(IMAGING, "SetImagingSettings", content)


def focus_at(source: str, position: float) -> Message:
    """Focus at a position of the lens."""
    where = f'<Absolute xmlns="{SCHEMA}"><Position>{_number(position)}</Position></Absolute>'
    return Message(IMAGING, "Move", f"{_source(source)}<Focus>{where}</Focus>")


# what it tells


def read(body: bytes) -> Element | Fault | None:
    """Give what an envelope carries; None if it is none."""
    root = loose_xml.read(body)
    carried = next(iter(every(root, "Body/*")), None) if root is not None else None
    if carried is None:
        return None
    return _fault(carried) if _local(carried) == "Fault" else carried


def asked_of(element: Element) -> tuple[str, str]:
    """Give the service and the name of what an envelope carries: (PTZ, "GetStatus")."""
    service, _, name = element.tag.rpartition("}")
    return service.removeprefix("{"), name


def every(element: Element, path: str) -> list[Element]:
    """Give all parts at a path of local names."""
    return element.findall("/".join(f"{{*}}{part}" for part in path.split("/")))


def first(element: Element, path: str) -> Element | None:
    """Give the first part at a path of local names; None if there is none."""
    return next(iter(every(element, path)), None)


def word(element: Element, path: str) -> str:
    """Give the text at a path of local names; nothing if there is none."""
    found = first(element, path)
    return (found.text or "").strip() if found is not None else ""


def number(element: Element, path: str) -> float | None:
    """Give the number at a path of local names; None if there is none."""
    return _float(word(element, path))


def coordinate(element: Element | None, axis: str) -> float | None:
    """Give one number of a vector; None if it is none."""
    return _float(element.get(axis, "")) if element is not None else None


def date_of(answer: Element) -> datetime | None:
    """Read the camera's clock."""
    at = first(answer, "SystemDateAndTime/UTCDateTime")
    if at is None:
        return None
    names = ("Date/Year", "Date/Month", "Date/Day", "Time/Hour", "Time/Minute", "Time/Second")
    digits = [word(at, name) for name in names]
    try:
        year, month, day, hour, minute, second = map(int, digits)
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:
        return None


def addresses_of(answer: Element) -> dict[str, str]:
    """Read where the services are, from either question: namespace to URL."""
    found = {word(one, "Namespace"): word(one, "XAddr") for one in every(answer, "Service")}
    for name, service in _CATEGORIES.items():
        if address := word(answer, f"Capabilities/{name}/XAddr"):
            found[service] = address
    return {service: address for service, address in found.items() if service and address}


def profiles_of(answer: Element) -> list[Profile]:
    """Read the profiles, from either media service."""
    return [
        Profile(
            token,
            word(one, "PTZConfiguration/NodeToken") or word(one, "Configurations/PTZ/NodeToken"),
            word(one, "VideoSourceConfiguration/SourceToken")
            or word(one, "Configurations/VideoSource/SourceToken"),
        )
        for one in every(answer, "Profiles")
        if (token := one.get("token", ""))
    ]


def node_of(answer: Element) -> Node:
    """Read what a node can."""
    node = first(answer, "PTZNode")
    if node is None:
        return Node()

    def spaces(name: str) -> tuple[Space, ...]:
        found = (_space(one) for one in every(node, f"SupportedPTZSpaces/{name}"))
        return tuple(space for space in found if space is not None)

    presets = word(node, "MaximumNumberOfPresets")
    return Node(
        places=spaces("AbsolutePanTiltPositionSpace"),
        steps=spaces("RelativePanTiltTranslationSpace"),
        zooms=spaces("AbsoluteZoomPositionSpace"),
        drives=spaces("ContinuousPanTiltVelocitySpace"),
        zoom_drives=spaces("ContinuousZoomVelocitySpace"),
        speeds=spaces("PanTiltSpeedSpace"),
        presets_max=int(presets) if presets.isdecimal() and len(presets) < _DIGITS_MAX else 0,
        has_home=word(node, "HomeSupported") in {"true", "1"},
    )


def status_of(answer: Element) -> Status:
    """Read where it points."""
    turned = first(answer, "PTZStatus/Position/PanTilt")
    lens = first(answer, "PTZStatus/Position/Zoom")
    pan, tilt = coordinate(turned, "x"), coordinate(turned, "y")
    words = {word(answer, f"PTZStatus/MoveStatus/{axis}").upper() for axis in ("PanTilt", "Zoom")}
    moving = True if "MOVING" in words else False if "IDLE" in words else None
    return Status(
        place=(pan, tilt) if pan is not None and tilt is not None else None,
        space=turned.get("space", "") if turned is not None else "",
        zoom=coordinate(lens, "x"),
        moving=moving,
    )


def presets_of(answer: Element) -> list[Preset]:
    """Read which places it remembers."""
    found = every(answer, "Preset")
    return [Preset(one.get("token", ""), word(one, "Name")) for one in found if one.get("token")]


def preset_token_of(answer: Element) -> str:
    """Read under which token a place was remembered."""
    return word(answer, "PresetToken")


def identity_of(answer: Element) -> dict[str, str]:
    """Read who it is, under the names that a device's state has."""
    found = {name: word(answer, tag) for name, tag in _IDENTITY.items()}
    return {name: text for name, text in found.items() if text}


def autofocus_of(answer: Element) -> bool | None:
    """Read whether sharpness is left to the camera."""
    mode = word(answer, "ImagingSettings/Focus/AutoFocusMode")
    return {"AUTO": True, "MANUAL": False}.get(mode)


def focus_range_of(answer: Element) -> tuple[float, float] | None:
    """Read between which positions the lens goes; None if it takes none."""
    return _range(first(answer, "MoveOptions/Absolute/Position"))


def numbers_of(presets: Iterable[Preset]) -> dict[int, str]:
    """Give the remembered places numbers: number to token.

    A name that is a number is it, for so we store them; else what the token ends in; else, or where
    two want the same, the first number that is free.
    """
    found: dict[int, str] = {}
    rest = []
    for preset in presets:
        wanted = _NUMBER.search(preset.name.strip()) or _NUMBER_AT_END.search(preset.token)
        number = int(wanted[0]) if wanted else -1
        if number >= 0 and number not in found:
            found[number] = preset.token
        else:
            rest.append(preset.token)
    free = (number for number in range(1, len(found) + len(rest) + 1) if number not in found)
    return found | dict(zip(free, rest, strict=False))


def _profile(token: str) -> str:
    return f"<ProfileToken>{escape(token)}</ProfileToken>"


def _preset(token: str) -> str:
    return f"<PresetToken>{escape(token)}</PresetToken>"


def _source(token: str) -> str:
    return f"<VideoSourceToken>{escape(token)}</VideoSourceToken>"


def _speed(share: float | None) -> str:
    if share is None:
        return ""
    return f"<Speed>{_vector('PanTilt', (share, share), SPEED)}</Speed>"


def _vector(name: str, parts: tuple[float, ...], space: str) -> str:
    words = " ".join(f'{axis}="{_number(n)}"' for axis, n in zip("xy", parts, strict=False))
    return f'<{name} xmlns="{SCHEMA}" {words} space={quoteattr(space)}/>'


def _number(value: float) -> str:
    """Spell a number without an exponent, which some cameras cannot read."""
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _float(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _range(element: Element | None) -> tuple[float, float] | None:
    if element is None:
        return None
    low, high = number(element, "Min"), number(element, "Max")
    return (low, high) if low is not None and high is not None and low < high else None


def _space(element: Element) -> Space | None:
    x = _range(first(element, "XRange"))
    if x is None:
        return None
    return Space(word(element, "URI"), x, _range(first(element, "YRange")) or (0.0, 0.0))


def _fault(element: Element) -> Fault:
    codes: list[str] = []
    at = first(element, "Code")
    while at is not None and len(codes) < _CODES_MAX:
        codes.append(word(at, "Value").rpartition(":")[2])
        at = first(at, "Subcode")
    reason = word(element, "Reason/Text") or word(element, "faultstring")
    if not codes:
        codes = [word(element, "faultcode").rpartition(":")[2]]
    return Fault(tuple(codes), reason)


_CODES_MAX = 5
_DIGITS_MAX = 7
_NUMBER = re.compile(r"^\d{1,6}$", re.ASCII)
_NUMBER_AT_END = re.compile(r"\d{1,6}$", re.ASCII)
_CATEGORIES: Mapping[str, str] = {"Media": MEDIA, "PTZ": PTZ, "Imaging": IMAGING}
_IDENTITY: Mapping[str, str] = {
    "maker": "Manufacturer",
    "model": "Model",
    "firmware": "FirmwareVersion",
    "serial-number": "SerialNumber",
}
