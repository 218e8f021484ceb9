"""Cameras whose pictures carry their number, and a programme driven without a real clock."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import av
import msgspec
import numpy as np

from classroom_media.api import NS, Layout
from classroom_media.compose.canvas import planes
from classroom_media.compose.grid import Grid
from classroom_media.compose.layouts import Box
from classroom_media.compose.pictures import Picture
from classroom_media.compose.programme import PICTURES, Programme
from classroom_media.encode.aac import SoundEncoder
from classroom_media.encode.form import PictureForm
from classroom_media.encode.h264 import PictureEncoder
from classroom_media.levels import Samples
from classroom_media.messages import Levels
from classroom_media.packets import Coded
from classroom_media.workers.specs import DirectorSource, DirectorSpec, Endpoints

SIZE = (160, 90)
COLUMNS, ROWS = 5, 2  # ten bits
START_NS = 1_000 * NS  # where on the timeline the cameras below begin
NOWHERE = Endpoints(commands="", packets="")


def painted(number: int, size: tuple[int, int] = SIZE, chroma: int = 128) -> av.VideoFrame:
    """Give a picture that carries `number` in blocks, and its camera's colour."""
    frame = av.VideoFrame(*size, "yuv420p")
    luma, blue, red = planes(frame)
    width, height = size
    for bit in range(COLUMNS * ROWS):
        row, column = divmod(bit, COLUMNS)
        luma[
            row * height // ROWS : (row + 1) * height // ROWS,
            column * width // COLUMNS : (column + 1) * width // COLUMNS,
        ] = 210 if number >> bit & 1 else 40
    blue[:], red[:] = chroma, 128
    return frame


def number_in(frame: av.VideoFrame, box: Box | None = None) -> int:
    """Read the number that a picture, or a box within it, carries."""
    luma = planes(frame)[0]
    if box is not None:
        luma = luma[box.y : box.y + box.height, box.x : box.x + box.width]
    height, width = luma.shape
    number = 0
    for bit in range(COLUMNS * ROWS):
        row, column = divmod(bit, COLUMNS)
        y, x = (2 * row + 1) * height // (2 * ROWS), (2 * column + 1) * width // (2 * COLUMNS)
        number |= int(luma[y - 2 : y + 3, x - 2 : x + 3].mean() > 125) << bit
    return number


def camera(
    stream: str,
    *,
    seconds: float,
    fps: int = 25,
    size: tuple[int, int] = SIZE,
    begin_ns: int = START_NS,
    chroma: int = 128,
    gop_s: float = 1.0,
    noise_ns: Callable[[int], int] = lambda _number: 0,
) -> list[Coded]:
    """Give the packets of a camera: picture n stands at `begin_ns` + n / fps + noise."""
    width, height = size
    form = PictureForm(
        width=width,
        height=height,
        fps=fps,
        preset="ultrafast",
        quality=23,
        bitrate_kbps=600,
        gop_s=gop_s,
    )
    encoder = PictureEncoder(stream, form)
    packets: list[Coded] = []
    for number in range(round(seconds * fps)):
        packets += encoder.encode(painted(number, size, chroma), number)
    return [
        moved(packet, begin_ns + noise_ns(number))
        for number, packet in enumerate(packets + encoder.flush())
    ]


def microphone(stream: str, samples: Samples, *, begin_ns: int = START_NS) -> list[Coded]:
    """Give the packets of a sound, (2, n x 1024) float32."""
    encoder = SoundEncoder(stream)
    packets: list[Coded] = []
    for start in range(0, samples.shape[1], 1024):
        packets += encoder.encode(np.ascontiguousarray(samples[:, start : start + 1024]), start)
    return [moved(packet, begin_ns) for packet in packets + encoder.flush()]


def moved(packet: Coded, by_ns: int) -> Coded:
    """Give a packet that stands `by_ns` later."""
    return msgspec.structs.replace(
        packet, pts_ns=packet.pts_ns + by_ns, dts_ns=packet.dts_ns + by_ns
    )


