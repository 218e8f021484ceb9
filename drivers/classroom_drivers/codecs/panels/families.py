"""Which families of panels there are, by name."""

from collections.abc import Mapping
from types import MappingProxyType

from classroom_drivers.codecs.panels.aabbcc import AABBCC
from classroom_drivers.codecs.panels.benq_ifp import BENQ, VIEWSONIC
from classroom_drivers.codecs.panels.family import Family
from classroom_drivers.codecs.panels.hitevision import HITEVISION, HITEVISION_OPS_38, NEWLINE
from classroom_drivers.codecs.panels.maxhub import MAXHUB, MAXHUB_LAN
from classroom_drivers.codecs.panels.sicp import HISENSE_E, SICP, SICP_A6

FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        "aabbcc": AABBCC,
        "benq": BENQ,
        "hisense-e": HISENSE_E,
        "hitevision": HITEVISION,
        "hitevision-ops-38": HITEVISION_OPS_38,
        "maxhub": MAXHUB,
        "maxhub-lan": MAXHUB_LAN,
        "newline": NEWLINE,
        "sicp": SICP,
        "sicp-a6": SICP_A6,
        "viewsonic": VIEWSONIC,
    }
)
