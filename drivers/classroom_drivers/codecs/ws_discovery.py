"""WS-Discovery, as cameras with ONVIF speak it: who is there, on UDP port 3702. No I/O.

A probe goes to a multicast group or to one host; each camera answers its sender with where its
device service is, and scopes that tell its name and model.

Source: OASIS/XMLSOAP WS-Discovery, April 2005; ONVIF Core Specification 25.12, section on
discovery (types, scopes).
"""

from dataclasses import dataclass
from urllib.parse import unquote
from xml.sax.saxutils import escape

from classroom_drivers.codecs import loose_xml
from classroom_drivers.codecs.onvif import SOAP, first, word

PORT = 3702
GROUP = "239.255.255.250"
DATAGRAM_MAX = 65_507
TYPES = ("dn:NetworkVideoTransmitter", "tds:Device")  # older cameras are the one, newer both
_ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
_DISCOVERY = "http://schemas.xmlsoap.org/ws/2005/04/discovery"
_EVERYBODY = "urn:schemas-xmlsoap-org:ws:2005:04:discovery"
_SPACES = (
    f'xmlns:s="{SOAP}" xmlns:a="{_ADDRESSING}" xmlns:d="{_DISCOVERY}" '
    'xmlns:dn="http://www.onvif.org/ver10/network/wsdl" '
    'xmlns:tds="http://www.onvif.org/ver10/device/wsdl"'
)
_SCOPES = "onvif://www.onvif.org/"


@dataclass(frozen=True, slots=True)
class Probe:
    """Somebody asks who is there."""

    message: str  # its number, which the answer repeats
    types: tuple[str, ...] = ()  # without prefixes


@dataclass(frozen=True, slots=True)
class Match:
    """Somebody is there."""

    endpoint: str  # who it is, for ever: "urn:uuid:..."
    addresses: tuple[str, ...]  # of its device service
    scopes: tuple[str, ...] = ()

    def scope(self, name: str) -> str:
        """Give what a scope says: "name", "hardware"."""
        start = f"{_SCOPES}{name}/"
        return next((unquote(s[len(start) :]) for s in self.scopes if s.startswith(start)), "")


def encode_probe(message: str, types: str) -> bytes:
    """Spell a probe for one type of device."""
    body = f"<d:Probe><d:Types>{types}</d:Types></d:Probe>"
    return _envelope("Probe", f"<a:MessageID>{message}</a:MessageID>", _EVERYBODY, body)


def encode_match(match: Match, probe: Probe, message: str) -> bytes:
    """Spell the answer to a probe."""
    told = (
        f"<a:EndpointReference><a:Address>{escape(match.endpoint)}</a:Address>"
        f"</a:EndpointReference><d:Types>{' '.join(TYPES)}</d:Types>"
        f"<d:Scopes>{escape(' '.join(match.scopes))}</d:Scopes>"
        f"<d:XAddrs>{escape(' '.join(match.addresses))}</d:XAddrs>"
        "<d:MetadataVersion>1</d:MetadataVersion>"
    )
    body = f"<d:ProbeMatches><d:ProbeMatch>{told}</d:ProbeMatch></d:ProbeMatches>"
    head = f"<a:MessageID>{message}</a:MessageID><a:RelatesTo>{escape(probe.message)}</a:RelatesTo>"
    return _envelope("ProbeMatches", head, f"{_ADDRESSING}/role/anonymous", body)


def probe_of(data: bytes) -> Probe | None:
    """Read a probe; None if it is none."""
    root = loose_xml.read(data)
    asked = first(root, "Body/Probe") if root is not None else None
    if root is None or asked is None:
        return None
    types = (name.rpartition(":")[2] for name in word(asked, "Types").split())
    return Probe(word(root, "Header/MessageID"), tuple(types))


def matches_of(data: bytes) -> list[Match]:
    """Read who answers; nothing if it is no answer."""
    root = loose_xml.read(data)
    if root is None:
        return []
    return [
        Match(
            word(one, "EndpointReference/Address"),
            tuple(word(one, "XAddrs").split()),
            tuple(word(one, "Scopes").split()),
        )
        for one in root.iter()  # PyPI ipycam 1.3 leaves out the element around them
        if one.tag.rpartition("}")[2] == "ProbeMatch"
    ]


def _envelope(action: str, head: str, to: str, body: str) -> bytes:
    head += f"<a:To>{to}</a:To><a:Action>{_DISCOVERY}/{action}</a:Action>"
    text = f"<s:Envelope {_SPACES}><s:Header>{head}</s:Header><s:Body>{body}</s:Body></s:Envelope>"
    return b'<?xml version="1.0" encoding="utf-8"?>' + text.encode()
