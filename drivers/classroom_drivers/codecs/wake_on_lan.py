"""Wake-on-LAN: the magic packet, and whether the PC answers. No I/O.

The packet is six bytes FF, the MAC address sixteen times, and the password of SecureOn if there is
one, of four or six bytes: 102, 106 or 108 bytes. Nothing answers it. ASK and the signs that answer
it never go over a network: they are between the driver and its way to the PC (`links.wake`).

Source: AMD, "Magic Packet Technology" white paper 20213 (1995).
"""

import re
from dataclasses import dataclass

from classroom_drivers.codecs.garbage import Garbage

START = b"\xff" * 6
MAC_LENGTH, TIMES = 6, 16
LENGTH = len(START) + MAC_LENGTH * TIMES
PASSWORD_LENGTHS = (0, 4, 6)
ASK, HERE, AWAY = b"?", b"+", b"-"


@dataclass(frozen=True, slots=True)
class Sign:
    """Whether the PC answers."""

    here: bool


def packet(mac: bytes, password: bytes = b"") -> bytes:
    """Spell the magic packet."""
    return START + mac * TIMES + password


def mac_of(text: str) -> bytes | None:
    """Read a MAC address as people write it: AA-BB-CC-DD-EE-FF, aa:bb:.., aabb.ccdd.eeff."""
    digits = _SEPARATORS.sub("", text)
    return bytes.fromhex(digits) if _MAC.fullmatch(digits) else None


def password_of(text: str) -> bytes | None:
    """Read a password of SecureOn: six bytes as a MAC address, or four as 1.2.3.4."""
    if not text:
        return b""
    parts = text.split(".")
    if len(parts) == PASSWORD_LENGTHS[1] and all(p.isdecimal() and int(p) <= 255 for p in parts):
        return bytes(map(int, parts))
    return mac_of(text)


def wakes(data: bytes, mac: bytes, password: bytes = b"") -> bool:
    """Say whether a packet wakes a PC, which looks for it anywhere in what arrives."""
    return packet(mac, password) in data


class SignDecoder:
    """Turns signs into values. Never raises."""

    def feed(self, data: bytes) -> list[Sign | Garbage]:
        """Take bytes as they arrive; give what they complete, noise included."""
        known = {HERE[0]: Sign(here=True), AWAY[0]: Sign(here=False)}
        return [known.get(byte, Garbage(bytes([byte]))) for byte in data]


_SEPARATORS = re.compile(r"[-:.]")
_MAC = re.compile(r"[0-9A-Fa-f]{12}")
