"""A network camera with ONVIF: device, media, PTZ and imaging service over HTTP; it really turns.

It moves in real time and, as some real ones do, ignores the time-out of a movement altogether. Its
clock is years behind. Its other bad habits are its attributes.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import ClassVar
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from classroom_drivers.codecs import onvif
from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.codecs.http import (
    Headers,
    Request,
    RequestDecoder,
    Response,
    encode,
)
from classroom_drivers.codecs.onvif import DEVICE, IMAGING, MEDIA, PTZ, SCHEMA, SOAP
from classroom_drivers.codecs.ws_discovery import GROUP, PORT, Match
from classroom_drivers.emulators.beacons import WsDiscoveryBeacon
from classroom_drivers.emulators.onvif_guard import FaultError, GuardedCamera
from classroom_drivers.emulators.pan_tilt_head import Axis, Head
from classroom_drivers.emulators.session import NEVER
from classroom_drivers.links.address import parse

Ways = tuple[float, float]  # an axis from end to end

THINKS_S = 0.004
FULL_DEG_S = 100.0
FULL_ZOOM_S = 0.5  # of the whole way, in a second
PANS, TILTS = (-170.0, 170.0), (-30.0, 90.0)
PATHS = {DEVICE: "/onvif/device_service", MEDIA: "/onvif/media", PTZ: "/onvif/ptz"}
PATHS[IMAGING] = "/onvif/imaging"


def _axes() -> dict[str, Axis]:
    return {"pan": Axis(*PANS), "tilt": Axis(*TILTS), "zoom": Axis(0.0, 1.0)}


@dataclass(kw_only=True)
class OnvifEmulator(GuardedCamera, Head):
    """The camera; sessions share it."""

    degrees: bool = True  # it knows degrees besides generic coordinates
    places: bool = True  # it can be sent to places at all, and remembers them
    head: bool = True  # it can be turned
    tells_node: bool = True  # its profile names what turns it
    lens: bool = True  # it has the imaging service
    services: bool = True  # it knows GetServices; older ones do not
    tells_place: bool = True
    tells_moving: bool = True
    honours: frozenset[str] = frozenset({"Stop", "still"})  # forms of a stop that have an effect
    refuses: frozenset[str] = frozenset()  # forms of a stop that are refused
    takes_timeout: bool = True
    chunked: bool = False
    serial_number: str = "EC-0001"
    profile: str = "main"  # its token
    thinks_s: dict[str, float] = field(default_factory=dict)  # longer than others, by question
    axes: dict[str, Axis] = field(default_factory=_axes)
    presets: dict[str, tuple[str, dict[str, float]]] = field(default_factory=dict)
    autofocus: bool = True
    focus: float = 0.5
    unknown: set[str] = field(default_factory=set)  # questions that it does not know
    asked: deque[str] = field(default_factory=lambda: deque(maxlen=500))  # newest questions
    _host: str = field(default="", init=False)  # as it is called by who asks

    def session(self, now_s: float) -> "OnvifSession":
        """Begin a connection."""
        return OnvifSession(self)

    def beacon(self, url: str) -> tuple[WsDiscoveryBeacon, str]:
        """Give who tells searchers that the camera is at a URL, and where to serve that."""
        address = parse(url)
        place = f"http://{address.host}:{address.port}{PATHS[DEVICE]}"
        match = Match(f"urn:uuid:{uuid5(NAMESPACE_URL, place)}", (place,), SCOPES)
        return WsDiscoveryBeacon(match=match), f"udp://{address.host}:{PORT}?group={GROUP}"

    def name_of(self, request: Request) -> str:
        """Say what is asked, for how long it thinks about it."""
        found = onvif.read(request.body)
        return onvif.asked_of(found)[1] if isinstance(found, Element) else ""

    def answer(self, request: Request, now_s: float) -> Response:
        """Do what is asked and give the answer."""
        self.advance(now_s)
        asked = onvif.read(request.body)
        if request.method != "POST" or not isinstance(asked, Element):
            return Response(400)
        service, name = onvif.asked_of(asked)
        self.asked.append(name)
        self._host = next(iter(request.values("host")), "") or "127.0.0.1"
        try:
            refusal = self.check_password(request, name, now_s)
            if refusal is not None:
                return refusal
            content = self._obey(service, name, asked, now_s)
        except FaultError as fault:
            return Response(fault.status, _SOAP_HEADERS, _fault(fault))
        return Response(200, _SOAP_HEADERS, _envelope(service, f"{name}Response", content))

    # what is asked

    def _obey(self, service: str, name: str, asked: Element, now_s: float) -> str:
        do = self._VERBS.get((service, name))
        if do is None or service not in self._there() or name in self.unknown:
            raise FaultError("Receiver", "ActionNotSupported", status=500)
        if service == PTZ and onvif.word(asked, "ProfileToken") not in {"", self.profile}:
            raise FaultError("Sender", "InvalidArgVal", "NoProfile")
        if name == "GetSystemDateAndTime":
            return self._tell_date(now_s)
        return do(self, asked)

    def _tell_date(self, now_s: float) -> str:
        at = self.date(now_s)
        return (
            "<w:SystemDateAndTime><t:DateTimeType>Manual</t:DateTimeType>"
            "<t:DaylightSavings>false</t:DaylightSavings><t:UTCDateTime><t:Time>"
            f"<t:Hour>{at.hour}</t:Hour><t:Minute>{at.minute}</t:Minute>"
            f"<t:Second>{at.second}</t:Second></t:Time><t:Date><t:Year>{at.year}</t:Year>"
            f"<t:Month>{at.month}</t:Month><t:Day>{at.day}</t:Day></t:Date></t:UTCDateTime>"
            "</w:SystemDateAndTime>"
        )

    def _tell_information(self, _: Element) -> str:
        return (
            "<w:Manufacturer>Classroom Edge</w:Manufacturer><w:Model>Emulated Camera</w:Model>"
            "<w:FirmwareVersion>1.0</w:FirmwareVersion>"
            f"<w:SerialNumber>{escape(self.serial_number)}</w:SerialNumber>"
            "<w:HardwareId>1</w:HardwareId>"
        )

    def _there(self) -> dict[str, str]:
        lacking = {IMAGING: not self.lens, PTZ: not self.head}
        return {service: path for service, path in PATHS.items() if not lacking.get(service)}

    def _tell_services(self, _: Element) -> str:
        if not self.services:
            raise FaultError("Receiver", "ActionNotSupported", status=500)
        version = "<w:Version><t:Major>2</t:Major><t:Minor>60</t:Minor></w:Version>"
        return "".join(
            f"<w:Service><w:Namespace>{service}</w:Namespace>"
            f"<w:XAddr>http://{self._host}{path}</w:XAddr>{version}</w:Service>"
            for service, path in self._there().items()
        )

    def _tell_capabilities(self, _: Element) -> str:
        names = {DEVICE: "Device", MEDIA: "Media", PTZ: "PTZ", IMAGING: "Imaging"}
        order = [DEVICE, IMAGING, MEDIA, PTZ]
        inside = {MEDIA: "<t:StreamingCapabilities/>"}
        found = "".join(
            f"<t:{names[s]}><t:XAddr>http://{self._host}{PATHS[s]}</t:XAddr>"
            f"{inside.get(s, '')}</t:{names[s]}>"
            for s in order
            if s in self._there()
        )
        return f"<w:Capabilities>{found}</w:Capabilities>"

    def _tell_scopes(self, _: Element) -> str:
        return "".join(
            f"<w:Scopes><t:ScopeDef>Fixed</t:ScopeDef><t:ScopeItem>{one}</t:ScopeItem></w:Scopes>"
            for one in SCOPES
        )

    def _tell_profiles(self, _: Element) -> str:
        bounds = '<t:Bounds x="0" y="0" width="1920" height="1080"/>'
        view = (
            '<t:VideoSourceConfiguration token="view"><t:Name>view</t:Name>'
            f"<t:UseCount>1</t:UseCount><t:SourceToken>eye</t:SourceToken>{bounds}"
            "</t:VideoSourceConfiguration>"
        )
        told = self.head and self.tells_node
        turned = self._configuration("t:PTZConfiguration") if told else ""
        return (
            f'<w:Profiles token="{self.profile}" fixed="true"><t:Name>main</t:Name>'
            f"{view}{_ENCODER}{turned}</w:Profiles>"
        )

    def _configuration(self, tag: str) -> str:
        return (
            f'<{tag} token="ptz"><t:Name>ptz</t:Name><t:UseCount>1</t:UseCount>'
            f"<t:NodeToken>head</t:NodeToken><t:DefaultPTZTimeout>PT10S</t:DefaultPTZTimeout></{tag}>"
        )

    def _tell_configurations(self, _: Element) -> str:
        return self._configuration("w:PTZConfiguration")

    def _tell_configuration_options(self, _: Element) -> str:
        times = "<t:PTZTimeout><t:Min>PT1S</t:Min><t:Max>PT60S</t:Max></t:PTZTimeout>"
        spaces = f"<t:Spaces>{self._spaces()}</t:Spaces>"
        return f"<w:PTZConfigurationOptions>{spaces}{times}</w:PTZConfigurationOptions>"

    def _tell_node(self, asked: Element) -> str:
        if onvif.word(asked, "NodeToken") not in {"", "head"}:
            raise FaultError("Sender", "InvalidArgVal", "NoEntity")
        spaces = f"<t:SupportedPTZSpaces>{self._spaces()}</t:SupportedPTZSpaces>"
        return (
            f'<w:PTZNode token="head">{spaces}'
            f"<t:MaximumNumberOfPresets>{100 if self.places else 0}</t:MaximumNumberOfPresets>"
            f"<t:HomeSupported>{_bool(self.places)}</t:HomeSupported></w:PTZNode>"
        )

    def _spaces(self) -> str:
        """Describe the coordinates, in the schema's order."""
        one, full = (-1.0, 1.0), (0.0, 1.0)
        rows: list[tuple[str, str, Ways, Ways | None]] = []
        if self.places:
            rows.append(("AbsolutePanTiltPositionSpace", onvif.GENERIC_PLACE, one, one))
        if self.places and self.degrees:
            rows.append(("AbsolutePanTiltPositionSpace", onvif.DEGREE_PLACE, PANS, TILTS))
        if self.places:
            rows.append(("AbsoluteZoomPositionSpace", onvif.ZOOM_PLACE, full, None))
            step = onvif.DEGREE_STEP if self.degrees else onvif.GENERIC_STEP
            far = (-360.0, 360.0) if self.degrees else one
            rows.append(("RelativePanTiltTranslationSpace", step, far, far))
        rows.append(("ContinuousPanTiltVelocitySpace", onvif.DRIVE, one, one))
        rows.append(("ContinuousZoomVelocitySpace", onvif.ZOOM_DRIVE, one, None))
        if self.places and not self.degrees:
            rows.append(("PanTiltSpeedSpace", onvif.SPEED, full, None))
        return "".join(_space(*row) for row in rows)

    def _tell_status(self, _: Element) -> str:
        if not self.tells_place:
            raise FaultError("Receiver", "ActionNotSupported", status=500)
        pan, tilt, zoom = (self.axes[name] for name in ("pan", "tilt", "zoom"))
        if self.degrees:
            place, space = (pan.at, tilt.at), onvif.DEGREE_PLACE
        else:
            place, space = (_share(pan.at, PANS), _share(tilt.at, TILTS)), onvif.GENERIC_PLACE
        x, y = place
        moving = ""
        if self.tells_moving:
            turns = "MOVING" if pan.speed or tilt.speed else "IDLE"
            zooms = "MOVING" if zoom.speed else "IDLE"
            moving = f"<t:PanTilt>{turns}</t:PanTilt><t:Zoom>{zooms}</t:Zoom>"
            moving = f"<t:MoveStatus>{moving}</t:MoveStatus>"
        now = self.date(self._now_s or 0.0).strftime("%Y-%m-%dT%H:%M:%SZ")
        return (
            f'<w:PTZStatus><t:Position><t:PanTilt x="{x:.4f}" y="{y:.4f}" space="{space}"/>'
            f'<t:Zoom x="{zoom.at:.4f}" space="{onvif.ZOOM_PLACE}"/></t:Position>'
            f"{moving}<t:UtcTime>{now}</t:UtcTime></w:PTZStatus>"
        )

    def _drive(self, asked: Element) -> str:
        if onvif.first(asked, "Timeout") is not None and not self.takes_timeout:
            raise FaultError("Sender", "InvalidArgVal", "TimeoutNotSupported")
        turn, lens = onvif.first(asked, "Velocity/PanTilt"), onvif.first(asked, "Velocity/Zoom")
        speeds: dict[str, float | None] = {
            "pan": onvif.coordinate(turn, "x"),
            "tilt": onvif.coordinate(turn, "y"),
            "zoom": onvif.coordinate(lens, "x"),
        }
        if any(speed is not None and not -1 <= speed <= 1 for speed in speeds.values()):
            raise FaultError("Sender", "InvalidArgVal", "InvalidVelocity")
        if not any(speeds.values()) and not self._may_stop("still"):
            return ""
        for name, speed in speeds.items():
            if speed is not None:
                self.axes[name].drive(speed * (FULL_ZOOM_S if name == "zoom" else FULL_DEG_S))
        return ""

    def _stop(self, asked: Element) -> str:
        if not self._may_stop("Stop"):
            return ""
        both = {onvif.word(asked, "PanTilt"), onvif.word(asked, "Zoom")} <= {""}
        for axis, names in (("PanTilt", ("pan", "tilt")), ("Zoom", ("zoom",))):
            if both or onvif.word(asked, axis) in {"true", "1"}:
                for name in names:
                    self.axes[name].drive(0.0)
        return ""

    def _may_stop(self, form: str) -> bool:
        if form in self.refuses:
            raise FaultError("Sender", "InvalidArgVal")
        return form in self.honours

    def _move_to(self, asked: Element) -> str:
        turn = onvif.first(asked, "Position/PanTilt")
        zoom = onvif.coordinate(onvif.first(asked, "Position/Zoom"), "x")
        x, y = onvif.coordinate(turn, "x"), onvif.coordinate(turn, "y")
        if not self.places:
            raise FaultError("Sender", "InvalidArgVal", "InvalidPosition")
        if turn is not None and x is not None and y is not None:
            if turn.get("space") != onvif.DEGREE_PLACE:
                x, y = _spread(x, PANS), _spread(y, TILTS)
            self._go(asked, pan=x, tilt=y)
        if zoom is not None:
            self.axes["zoom"].go(zoom, FULL_ZOOM_S)
        return ""

    def _move_by(self, asked: Element) -> str:
        turn = onvif.first(asked, "Translation/PanTilt")
        x, y = onvif.coordinate(turn, "x") or 0.0, onvif.coordinate(turn, "y") or 0.0
        if not self.places:
            raise FaultError("Sender", "InvalidArgVal", "InvalidTranslation")
        if turn is not None and turn.get("space") != onvif.DEGREE_STEP:
            x, y = x * (PANS[1] - PANS[0]) / 2, y * (TILTS[1] - TILTS[0]) / 2
        self._go(asked, pan=self.axes["pan"].at + x, tilt=self.axes["tilt"].at + y)
        return ""

    def _go(self, asked: Element, **places: float) -> None:
        share = onvif.coordinate(onvif.first(asked, "Speed/PanTilt"), "x")
        for name, place in places.items():
            self.axes[name].go(place, FULL_DEG_S * (share or 1.0))

    def _go_home(self, asked: Element) -> str:
        self._go(asked, pan=0.0, tilt=0.0)
        return ""

    def _tell_presets(self, _: Element) -> str:
        return "".join(
            f'<w:Preset token="{token}"><t:Name>{escape(name)}</t:Name></w:Preset>'
            for token, (name, _) in self.presets.items()
        )

    def _set_preset(self, asked: Element) -> str:
        token = onvif.word(asked, "PresetToken")
        if token and token not in self.presets:
            raise FaultError("Sender", "InvalidArgVal", "NoToken")
        token = token or f"Preset_{len(self.presets) + 1}"
        name = onvif.word(asked, "PresetName") or self.presets.get(token, (token, {}))[0]
        self.presets[token] = name, {name: axis.at for name, axis in self.axes.items()}
        return f"<w:PresetToken>{token}</w:PresetToken>"

    def _go_to_preset(self, asked: Element) -> str:
        token = onvif.word(asked, "PresetToken")
        if token not in self.presets:
            raise FaultError("Sender", "InvalidArgVal", "NoToken")
        for name, place in self.presets[token][1].items():
            self.axes[name].go(place, FULL_ZOOM_S if name == "zoom" else FULL_DEG_S)
        return ""

    def _remove_preset(self, asked: Element) -> str:
        self.presets.pop(onvif.word(asked, "PresetToken"), None)
        return ""

    def _tell_imaging(self, _: Element) -> str:
        mode = "AUTO" if self.autofocus else "MANUAL"
        focus = f"<t:Focus><t:AutoFocusMode>{mode}</t:AutoFocusMode></t:Focus>"
        return f"<w:ImagingSettings>{focus}</w:ImagingSettings>"

    def _set_imaging(self, asked: Element) -> str:
        mode = onvif.word(asked, "ImagingSettings/Focus/AutoFocusMode")
        self.autofocus = {"AUTO": True, "MANUAL": False}.get(mode, self.autofocus)
        return ""

    def _tell_focus_moves(self, _: Element) -> str:
        ends = "<t:Min>0</t:Min><t:Max>100</t:Max>"
        where = f"<t:Absolute><t:Position>{ends}</t:Position></t:Absolute>"
        return f"<w:MoveOptions>{where}</w:MoveOptions>"

    def _focus_at(self, asked: Element) -> str:
        where = onvif.number(asked, "Focus/Absolute/Position")
        if where is None or not 0 <= where <= 100:
            raise FaultError("Sender", "InvalidArgVal", "SettingsInvalid")
        self.focus = where / 100
        return ""

    def _tell_stream(self, _: Element) -> str:
        uri = "<t:Uri>rtsp://127.0.0.1:554/main</t:Uri>"
        rest = "<t:InvalidAfterConnect>false</t:InvalidAfterConnect>"
        rest += "<t:InvalidAfterReboot>false</t:InvalidAfterReboot><t:Timeout>PT0S</t:Timeout>"
        return f"<w:MediaUri>{uri}{rest}</w:MediaUri>"

    def _tell_sources(self, _: Element) -> str:
        size = "<t:Resolution><t:Width>1920</t:Width><t:Height>1080</t:Height></t:Resolution>"
        rate = "<t:Framerate>25</t:Framerate>"
        return f'<w:VideoSources token="eye">{rate}{size}</w:VideoSources>'

    def _tell_abilities(self, _: Element) -> str:
        return "<w:Capabilities/>"

    _VERBS: ClassVar[Mapping[tuple[str, str], Callable[["OnvifEmulator", Element], str]]] = (
        MappingProxyType(
            {
                (DEVICE, "GetSystemDateAndTime"): _tell_abilities,  # answered with the time at hand
                (DEVICE, "GetDeviceInformation"): _tell_information,
                (DEVICE, "GetServices"): _tell_services,
                (DEVICE, "GetCapabilities"): _tell_capabilities,
                (DEVICE, "GetScopes"): _tell_scopes,
                (MEDIA, "GetProfiles"): _tell_profiles,
                (MEDIA, "GetVideoSources"): _tell_sources,
                (MEDIA, "GetStreamUri"): _tell_stream,
                (PTZ, "GetServiceCapabilities"): _tell_abilities,
                (PTZ, "GetConfigurations"): _tell_configurations,
                (PTZ, "GetConfigurationOptions"): _tell_configuration_options,
                (PTZ, "GetNodes"): _tell_node,
                (PTZ, "GetNode"): _tell_node,
                (PTZ, "GetStatus"): _tell_status,
                (PTZ, "ContinuousMove"): _drive,
                (PTZ, "Stop"): _stop,
                (PTZ, "AbsoluteMove"): _move_to,
                (PTZ, "RelativeMove"): _move_by,
                (PTZ, "GotoHomePosition"): _go_home,
                (PTZ, "GetPresets"): _tell_presets,
                (PTZ, "SetPreset"): _set_preset,
                (PTZ, "GotoPreset"): _go_to_preset,
                (PTZ, "RemovePreset"): _remove_preset,
                (IMAGING, "GetImagingSettings"): _tell_imaging,
                (IMAGING, "SetImagingSettings"): _set_imaging,
                (IMAGING, "GetMoveOptions"): _tell_focus_moves,
                (IMAGING, "Move"): _focus_at,
            }
        )
    )


