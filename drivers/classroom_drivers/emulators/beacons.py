"""What emulated devices say to who searches for them: WS-Discovery, Sony's protocol, mDNS.

Each is served at a UDP port of its own beside the device; ``?group=`` joins a multicast group.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from classroom_drivers.codecs import mdns, sony_network, ws_discovery
from classroom_drivers.emulators.session import NEVER

Answer = Callable[[bytes], list[bytes]]


@dataclass(kw_only=True)
class WsDiscoveryBeacon:
    """A camera with ONVIF, as it answers probes."""

    match: ws_discovery.Match
    types: tuple[str, ...] = ws_discovery.TYPES
    answers: int = 0

    def session(self, now_s: float) -> "BeaconSession":
        """Begin to hear somebody."""
        return BeaconSession(self.answer)

    def answer(self, data: bytes) -> list[bytes]:
        """Answer a probe for what this is."""
        probe = ws_discovery.probe_of(data)
        ours = {name.rpartition(":")[2] for name in self.types}
        if probe is None or not set(probe.types) <= ours:
            return []
        self.answers += 1
        number = f"{self.match.endpoint}/{self.answers}"
        return [ws_discovery.encode_match(self.match, probe, number)]


@dataclass(kw_only=True)
class SonyBeacon:
    """A camera of Sony's, as it answers the question for its settings."""

    fields: Mapping[str, str] = field(
        default_factory=lambda: {
            "MAC": "00-00-5e-00-53-01",
            "MODEL": "IPCARD",
            "SOFTVERSION": "01.00",
            "IPADR": "192.168.0.100",
            "MASK": "255.255.255.0",
            "GATEWAY": "192.168.0.1",
            "NAME": "CAM1",
            "WRITE": "on",
        }
    )

    def session(self, now_s: float) -> "BeaconSession":
        """Begin to hear somebody."""
        return BeaconSession(self.answer)

    def answer(self, data: bytes) -> list[bytes]:
        """Answer the question."""
        return [sony_network.encode(self.fields)] if data == sony_network.ASK else []


@dataclass(kw_only=True)
class MdnsBeacon:
    """A device that tells of its services."""

    services: tuple[mdns.Service, ...]

    def session(self, now_s: float) -> "BeaconSession":
        """Begin to hear somebody."""
        return BeaconSession(self.answer)

    def answer(self, data: bytes) -> list[bytes]:
        """Answer a query for what is there."""
        asked = set(mdns.asked_of(data))
        there = [one for one in self.services if one.kind in asked]
        return [mdns.encode_answer(there, data)] if there else []


class BeaconSession:
    """One who searches."""

    closed = False

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def due_s(self) -> float:
        """Never says anything by itself."""
        return NEVER

    def receive(self, data: bytes, now_s: float) -> list[bytes]:
        """Take a datagram and give the answer."""
        return self._answer(data) if data else []
