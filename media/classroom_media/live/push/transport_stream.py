"""Coded packets as an MPEG transport stream, in pieces that fit one SRT message."""

import io
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Final

import av

from classroom_media.api import NS, Kind, StreamFormat
from classroom_media.live.srt.library import PAYLOAD
from classroom_media.packets import Coded

_CLOCK_HZ: Final = 90_000


class _Pieces(io.RawIOBase):
    """What the muxer takes for a file."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self.data += bytes(data)
        return len(data)


class TransportStream:
    """Takes packets in order; begins at the first keyframe once both streams are known."""

    def __init__(self) -> None:
        self._forms: dict[Kind, StreamFormat] = {}
        self._pieces = _Pieces()
        self._container: Any = None
        self._streams: dict[Kind, Any] = {}
        self._zero_ns = 0

    def pieces(self, kind: Kind, packet: Coded) -> Iterator[bytes]:
        """Give what is to be sent for a packet; the last piece of it may be short."""
        if packet.format is not None:
            self._forms[kind] = packet.format
        if self._container is None:
            if kind is Kind.SOUND or not packet.key or len(self._forms) < len(Kind):
                return
            self._begin(packet)
        if packet.dts_ns < self._zero_ns:
            return
        self._container.mux(self._copy(kind, packet))
        data, self._pieces.data = bytes(self._pieces.data), bytearray()
        for at in range(0, len(data), PAYLOAD):
            yield data[at : at + PAYLOAD]

    def _begin(self, packet: Coded) -> None:
        self._zero_ns = packet.dts_ns
        options = {"flush_packets": "1", "pat_period": "0.5"}
        self._container = av.open(self._pieces, "w", format="mpegts", options=options)
        picture, sound = self._forms[Kind.PICTURE], self._forms[Kind.SOUND]
        self._streams[Kind.PICTURE] = self._container.add_mux_stream(
            picture.codec,
            rate=Fraction(picture.fps).limit_denominator(1001) if picture.fps else None,
            width=picture.width,
            height=picture.height,
        )
        layout = "mono" if sound.channels == 1 else "stereo"
        track = self._container.add_stream(sound.codec, rate=sound.sample_rate_hz, layout=layout)
        track.codec_context.open()
        track.codec_context.extradata = sound.extradata
        self._streams[Kind.SOUND] = track

    def _copy(self, kind: Kind, packet: Coded) -> "av.Packet[Any]":
        copy = av.Packet(packet.data)
        copy.stream = self._streams[kind]
        copy.time_base = Fraction(1, _CLOCK_HZ)
        copy.pts, copy.dts = (self._ticks(at_ns) for at_ns in (packet.pts_ns, packet.dts_ns))
        copy.duration, copy.is_keyframe = packet.duration_ns * _CLOCK_HZ // NS, packet.key
        return copy

    def _ticks(self, at_ns: int) -> int:
        return (at_ns - self._zero_ns) * _CLOCK_HZ // NS
