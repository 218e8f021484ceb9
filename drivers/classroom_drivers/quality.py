"""What each driver is and has, and what it still lacks: four lines for each, ours or others'.

Described: what it speaks, by which manuals. Emulated: there is a device to try it on. Conforms:
it does what its capabilities promise, on every emulated model that needs no options which only
its tests know. Proved: its transcripts replay; those of real devices, and nothing else, give it
maturity.
"""

import asyncio
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from typing import Any

from classroom_drivers import registry
from classroom_drivers.actions import capabilities_of, options_of
from classroom_drivers.api import DeviceError, UnsupportedError
from classroom_drivers.companions import companions
from classroom_drivers.conformance import conforms
from classroom_drivers.contract import differences
from classroom_drivers.devices.about import About
from classroom_drivers.devices.line_device import LineDevice
from classroom_drivers.emulated import CODE_SHEET, Models, models_of
from classroom_drivers.emulators.box import Box
from classroom_drivers.emulators.code_sheet import emulator_at
from classroom_drivers.emulators.memory import MemoryTransport
from classroom_drivers.emulators.session import Emulator
from classroom_drivers.emulators.virtual_time import VirtualLoop
from classroom_drivers.evidence import evidence
from classroom_drivers.transcript import Evidence, Transcript

LONGEST_S = 3600.0  # for one model, of virtual time
NOTHING = About(title="", reached_by=(), sources=())
# what whoever wrote a driver may have done wrong; what is not written yet is a RuntimeError
MISTAKES = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)


class Maturity(StrEnum):
    """How far a driver has been tried."""

    UNTRIED = "untried"
    EMULATOR = "emulator"
    BENCH = "bench"
    FIELD = "field"


class Quality(StrEnum):
    """The four lines."""

    DESCRIBED = "described"
    EMULATED = "emulated"
    CONFORMS = "conforms"
    PROVED = "proved"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the scale: what there is, and what is missing."""

    quality: Quality
    there_is: tuple[str, ...]
    missing: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether there is no transcript yet; no failure, for it takes a real device."""
        return self.quality is Quality.PROVED and not (self.there_is or self.missing)


@dataclass(frozen=True, slots=True)
class Entry:
    """A driver as it is listed."""

    name: str
    about: About
    capabilities: tuple[str, ...]
    models: tuple[str, ...]  # that are emulated
    transcripts: tuple[Transcript, ...]
    options: tuple[str, ...] = ()  # what they mean, and what they are if not given

    @property
    def maturity(self) -> Maturity:
        """As far as the strongest evidence goes, and no further."""
        proved = {transcript.source for transcript in self.transcripts}
        if Evidence.FIELD in proved:
            return Maturity.FIELD
        if Evidence.BENCH in proved:
            return Maturity.BENCH
        return Maturity.EMULATOR if self.models else Maturity.UNTRIED


def entry(name: str) -> Entry:
    """List a driver.

    Raises:
        UnsupportedError: there is no such driver.
    """
    driver = registry.load(name)
    transcripts = tuple(found.transcript for found in evidence(name) if found.transcript)
    models = tuple(_models(name)[0])
    about, able, options = _about(driver), capabilities_of(driver), tuple(_options(driver))
    return Entry(name, about, able, models, transcripts, options)


def _options(driver: type[LineDevice[Any]]) -> Iterator[str]:
    """Tell what stands in room.toml under `options`, or after ``?`` in the URL."""
    parameters = options_of(driver.__init__)
    if not parameters:
        return
    said = (inspect.getdoc(driver) or "").partition("Options:")[2]
    if said:
        yield f"Options: {' '.join(said.split())}"
    yield f"If not given: {', '.join(map(_default, parameters.values()))}."


def _default(parameter: inspect.Parameter) -> str:
    if parameter.default is inspect.Parameter.empty:
        return f"`{parameter.name}` is missed"
    return f"`{parameter.name}` is `{parameter.default!r}`"


