"""What two peers have in common: H.264 and Opus, as our RTP speaks them, under whose numbers.

Who offers sets the numbers; who answers takes those that it can use.

Source: RFC 3264 (offer and answer); RFC 9429, 5.3 (a medium that is not known is refused).
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from classroom_media.live.pipe.codecs import PICTURE, SOUND, common
from classroom_media.live.pipe.description import SEND_TIME, Codec, Medium
from classroom_media.live.rtp.header import SENT_ID
from classroom_media.live.rtp.opus import CLOCK_HZ
from classroom_media.live.rtp.outgoing import Numbers
from classroom_media.live.rtp.packetised import PICTURE_HZ

_SHORT = range(1, 15)  # the numbers of header extensions that take one byte (RFC 8285, 4.2)


@dataclass(frozen=True, slots=True)
class Direction:
    """What goes one way. The numbers of what does not go at all mean nothing."""

    sound: Numbers
    picture: Numbers
    red_type: int | None = None
    has_sound: bool = False
    has_picture: bool = False


NOTHING: Final = Direction(sound=Numbers(0, 0, CLOCK_HZ), picture=Numbers(0, 0, PICTURE_HZ))


@dataclass(frozen=True, slots=True)
class Ssrcs:
    """Our own streams, and what is sent again of them; the last one is who receives."""

    sound: int
    sound_again: int
    picture: int
    picture_again: int
    receiver: int

    @classmethod
    def random(cls) -> "Ssrcs":
        """Draw numbers that nobody else has, by chance."""
        drawn: set[int] = set()
        while len(drawn) < 5:
            drawn.add(secrets.randbits(32))
        return cls(*drawn)

    def of(self, kind: str) -> tuple[int, int]:
        """Give the two streams of audio or video."""
        if kind == "audio":
            return self.sound, self.sound_again
        return self.picture, self.picture_again


def offered(ssrcs: Ssrcs, *, send: bool, receive: bool) -> tuple[Medium, ...]:
    """Give the media of an offer."""
    extensions = ((SENT_ID, SEND_TIME),)
    direction = _direction(send=send, receive=receive)
    return tuple(
        Medium(
            kind,
            mid,
            codecs,
            direction,
            extensions,
            ssrcs.of(kind) if send else (),
        )
        for kind, mid, codecs in (("audio", "0", SOUND), ("video", "1", PICTURE))
    )


def answered(
    offer: Iterable[Medium], ssrcs: Ssrcs, *, send: bool, receive: bool
) -> tuple[Medium, ...]:
    """Give the media of an answer: the first sound and picture that we know, the rest refused."""
    found: list[Medium] = []
    taken: set[str] = set()
    for medium in offer:
        codecs = () if medium.kind in taken else common(medium)
        if not codecs or medium.refused:
            found.append(replace(medium, refused=True))
            continue
        taken.add(medium.kind)
        found.append(_answer(medium, codecs, ssrcs, send=send, receive=receive))
    return tuple(found)


def _answer(
    offer: Medium, codecs: tuple[Codec, ...], ssrcs: Ssrcs, *, send: bool, receive: bool
) -> Medium:
    sends, takes = send and offer.takes, receive and offer.sends
    mine = ssrcs.of(offer.kind)
    repaired = any(codec.called("rtx") for codec in codecs)
    return replace(
        offer,
        codecs=codecs,
        direction=_direction(send=sends, receive=takes),
        extensions=tuple(each for each in offer.extensions if each[1] == SEND_TIME),
        ssrcs=(mine if repaired else mine[:1]) if sends else (),
    )


def _direction(*, send: bool, receive: bool) -> str:
    if send:
        return "sendrecv" if receive else "sendonly"
    return "recvonly" if receive else "inactive"


def outgoing(ours: Iterable[Medium], theirs: Iterable[Medium], ssrcs: Ssrcs) -> Direction:
    """Tell what we send, by what either side says of itself, medium by medium."""
    both = zip(ours, theirs, strict=True)
    sent = [other for own, other in both if own.sends and other.takes and common(other)]
    return _way({each.kind: (each, ssrcs.of(each.kind)) for each in sent})


def incoming(ours: Iterable[Medium], theirs: Iterable[Medium]) -> Direction:
    """Tell what the other sends."""
    both = zip(ours, theirs, strict=True)
    sent = [other for own, other in both if own.takes and other.sends and common(other)]
    return _way({each.kind: (each, each.ssrcs) for each in sent if each.ssrcs})


def _way(media: dict[str, tuple[Medium, tuple[int, ...]]]) -> Direction:
    sound = media.get("audio")
    redundant = sound and next((each for each in common(sound[0]) if each.called("red")), None)
    return Direction(
        sound=_numbers(sound),
        picture=_numbers(media.get("video")),
        red_type=redundant.payload_type if redundant else None,
        has_sound="audio" in media,
        has_picture="video" in media,
    )


def _numbers(stream: tuple[Medium, tuple[int, ...]] | None) -> Numbers:
    if stream is None:
        return Numbers(0, 0, PICTURE_HZ)
    medium, ssrcs = stream
    main, *others = common(medium)
    again = next((each.payload_type for each in others if each.called("rtx")), None)
    return Numbers(
        ssrc=ssrcs[0],
        payload_type=main.payload_type,
        clock_hz=main.clock_hz,
        again=again if len(ssrcs) > 1 else None,
        again_ssrc=ssrcs[1] if len(ssrcs) > 1 else 0,
        sequence=secrets.randbits(15),
        again_sequence=secrets.randbits(15),
        timestamp=secrets.randbits(32),
        sent_id=_sent_id(medium),
    )


def _sent_id(medium: Medium) -> int:
    """Give the number of the time of sending; one that means nothing where none is agreed."""
    agreed = medium.extension(SEND_TIME)
    if agreed is not None and agreed in _SHORT:
        return agreed
    taken = {number for number, _ in medium.extensions}
    return next((each for each in (SENT_ID, *_SHORT) if each not in taken), SENT_ID)
