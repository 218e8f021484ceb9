"""The encoders that there may be, best first: hardware, and x264 that is always there.

Hardware is a rumour until it was tried: what a machine has, what its driver makes of it and
what permissions allow is found out by encoding a few pictures (`classroom_media.encode.trial`).

Of x264's parameters `HEADERS` makes its parameter sets the same at every preset, so that a file
whose preset changes on the way (`Rung.open` with a quicker form) plays everywhere.

Source: `x264 --fullhelp`; `ffmpeg -h encoder=h264_qsv`, `h264_nvenc`, `h264_amf`.
Checked on: libx264. No machine with hardware encoders was at hand.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from classroom_media.encode.codec import Codec, Encoder
from classroom_media.encode.form import PLAIN, PictureForm

# Without lookahead a picture leaves the encoder 40 ms after it came: what is inside is lost when
# the process is killed. With x264's own lookahead of veryfast that was 0.45 s (measured).
AT_ONCE: Final = "bframes=0:scenecut=0:force-cfr=1:rc-lookahead=0:sync-lookahead=0:mbtree=0"
HEADERS: Final = "annexb=1:repeat-headers=1:stitchable=1:cabac=1:8x8dct=1:weightp=1:ref=1"
# Of two-way sessions. Every browser takes constrained baseline, and says so in its offers; a
# keyframe that is much larger than its neighbours waits in a thin link, and sound behind it.
LIVE_HEADERS: Final = "annexb=1:repeat-headers=1:cabac=0:8x8dct=0:weightp=0:ref=1"
CRISP: Final = "aq-mode=2"  # letters 5 dB better than with mode 1, and quicker (measured)
COLOUR: Final = "chroma-qp-offset=-2"  # what x264 sets by itself where it weighs what eyes see
COLOUR_OF_ITS_OWN: Final = frozenset({"fast", "medium"})
HASTY: Final = frozenset({"superfast", "ultrafast"})
CEILING_S: Final = 2.0  # over which the bit rate is kept
LIVE_CEILING_S: Final = 0.5
AVERAGE: Final = 0.6  # of the ceiling, for encoders that know no constant quality
SURFACE: Final = "nv12"  # what hardware takes


@dataclass(frozen=True, slots=True)
class Rung:
    """A way of encoding; `open` raises `EncodeError` where it is not to be had.

    One that is `doubtful` is tried before it is used, and watched while it is.
    """

    name: str
    open: Callable[[str, PictureForm], Encoder]
    doubtful: bool = False


def x264(stream: str, form: PictureForm) -> Encoder:
    """Open x264.

    Raises:
        EncodeError: it does not accept this form.
    """
    return Codec("libx264", stream, form, options=x264_options(form))


def x264_options(form: PictureForm) -> dict[str, str]:
    """Give x264's options for a form, as FFmpeg takes them."""
    parameters = [AT_ONCE, LIVE_HEADERS if form.live else HEADERS]
    if form.preset not in COLOUR_OF_ITS_OWN:
        parameters.append(COLOUR)
    parameters.append(PLAIN if form.preset in HASTY else CRISP)
    quality = {"preset": form.preset, "crf": str(form.quality), "forced-idr": "1"}
    return quality | _limits(form) | {"x264-params": ":".join(parameters)}


def _hardware(name: str, **options: str) -> Rung:
    def opened(stream: str, form: PictureForm) -> Encoder:
        return Codec(
            name,
            stream,
            form,
            options=options | _limits(form),
            pixels=SURFACE,
            average_kbps=round(form.bitrate_kbps * AVERAGE),
        )

    return Rung(name, opened, doubtful=True)


def _limits(form: PictureForm) -> dict[str, str]:
    return {
        "maxrate": f"{form.bitrate_kbps}k",
        "bufsize": f"{round(form.bitrate_kbps * (LIVE_CEILING_S if form.live else CEILING_S))}k",
    }


SOFTWARE: Final = Rung("libx264", x264)
RUNGS: Final = (
    _hardware("h264_qsv", preset="veryfast", async_depth="1", forced_idr="1", idr_interval="0"),
    _hardware(
        "h264_nvenc",
        preset="p4",
        tune="ll",
        rc="vbr",
        delay="0",
        zerolatency="1",
        **{"forced-idr": "1"},
    ),
    _hardware("h264_amf", usage="lowlatency", quality="balanced", rc="vbr_latency", forced_idr="1"),
    _hardware("h264_v4l2m2m", num_capture_buffers="8"),
    SOFTWARE,
)
