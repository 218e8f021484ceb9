"""How the parts of a thing are named in the options of the MQTT driver."""

from collections.abc import Mapping
from types import MappingProxyType

from classroom_drivers.api import UnsupportedError
from classroom_drivers.codecs import mqtt

SENSORS: Mapping[str, str] = MappingProxyType(
    {
        "temperature": "temperature-c",
        "humidity": "humidity-percent",
        "co2": "co2-ppm",
        "carbondioxide": "co2-ppm",
        "illuminance": "light-lux",
        "illuminance_lux": "light-lux",
        "power": "power-w",
        "energy": "energy-kwh",
        "total": "energy-kwh",
        "voltage": "voltage-v",
        "current": "current-a",
        "occupancy": "presence",
        "presence": "presence",
        "contact": "contact",
    }
)


def name_of(text: str) -> str:
    """Give a topic or a part's name, if it can stand in topics and in JSON."""
    if not mqtt.is_topic(text) or set(text) & {'"', "\\"}:
        raise UnsupportedError(f"{text!r} is no name of a topic or a part")
    return text


def names_of(text: str) -> tuple[str, ...]:
    """Read names that are separated by commas."""
    return tuple(name_of(name.strip()) for name in text.split(",") if name.strip())


def pair_of(words: str) -> tuple[str, str]:
    """Read "ON/OFF"."""
    on, slash, off = words.partition("/")
    if not on or not slash or not off or on.lower() == off.lower():
        raise UnsupportedError(f'words: {words!r} is not two words, as "ON/OFF" or "1/0"')
    return on, off


def measures_of(text: str) -> Mapping[str, str]:
    """Read "temperature, ENERGY.Power=power-w": facts, and the values that they are."""
    found = {}
    for entry in filter(None, map(str.strip, text.split(","))):
        fact, _, name = (word.strip() for word in entry.partition("="))
        usual = SENSORS.get(fact.rpartition(".")[2].rpartition("/")[2].lower(), "")
        if not name and not usual:
            raise UnsupportedError(f'sensors: say what it measures, as in "{fact}=temperature-c"')
        found[name_of(fact)] = name or usual
    return MappingProxyType(found)


def part_of(names: tuple[str, ...], channel: int, what: str) -> str:
    """Give the name of a channel, which count from 1."""
    if not 1 <= channel <= len(names):
        raise UnsupportedError(f"no {what} {channel}; there are {len(names)}")
    return names[channel - 1]


def check_percent(percent: float) -> None:
    """Refuse what is beyond the ends."""
    if not 0 <= percent <= 100:
        raise UnsupportedError(f"percent: {percent} is not within 0 and 100")
