"""Keeps every device connected and its state at hand."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from classroom_drivers import connect
from classroom_drivers.api import (
    Availability,
    Device,
    DeviceState,
    LinkError,
    Plain,
    UnsupportedError,
)
from classroom_drivers.wiring import Wiring
from classroom_edge.config.models import DeviceConfig
from classroom_edge.room import DeviceView, LockoutView, ValueView

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class DeviceService:
    """One device: connected for as long as the room is open, there or not."""

    config: DeviceConfig
    changed: Callable[[], None]
    asked: Callable[[str, str], None] = lambda _capability, _action: None  # before it is done
    wiring: Wiring = field(default_factory=Wiring)  # the room's: what several devices share
    device: Device | None = field(default=None, init=False)
    news: asyncio.Event = field(default_factory=asyncio.Event, init=False)  # replaced at each

    async def run(self) -> None:
        """Run until cancelled."""
        password = self.config.password
        async with connect(
            self.config.driver,
            self.config.url,
            password=password.get_secret_value() if password else "",
            options=self.config.options,
            changed=self._take,
            wiring=self.wiring,
        ) as self.device:
            await asyncio.Event().wait()

    @property
    def state(self) -> DeviceState | None:
        """What is known of the device; None before it was first tried."""
        return self.device.state() if self.device else None

    @property
    def is_online(self) -> bool:
        """Whether it can be spoken with."""
        return self.state is not None and self.state.availability in {"online", "degraded"}

    @property
    def refuses_password(self) -> bool:
        """Whether it is there, but wants another password."""
        return self.state is not None and self.state.availability == "auth-failed"

    async def perform(self, capability: str, action: str, arguments: Mapping[str, Any]) -> None:
        """Do an action; a preset may be given by its name in room.toml.

        Raises:
            DeviceError: it is away, refuses, or has no such action.
        """
        if self.device is None:
            raise LinkError(f"{self.config.id}: not connected yet")
        capability, given = capability.replace("_", "-"), dict(arguments)
        name = given.pop("name", None) if capability == "presets" else None
        if name is not None:
            given["number"] = self.preset(name)
        self.asked(capability, action.replace("_", "-"))
        await self.device.perform(capability, action, given)

    def preset(self, name: str) -> int:
        """Give the number of a named preset.

        Raises:
            UnsupportedError: room.toml names no such preset.
        """
        if name not in self.config.presets:
            raise UnsupportedError(f"{self.config.id} has no preset {name!r}")
        return self.config.presets[name]

    def view(self) -> DeviceView:
        """Show the device."""
        config, state = self.config, self.state or DeviceState(Availability.CONNECTING)
        choices = dict(state.choices)
        if config.presets:
            choices["preset"] = tuple(config.presets)
        return DeviceView(
            id=config.id,
            name=config.name,
            driver=config.driver,
            availability=str(state.availability),
            capabilities=self.device.capabilities if self.device else (),
            values={
                name: ValueView(self._named(name, value.value), str(value.source), value.at)
                for name, value in state.values.items()
            },
            choices=choices,
            lockouts=tuple(
                LockoutView(one.capability, one.until, one.reason) for one in state.lockouts
            ),
            problem=state.problem,
        )

    def _named(self, name: str, value: Plain) -> Plain:
        """Give a preset by its name, where it has one."""
        if name != "preset":
            return value
        return next((of for of, number in self.config.presets.items() if number == value), value)

    def _take(self, state: DeviceState) -> None:
        self.news.set()
        self.news = asyncio.Event()
        self.changed()
