"""Looks at a room's devices and sources for a moment, without a daemon: who answers, and what."""

import asyncio
import json
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import msgspec

from classroom_drivers import connect
from classroom_drivers.api import Availability, Device, DeviceError, DeviceState
from classroom_drivers.wiring import Wiring
from classroom_edge.config import Config, DeviceConfig, SourceConfig
from classroom_media.workers.specs import Endpoints, SourceSpec

DEVICE_S: Final = 10.0  # how long a device may take to answer
IDENTITY_S: Final = 3.0
SETTLED_S: Final = 0.7  # without news, a device has told what it has to tell
SOURCE_S: Final = 15.0  # how long a source may take to give its first picture
NOWHERE: Final = Endpoints(commands="", packets="")
ANSWERING: Final = {Availability.ONLINE, Availability.DEGRADED}
DECIDED: Final = {*ANSWERING, Availability.AUTH_FAILED}  # waiting longer would change nothing


@dataclass(frozen=True, slots=True)
class SeenDevice:
    """A device, and what it told."""

    config: DeviceConfig
    capabilities: tuple[str, ...]
    state: DeviceState

    @property
    def is_online(self) -> bool:
        """Whether it answers."""
        return self.state.availability in ANSWERING

    @property
    def problem(self) -> str:
        """Why it does not answer, as far as is known."""
        return self.state.problem or self.state.availability.value


@dataclass(frozen=True, slots=True)
class SeenSource:
    """A source, and what it sends: ("h264 1280x720", "aac 48000 Hz"); or why nothing.

    `key` names the address that was looked at: "url", or "small_url" of its second picture.
    """

    config: SourceConfig
    key: str
    streams: tuple[str, ...]
    problem: str = ""


async def devices(config: Config, *, within_s: float = DEVICE_S) -> tuple[SeenDevice, ...]:
    """Connect to all devices at once and give what each tells within the time."""
    wiring = Wiring()
    async with asyncio.TaskGroup() as tasks:
        looks = [tasks.create_task(_device(one, wiring, within_s)) for one in config.devices]
    return tuple(look.result() for look in looks)


async def sources(config: Config, *, within_s: float = SOURCE_S) -> tuple[SeenSource, ...]:
    """Open all sources at once, each in a process of its own, and give what each sends."""
    async with asyncio.TaskGroup() as tasks:
        looks = [
            tasks.create_task(_source(one, key, within_s))
            for one in config.sources
            for key in ("url", "small_url")
            if getattr(one, key)
        ]
    return tuple(look.result() for look in looks)


async def _device(config: DeviceConfig, wiring: Wiring, within_s: float) -> SeenDevice:
    password = config.password.get_secret_value() if config.password else ""
    news = asyncio.Event()
    async with connect(
        config.driver,
        config.url,
        password=password,
        options=config.options,
        changed=lambda _state: news.set(),
        wiring=wiring,
    ) as device:
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while device.state().availability not in DECIDED:
                    news.clear()
                    await news.wait()
                await settled(news)
        if device.state().availability in ANSWERING:
            await _identify(device)
        return SeenDevice(config, device.capabilities, device.state())


async def _identify(device: Device) -> None:
    """Ask who it is, which some on standby tell only when they are asked."""
    if "identity" in device.capabilities:
        with suppress(DeviceError, TimeoutError):
            async with asyncio.timeout(IDENTITY_S):
                await device.perform("identity", "identify")


async def settled(news: asyncio.Event) -> None:
    """Wait until there was no news for a while."""
    while True:
        news.clear()
        try:
            async with asyncio.timeout(SETTLED_S):
                await news.wait()
        except TimeoutError:
            return


async def _source(config: SourceConfig, key: str, within_s: float) -> SeenSource:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "classroom_edge.commands.try_source",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(within_s):
            said, _ = await child.communicate(msgspec.json.encode(_spec(config, key)) + b"\n")
    except TimeoutError:
        child.kill()
        await child.wait()
        return SeenSource(config, key, (), f"silent for {within_s:g} s")
    if child.returncode or not said:
        return SeenSource(config, key, (), f"the process ended with {child.returncode}")
    answer = json.loads(said)
    return SeenSource(config, key, tuple(answer["streams"]), answer["problem"])


def _spec(config: SourceConfig, key: str) -> SourceSpec:
    return SourceSpec(
        id=config.id,
        name=config.name,
        url=getattr(config, key),
        endpoints=NOWHERE,
        username=config.username,
        password=config.password.get_secret_value() if config.password else "",
        picture=config.picture,
        sound=config.sound and key == "url",
    )
