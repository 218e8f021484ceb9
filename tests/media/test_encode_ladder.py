"""The ladder of encoders: the best that works, and not a picture lost when it stops working."""

import itertools
import struct
import sys
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import av
import msgspec
import pytest

from classroom_media.api import NS, EncodeError, Layout
from classroom_media.compose.programme import Programme
from classroom_media.encode.__main__ import Outcome, apart, trial, tried
from classroom_media.encode.codec import CODED_PICTURE, Encoder
from classroom_media.encode.form import PictureForm
from classroom_media.encode.h264 import PictureEncoder
from classroom_media.encode.hardware import lacking
from classroom_media.encode.ladder import Ladder
from classroom_media.encode.rungs import RUNGS, SOFTWARE, Rung, x264
from classroom_media.encode.trial import try_out
from classroom_media.packets import Coded
from classroom_media.sources.annexb import kind_of, parameter_sets, units

from .numbered import Recorded, camera, is_regular, number_in, painted, play, spec

FORM = PictureForm(
    width=160, height=90, fps=25, preset="ultrafast", quality=23, bitrate_kbps=600, gop_s=2.0
)
Fault = Callable[[list[Coded]], list[Coded]]


@dataclass
class Breaking:
    """An encoder like hardware: gives a picture back `delay` pictures later, and then fails."""

    encoder: Encoder
    fault: Fault
    after: int
    delay: int = 0
    _inside: deque[Coded] = field(default_factory=deque)
    _taken: int = 0

    def encode(self, frame: av.VideoFrame, index: int, *, key: bool) -> list[Coded]:
        self._taken += 1
        self._inside += self.encoder.encode(frame, index, key=key)
        given = [self._inside.popleft()] if len(self._inside) > self.delay else []
        return self.fault(given) if self._taken > self.after else given

    def flush(self) -> list[Coded]:
        given = [*self._inside, *self.encoder.flush()]
        return self.fault(given) if self._taken >= self.after else given


def raises(_given: list[Coded]) -> list[Coded]:
    raise EncodeError("the driver has gone away")


def swallows(_given: list[Coded]) -> list[Coded]:
    return []


