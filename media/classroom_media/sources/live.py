"""Sources that set the pace themselves: cameras, streams, screens, microphones."""

from collections.abc import Callable, Generator
from fractions import Fraction
from typing import Final

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Stream
from av.video.stream import VideoStream

from classroom_media.api import NS, LoginError, SourceError
from classroom_media.clock import Stamped, Timeline
from classroom_media.packets import Coded
from classroom_media.sources.address import Input, input_of
from classroom_media.sources.lanes import Demuxed, Lane, picture_lane, sound_lane
from classroom_media.workers.specs import SourceSpec

STALL_S: Final = 2.0  # without any packet
BARE_MAX: Final = 16  # packets without a decoding stamp; after these there will be none
STREAM_STALL_NS: Final = 4 * NS  # without more of one stream, while the other goes on
PARSED: Final = frozenset({"h264", "hevc"})  # in RTP, a picture ends where the next one begins


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
    behind = behind_by_one(container)
    heard: dict[int, int] = {}
    for packet in container.demux([container.streams[index] for index in lanes]):
        now_ns = clock()
        heard[packet.stream_index] = now_ns
        if now_ns - min(heard.values()) > STREAM_STALL_NS:
            raise SourceError("its picture or its sound has stopped")
        for stamped in stamper.stamp(packet):
            arrived_ns = now_ns - stamped.duration_ns * (stamped.stream in behind)
            for placed in timeline.place(stamped, arrived_ns):
                yield from lanes[placed.stream].feed(placed)
    raise SourceError("it has ended the stream")


def behind_by_one(container: InputContainer) -> set[int]:
    """Name the streams whose packets are there a whole packet's duration after their stamp.

    Sound, because a block is made when its end has been heard. A picture in a transport stream
    or in RTP has no length: the demuxer gives it out when the next one begins (measured: 40 ms
    at 25 frames a second).

    Source: ISO/IEC 13818-1, 2.4.3.7, PES_packet_length 0; RFC 6184, 5.1, the marker bit, of
    which FFmpeg's parser knows nothing.
    """
    split = {"mpegts": None, "rtsp": PARSED}.get(container.format.name, frozenset())
    pictures = container.streams.video
    parsed = (one for one in pictures if split is None or one.codec_context.name in split)
    return {stream.index for stream in (*container.streams.audio, *parsed)}


def open_input(where: Input, clock: Callable[[], int]) -> InputContainer:
    """Open for reading; every wait has a limit.

    Raises:
        SourceError: nobody answers, or not with what is expected.
        LoginError: it wants another name or password.
    """
    begun_ns = clock()
    try:
        return av.open(
            where.url,
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


class Stamper:
    """Reads stamps; the first packets of an RTSP stream, which lack some, get them afterwards."""

    def __init__(self, container: InputContainer) -> None:
        self._units = {stream.index: _unit(stream) for stream in container.streams}
        self._bare: dict[int, list[Demuxed]] = {}

    def stamp(self, packet: Demuxed) -> list[Stamped[Demuxed]]:
        """Give what can be stamped now, in nanoseconds; nothing from the mark of the end."""
        index = packet.stream_index
        if not packet.size:
            return []
        if packet.dts is not None and packet.pts is not None and index not in self._bare:
            return [self._stamped(packet, packet.pts, packet.dts)]
        bare = self._bare.setdefault(index, [])
        patient = packet.pts is None or len(bare) < BARE_MAX
        if packet.dts is None and patient:
            bare.append(packet)
            return []
        del self._bare[index]
        return self._counted_back([*bare, packet])

    def _stamped(self, packet: Demuxed, pts: int, dts: int) -> Stamped[Demuxed]:
        num, den = self._units[packet.stream_index]
        return Stamped(
            packet.stream_index,
            pts * num // den,
            dts * num // den,
            (packet.duration or 0) * num // den,
            packet,
        )

    def _counted_back(self, packets: list[Demuxed]) -> list[Stamped[Demuxed]]:
        """Stamp consecutive packets of a stream, counting back from the last, which has stamps.

        Those without a time to be shown at (a first keyframe) are shown before all others.
        """
        last = packets[-1]
        step = last.duration or 0
        last_dts = (last.pts if last.dts is None else last.dts) or 0
        first_dts = last_dts - (len(packets) - 1) * step
        shown = [packet.pts for packet in packets if packet.pts is not None] or [last_dts + step]
        first_pts = min(shown) - (len(packets) - len(shown)) * step
        found = []
        for index, packet in enumerate(packets):
            dts = first_dts + index * step
            pts = max(dts, first_pts + index * step) if packet.pts is None else packet.pts
            found.append(self._stamped(packet, pts, dts))
        return found


def _unit(stream: Stream) -> tuple[int, int]:
    """Give a stream's time base as nanoseconds: numerator and denominator."""
    base = stream.time_base or Fraction(1, NS)
    return base.numerator * NS, base.denominator


def reason(error: av.FFmpegError) -> str:
    """Say why in a few words, without the URL, which may hold a password."""
    if isinstance(error, av.error.ExitError | av.error.TimeoutError):
        return "it is silent"
    return (error.strerror or type(error).__name__).lower()
