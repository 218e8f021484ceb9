"""What every device with a capability must do, whoever made it and however it is reached.

The same functions run over emulators (tests) and over the devices on a bench (hil_tests). Each
takes a device, does something harmless, and raises AssertionError with what should have been.
Whatever a check changes it leaves as it found it, as far as the device lets it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any

from classroom_drivers.actions import actions
from classroom_drivers.api import (
    CAPABILITIES,
    Availability,
    Device,
    Plain,
    PowerState,
    UnsupportedError,
    ValueSource,
)

ONLINE_S = 10.0
SETTLE_S = 20.0  # until a poll has confirmed what was asked; some want 10 s of quiet in between
COVER_S = 120.0  # a long curtain
POWER_S = 180.0  # warming or cooling, at the longest
PACE_S = 0.02

Check = Callable[[Device], Awaitable[None]]


async def ready(device: Device) -> None:
    """Come online, and be on if it has power."""
    await _until(lambda: device.state().availability is Availability.ONLINE, ONLINE_S, "online")
    if "power" in device.capabilities:
        await _until(lambda: _value(device, "power") is not None, SETTLE_S, "power known")
        if _value(device, "power") is not PowerState.ON:
            await _steady(device)
            if _value(device, "power") is PowerState.OFF:
                await device.perform("power", "set-power", {"on": True})
            await _until(lambda: _value(device, "power") is PowerState.ON, POWER_S, "on")


async def says_what_it_can(device: Device) -> None:
    """Every capability is a known one, and what it lacks is refused as such."""
    _demand(device.capabilities, "a device without capabilities is no device")
    _demand(set(device.capabilities) <= set(CAPABILITIES), "a capability that nobody knows")
    for missing in CAPABILITIES.keys() - set(device.capabilities):
        await _refused(device, missing, next(iter(actions(missing))), {})
    for capability in device.capabilities:
        await _refused(device, capability, "no-such-action", {})
        await _refused(device, capability, next(iter(actions(capability))), {"nonsense": 1})


async def values_tell_their_source(device: Device) -> None:
    """Every value is plain, with a source and an aware time."""
    for name, value in device.state().values.items():
        _demand(isinstance(value.value, str | int | float | bool), f"{name} is not plain")
        _demand(value.at.tzinfo, f"{name} has no time zone")


async def power(device: Device) -> None:
    """Goes to standby and comes back, through warming and cooling, with lock-outs that end."""
    ways = device.state().choices.get("power", ("on", "off"))
    await device.perform("power", "set-power", {"on": True})
    for on, wanted in ((False, PowerState.OFF), (True, PowerState.ON)):
        if ("on" if on else "off") not in ways:
            await _refused(device, "power", "set-power", {"on": on})
            continue
        await device.perform("power", "set-power", {"on": on})
        told = wanted is PowerState.ON  # in standby some are deaf, and cannot tell
        await _becomes(device, "power", wanted, told=told, within_s=POWER_S)
        await _until(lambda: not device.state().lockouts, POWER_S, "no lock-outs")


async def input_select(device: Device) -> None:
    """Shows each of two inputs it offers; refuses one it has not."""
    before = await _known(device, "input")
    choices = device.state().choices["input"]
    other = next((name for name in choices if name != before), str(before))
    for name in (other, str(before)):
        await device.perform("input-select", "select-input", {"name": name})
        await _becomes(device, "input", name)
    await _refused(device, "input-select", "select-input", {"name": "no-such-input"})


async def volume(device: Device) -> None:
    """Takes a volume and reports it; refuses one beyond the ends."""
    before = await _known(device, "volume")
    for percent in (37, before):
        await device.perform("volume", "set-volume", {"percent": percent})
        await _becomes(device, "volume", percent)
    await _refused(device, "volume", "set-volume", {"percent": 101})


async def mute(device: Device) -> None:
    """Mutes each part it can mute, and only that."""
    for part in device.state().choices["mute"]:
        for on in (True, False):
            await device.perform("mute", "set-mute", {part: on})
            await _becomes(device, f"{part}-mute", on)


async def freeze(device: Device) -> None:
    """Holds the picture and lets it run."""
    for on in (True, False):
        await device.perform("freeze", "set-freeze", {"on": on})
        await _becomes(device, "freeze", on)


PTZ: Mapping[str, dict[str, Any]] = MappingProxyType(
    {
        "drive": {"pan": 0.1},
        "move-to": {"pan_deg": 5.0, "tilt_deg": 2.0},
        "move-by": {"pan_deg": -2.0, "tilt_deg": 0.0},
        "home": {},
    }
)


async def pan_tilt_zoom(device: Device) -> None:
    """Moves where it is told, stops when told and by itself, and refuses impossible speeds."""
    can = device.state().choices["ptz"]
    _demand(can and set(can) <= set(PTZ), "choices of ptz that nobody knows")
    for missing in PTZ.keys() - set(can):
        await _refused(device, "pan-tilt-zoom", missing, PTZ[missing])
    if "move-to" in can:
        await _turns(device, can)
    if "drive" in can:
        await device.perform("pan-tilt-zoom", "drive", {"pan": -0.3, "for_s": 0.5})
        await _becomes(device, "moving", value=False, told=False)
        await device.perform("pan-tilt-zoom", "drive", {"tilt": 0.2, "for_s": 5})
        await device.perform("pan-tilt-zoom", "stop", {})
        await _becomes(device, "moving", value=False, told=False)
        await _refused(device, "pan-tilt-zoom", "drive", {"pan": 1.5})
    if "home" in can:
        await device.perform("pan-tilt-zoom", "home", {})
    if "move-to" in can and "home" in can:
        await _near(device, "pan-deg", 0.0, 0.5)


async def _turns(device: Device, can: tuple[str, ...]) -> None:
    await device.perform("pan-tilt-zoom", "move-to", {"pan_deg": 5, "tilt_deg": 2, "zoom": 0.1})
    await _near(device, "pan-deg", 5.0, 0.5)
    await _near(device, "zoom", 0.1, 0.02)
    if "move-by" in can:
        await device.perform("pan-tilt-zoom", "move-by", {"pan_deg": 3, "tilt_deg": 0})
        await _near(device, "pan-deg", 8.0, 0.5)
    if "drive" in can:
        before = float(await _known(device, "pan-deg"))
        await device.perform("pan-tilt-zoom", "drive", {"pan": -0.3, "for_s": 0.5})
        await _becomes(device, "moving", value=False)
        went_left = float(await _known(device, "pan-deg")) < before
        _demand(went_left, "a camera that is driven to the left goes left")


async def presets(device: Device) -> None:
    """Remembers a place and finds it again. Uses preset 99, or the nearest below that it has."""
    number = await _a_preset(device)
    can = device.state().choices.get("ptz", ())
    if {"move-to", "home"} <= set(can):
        await device.perform("pan-tilt-zoom", "move-to", {"pan_deg": 4, "tilt_deg": 0})
        await _near(device, "pan-deg", 4.0, 0.5)
        await device.perform("presets", "store-preset", {"number": number})
        await device.perform("pan-tilt-zoom", "home", {})
        await _near(device, "pan-deg", 0.0, 0.5)
        await device.perform("presets", "recall-preset", {"number": number})
        await _near(device, "pan-deg", 4.0, 0.5)
    await _refused(device, "presets", "recall-preset", {"number": -1})


async def _a_preset(device: Device) -> int:
    """Find a number that the device stores, and that nobody is likely to use."""
    for number in (99, 89, 79, 15, 6):
        try:
            await device.perform("presets", "store-preset", {"number": number})
        except UnsupportedError:
            continue
        return number
    raise AssertionError("a device that remembers nothing")


async def relay(device: Device) -> None:
    """Closes and opens its first contact; tells so, unless it never tells anything."""
    tells = "relay-1" in device.state().values
    for on in (True, False):
        await device.perform("relay", "set-relay", {"on": on})
        await _becomes(device, "relay-1", on, told=tells)
    await _refused(device, "relay", "set-relay", {"on": True, "channel": 99})


async def focus(device: Device) -> None:
    """Leaves sharpness to the camera, and takes it back; refuses a distance beyond the ends."""
    for on in (False, True):
        await device.perform("focus", "set-autofocus", {"on": on})
        await _becomes(device, "autofocus", on, told=False)
    await device.perform("focus", "set-focus", {"position": 0.5})
    await _becomes(device, "autofocus", value=False, told=False)
    if "focus" in device.state().values:
        await _near(device, "focus", 0.5, 0.05)
    await _refused(device, "focus", "set-focus", {"position": 1.5})
    await device.perform("focus", "set-autofocus", {"on": True})


async def tracking(device: Device) -> None:
    """Follows and stays."""
    for on in (True, False):
        await device.perform("tracking", "set-tracking", {"on": on})
        await _becomes(device, "tracking", on, told=False)


async def cover(device: Device) -> None:
    """Opens, closes, stops, and goes to a place if it can; refuses what it cannot."""
    can = device.state().choices["cover"]
    verbs: dict[str, tuple[str, dict[str, Any]]] = {
        "close": ("close-cover", {}),
        "open": ("open-cover", {}),
        "stop": ("stop-cover", {}),
        "position": ("set-cover", {"percent": 50.0}),
    }
    _demand(can and set(can) <= set(verbs), "choices of cover that nobody knows")
    for missing in verbs.keys() - set(can):
        await _refused(device, "cover", *verbs[missing])
    for way in ("close", "open"):
        if way in can:
            await device.perform("cover", *verbs[way])
            arrived = {"close": "closed", "open": "open"}[way]
            await _becomes(device, "cover-1", arrived, told=False, within_s=COVER_S)
    if "stop" in can:
        await device.perform("cover", "close-cover", {})
        await device.perform("cover", "stop-cover", {})
        await _becomes(device, "cover-1", "stopped", told=False)
    if "position" in can:
        await device.perform("cover", *verbs["position"])
        await _near(device, "cover-percent-1", 50.0, 3.0, within_s=COVER_S)
        await _refused(device, "cover", "set-cover", {"percent": 101.0})
    await _refused(device, "cover", "open-cover", {"channel": 99})


async def level(device: Device) -> None:
    """Takes a level and reports it; refuses one beyond the ends and a channel that is not there."""
    before = float(await _known(device, "level-1"))
    for percent in (37.0, before):
        await device.perform("level", "set-level", {"percent": percent})
        await _near(device, "level-1", percent, 1.0)
    await _refused(device, "level", "set-level", {"percent": 101.0})
    await _refused(device, "level", "set-level", {"percent": 10.0, "channel": 9999})


async def sensor(device: Device) -> None:
    """Tells every value that it offers."""
    await device.perform("sensor", "read-sensors", {})
    offered = device.state().choices["sensor"]
    _demand(offered, "a sensor without values")
    for name in offered:
        await _known(device, name)


async def route(device: Device) -> None:
    """Shows each of two sources on its first output; refuses what it has not."""
    before = int(await _known(device, "route-1"))
    sources = range(1, len(device.state().choices["source"]) + 1)
    other = next(number for number in sources if number != before)
    for number in (other, before or other):
        await device.perform("route", "set-route", {"source": number, "output": 1})
        await _becomes(device, "route-1", number)
    await _refused(device, "route", "set-route", {"source": 9999})
    await _refused(device, "route", "set-route", {"source": 1, "output": 9999})


async def tally(device: Device) -> None:
    """Lights its lamp and puts it out."""
    for on in (True, False):
        await device.perform("tally", "set-tally", {"on": on})
        await _becomes(device, "tally", on, told=False)


async def keys(device: Device) -> None:
    """Takes a key that it offers and refuses one that it does not."""
    offered = device.state().choices["key"]
    await device.perform("keys", "press-key", {"name": "up" if "up" in offered else offered[0]})
    await _refused(device, "keys", "press-key", {"name": "no-such-key"})


async def identity(device: Device) -> None:
    """Tells who it is."""
    await device.perform("identity", "identify", {})
    told = [_value(device, name) for name in ("model", "name", "firmware", "serial-number")]
    _demand(any(told), "a device that tells nothing of itself")


async def health(device: Device) -> None:
    """Tells how it feels."""
    await device.perform("health", "check-health", {})
    _demand(await _known(device, "health"), "health without a word")


CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "power": power,
        "input-select": input_select,
        "volume": volume,
        "mute": mute,
        "pan-tilt-zoom": pan_tilt_zoom,
        "freeze": freeze,
        "presets": presets,
        "focus": focus,
        "tracking": tracking,
        "relay": relay,
        "cover": cover,
        "level": level,
        "sensor": sensor,
        "route": route,
        "tally": tally,
        "keys": keys,
        "identity": identity,
        "health": health,
    }
)


async def conforms(device: Device) -> None:
    """Check everything the device claims to do.

    Raises:
        AssertionError: it does not; the text says what.
    """
    await ready(device)
    await says_what_it_can(device)
    for capability in device.capabilities:
        await ready(device)
        await CHECKS[capability](device)
        await values_tell_their_source(device)


async def _refused(device: Device, capability: str, action: str, given: dict[str, Any]) -> None:
    try:
        await device.perform(capability, action, given)
    except UnsupportedError:
        return
    raise AssertionError(f"{capability} {action} {given} should have been refused")


def _demand(promise: object, text: str) -> None:
    if not promise:
        raise AssertionError(text)


async def _until(look: Callable[[], object], within_s: float, what: str) -> None:
    clock = asyncio.get_running_loop().time
    until_s = clock() + within_s
    while not look():
        _demand(clock() < until_s, f"not within {within_s} s: {what}")
        await asyncio.sleep(PACE_S)


async def _steady(device: Device) -> None:
    moving = {PowerState.WARMING, PowerState.COOLING}
    await _until(lambda: _value(device, "power") not in moving, POWER_S, "steady")


async def _known(device: Device, name: str) -> Plain:
    await _until(lambda: _value(device, name) is not None, SETTLE_S, f"{name} known")
    return device.state().values[name].value


async def _becomes(
    device: Device, name: str, value: Plain, *, told: bool = True, within_s: float = SETTLE_S
) -> None:
    """Wait until the device itself tells a value; `told` is False for what it never tells."""

    def there() -> bool:
        known = device.state().values.get(name)
        if known is None or known.value != value:
            return False
        return not told or known.source is not ValueSource.ASSUMED

    await _until(there, within_s, f"{name} is {value}")


async def _near(
    device: Device, name: str, value: float, within: float, *, within_s: float = SETTLE_S
) -> None:
    def near() -> bool:
        known = _value(device, name)
        return known is not None and abs(float(known) - value) <= within

    await _until(near, within_s, f"{name} is {value}")


def _value(device: Device, name: str) -> Plain | None:
    values = device.state().values
    return values[name].value if name in values else None
