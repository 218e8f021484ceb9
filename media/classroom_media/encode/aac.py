"""Sound to AAC-LC, 48 kHz stereo, as raw access units.

The encoder looks ahead by one frame: its first packet stands 1024 samples before the first
sample it was given, and every packet is stamped with what a decoder makes of it.

Source: ISO/IEC 14496-3 (AudioSpecificConfig); FFmpeg's native encoder.
"""

from fractions import Fraction
from typing import Final

import av

from classroom_media.api import EncodeError, Kind, StreamFormat
from classroom_media.compose.grid import Grid
from classroom_media.levels import CHANNELS, RATE_HZ, Samples
from classroom_media.packets import Coded

FRAME: Final = 1024  # samples
SAMPLE: Final = Fraction(1, RATE_HZ)


class SoundEncoder:
    """Encodes blocks of 1024 samples that stand on the grid of 48,000 samples a second."""

    def __init__(self, stream: str, *, bitrate_kbps: int = 128) -> None:
        """Open the encoder.

        Raises:
            EncodeError: it does not accept the bit rate.
        """
        self._stream = stream
        self._grid = Grid(RATE_HZ)
        context = av.CodecContext.create("aac", "w")
        context.sample_rate, context.layout, context.format = RATE_HZ, "stereo", "fltp"
        context.bit_rate = bitrate_kbps * 1000
        context.time_base = SAMPLE
        try:
            context.open()
        except (av.FFmpegError, ValueError) as error:
            raise EncodeError(f"AAC at {bitrate_kbps} kbit/s: {error}") from error
        self._context = context
        self._format = StreamFormat(
            kind=Kind.SOUND,
            codec="aac",
            sample_rate_hz=RATE_HZ,
            channels=CHANNELS,
            extradata=context.extradata or b"",
        )

    def encode(self, samples: Samples, start: int) -> list[Coded]:
        """Encode (2, 1024) float32, planar, from sample `start` of the timeline on."""
        frame = av.AudioFrame.from_ndarray(samples, "fltp", "stereo")
        frame.sample_rate, frame.time_base, frame.pts = RATE_HZ, SAMPLE, start
        return [self._coded(packet) for packet in self._context.encode(frame)]

    def flush(self) -> list[Coded]:
        """Give what was still inside; the encoder is over."""
        return [self._coded(packet) for packet in self._context.encode(None)]

    def _coded(self, packet: "av.Packet[av.AudioStream]") -> Coded:
        if packet.pts is None:
            raise EncodeError("the AAC encoder gave sound without a time stamp")
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
