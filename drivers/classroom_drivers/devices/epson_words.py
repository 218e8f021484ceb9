"""ESC/VP21's words and what they mean here; used by `epson_escvp21` alone.

Source: Epson, ESC/VP21 command lists of the EB-Z10005U (p37), EB-440W (p121) and cpd65860; error
codes, KEY codes and the bits of IMEVENT by way of amosyuen/ha-epson-projector-link const.py and
epson-projector const.py. KEY 03, 05, 16 and 35 to 38 are from general knowledge.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from classroom_drivers.api import PowerState

POWER: Mapping[str, PowerState] = MappingProxyType(
    {
        "00": PowerState.OFF,
        "01": PowerState.ON,
        "02": PowerState.WARMING,
        "03": PowerState.COOLING,
        "04": PowerState.OFF,  # standby, network on
        "05": PowerState.OFF,  # standby after a fault
        "09": PowerState.OFF,  # standby, passing pictures on
    }
)
EVENT_POWER: Mapping[int, PowerState] = MappingProxyType(
    {1: PowerState.OFF, 2: PowerState.WARMING, 3: PowerState.ON, 4: PowerState.COOLING}
)
SOURCES: Mapping[str, str] = MappingProxyType(
    {
        "30": "hdmi-1",
        "A0": "hdmi-2",  # DVI-D on some
        "10": "computer-1",
        "20": "computer-2",
        "41": "video",
        "51": "usb-display",
        "52": "usb",
        "53": "lan",
        "80": "hdbaset",
    }
)
ERRORS: Mapping[str, str] = MappingProxyType(
    {
        "01": "fan",
        "03": "lamp did not light",
        "04": "too hot inside",
        "06": "lamp",
        "07": "lamp cover open",
        "08": "cinema filter",
        "09": "capacitor",
        "0A": "iris",
        "0B": "electronics",
        "0C": "too little air",
        "0D": "air sensor",
        "0E": "lamp's power supply",
        "0F": "shutter",
        "10": "cooling element",
        "11": "cooling pump",
        "12": "iris",
        "13": "power supply",
        "14": "exhaust shutter",
        "15": "something in the way",
        "16": "interface board",
        "1C": "no lens",
        "1E": "supply voltage",
    }
)
WARNINGS = ("lamp near its end", "no signal", "unsupported signal", "air filter", "hot")
ALARMS = ("lamp did not light", "lamp cover open", "lamp", "fan", "temperature sensor", "too hot")
KEYS: Mapping[str, str] = MappingProxyType(
    {
        "up": "35",
        "down": "36",
        "left": "37",
        "right": "38",
        "enter": "16",
        "menu": "03",
        "esc": "05",
        "volume-up": "56",
        "volume-down": "57",
        "play": "D1",
        "stop": "D2",
        "pause": "D3",
        "previous": "D4",
        "next": "D5",
    }
)


def words_of(bits: int, words: Sequence[str]) -> list[str]:
    """Give the words whose bits are set, the first word's being the lowest."""
    return [word for place, word in enumerate(words) if bits >> place & 1]
