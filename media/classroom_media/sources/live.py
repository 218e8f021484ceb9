"""Sources that set the pace themselves: cameras, streams, screens, microphones."""

from collections.abc import Callable, Generator
from typing import Final

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream

from classroom_media.api import NS, SourceError
from classroom_media.clock import Stamped, Timeline
from classroom_media.packets import Coded
from classroom_media.sources.address import Input, input_of
from classroom_media.sources.lanes import Demuxed, Lane, picture_lane, sound_lane
from classroom_media.workers.specs import SourceSpec

STALL_S: Final = 2.0  # without any packet
STREAM_STALL_NS: Final = 4 * NS  # without a packet of one stream, while the other goes on


def receive(spec: SourceSpec, clock: Callable[[], int]) -> Generator[Coded, None, None]:
    """Give the packets of a live source until it is lost; an end counts as a loss.

    Raises:
        SourceError: it cannot be opened within 5 s, is silent for 2 s, has ended or changed.
        EncodeError: what it sends cannot be coded.
    """
    where = input_of(spec)
    try:
        with open_input(where) as container:
            yield from _packets(container, spec, clock)
    except av.FFmpegError as error:
        raise SourceError(f"{where.shown}: {reason(error)}") from None  # its text has the password
    except SourceError as error:
        raise SourceError(f"{where.shown}: {error}") from error


def _packets(
    container: InputContainer, spec: SourceSpec, clock: Callable[[], int]
) -> Generator[Coded, None, None]:
    timeline = Timeline[Demuxed](delay_ns=spec.delay_ms * 1_000_000)
    lanes = lanes_of(container, spec)
    heard = dict.fromkeys(lanes, clock())
    for packet in container.demux([container.streams[index] for index in lanes]):
        now_ns = clock()
        heard[packet.stream_index] = now_ns
        if now_ns - min(heard.values()) > STREAM_STALL_NS:
            raise SourceError("its picture or its sound has stopped")
        if (stamped := stamped_of(packet)) is not None:
            for placed in timeline.place(stamped, now_ns):
                yield from lanes[placed.stream].feed(placed)
    raise SourceError("it has ended the stream")


def open_input(where: Input) -> InputContainer:
    """Open for reading; every wait has a limit."""
    return av.open(
        where.url,
        format=where.format,
        options=dict(where.options),
        timeout=(where.open_s, STALL_S),
    )


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


def stamped_of(packet: Demuxed) -> Stamped[Demuxed] | None:
    """Give a packet with its stamps in nanoseconds; None for one without (the end)."""
    dts = packet.pts if packet.dts is None else packet.dts
    if dts is None or not packet.size or not packet.time_base:
        return None
    pts = dts if packet.pts is None else packet.pts
    unit = packet.time_base * NS
    return Stamped(packet.stream_index, int(pts * unit), int(dts * unit), packet)


def reason(error: av.FFmpegError) -> str:
    """Say why in a few words, without the URL, which may hold a password."""
    if isinstance(error, av.error.ExitError | av.error.TimeoutError):
        return "it is silent"
    return (error.strerror or type(error).__name__).lower()