def check(name: str) -> tuple[Line, ...]:
    """Try everything that can be tried without the device; takes a few seconds.

    Raises:
        UnsupportedError: there is no such driver.
    """
    driver = registry.load(name)
    models, problem = _models(name)
    return (
        Line(Quality.DESCRIBED, _described(driver), tuple(_undescribed(driver))),
        Line(Quality.EMULATED, tuple(models), (problem,) if problem else ()),
        _conforming(name, _about(driver), models),
        _proved(name),
    )


def check_sheet(path: str) -> Line:
    """Try a code sheet from itself alone: its device against the emulator that it describes.

    Raises:
        UnsupportedError: there is no such sheet, or it has mistakes.
    """
    driver = registry.load(CODE_SHEET).variant({"sheet": path})
    problem = _problem(CODE_SHEET, emulator_at(path), {"sheet": path})
    if problem:
        return Line(Quality.CONFORMS, (), (problem,))
    return Line(Quality.CONFORMS, capabilities_of(driver))


def _about(driver: type[LineDevice[Any]]) -> About:
    about: About = getattr(driver, "ABOUT", NOTHING)
    return about


def _models(name: str) -> tuple[Models, str]:
    try:
        return models_of(name), ""
    except UnsupportedError as error:
        return {}, str(error)


def _described(driver: type[LineDevice[Any]]) -> tuple[str, ...]:
    title = _about(driver).title
    return (title,) if title else ()


def _undescribed(driver: type[LineDevice[Any]]) -> Iterator[str]:
    about = _about(driver)
    for name in ("title", "reached_by", "sources"):
        if not getattr(about, name):
            yield f"ABOUT.{name}"
    for url in about.reached_by:
        if "://" not in url:
            yield f"ABOUT.reached_by: {url!r} is not like tcp://host"
    for quirk in about.quirks:
        if not (quirk.why and quirk.source):
            yield f"ABOUT.quirks: why and source of {quirk.model}"
    said = inspect.getdoc(import_module(driver.__module__)) or ""
    for word in ("Source:", "Checked on:"):
        if word not in said:
            yield f"{driver.__module__}: a line {word!r} in the docstring"
    if not capabilities_of(driver):
        yield "all the methods of at least one capability"


def _conforming(name: str, about: About, models: Models) -> Line:
    tried: list[str] = []
    missing: list[str] = [] if models else ["something to try it on"]
    known = {quirk.model for quirk in about.quirks}
    for number, (model, make) in enumerate(models.items()):
        if number and model not in known:
            continue
        options = {"model": model} if model in known else {}
        if problem := _problem(name, make(), options):
            missing.append(f"{model}: {problem}")
        else:
            tried.append(model)
    return Line(Quality.CONFORMS, tuple(tried), tuple(missing))


def _problem(name: str, emulator: Emulator, options: Mapping[str, Any]) -> str:
    """Run the conformance suite in memory; give what went wrong.

    An emulator's `needs` are options without which its driver cannot speak with it.
    """
    options = {**getattr(emulator, "needs", {}), **options}

    async def try_it() -> None:
        device = registry.build(name, MemoryTransport(Box(emulator)), options=options)
        async with asyncio.timeout(LONGEST_S), companions() as start:
            start(device.run())
            await conforms(device)

    try:
        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            runner.run(try_it())
    except (AssertionError, DeviceError, TimeoutError, *MISTAKES) as error:
        return str(error) or type(error).__name__
    return ""


def _proved(name: str) -> Line:
    there_is: list[str] = []
    missing: list[str] = []
    for found in evidence(name):
        if found.transcript is None:
            missing.append(f"{found.path.name}: {found.problem}")
            continue
        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            different = runner.run(differences(found.transcript))
        missing += [f"{found.path.name}: {one}" for one in different]
        there_is.append(f"{found.path.name} ({found.transcript.source})")
    return Line(Quality.PROVED, tuple(there_is), tuple(missing))