class OnvifSession:
    """One connection: requests one after the other, each thought about."""

    def __init__(self, camera: OnvifEmulator) -> None:
        self.closed = False
        self._camera = camera
        self._decoder = RequestDecoder()
        self._waiting: list[Request] = []
        self._answer_s = NEVER

    def due_s(self) -> float:
        """Give when the camera has thought."""
        return self._answer_s

    def receive(self, data: bytes, now_s: float) -> list[bytes]:
        """Take what arrived; give what the camera says by now."""
        for found in self._decoder.feed(data):
            if isinstance(found, Garbage):
                self.closed = True
                return [encode(Response(400))]
            self._waiting.append(found)
            self._think(now_s)
        if now_s < self._answer_s:
            return []
        request, self._answer_s = self._waiting.pop(0), NEVER
        self._think(now_s)
        self.closed = "close" in (word.lower() for word in request.values("connection"))
        response = self._camera.answer(request, now_s)
        return [encode(response, chunked=self._camera.chunked)]

    def _think(self, now_s: float) -> None:
        if self._waiting and self._answer_s == NEVER:
            name = self._camera.name_of(self._waiting[0])
            self._answer_s = now_s + self._camera.thinks_s.get(name, THINKS_S)


def _envelope(service: str, name: str, content: str) -> bytes:
    spaces = f'xmlns:s="{SOAP}" xmlns:w="{service}" xmlns:t="{SCHEMA}"'
    body = f"<w:{name}>{content}</w:{name}>"
    return f"<s:Envelope {spaces}><s:Body>{body}</s:Body></s:Envelope>".encode()


