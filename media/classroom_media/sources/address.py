"""What a source's URL means to FFmpeg: which demuxer, which options, and what may be shown.

    rtsp://camera/path  rtsps://…          a camera, over TCP
    http://host/path    https://…          a transport stream, or whatever FFmpeg recognises
    udp://:5004         tcp://host:5004    an MPEG transport stream
    srt://host:9000?passphrase=…       the same by SRT; srt://:9000?mode=listener waits for a call
    screen://?display=:0.0&size=1280x720&fps=25      a screen (X11)
    v4l2:///dev/video0?size=1280x720&fps=25          a camera or HDMI grabber (Linux)
    alsa://?device=default                           a microphone (Linux)

Two kinds are no demuxer's work: ``file:///path.mp4?loop=1`` and ``pattern://`` (see
`classroom_media.sources`).

Source: FFmpeg documentation, Protocols and Devices, https://ffmpeg.org/documentation.html
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import SplitResult, parse_qsl, quote, urlsplit, urlunsplit

from classroom_media.api import SourceError
from classroom_media.workers.specs import SourceSpec

OPEN_S: Final = 5.0
OPEN_UDP_S: Final = 2.0  # FFmpeg takes twice the time it is given when nothing comes
PROBE: Final = {  # a picture soon; the frame rate is in the stream, or else is not waited for
    "probesize": "200000",  # bytes
    "analyzeduration": "1000000",  # microseconds
    "fpsprobesize": "0",  # frames
}
SIZE: Final = "1280x720"
FPS: Final = "25"


@dataclass(frozen=True, slots=True)
class Input:
    """What `av.open` is told. `url` may hold a password: never show it, show `shown`."""

    url: str = field(repr=False)
    shown: str
    format: str | None
    options: Mapping[str, str]
    open_s: float = OPEN_S


def input_of(spec: SourceSpec) -> Input:
    """Translate a source's URL.

    Raises:
        SourceError: nobody knows its scheme.
    """
    url = urlsplit(spec.url)
    asked = dict(parse_qsl(url.query))
    match url.scheme:
        case "rtsp" | "rtsps":
            wanted = "+".join(["video"] * spec.picture + ["audio"] * spec.sound)
            transport = {"rtsp_transport": "tcp", "allowed_media_types": wanted}
            return Input(_with_login(url, spec), shown(spec.url), "rtsp", {**PROBE, **transport})
        case "http" | "https":
            return Input(_with_login(url, spec), shown(spec.url), None, PROBE)
        case "tcp" | "udp" | "srt":
            limit_s = OPEN_UDP_S if url.scheme == "udp" else OPEN_S
            return Input(spec.url, shown(spec.url), "mpegts", PROBE, limit_s)
        case "screen":
            display = asked.get("display") or os.environ.get("DISPLAY", ":0.0")
            return Input(display, f"screen {display}", "x11grab", _grab(asked))
        case "v4l2":
            grab = _grab(asked)
            if "format" in asked:
                grab["input_format"] = asked["format"]
            return Input(url.path, url.path, "v4l2", grab)
        case "alsa":
            device = asked.get("device", "default")
            sound = {"sample_rate": "48000", "channels": asked.get("channels", "2")}
            return Input(device, f"microphone {device}", "alsa", sound)
    raise SourceError(f"{url.scheme}: is no kind of source")


def shown(url: str) -> str:
    """Give as much of a URL as may be seen: no password, nor the query it may hide in."""
    split = urlsplit(url)
    host = split.netloc.rpartition("@")[2]
    return urlunsplit((split.scheme, host, split.path, "", ""))


def _with_login(url: SplitResult, spec: SourceSpec) -> str:
    if not spec.username:
        return spec.url
    login = f"{quote(spec.username, safe='')}:{quote(spec.password, safe='')}"
    host = url.netloc.rpartition("@")[2]
    return urlunsplit(url._replace(netloc=f"{login}@{host}"))


def _grab(asked: Mapping[str, str]) -> dict[str, str]:
    return {"video_size": asked.get("size", SIZE), "framerate": asked.get("fps", FPS)}
