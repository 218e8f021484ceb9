"""The device that a command is about: a driver and a URL, or a room.toml and an id in it."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from getpass import getpass
from pathlib import Path
from types import MappingProxyType

from classroom_drivers.actions import from_text
from classroom_drivers.api import Plain, UnsupportedError
from classroom_drivers.registry import load as load_driver
from classroom_edge.config import load
from classroom_edge.words import words


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """How to reach a device."""

    driver: str
    url: str
    password: str = field(default="", repr=False)
    options: Mapping[str, Plain] = field(default_factory=lambda: MappingProxyType({}))
    presets: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Password:
    """Where a password comes from; never from the command line, where everybody can read it."""

    variable: str = ""
    asked: bool = False

    def get(self, language: str) -> str:
        """Give the password.

        Raises:
            UnsupportedError: there is no such variable.
        """
        if self.asked:
            return getpass(words("cli").say("device.password", language))
        if self.variable and self.variable not in os.environ:
            raise UnsupportedError(
                words("cli").say("device.no-variable", language, name=self.variable)
            )
        return os.environ[self.variable] if self.variable else ""


def target(
    first: str, second: str, *, password: Password, options: Sequence[str], language: str
) -> Target:
    """Find the device; `options` are spelled NAME=VALUE.

    Raises:
        UnsupportedError: there is no such driver or device, or an option does not fit.
        ConfigError: the room.toml cannot be used.
    """
    given = pairs(options)
    if not first.endswith(".toml"):
        driver = load_driver(first)
        return Target(
            driver=first,
            url=second,
            password=password.get(language),
            options=from_text(driver.__init__, given),
        )
    room = load(Path(first))
    for device in room.devices:
        if device.id == second:
            known = device.password.get_secret_value() if device.password else ""
            more = from_text(load_driver(device.driver).__init__, given)
            return Target(
                driver=device.driver,
                url=device.url,
                password=password.get(language) or known,
                options={**device.options, **more},
                presets=device.presets,
            )
    there_are = ", ".join(device.id for device in room.devices)
    text = words("cli").say("device.no-device", language, name=second, there_are=there_are)
    raise UnsupportedError(text)


def pairs(spelled: Sequence[str]) -> dict[str, str]:
    """Read NAME=VALUE.

    Raises:
        UnsupportedError: one is not spelled so.
    """
    found = {}
    for word in spelled:
        name, equals, value = word.partition("=")
        if not (name and equals):
            raise UnsupportedError(f"{word!r} is not spelled NAME=VALUE")
        found[name] = value
    return found
