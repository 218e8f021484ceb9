"""Sources that set the pace themselves: cameras, streams, screens, microphones."""

from collections.abc import Callable, Generator, Iterator
from typing import Final

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream

from classroom_media.api import NS, LoginError, SourceError
from classroom_media.clock import Timeline
from classroom_media.live.srt.reading import SrtFile
from classroom_media.packets import Coded
from classroom_media.sources import alsa
from classroom_media.sources.address import Input, input_of
from classroom_media.sources.handfuls import handfuls
from classroom_media.sources.lanes import Demuxed, Lane, picture_lane, sound_lane
from classroom_media.sources.stamper import Stamper
from classroom_media.workers.specs import SourceSpec

STALL_S: Final = 2.0  # without any packet
STREAM_STALL_NS: Final = 4 * NS  # without more of one stream, while the other goes on
PARSED: Final = frozenset({"h264", "hevc"})  # by FFmpeg, to find where a picture ends


def receive(spec: SourceSpec, clock: Callable[[], int]) -> Generator[Coded, None, None]:
    """Give the packets of a live source until it is lost; an end counts as a loss.

    Raises:
        SourceError: it cannot be opened within 5 s, is silent for 2 s, or has ended.
        LoginError: it wants another name or password.
        EncodeError: what it sends cannot be coded.
    """
    where = input_of(spec)
    try:
        with open_input(where, clock) as container:
            yield from _packets(container, spec, clock)
    except av.FFmpegError as error:
        raise SourceError(f"{where.shown}: {reason(error)}") from None  # its text has the password
    except SourceError as error:
        raise type(error)(f"{where.shown}: {error}") from error


def _packets(
    container: InputContainer, spec: SourceSpec, clock: Callable[[], int]
) -> Generator[Coded, None, None]:
    timeline = Timeline[Demuxed](delay_ns=spec.delay_ms * 1_000_000)
    lanes = lanes_of(container, spec)
    stamper = Stamper(container)
    behind = packets_behind(container)
    for handful in handfuls(_heard(container, list(lanes), clock), picture_indices(container)):
        for packet, now_ns in handful:
            found = stamper.stamp(packet)
            for stamped in found:
                held_ns = found[-1].dts_ns - stamped.dts_ns
                arrived_ns = now_ns - held_ns - stamped.duration_ns * behind[stamped.stream]
                for placed in timeline.place(stamped, arrived_ns):
                    yield from lanes[placed.stream].feed(placed)
    raise SourceError("it has ended the stream")


def _heard(
    container: InputContainer, indices: list[int], clock: Callable[[], int]
) -> Iterator[tuple[int, int, tuple[Demuxed, int]]]:
    """Give stream, arrival, and packet with its arrival; no stream may fall silent for long."""
    heard: dict[int, int] = {}
    for packet in container.demux([container.streams[index] for index in indices]):
        now_ns = clock()
        heard[packet.stream_index] = now_ns
        if now_ns - min(heard.values()) > STREAM_STALL_NS:
            raise SourceError("its picture or its sound has stopped")
        yield packet.stream_index, now_ns, (packet, now_ns)


def picture_indices(container: InputContainer) -> set[int]:
    """Tell which streams are pictures."""
    return {stream.index for stream in container.streams.video}


def packets_behind(container: InputContainer) -> dict[int, int]:
    """Tell how many of its own durations after its stamp a stream's packet is seen at best.

    A block of sound is made when its end has been heard: one. A picture has no length in RTP or
    in a transport stream: only the next one ends it, for the demuxer and, where there is one,
    again for FFmpeg's parser (measured: 40 and 80 ms at 25 frames a second).

    Source: ISO/IEC 13818-1, 2.4.3.7, PES_packet_length 0; RFC 6184, 5.1, the marker bit, which
    FFmpeg does not look at.
    """
    behind = {stream.index: 1 for stream in container.streams.audio}
    unended = container.format.name == "mpegts"
    for picture in container.streams.video:
        parsed = (
            container.format.name in {"mpegts", "rtsp"} and picture.codec_context.name in PARSED
        )
        behind[picture.index] = unended + parsed
    return behind


def open_input(where: Input, clock: Callable[[], int]) -> InputContainer:
    """Open for reading; every wait has a limit.

    Raises:
        SourceError: nobody answers, or not with what is expected.
        LoginError: it wants another name or password.
    """
    begun_ns = clock()
    if where.format == "alsa":
        alsa.find_configuration()
    try:
        return av.open(
            SrtFile(where.url, silence_s=STALL_S) if where.url.startswith("srt:") else where.url,
            "r",
            format=where.format,
            options=dict(where.options),
            timeout=(where.open_s, STALL_S),
        )
    except av.error.HTTPUnauthorizedError as error:
        raise LoginError(reason(error)) from None  # its text has the password
    except av.FFmpegError as error:
        given_up = clock() - begun_ns >= where.open_s * NS
        why = "it does not answer" if given_up else reason(error)
        raise SourceError(why) from None  # its text has the password


def lanes_of(container: InputContainer, spec: SourceSpec) -> dict[int, Lane]:
    """Choose the first picture and the first sound, as far as `spec` wants them.

    Raises:
        SourceError: there is neither.
    """
    lanes: dict[int, Lane] = {}
    if spec.picture and (pictures := container.streams.video):
        assert isinstance(pictures[0], VideoStream)  # noqa: S101 - for the type checker
        lanes[pictures[0].index] = picture_lane(spec.id, pictures[0])
    if spec.sound and (sounds := container.streams.audio):
        assert isinstance(sounds[0], AudioStream)  # noqa: S101 - for the type checker
        lanes[sounds[0].index] = sound_lane(f"{spec.id}-sound", sounds[0])
    if not lanes:
        raise SourceError("there is no picture or sound in it")
    return lanes


def reason(error: av.FFmpegError) -> str:
    """Say why in a few words, without the URL, which may hold a password."""
    if isinstance(error, av.error.ExitError | av.error.TimeoutError):
        return "it is silent"
    return (error.strerror or type(error).__name__).lower()
