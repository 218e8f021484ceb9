"""PJLink's words and what they mean here; used by `pjlink` alone.

Source: JBMIA, PJLink Specifications (class 1 and 2), https://pjlink.jbmia.or.jp/english/
"""

from collections.abc import Mapping
from types import MappingProxyType

from classroom_drivers.api import PowerState

POWER: Mapping[str, PowerState] = MappingProxyType(
    {
        "0": PowerState.OFF,
        "1": PowerState.ON,
        "2": PowerState.COOLING,
        "3": PowerState.WARMING,
    }
)
MUTES: Mapping[str, tuple[bool, bool]] = MappingProxyType(  # picture, sound
    {
        "10": (False, False),
        "11": (True, False),
        "20": (False, False),
        "21": (False, True),
        "30": (False, False),
        "31": (True, True),
    }
)
INPUT_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "1": "rgb",
        "2": "video",
        "3": "digital",
        "4": "storage",
        "5": "network",
        "6": "internal",
    }
)
PARTS = ("fan", "lamp", "temperature", "cover", "filter", "other")
GRADES: Mapping[str, str] = MappingProxyType({"1": "warning", "2": "error"})
SIGNALS: Mapping[str, str] = MappingProxyType({"-": "none", "*": "unknown"})
KEYS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "volume-up": ("SVOL", "1"),
        "volume-down": ("SVOL", "0"),
        "microphone-up": ("MVOL", "1"),
        "microphone-down": ("MVOL", "0"),
    }
)
IDENTITY: Mapping[str, str] = MappingProxyType(
    {"NAME": "name", "INF1": "maker", "INF2": "model", "INFO": "firmware"}
)
IDENTITY_2: Mapping[str, str] = MappingProxyType(
    {
        "NAME": "name",
        "INF1": "maker",
        "INF2": "model",
        "SVER": "firmware",
        "SNUM": "serial-number",
        "RLMP": "lamp-model",
        "RFIL": "filter-model",
        "RRES": "resolution",
    }
)


def faults_of(digits: str) -> str:
    """Read the six digits of ERST: "ok", or what is wrong."""
    faults = [
        f"{part}: {GRADES[digit]}"
        for part, digit in zip(PARTS, digits, strict=False)
        if digit in GRADES
    ]
    return ", ".join(faults) or "ok"


def hours_of(told: str) -> list[int]:
    """Read the hours of LAMP, "1200 1 800 0", or of FILT, "300"."""
    return [int(hours) for hours in told.split()[::2] if hours.isdecimal()]
