"""Sources of the machine itself: files as cameras, the test pattern, a screen."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from av import AudioFrame, VideoFrame

from classroom_media.api import NS, SourceError
from classroom_media.packets import Coded
from classroom_media.sources.alsa import FOLDER, SAID
from classroom_media.sources.annexb import parameter_sets
from classroom_media.sources.coders import PictureCoder
from classroom_media.sources.opening import open_source
from classroom_media.sources.pattern import SQUARES, WHITE, Pattern, generate
from classroom_media.sources.playback import play
from tests.media.watching import beeps, flashes, of_stream, pictures, source, until, watch

SMALL = Pattern(width=320, height=240, fps=25, tone_hz=1000)
FRAMES = 50
FRAME_NS = NS // SMALL.fps


class VirtualClock:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.now_ns = 7 * NS

    def __call__(self) -> int:
        return self.now_ns

    def sleep(self, seconds: float) -> None:
        self.now_ns += round(seconds * NS)


@dataclass(frozen=True)
class Codecs:
    """How a film is coded."""

    picture: str
    sound: str
    pixels: str = "yuv420p"
    channels: str = "stereo"
    rate_hz: int = 48000


def write_film(path: Path, codecs: Codecs) -> Path:
    """Write two seconds of the pattern."""
    background = SMALL.background()
    with av.open(str(path), "w") as film:
        pictures = film.add_stream(codecs.picture, rate=SMALL.fps)
        assert isinstance(pictures, av.VideoStream)
        pictures.width, pictures.height, pictures.pix_fmt = SMALL.width, SMALL.height, codecs.pixels
        pictures.codec_context.gop_size = 25
        sounds = film.add_stream(codecs.sound, rate=codecs.rate_hz, layout=codecs.channels)
        assert isinstance(sounds, av.AudioStream)
        resampler = av.AudioResampler(
            format=sounds.codec_context.format, layout=codecs.channels, rate=codecs.rate_hz
        )
        for number in range(FRAMES):
            frame = VideoFrame.from_ndarray(SMALL.picture(background, number), format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, SMALL.fps)
            film.mux(pictures.encode(frame))
            block = AudioFrame.from_ndarray(SMALL.sound(number), format="fltp", layout="mono")
            block.sample_rate, block.pts = 48000, number * 1920
            block.time_base = Fraction(1, 48000)
            for resampled in resampler.resample(block):
                film.mux(sounds.encode(resampled))
        film.mux(pictures.encode(None))
        film.mux(sounds.encode(None))
    return path


def played(path: Path, seconds: float, *, query: str = "") -> list[Coded]:
    """Play a film on a virtual clock; each packet must come when it is due, not before."""
    clock = VirtualClock()
    found: list[Coded] = []
    with closing(play(source(f"file://{path}{query}"), clock, clock.sleep)) as packets:
        for packet in packets:
            assert packet.dts_ns - clock() < 100_000_000
            found.append(packet)
            if clock() > (7 + seconds) * NS:
                break
    return found


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file as cameras and phones write it: parameter sets only in its header, B-frames."""
    path = tmp_path_factory.mktemp("film") / "film 中文.mp4"
    return write_film(path, Codecs("libx264", "aac"))


