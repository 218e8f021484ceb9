"""Decoders of those who only look: no picture of theirs is recorded. Never raise."""

import logging
from collections.abc import Iterable
from fractions import Fraction
from typing import Final

import av
from av.packet import Packet
from av.stream import Stream

from classroom_media.api import NS
from classroom_media.compose.pictures import Picture
from classroom_media.packets import Coded

NANOSECOND: Final = Fraction(1, NS)

logger = logging.getLogger(__name__)


class GroupDecoder:
    """Decodes a small stream, of which whole groups of pictures may be missing."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._decoder: av.VideoCodecContext | None = None

    def newest(self, packets: Iterable[Coded]) -> Picture | None:
        """Decode the packets; give the last picture that they complete."""
        newest = None
        for packet in packets:
            if packet.key or self._decoder is not None:
                newest = self._decode(packet) or newest
        return newest

    def _decode(self, packet: Coded) -> Picture | None:
        self._decoder = self._decoder or _decoder()
        try:
            frames = self._decoder.decode(_packet(packet))
        except av.FFmpegError as error:
            logger.debug("%s: cannot be decoded: %s", self._name, error)
            self._decoder = None  # until the next keyframe
            return None
        return _picture(frames[-1], self._decoder) if frames else None


class StillDecoder:
    """Decodes keyframes, each by itself."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._decoder = _decoder()

    def still(self, keyframe: Coded) -> Picture | None:
        """Decode one keyframe."""
        try:
            frames = [*self._decoder.decode(_packet(keyframe)), *self._decoder.decode(None)]
        except av.FFmpegError as error:
            logger.debug("%s: cannot be decoded: %s", self._name, error)
            frames = []
        found = _picture(frames[0], self._decoder) if frames else None
        self._decoder.flush_buffers()
        return found


def _packet(coded: Coded) -> "Packet[Stream]":
    packet = Packet(coded.data)
    packet.pts, packet.dts = coded.pts_ns, coded.dts_ns
    packet.time_base = NANOSECOND
    return packet


def _picture(frame: av.VideoFrame, decoder: av.VideoCodecContext) -> Picture:
    pixel = decoder.sample_aspect_ratio or 1
    return Picture(frame.pts or 0, frame, float(Fraction(frame.width, frame.height) * pixel))


def _decoder() -> av.VideoCodecContext:
    decoder = av.CodecContext.create("h264", "r")
    decoder.thread_count = 1  # threads would hold pictures back
    return decoder
