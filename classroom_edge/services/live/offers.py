"""What becomes of an offer of picture and sound (SDP, RFC 8866, as WebRTC uses it, RFC 9429)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Accepted:
    """The answer to an offer; with a `reason` there is none, and nothing was begun."""

    sdp: str = ""
    reason: str = ""  # a key of the catalogue "sessions" after "refused."
