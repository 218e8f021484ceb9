"""Records a device while it is worked: what goes over its line becomes a transcript."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from classroom_drivers.api import Plain, ValueSource
from classroom_drivers.devices.line_device import LineDevice
from classroom_drivers.links.address import parse
from classroom_drivers.transcript import Evidence, Step, Transcript, done, expected, of_frames

ENTRIES_MAX = 100_000
BYTES_MAX = 8 * 1024 * 1024


@dataclass(kw_only=True)
class Recording:
    """A device that is being recorded, from the moment that this is made."""

    device: LineDevice[Any]
    driver: str
    url: str
    options: Mapping[str, Any]
    password: bool
    claimed: Evidence = Evidence.BENCH
    _extra: list[Step] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        """Have the journal keep everything."""
        self.device.journal.bound(entries_max=ENTRIES_MAX, bytes_max=BYTES_MAX)
        self._began_s = self.device.now_s()

    async def perform(self, capability: str, action: str, given: Mapping[str, Any]) -> None:
        """Do an action; what the device had told before it, and the action, become steps.

        Raises:
            DeviceError: it was not done, and is not among the steps.
        """
        at_s = self.device.now_s() - self._began_s
        steps = [*self._expected(at_s), done(capability, action, given, at_s)]
        await self.device.perform(capability, action, given)
        self._extra += steps

    def transcript(self, note: str = "") -> Transcript:
        """Give what was recorded so far; what the device tells now is what a replay expects."""
        address = parse(self.url, default_ports=self.device.PORTS)
        values = self.device.state().values
        told = {name: str(value.value) for name, value in values.items()}
        frames = (f for f in self.device.journal.frames() if f.at_s >= self._began_s)
        happened = of_frames(frames, since_s=self._began_s, datagrams=address.scheme == "udp")
        steps = sorted((*happened, *self._extra), key=lambda step: step.at_s)
        now_s = self.device.now_s() - self._began_s
        mask = self.device.journal.mask
        return Transcript(
            driver=self.driver,
            model=mask(told.get("model", "")),
            firmware=mask(told.get("firmware", "")),
            recorded=datetime.now(UTC),
            source=Evidence.EMULATOR if is_pretended(self.url) else self.claimed,
            transport=address.scheme,
            options=self.options,
            password=self.password,
            counter=self.device.journal.counter,
            note=note,
            steps=(*steps, *self._expected(now_s)),
        )

    def _expected(self, at_s: float) -> tuple[Step, ...]:
        mask = self.device.journal.mask
        told: dict[str, Plain] = {
            name: mask(value.value) if isinstance(value.value, str) else value.value
            for name, value in self.device.state().values.items()
            if value.source is not ValueSource.ASSUMED
        }
        return expected(told, at_s)


def is_pretended(url: str) -> bool:
    """Say whether a URL leads to this machine, or to a terminal: then it is an emulator's.

    Nothing that is recorded there is evidence of a real device.
    """
    parts = urlsplit(url)
    if parts.scheme == "serial":
        return Path(parts.netloc + parts.path).resolve().is_relative_to("/dev/pts")
    try:
        return ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return parts.hostname == "localhost"