def numbers(video: list[Coded]) -> list[int]:
    """Read the counters that are drawn in the pictures."""
    side = SMALL.width // SQUARES
    found = []
    for _, luma in pictures(video):
        row = luma[side // 2, side // 2 : side * SQUARES : side] > WHITE // 2
        found.append(int("".join("1" if on else "0" for on in row), 2))
    return found


def test_a_looped_file_has_no_seam(film: Path) -> None:
    packets = played(film, 7.0, query="?loop=1")
    video, audio = of_stream(packets, "teacher"), of_stream(packets, "teacher-sound")
    shown = [at_ns for at_ns, _ in pictures(video)][:-3]
    assert len(shown) > 3 * FRAMES
    assert all(abs(b - a - FRAME_NS) <= 1 for a, b in pairwise(shown))
    assert numbers(video)[: 3 * FRAMES] == [*range(FRAMES)] * 3
    assert all(0 < b.dts_ns - a.dts_ns < 2 * 1024 * NS // 48000 for a, b in pairwise(audio))
    for flash_ns in flashes(video)[:-1]:
        assert min(abs(flash_ns - beep_ns) for beep_ns in beeps(audio)) < 20_000_000


def test_parameter_sets_of_a_file_are_put_before_every_keyframe(film: Path) -> None:
    video = of_stream(played(film, 4.0, query="?loop=1"), "teacher")
    keyframes = [packet for packet in video if packet.key]
    assert len(keyframes) >= 4
    assert all(parameter_sets(packet.data) for packet in keyframes)
    assert all(packet.format and packet.format.width == SMALL.width for packet in keyframes)


def coded(pattern: Pattern, *, seconds: int) -> list[Coded]:
    """Code the pictures of a pattern; every keyframe has its parameter sets."""
    coder, background = PictureCoder("any", fps=pattern.fps), pattern.background()
    return [
        packet
        for number in range(seconds * pattern.fps)
        for packet in coder.encode(
            VideoFrame.from_ndarray(pattern.picture(background, number), format="yuv420p"),
            number * FRAME_NS,
        )
    ]


def write_stream(path: Path, access_units: list[bytes], codec: str = "h264") -> Path:
    """Write pictures as they are given, a keyframe every two seconds, into a transport stream."""
    with av.open(str(path), "w", format="mpegts") as file:
        stream = file.add_mux_stream(codec, rate=25, width=SMALL.width, height=SMALL.height)
        for number, data in enumerate(access_units):
            packet = av.Packet(data)
            packet.stream, packet.time_base = stream, Fraction(1, 25)
            packet.pts = packet.dts = number
            packet.is_keyframe = number % 50 == 0
            file.mux(packet)
    return path


def test_a_camera_that_sends_its_parameter_sets_once_gets_them_repeated(tmp_path: Path) -> None:
    packets = coded(SMALL, seconds=5)
    sets = parameter_sets(packets[0].data)
    units = [packet.data.replace(sets, b"") for packet in packets]
    film = write_stream(tmp_path / "once.ts", [packets[0].data, *units[1:]])
    keyframes = [packet for packet in played(film, 4.5) if packet.key]
    assert len(keyframes) == 3
    assert {parameter_sets(packet.data) for packet in keyframes} == {sets}


def coded_as_hevc(pattern: Pattern, *, seconds: int) -> list[bytes]:
    encoder = av.CodecContext.create("libx265", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = pattern.width, pattern.height, "yuv420p"
    encoder.time_base = Fraction(1, pattern.fps)
    encoder.options = {"preset": "ultrafast", "x265-params": "bframes=0:log-level=none"}
    background = pattern.background()
    packets: list[bytes] = []
    for number in range(seconds * pattern.fps):
        picture = VideoFrame.from_ndarray(pattern.picture(background, number), format="yuv420p")
        picture.pts = number
        packets += map(bytes, encoder.encode(picture))
    return packets + list(map(bytes, encoder.encode(None)))


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_another_picture_size_is_said_at_a_keyframe_and_no_picture_is_lost(
    tmp_path: Path, codec: str
) -> None:
    larger = Pattern(width=640, height=480, fps=25, tone_hz=0)
    if codec == "h264":
        units = [p.data for p in coded(SMALL, seconds=2) + coded(larger, seconds=2)]
    else:
        units = coded_as_hevc(SMALL, seconds=2) + coded_as_hevc(larger, seconds=2)
    film = write_stream(tmp_path / "switch.ts", units, codec)
    packets = played(film, 3.5)
    forms = {(p.format.width, p.format.height): p.dts_ns for p in packets if p.format}
    assert list(forms) == [(320, 240), (640, 480)]
    assert abs(forms[640, 480] - packets[0].dts_ns - 2 * NS) < FRAME_NS
    assert {round((b.dts_ns - a.dts_ns) / 1e6) for a, b in pairwise(packets)} == {40}


def test_a_file_that_is_not_looped_ends_as_a_loss(film: Path) -> None:
    with pytest.raises(SourceError, match="it is over"):
        played(film, 60.0)


def test_a_file_is_played_as_fast_as_it_was_filmed(film: Path) -> None:
    begun = time.monotonic_ns()
    packets = watch(source(f"file://{film}"), seconds=0.5)
    assert packets[-1].dts_ns - begun > NS // 2
    assert time.monotonic_ns() - begun > NS // 2


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file"):
        next(open_source(source(f"file://{tmp_path}/none.mp4")))


@pytest.mark.parametrize(
    ("name", "codecs"),
    [
        ("motion.avi", Codecs("mjpeg", "pcm_s16le", "yuvj420p", "mono", 8000)),
        ("old.mkv", Codecs("mpeg4", "ac3", channels="5.1")),
        ("web.webm", Codecs("libvpx", "libopus")),
    ],
)
def test_what_is_no_h264_or_aac_is_coded_once_and_stays_in_step(
    tmp_path: Path, name: str, codecs: Codecs
) -> None:
    film = write_film(tmp_path / name, codecs)
    packets = played(film, 1.9)
    video, audio = of_stream(packets, "teacher"), of_stream(packets, "teacher-sound")
    assert video[0].format is not None
    assert (video[0].format.codec, video[0].format.width) == ("h264", SMALL.width)
    assert parameter_sets(video[0].data)
    assert audio[0].format is not None
    assert (audio[0].format.codec, audio[0].format.sample_rate_hz) == ("aac", 48000)
    assert audio[0].format.channels == 2
    assert all(abs(b.pts_ns - a.pts_ns - FRAME_NS) < 2_000_000 for a, b in pairwise(video))
    seen, heard = flashes(video), beeps(audio)
    assert seen
    assert min(abs(seen[0] - beep_ns) for beep_ns in heard) < 25_000_000


def test_the_pattern_counts_flashes_and_beeps() -> None:
    clock = VirtualClock()
    spec = source("pattern://?size=320x240&fps=25&tone=1000")
    with closing(generate(spec, clock, clock.sleep)) as generated:
        packets = list(islice(generated, 250))
    video, audio = of_stream(packets, "teacher"), of_stream(packets, "teacher-sound")
    assert numbers(video) == [*range(len(video))]
    assert {b.pts_ns - a.pts_ns for a, b in pairwise(video)} == {FRAME_NS}
    seen, heard = flashes(video), beeps(audio)
    assert len(seen) >= 2
    for flash_ns, beep_ns in zip(seen, heard[1:], strict=False):
        assert abs(flash_ns - beep_ns) < 5_000_000


def test_a_pattern_of_nonsense_is_refused() -> None:
    with pytest.raises(SourceError, match="size=big"):
        next(open_source(source("pattern://?size=big")))


@contextmanager
def screen() -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """Run a screen that nobody sees."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "640x480x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            yield f":{told.readline().strip()}", server
    finally:
        server.terminate()
        server.wait()


@pytest.mark.needs("xvfb")
def test_a_screen_is_filmed_until_it_goes_away() -> None:
    with screen() as (display, server):
        spec = source(f"screen://?display={display}&size=640x480&fps=10", sound=False)
        with closing(open_source(spec)) as filmed:
            packets = until(filmed, seconds=1.0)
            server.terminate()
            with pytest.raises(SourceError, match=f"screen {display}"):
                for _ in filmed:
                    pass
    assert packets[0].format is not None
    assert (packets[0].format.width, packets[0].format.height) == (640, 480)
    assert all(b.pts_ns > a.pts_ns for a, b in pairwise(packets))
    assert len(list(pictures(packets))) == len(packets)


def test_a_screen_that_is_not_there_says_so() -> None:
    with pytest.raises(SourceError, match="screen :4321"):
        next(open_source(source("screen://?display=:4321", sound=False)))


@pytest.fixture
def card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Describe a sound card to ALSA that plays a tone from a file, with no clock of its own."""
    tone = 0.3 * np.sin(2 * np.pi * 440 * np.arange(48_000) / 48_000)
    samples = np.stack([tone, tone], axis=1) * 32_767
    samples.astype("<i2").tofile(tmp_path / "tone.raw")
    text = f"""pcm.desk {{
        type file file /dev/null format raw infile {tmp_path}/tone.raw slave.pcm {{ type null }}
    }}"""
    (tmp_path / "asound.conf").write_text(text, encoding="ascii")
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(tmp_path / "asound.conf"))
    monkeypatch.setenv("ALSA_CONFIG_DIR", str(FOLDER))  # the library asks for it once
    return "alsa://?device=desk"


@pytest.mark.skipif(sys.platform != "linux", reason="ALSA is Linux's")
def test_a_device_that_the_machine_describes_to_alsa_is_heard(card: str) -> None:
    with closing(open_source(source(card, picture=False))) as microphone:
        packets = list(islice(microphone, 8))
    decoder = av.CodecContext.create("aac", "r")
    assert packets[0].format is not None
    decoder.extradata = packets[0].format.extradata
    heard = [f.to_ndarray() for p in packets for f in decoder.decode(av.Packet(p.data))]
    assert np.abs(np.concatenate(heard, axis=1)).max() == pytest.approx(0.3, abs=0.05)


@pytest.mark.skipif(not (FOLDER / "alsa.conf").exists(), reason="no ALSA here")
def test_alsa_knows_the_devices_that_every_machine_has(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SAID:
        monkeypatch.delenv(name, raising=False)
    with closing(open_source(source("alsa://?device=null", picture=False))) as silence:
        assert next(silence).format is not None


def test_bars_are_planar_yuv_of_the_right_shape() -> None:
    drawn = SMALL.picture(SMALL.background(), 5)
    assert drawn.shape == (SMALL.height * 3 // 2, SMALL.width)
    assert drawn.dtype == np.uint8