def _fault(fault: FaultError) -> bytes:
    first, *rest = fault.codes
    codes = ""
    for code in reversed(rest):
        codes = f"<s:Subcode><s:Value>ter:{code}</s:Value>{codes}</s:Subcode>"
    content = (
        f"<s:Code><s:Value>s:{first}</s:Value>{codes}</s:Code>"
        f'<s:Reason><s:Text xml:lang="en">{fault.codes[-1]}</s:Text></s:Reason>'
    )
    spaces = f'xmlns:s="{SOAP}" xmlns:ter="http://www.onvif.org/ver10/error"'
    body = f"<s:Body><s:Fault>{content}</s:Fault></s:Body>"
    return f"<s:Envelope {spaces}>{body}</s:Envelope>".encode()


def _space(tag: str, uri: str, x: Ways, y: Ways | None) -> str:
    ends = f"<t:XRange><t:Min>{x[0]:g}</t:Min><t:Max>{x[1]:g}</t:Max></t:XRange>"
    if y is not None:
        ends += f"<t:YRange><t:Min>{y[0]:g}</t:Min><t:Max>{y[1]:g}</t:Max></t:YRange>"
    return f"<t:{tag}><t:URI>{uri}</t:URI>{ends}</t:{tag}>"


def _share(at: float, ends: Ways) -> float:
    return 2 * (at - ends[0]) / (ends[1] - ends[0]) - 1