def leaves_one_out(given: list[Coded]) -> list[Coded]:
    return [msgspec.structs.replace(one, pts_ns=one.pts_ns + NS // 25) for one in given]


def doubles(given: list[Coded]) -> list[Coded]:
    return given * 2


def hangs(_given: list[Coded]) -> list[Coded]:
    threading.Event().wait()
    return []


def breaking(fault: Fault, after: int, delay: int = 0, name: str = "h264_broken") -> Rung:
    """Give a rung whose first encoder passes the trial, and whose second breaks."""
    opened: list[str] = []

    def open_it(stream: str, form: PictureForm) -> Encoder:
        opened.append(stream)
        return Breaking(x264(stream, form), fault, after if len(opened) > 1 else 999, delay)

    return Rung(name, open_it, doubtful=True)


def ladder(*rungs: Rung) -> Ladder:
    return Ladder((*rungs, SOFTWARE), open_limit_s=3.0, picture_limit_s=1.0)


def encoded(encoder: PictureEncoder, count: int) -> list[Coded]:
    """Encode pictures that all lie in the same memory, as the programme's do."""
    frame, packets = painted(0), []
    for number in range(count):
        frame = painted_over(frame, number)
        packets += encoder.encode(frame, number)
    return packets + encoder.flush()


def painted_over(frame: av.VideoFrame, number: int) -> av.VideoFrame:
    for target, source in zip(frame.planes, painted(number).planes, strict=True):
        target.update(bytes(source))
    return frame


def numbers(packets: list[Coded]) -> list[int]:
    decoder = av.CodecContext.create("h264", "r")
    frames = [f for packet in packets for f in decoder.decode(av.Packet(packet.data))]
    return [number_in(frame) for frame in frames + decoder.decode(None)]


@pytest.mark.parametrize("fault", [raises, swallows, leaves_one_out, doubles, hangs])
@pytest.mark.parametrize("delay", [0, 3])
def test_an_encoder_that_breaks_costs_no_picture_and_doubles_none(fault: Fault, delay: int) -> None:
    rungs = ladder(breaking(fault, after=20, delay=delay))
    encoder = PictureEncoder("programme", FORM, rungs)
    assert encoder.name == "h264_broken"
    packets = encoded(encoder, 60)
    assert numbers(packets) == list(range(60))
    assert is_regular(packets)
    assert encoder.name == "libx264"
    first_of_next = 20 - delay + (fault is doubles)
    assert [n for n, packet in enumerate(packets) if packet.key][:2] == [0, first_of_next]
    assert rungs.problem.startswith("h264_broken: ")


def test_an_encoder_that_breaks_at_the_very_end_costs_nothing_either() -> None:
    encoder = PictureEncoder("programme", FORM, ladder(breaking(raises, after=31, delay=3)))
    assert numbers(encoded(encoder, 30)) == list(range(30))  # it fails in the flush
    encoder = PictureEncoder("programme", FORM, ladder(breaking(swallows, after=30, delay=3)))
    assert numbers(encoded(encoder, 30)) == list(range(30))


def test_a_second_encoder_that_breaks_while_it_takes_over_costs_nothing_either() -> None:
    rungs = ladder(breaking(raises, 20, delay=5), breaking(raises, 3, delay=5, name="h264_worse"))
    encoder = PictureEncoder("programme", FORM, rungs)
    assert numbers(encoded(encoder, 40)) == list(range(40))
    assert encoder.name == "libx264"
    assert set(rungs.struck) == {"h264_broken", "h264_worse"}


def test_what_has_failed_is_not_tried_again() -> None:
    rungs = ladder(breaking(raises, after=2))
    encoded(PictureEncoder("programme", FORM, rungs), 5)
    assert PictureEncoder("programme-small", FORM, rungs).name == "libx264"


def test_keyframes_that_were_asked_for_are_not_forgotten_when_another_takes_over() -> None:
    encoder = PictureEncoder("programme", FORM, ladder(breaking(raises, after=20, delay=5)))
    packets = []
    for number in range(40):
        packets += encoder.encode(painted(number), number, key=number == 18)
    packets += encoder.flush()
    assert [n for n, packet in enumerate(packets) if packet.key] == [0, 15, 18]


@pytest.mark.parametrize("fault", [raises, swallows, leaves_one_out, doubles, hangs])
def test_an_encoder_that_fails_its_trial_is_not_used(fault: Fault) -> None:
    def open_it(stream: str, form: PictureForm) -> Encoder:
        return Breaking(x264(stream, form), fault, after=2)

    rungs = ladder(Rung("h264_never", open_it, doubtful=True))
    assert PictureEncoder("programme", FORM, rungs).name == "libx264"
    assert set(rungs.struck) == {"h264_never"}
    assert rungs.problem == ""  # it was never at work: no news for anybody


def test_every_encoder_can_be_tried_by_itself() -> None:
    assert trial(Rung("h264_dead", absent), FORM) == "no such device"
    assert not trial(SOFTWARE, FORM)


def test_a_driver_that_takes_its_process_down_or_hangs_is_told_and_the_others_are_tried() -> None:
    fates = {
        "h264_dies": ("import os; os.abort()", 60.0),
        "h264_hangs": ("import threading; threading.Event().wait()", 0.5),
        "h264_mute": ("", 60.0),
        "h264_raises": ("print('a driver says'); print('trial: no such device')", 60.0),
        "libx264": (
            "print('trial: ', flush=True); print('a driver says'); import os; os.abort()",
            60.0,
        ),
    }

    def problem_with(name: str) -> str:
        said, seconds = fates[name]
        return apart([sys.executable, "-c", said], seconds)

    told = list(tried(fates, problem_with, lambda _: ""))
    assert told == [
        ("h264_dies", Outcome.FAILED, "its process ended with -6"),
        ("h264_hangs", Outcome.FAILED, "no answer for 0.5 s"),
        ("h264_mute", Outcome.FAILED, "its process ended with 0"),
        ("h264_raises", Outcome.FAILED, "no such device"),
        ("libx264", Outcome.WORKS, ""),  # what happens afterwards is nobody's trouble
    ]


def test_an_encoder_without_its_hardware_is_told_as_not_tried(tmp_path: Path) -> None:
    card = tmp_path / "sys/class/drm/renderD128/device/vendor"
    card.parent.mkdir(parents=True)
    card.write_text("0x8086\n")
    told = tried(("h264_qsv", "h264_nvenc"), lambda _: "no such device", lacks(tmp_path))
    assert list(told) == [
        ("h264_qsv", Outcome.FAILED, "no such device"),  # its card is there, and it did not open
        ("h264_nvenc", Outcome.NOT_TRIED, "/dev/nvidiactl (NVIDIA)"),
    ]


CAMERA, CODEC = 0x0420_0001, 0x0420_4000  # as uvcvideo and bcm2835-codec say of their nodes


@pytest.mark.parametrize(
    ("of_all", "of_this", "coder"),
    [
        (CAMERA | 0x8000_0000, CAMERA, False),
        (CAMERA | CODEC | 0x8000_0000, CAMERA, False),  # of one device, the node that films
        (CAMERA | CODEC | 0x8000_0000, CODEC, True),
        (0x0420_8000, 0, True),  # a driver too old to tell its nodes apart
    ],
)
def test_a_camera_is_no_coder_though_both_are_video_nodes(
    tmp_path: Path, of_all: int, of_this: int, *, coder: bool
) -> None:
    node = tmp_path / "dev/video0"
    node.parent.mkdir()
    node.touch()
    answer = bytes(80) + struct.pack("=3I", 0x0006_0100, of_all, of_this) + bytes(12)
    missing = lacking("h264_v4l2m2m", tmp_path, lambda _: answer)
    assert missing == ("" if coder else "/dev/video* (V4L2 M2M)")


def test_a_video_node_that_does_not_answer_is_named(tmp_path: Path) -> None:
    node = tmp_path / "dev/video0"
    node.parent.mkdir()
    node.touch()  # an ordinary file: no ioctl
    missing = lacking("h264_v4l2m2m", tmp_path)
    assert missing.startswith(f"/dev/video* (V4L2 M2M, {node}: ")


def lacks(root: Path) -> Callable[[str], str]:
    return lambda name: lacking(name, root)


def absent(_stream: str, _form: PictureForm) -> Encoder:
    raise EncodeError("no such device")


def test_an_encoder_whose_pictures_come_back_wrong_fails_its_trial() -> None:
    class Grey:
        def __init__(self) -> None:
            self._encoder = x264("programme", FORM)

        def encode(self, frame: av.VideoFrame, index: int, *, key: bool) -> list[Coded]:
            return self._encoder.encode(painted(0), index, key=key)

        def flush(self) -> list[Coded]:
            return self._encoder.flush()

    with pytest.raises(EncodeError, match="wrong, by"):
        try_out(Grey(), FORM)


def test_every_preset_has_the_same_parameter_sets_and_one_follows_another_within_a_stream() -> None:
    frames, packets = [], []
    encoder = PictureEncoder("programme", replace(FORM, preset="faster"))
    for number in range(60):
        if number and number % 10 == 0:
            presets = ("veryfast", "superfast", "ultrafast", "fast", "medium")
            packets += encoder.change(presets[number // 10 - 1])
        packets += encoder.encode(painted(number), number)
        frames.append(number)
    packets += encoder.flush()
    assert numbers(packets) == frames
    assert is_regular(packets)
    keys = [packet for packet in packets if packet.key]
    assert len(keys) == 6
    assert len({parameter_sets(packet.data) for packet in keys}) == 1


def test_a_second_core_codes_slices_that_go_on_in_the_same_stream() -> None:
    size = (1440, 810)
    form = replace(FORM, width=size[0], height=size[1], preset="veryfast")
    encoder = PictureEncoder("programme", form)
    packets = [
        packet for number in range(3) for packet in encoder.encode(painted(number, size), number)
    ]
    packets += encoder.change("veryfast", threads=2)
    packets += [
        packet for number in range(3, 6) for packet in encoder.encode(painted(number, size), number)
    ]
    packets += encoder.flush()
    assert [packet.key for packet in packets] == [True, False, False, True, False, False]
    assert len({parameter_sets(packet.data) for packet in packets if packet.key}) == 1
    slices = [sum(kind_of(unit) in CODED_PICTURE for unit in units(p.data)) for p in packets]
    assert slices == [1, 1, 1, 2, 2, 2]
    assert is_regular(packets)


def test_hardware_that_does_not_work_here_is_found_out_by_trying() -> None:
    rungs = Ladder(RUNGS)
    encoder = PictureEncoder("programme", FORM, rungs)
    better = RUNGS[: [rung.name for rung in RUNGS].index(encoder.name)]
    assert list(rungs.struck) == [rung.name for rung in better]
    assert numbers(encoded(encoder, 10)) == list(range(10))


def test_a_programme_goes_on_with_the_next_encoder_and_says_so() -> None:
    outlet = Recorded()
    asked = msgspec.structs.replace(spec(Layout("single", ("a",))), hardware=True)
    programme = Programme(asked, outlet, rungs=(breaking(raises, after=40, delay=2), SOFTWARE))
    assert programme.encoder == "h264_broken"
    play(programme, camera("a", seconds=4), until_s=3.5)
    programme.finish()
    assert is_regular(outlet.pictures)
    shown = outlet.numbers()
    assert [b - a for a, b in itertools.pairwise(shown)][1:] == [1] * (len(shown) - 2)
    assert programme.encoder == "libx264"
    assert programme.encoder_problem == "h264_broken: the driver has gone away"


def test_a_director_that_died_again_and_again_uses_what_has_proved_itself() -> None:
    asked = msgspec.structs.replace(spec(Layout("single", ("a",))), hardware=True, unsteady=True)
    programme = Programme(asked, Recorded(), rungs=(breaking(raises, after=999), SOFTWARE))
    assert programme.encoder == "libx264"