def spec(
    layout: Layout,
    *,
    pictures: tuple[str, ...] = ("a", "b"),
    sounds: tuple[str, ...] = (),
    size: tuple[int, int] = SIZE,
    fps: int = 25,
    fade_s: float = 0.0,
) -> DirectorSpec:
    """Specify a small programme of the sources named."""
    return DirectorSpec(
        sources=tuple(
            DirectorSource(
                id=source,
                name=f"Camera {source}",
                endpoints=NOWHERE,
                picture=source in pictures,
                sound=source in sounds,
            )
            for source in dict.fromkeys(pictures + sounds)
        ),
        endpoints=NOWHERE,
        layout=layout,
        fade_s=fade_s,
        width=size[0],
        height=size[1],
        fps=fps,
        preset="ultrafast",
        bitrate_kbps=1500,
    )


@dataclass
class Recorded:
    """An outlet that keeps everything."""

    packets: list[Coded] = field(default_factory=list)
    heard: list[Levels] = field(default_factory=list)
    previews: list[bytes] = field(default_factory=list)
    shown: list[tuple[str, int]] = field(default_factory=list)
    sounds: dict[str, list[Samples]] = field(default_factory=dict)
    holes: list[int] = field(default_factory=list)

    def packet(self, packet: Coded) -> None:
        self.packets.append(packet)

    def levels(self, levels: Levels) -> None:
        self.heard.append(levels)

    def preview(self, jpeg: bytes) -> None:
        self.previews.append(jpeg)

    def decoded(self, stream: str, picture: Picture) -> None:
        self.shown.append((stream, picture.pts_ns))

    def sounded(self, source: str, samples: Samples) -> None:
        self.sounds.setdefault(source, []).append(samples)

    def skipped(self, ticks: int) -> None:
        self.holes.append(ticks)

    @property
    def pictures(self) -> list[Coded]:
        return [packet for packet in self.packets if packet.stream == PICTURES]

    @property
    def sound(self) -> list[Coded]:
        return [packet for packet in self.packets if packet.stream != PICTURES]

    def frames(self) -> list[tuple[int, av.VideoFrame]]:
        """Decode the programme: place on the timeline, and picture."""
        decoder = av.CodecContext.create("h264", "r")
        pictures = self.pictures
        frames = [f for packet in pictures for f in decoder.decode(av.Packet(packet.data))]
        frames += decoder.decode(None)
        return list(zip((packet.pts_ns for packet in pictures), frames, strict=True))

    def numbers(self, box: Box | None = None) -> list[int]:
        """Read the programme's numbers."""
        return [number_in(frame, box) for _, frame in self.frames()]


def play(
    programme: Programme,
    packets: Iterable[Coded],
    *,
    until_s: float,
    from_s: float = 0.0,
    latency_ms: Callable[[float], float] = lambda _at_s: 30,
    step_ms: int = 10,
    at: Mapping[float, Callable[[], None]] | None = None,
) -> None:
    """Let time pass: packets arrive `latency_ms` after their time; `at` are things to do."""
    coming = [
        (packet.dts_ns + round(latency_ms((packet.dts_ns - START_NS) / NS) * 1_000_000), packet)
        for packet in sorted(packets, key=lambda packet: packet.dts_ns)
    ]
    todo = sorted((at or {}).items())
    now_ns, end_ns = START_NS + round(from_s * NS), START_NS + round(until_s * NS)
    while now_ns < end_ns:
        now_ns += step_ms * 1_000_000
        while todo and START_NS + todo[0][0] * NS <= now_ns:
            todo.pop(0)[1]()
        while coming and coming[0][0] <= now_ns:
            programme.feed(coming.pop(0)[1], now_ns)
        while programme.advance(now_ns):
            pass


def is_regular(packets: list[Coded], fps: int = 25) -> bool:
    """Tell whether pictures stand on the absolute grid, one at each of its places."""
    grid = Grid(fps)
    first = grid.before(packets[0].pts_ns)
    return [packet.pts_ns for packet in packets] == [
        grid.at(first + index) for index in range(len(packets))
    ]
