"""SRTP by libsrtp: closes packets for one peer and opens its.

Source: RFC 3711; RFC 5764, 4.1.2; RFC 7714, 14.2 (AES-GCM).
"""

from dataclasses import dataclass
from typing import Final

import pylibsrtp
from pylibsrtp import Policy, Session

from classroom_media.live.rtp.rtcp import is_rtcp

WINDOW: Final = 1024  # packets that may have been overtaken


@dataclass(frozen=True, slots=True)
class Profile:
    """A way to encrypt, as it is called on the wire."""

    name: bytes
    number: int
    key_size: int
    salt_size: int


# The first adds 10 bytes to a packet, the others 16, and thin links count bytes.
PROFILES: Final = (
    Profile(b"SRTP_AES128_CM_SHA1_80", Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 16, 14),
    Profile(b"SRTP_AEAD_AES_128_GCM", Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 16, 12),
    Profile(b"SRTP_AEAD_AES_256_GCM", Policy.SRTP_PROFILE_AEAD_AES_256_GCM, 32, 12),
)


@dataclass(frozen=True)
class Keys:
    """Each side's key and salt."""

    profile: Profile
    own: bytes
    other: bytes

    def __repr__(self) -> str:
        return f"Keys({self.profile.name.decode()})"


class Srtp:
    """Closes and opens the packets of one pipe."""

    def __init__(self, keys: Keys) -> None:
        number = keys.profile.number
        self._own = _session(keys.own, Policy.SSRC_ANY_OUTBOUND, number)
        self._other = _session(keys.other, Policy.SSRC_ANY_INBOUND, number)

    def close(self, packet: bytes) -> bytes | None:
        """Close a packet of RTP or RTCP; None for what is none, or was sent before. Never raises.

        The same number twice would give the cipher away.
        """
        own = self._own
        try:
            return own.protect_rtcp(packet) if is_rtcp(packet) else own.protect(packet)
        except (pylibsrtp.Error, ValueError):
            return None

    def open(self, packet: bytes) -> bytes | None:
        """Open a packet; None for one that is forged, came before or is broken. Never raises."""
        other = self._other
        try:
            return other.unprotect_rtcp(packet) if is_rtcp(packet) else other.unprotect(packet)
        except (pylibsrtp.Error, ValueError):
            return None


def _session(key: bytes, streams: int, profile: int) -> Session:
    policy = Policy(key=key, ssrc_type=streams, srtp_profile=profile)
    policy.window_size = WINDOW
    return Session(policy)
