"""The currency between processes: one immutable coded packet, and its form on the wire.

A packet travels as three ZeroMQ frames: the topic ``packet/<stream>``, a MessagePack
header, and the coded bytes. Nobody re-scales or edits a packet; a muxer gets a copy.
"""

from collections.abc import Sequence

import msgspec

from classroom_media.api import StreamFormat

TOPIC = b"packet/"


def small_of(source: str) -> str:
    """Name the stream of a source's second, small picture."""
    return f"{source}-small"


def feed_of(name: str) -> str:
    """Name the stream of one of the programme's clean feeds."""
    return f"programme-{name}-sound"


class Coded(msgspec.Struct, frozen=True, kw_only=True):
    """One coded picture or block of sound on the room's timeline.

    `stream` is the source's id for its picture, ``<id>-sound`` for its sound,
    ``<id>-small`` for its second, small picture, and ``programme`` / ``programme-sound`` for
    what the director makes, or ``programme-<name>`` in another size. `format` is set on every
    keyframe and on every sound packet, so that a late subscriber can begin there.
    """

    stream: str
    pts_ns: int
    dts_ns: int
    duration_ns: int
    key: bool
    data: bytes
    format: StreamFormat | None = None


class _Header(msgspec.Struct, array_like=True, frozen=True):
    stream: str
    pts_ns: int
    dts_ns: int
    duration_ns: int
    key: bool
    format: StreamFormat | None


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Header)


def to_frames(packet: Coded) -> list[bytes]:
    """Spell a packet as ZeroMQ frames: topic, header, data."""
    header = _Header(
        packet.stream,
        packet.pts_ns,
        packet.dts_ns,
        packet.duration_ns,
        packet.key,
        packet.format,
    )
    return [TOPIC + packet.stream.encode(), _encoder.encode(header), packet.data]


def from_frames(frames: Sequence[bytes]) -> Coded:
    """Read a packet from ZeroMQ frames.

    Raises:
        msgspec.ValidationError: the header is not one of ours.
    """
    _topic, header, data = frames
    h = _decoder.decode(header)
    return Coded(
        stream=h.stream,
        pts_ns=h.pts_ns,
        dts_ns=h.dts_ns,
        duration_ns=h.duration_ns,
        key=h.key,
        data=data,
        format=h.format,
    )
