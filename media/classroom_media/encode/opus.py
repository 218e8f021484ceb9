"""Sound to Opus, 48 kHz mono in packets of 20 ms: what goes to other schools and browsers.

The encoder looks ahead by 6.5 ms: its first packet stands 312 samples before the first sample it
was given, and every packet is stamped with what a decoder makes of it.

Source: RFC 6716; RFC 7845, 4.2 (pre-skip); `ffmpeg -h encoder=libopus`.
"""

from fractions import Fraction
from typing import Final

import av
import numpy as np

from classroom_media.api import EncodeError, Kind, StreamFormat
from classroom_media.compose.grid import Grid
from classroom_media.levels import RATE_HZ, Samples
from classroom_media.packets import Coded

FRAME: Final = 960  # samples
SAMPLE: Final = Fraction(1, RATE_HZ)
BITRATE_BPS: Final = 24_000  # with every packet sent twice it fits into 80 kbit/s with all headers
OPTIONS: Final = {"application": "audio", "frame_duration": "20", "vbr": "constrained"}


class OpusEncoder:
    """Encodes sound that comes in blocks of any length, each where the one before ended."""

    def __init__(self, stream: str) -> None:
        """Open the encoder.

        Raises:
            EncodeError: there is none.
        """
        self._stream = stream
        self._grid = Grid(RATE_HZ)
        self._rest: Samples = np.zeros(0, np.float32)  # too short for a packet
        self._at: int | None = None  # the sample after the newest
        try:
            self._context = _opened()
        except (av.FFmpegError, ValueError) as error:
            raise EncodeError(f"Opus: {error}") from error
        self._format = StreamFormat(
            kind=Kind.SOUND, codec="opus", sample_rate_hz=RATE_HZ, channels=1
        )

    def encode(self, samples: Samples, start: int) -> list[Coded]:
        """Encode (2, n) float32, planar, from sample `start` of the timeline on.

        Where that is not where the last block ended, what was too short for a packet is left out.
        """
        if start != self._at:
            self._rest, self._at = self._rest[:0], start
        begin = self._at - len(self._rest)
        mono = np.concatenate([self._rest, samples.mean(axis=0)])
        whole = len(mono) // FRAME * FRAME
        self._rest, self._at = mono[whole:], start + samples.shape[1]
        made = []
        for place in range(0, whole, FRAME):
            made += self._packets(mono[place : place + FRAME], begin + place)
        return made

    def _packets(self, mono: Samples, start: int) -> list[Coded]:
        frame = av.AudioFrame.from_ndarray(mono.reshape(1, FRAME), "flt", "mono")
        frame.sample_rate, frame.time_base, frame.pts = RATE_HZ, SAMPLE, start
        return [self._coded(packet) for packet in self._context.encode(frame)]

    def _coded(self, packet: "av.Packet[av.AudioStream]") -> Coded:
        if packet.pts is None:
            raise EncodeError("the Opus encoder gave sound without a time stamp")
        at_ns = self._grid.at(packet.pts)
        return Coded(
            stream=self._stream,
            pts_ns=at_ns,
            dts_ns=at_ns,
            duration_ns=self._grid.at(packet.pts + FRAME) - at_ns,
            key=True,
            data=bytes(packet),
            format=self._format,
        )


def _opened() -> av.AudioCodecContext:
    context = av.CodecContext.create("libopus", "w")
    context.sample_rate, context.layout, context.format = RATE_HZ, "mono", "flt"
    context.bit_rate = BITRATE_BPS
    context.time_base = SAMPLE
    context.options = dict(OPTIONS)
    context.open()
    return context
