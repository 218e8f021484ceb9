"""Actions by name, as the API and room.toml spell them: from words and plain values to a call.

An action is a public method of a capability's Protocol: ``power``, ``set-power``, ``{"on": true}``.
"""

import inspect
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType, NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from classroom_drivers.api import CAPABILITIES, Device, Plain, UnsupportedError

TRUE = frozenset({"true", "1", "yes", "on"})
FALSE = frozenset({"false", "0", "no", "off"})


@cache
def actions(capability: str) -> Mapping[str, Callable[..., Any]]:
    """Give a capability's actions: kebab-case name to the Protocol's method."""
    return MappingProxyType(
        {
            name.replace("_", "-"): method
            for name, method in vars(CAPABILITIES[capability]).items()
            if not name.startswith("_") and inspect.iscoroutinefunction(method)
        }
    )


def capabilities_of(kind: type) -> tuple[str, ...]:
    """Name the capabilities for which a class has every method."""
    return _capabilities_of(kind)


@cache
def _capabilities_of(kind: type) -> tuple[str, ...]:
    return tuple(name for name, protocol in CAPABILITIES.items() if issubclass(kind, protocol))


async def perform(device: Device, capability: str, action: str, given: Mapping[str, Any]) -> None:
    """Do an action by its name; kebab case and snake case are the same.

    Raises:
        UnsupportedError: no such capability or action, or the arguments do not fit.
    """
    capability, action = capability.replace("_", "-"), action.replace("_", "-")
    if capability not in device.capabilities:
        raise UnsupportedError(f"the device has no capability {capability!r}")
    known = actions(capability)
    if action not in known:
        raise UnsupportedError(f"{capability}: no action {action!r}; there are {', '.join(known)}")
    arguments = fit(known[action], given)
    await getattr(device, action.replace("-", "_"))(**arguments)


def fit(function: Callable[..., Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Check plain values against a function's keyword-only arguments and give them typed.

    Raises:
        UnsupportedError: one is unknown, missing or of another kind.
    """
    parameters = options_of(function)
    names = {name.replace("-", "_"): value for name, value in given.items()}
    if unknown := names.keys() - parameters.keys():
        there_are = ", ".join(parameters) or "none"
        raise UnsupportedError(f"unknown: {', '.join(sorted(unknown))}; there are: {there_are}")
    missing = {
        name
        for name, parameter in parameters.items()
        if parameter.default is inspect.Parameter.empty and name not in names
    }
    if missing:
        raise UnsupportedError(f"missing: {', '.join(sorted(missing))}")
    hints = _hints(function)
    return {name: _typed(name, value, hints[name]) for name, value in names.items()}


def from_text(function: Callable[..., Any], words: Mapping[str, str]) -> dict[str, Any]:
    """Read texts, of a URL's query or a command line, as the kinds that the arguments have."""
    hints = _hints(function)
    return {name: _read(text, hints.get(name.replace("-", "_"))) for name, text in words.items()}


@cache
def options_of(function: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    """Give the arguments of a function that are given by keyword, by name."""
    parameters = inspect.signature(function).parameters
    return MappingProxyType(
        {
            name: parameter
            for name, parameter in parameters.items()
            if parameter.kind is inspect.Parameter.KEYWORD_ONLY
        }
    )


@cache
def _hints(function: Callable[..., Any]) -> Mapping[str, Any]:
    return MappingProxyType(get_type_hints(function))


def _read(text: str, hint: object) -> Plain:
    kinds = _kinds(hint)
    try:
        if {int, float} & kinds:
            return float(text) if float in kinds else int(text)
    except ValueError:
        return text  # `fit` says what is wrong with it
    if bool in kinds and text.lower() in TRUE | FALSE:
        return text.lower() in TRUE
    return text


def _typed(name: str, value: object, hint: object) -> object:
    kinds = _kinds(hint)
    if type(value) in kinds or (value is None and NoneType in kinds):
        return value
    if float in kinds and type(value) is int:
        return float(value)
    if str in kinds and type(value) in {int, float}:
        return str(value)  # relays = 4, where a range might stand
    expected = " or ".join(sorted(kind.__name__ for kind in kinds if kind is not NoneType))
    raise UnsupportedError(f"{name}: {value!r} is not of kind {expected}")


def _kinds(hint: Any) -> frozenset[type]:  # noqa: ANN401 - whatever an annotation may be
    return frozenset(get_args(hint) if get_origin(hint) in {Union, UnionType} else {hint})
