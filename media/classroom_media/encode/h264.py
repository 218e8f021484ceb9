"""Pictures to H.264: Annex B, parameter sets in band before every keyframe, no B-frames.

Source: ITU-T H.264, annex B; x264 options as `x264 --fullhelp` explains them.
"""

from fractions import Fraction
from typing import Final

import av
from av.video.frame import PictureType

from classroom_media.api import EncodeError, Kind, StreamFormat
from classroom_media.compose.grid import Grid
from classroom_media.packets import Coded

# Without lookahead a picture leaves the encoder 40 ms after it came: what is inside is lost when
# the process is killed. With x264's own lookahead of veryfast that was 0.45 s (measured).
PARAMETERS: Final = (
    "annexb=1:repeat-headers=1:bframes=0:scenecut=0:force-cfr=1"
    ":rc-lookahead=0:sync-lookahead=0:mbtree=0"
)
ONE_THREAD: Final = 1280 * 720  # pixels; a second thread costs 10 % more CPU (measured)
PEAK: Final = 1.5  # of the bit rate, over `BUFFER_S`
BUFFER_S: Final = 2.0


class PictureEncoder:
    """Encodes yuv420p frames that stand on a grid of `fps` pictures a second."""

    def __init__(
        self,
        stream: str,
        *,
        width: int,
        height: int,
        fps: int,
        preset: str,
        bitrate_kbps: int,
        gop_s: float,
    ) -> None:
        """Open the encoder.

        Raises:
            EncodeError: it does not accept these settings.
        """
        self._stream = stream
        self._grid = Grid(fps)
        self._format = StreamFormat(
            kind=Kind.PICTURE, codec="h264", width=width, height=height, fps=fps
        )
        context = av.CodecContext.create("libx264", "w")
        context.width, context.height, context.pix_fmt = width, height, "yuv420p"
        context.framerate, context.time_base = Fraction(fps), Fraction(1, fps)
        context.bit_rate = bitrate_kbps * 1000
        context.gop_size = max(1, round(gop_s * fps))
        context.thread_count = 1 if width * height <= ONE_THREAD else 2
        context.color_range = 1  # limited
        context.colorspace = context.color_primaries = context.color_trc = 1  # BT.709
        context.options = {
            "preset": preset,
            "forced-idr": "1",
            "maxrate": f"{round(bitrate_kbps * PEAK)}k",
            "bufsize": f"{round(bitrate_kbps * BUFFER_S)}k",
            "x264-params": PARAMETERS,
        }
        try:
            context.open()
        except (av.FFmpegError, ValueError) as error:
            raise EncodeError(
                f"H.264 {width}x{height} at {fps}/s, preset {preset!r}: {error}"
            ) from error
        self._context = context

    def encode(self, frame: av.VideoFrame, index: int, *, key: bool = False) -> list[Coded]:
        """Encode the frame of grid place `index`, which grows; give what is done by now.

        With `key` the frame becomes a keyframe that nothing refers across. The frame's
        pixels are copied; its time stamp is set.
        """
        frame.pts, frame.time_base = index, Fraction(1, self._grid.rate)
        frame.pict_type = PictureType.I if key else PictureType.NONE
        return [self._coded(packet) for packet in self._context.encode(frame)]

    def flush(self) -> list[Coded]:
        """Give what was still inside; the encoder is over."""
        return [self._coded(packet) for packet in self._context.encode(None)]

    def _coded(self, packet: "av.Packet[av.VideoStream]") -> Coded:
        if packet.pts is None or packet.dts is None:
            raise EncodeError("the H.264 encoder gave a picture without a time stamp")
        at_ns = self._grid.at(packet.pts)
        return Coded(
            stream=self._stream,
            pts_ns=at_ns,
            dts_ns=self._grid.at(packet.dts),
            duration_ns=self._grid.at(packet.pts + 1) - at_ns,
            key=packet.is_keyframe,
            data=bytes(packet),
            format=self._format if packet.is_keyframe else None,
        )