def _spread(share: float, ends: Ways) -> float:
    return ends[0] + (share + 1) / 2 * (ends[1] - ends[0])


def _bool(value: object) -> str:
    return "true" if value else "false"


SCOPES = (
    "onvif://www.onvif.org/type/ptz",
    "onvif://www.onvif.org/name/Emulated%20Camera",
    "onvif://www.onvif.org/hardware/Emulated%20Camera",
)
_ENCODER = (
    '<t:VideoEncoderConfiguration token="h264"><t:Name>h264</t:Name><t:UseCount>1</t:UseCount>'
    "<t:Encoding>H264</t:Encoding><t:Resolution><t:Width>1920</t:Width><t:Height>1080</t:Height>"
    "</t:Resolution><t:Quality>5</t:Quality><t:RateControl><t:FrameRateLimit>25</t:FrameRateLimit>"
    "<t:EncodingInterval>1</t:EncodingInterval><t:BitrateLimit>4096</t:BitrateLimit>"
    "</t:RateControl><t:Multicast><t:Address><t:Type>IPv4</t:Type>"
    "</t:Address><t:Port>0</t:Port><t:TTL>1</t:TTL><t:AutoStart>false</t:AutoStart></t:Multicast>"
    "<t:SessionTimeout>PT60S</t:SessionTimeout></t:VideoEncoderConfiguration>"
)
_SOAP_HEADERS: Headers = (("Content-Type", "application/soap+xml; charset=utf-8"),)
MODELS: Mapping[str, Callable[[], OnvifEmulator]] = MappingProxyType(
    {
        "camera": OnvifEmulator,
        # an older one: no HTTP digest, no degrees, no lens, answers in chunks
        "token": lambda: OnvifEmulator(
            logins=frozenset({"token"}),
            token_s=5.0,
            degrees=False,
            lens=False,
            services=False,
            chunked=True,
        ),
        # a cheap one: it can be driven, and says nothing of where it points
        "plain": lambda: OnvifEmulator(
            places=False, tells_place=False, lens=False, honours=frozenset({"still"})
        ),
    }
)
