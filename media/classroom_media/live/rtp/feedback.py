"""RTCP feedback: send this again, send a keyframe, and our own: how the link is.

Our own message travels as application layer feedback, with a name of four letters before it, so
that a peer that does not know it passes it over (an APP packet was dropped by libdatachannel).

    CEDG | rate over 0.6 s | rate over 0.2 s | queue | lost over 3 s | over 0.6 s | sound gone | 0

Source: RFC 4585, 6.1 (header), 6.2.1 (generic NACK), 6.3.1 (PLI), 6.4 (application layer);
RFC 5104, 4.3.1 (FIR).
"""

from collections.abc import Sequence
from struct import Struct
from typing import Final, NamedTuple

from classroom_media.live.rtp import rtcp

NACK: Final = 1  # of transport feedback
PLI: Final = 1  # of payload feedback, like the two below
FIR: Final = 4
APPLICATION: Final = 15
WHOLE: Final = 0xFFFF  # a share of one

_NAME: Final = b"CEDG"
_SSRCS: Final = Struct("!II")
_LOST: Final = Struct("!HH")
_WANTED: Final = Struct("!IBxxx")
_LINK: Final = Struct("!4sIIIHHHH")


class Nack(NamedTuple):
    """These packets of a stream are missing; sequence numbers in rising order, as on the wire."""

    sender: int
    media: int
    lost: Sequence[int]

    def encode(self) -> bytes:
        """Give the message's bytes: each item names a packet, and any of the 16 after it."""
        items: list[list[int]] = []
        for sequence in self.lost:
            behind = sequence - items[-1][0] & 0xFFFF if items else 0
            if 0 < behind <= 16:
                items[-1][1] |= 1 << behind - 1
            elif not items or behind:
                items.append([sequence, 0])
        body = b"".join(_LOST.pack(*item) for item in items)
        head = _SSRCS.pack(self.sender, self.media)
        return rtcp.encode(rtcp.TRANSPORT_FEEDBACK, NACK, head + body)


class PictureLost(NamedTuple):
    """The picture of a stream cannot be decoded: a keyframe, please (PLI)."""

    sender: int
    media: int

    def encode(self) -> bytes:
        """Give the message's bytes."""
        return rtcp.encode(rtcp.PAYLOAD_FEEDBACK, PLI, _SSRCS.pack(self.sender, self.media))


class FullIntra(NamedTuple):
    """A keyframe, please (FIR); `number` rises with every new wish."""

    sender: int
    media: int
    number: int

    def encode(self) -> bytes:
        """Give the message's bytes."""
        body = _SSRCS.pack(self.sender, 0) + _WANTED.pack(self.media, self.number & 0xFF)
        return rtcp.encode(rtcp.PAYLOAD_FEEDBACK, FIR, body)


class Link(NamedTuple):
    """How everything arrives that comes with the stream `media`, told five times a second."""

    sender: int
    media: int
    rate_bps: int  # over 0.6 s, with all headers
    lately_bps: int  # over 0.2 s
    queue_us: int  # how much longer packets take than the quickest did
    lost: float  # share over 3 s, before anything was repaired
    lately_lost: float  # share over 0.6 s
    sound_gone: float  # share of the sound of the last 3 s that never came
    coarse: bool = False  # made of a browser's reports, once a second; never on the wire

    def at_most(self, bps: int | None) -> "Link":
        """Give the same with no higher rate than the peer itself believes in, if it tells."""
        if bps is None:
            return self
        return self._replace(rate_bps=min(self.rate_bps, bps), lately_bps=min(self.lately_bps, bps))

    def encode(self) -> bytes:
        """Give the message's bytes."""
        body = _SSRCS.pack(self.sender, self.media) + _LINK.pack(
            _NAME,
            min(self.rate_bps, 0xFFFFFFFF),
            min(self.lately_bps, 0xFFFFFFFF),
            min(self.queue_us, 0xFFFFFFFF),
            round(self.lost * WHOLE),
            round(self.lately_lost * WHOLE),
            round(self.sound_gone * WHOLE),
            0,
        )
        return rtcp.encode(rtcp.PAYLOAD_FEEDBACK, APPLICATION, body)


def nack(body: bytes) -> Nack | None:
    """Read a NACK; None if it is broken."""
    if len(body) < _SSRCS.size:
        return None
    lost: list[int] = []
    whole = body[: len(body) - len(body) % 4]
    for sequence, after in _LOST.iter_unpack(whole[_SSRCS.size :]):
        lost.append(sequence)
        lost += [sequence + 1 + bit & 0xFFFF for bit in range(16) if after >> bit & 1]
    sender, media = _SSRCS.unpack_from(body)
    return Nack(sender, media, tuple(lost))


def picture_lost(body: bytes) -> PictureLost | None:
    """Read a PLI; None if it is broken."""
    return PictureLost(*_SSRCS.unpack_from(body)) if len(body) >= _SSRCS.size else None


def full_intra(body: bytes) -> FullIntra | None:
    """Read the first wish of a FIR; None if it has none."""
    if len(body) < _SSRCS.size + _WANTED.size:
        return None
    sender, _ = _SSRCS.unpack_from(body)
    return FullIntra(sender, *_WANTED.unpack_from(body, _SSRCS.size))


def link(body: bytes) -> Link | None:
    """Read our own message; None if it is another's."""
    if len(body) < _SSRCS.size + _LINK.size:
        return None
    name, rate, lately, queue, *shares, _ = _LINK.unpack_from(body, _SSRCS.size)
    if name != _NAME:
        return None
    lost, lately_lost, sound_gone = (share / WHOLE for share in shares)
    sender, media = _SSRCS.unpack_from(body)
    return Link(sender, media, rate, lately, queue, lost, lately_lost, sound_gone)
