"""Sequence parameter sets: read as FFmpeg reads them, labelled without a change to the coding."""

from fractions import Fraction

import av
import pytest
from hypothesis import given
from hypothesis import strategies as some

from classroom_media.emulate.inspection import luma_of
from classroom_media.sources.annexb import SPS, kind_of, units
from classroom_media.sources.sps import labelled, read

from .numbered import painted

SETTINGS = {
    "baseline": ("Baseline", ""),
    "main, several references": ("Main", ":ref=4"),
    "high, scaled": ("High", ":cqm=jvt"),
    "another shape of pixels": ("High", ":sar=4/3"),
    "any shape of pixels": ("High", ":sar=77/80"),
    "full range, BT.601": ("Main", ":fullrange=on:colormatrix=smpte170m"),
    "HRD, overscan, structure": ("High", ":nal-hrd=vbr:overscan=show:pic-struct=1"),
    "reordered": ("High", ":bframes=2"),
    "interlaced": ("High", ":interlaced=1"),
    "4:4:4": ("High 4:4:4 Predictive", ""),
}


def film(settings: str, size: tuple[int, int] = (176, 100)) -> list[bytes]:
    profile, more = SETTINGS[settings]
    context = av.CodecContext.create("libx264", "w")
    context.width, context.height = size
    context.pix_fmt = "yuv444p" if "4:4:4" in profile else "yuv420p"
    context.framerate, context.time_base = Fraction(25), Fraction(1, 25)
    context.profile = profile
    parameters = f"annexb=1:repeat-headers=1:bframes=0{more}:vbv-maxrate=900:vbv-bufsize=900"
    context.options = {"preset": "veryfast", "x264-params": parameters}
    packets = []
    for number in range(6):
        frame = painted(number, size).reformat(format=context.pix_fmt)
        frame.pts, frame.time_base = number, Fraction(1, 25)
        packets += context.encode(frame)
    return [bytes(packet) for packet in packets + context.encode(None)]


def set_of(data: bytes) -> bytes:
    return next(unit for unit in units(data) if kind_of(unit) == SPS)


def decoded(packets: list[bytes]) -> tuple[list[bytes], av.VideoCodecContext]:
    decoder = av.CodecContext.create("h264", "r")
    frames = [frame for data in packets for frame in decoder.decode(av.Packet(data))]
    return [luma_of(frame).tobytes() for frame in frames + decoder.decode(None)], decoder


@pytest.mark.parametrize("settings", SETTINGS)
def test_a_set_is_read_as_the_decoder_reads_it(settings: str) -> None:
    packets = film(settings)
    sets = read(set_of(packets[0]))
    assert sets is not None
    _, decoder = decoded(packets)
    assert (sets.width, sets.height) == (decoder.width, decoder.height) == (176, 100)
    assert sets.square == (decoder.sample_aspect_ratio in {None, 0, 1})
    assert sets.full_range == (decoder.color_range == 2)
    assert sets.colours == decoder.colorspace
    assert sets.chroma_format == (3 if "444" in str(decoder.pix_fmt) else 1)
    assert sets.progressive == (settings != "interlaced")
    assert bool(sets.reorder) == decoder.has_b_frames


@pytest.mark.parametrize("settings", SETTINGS)
def test_a_label_changes_what_is_said_and_not_what_is_seen(settings: str) -> None:
    packets = film(settings)
    unit = set_of(packets[0])
    label = labelled(unit)
    changed = [data.replace(unit, label) for data in packets]
    assert decoded(changed)[0] == decoded(packets)[0]
    old, new = read(unit), read(label)
    assert old is not None
    assert new is not None
    assert (new.square, new.full_range, new.colours) == (True, False, 1)
    assert (new.width, new.height, new.reorder) == (old.width, old.height, old.reorder)
    assert labelled(label) == label


def test_a_set_that_says_nothing_but_the_coding_gets_a_label_too() -> None:
    """Cameras send such sets; then a decoder may hold pictures back, and players stumble."""
    bare = bytes.fromhex("674d001f965602802dc8")  # main, 1280x720, spelt by the tables
    sets = read(bare)
    assert sets is not None
    assert (sets.width, sets.height, sets.reorder) == (1280, 720, None)
    again = read(labelled(bare))
    assert again is not None
    assert (again.colours, again.reorder, again.references) == (1, 0, sets.references)


@given(some.binary(max_size=60))
def test_noise_may_be_a_set_or_none_but_does_no_harm(data: bytes) -> None:
    unit = b"\x67" + data
    if read(unit) is not None:
        assert read(labelled(unit)) is not None


def test_a_set_that_is_cut_off_is_none() -> None:
    unit = set_of(film("HRD, overscan, structure")[0])
    assert [read(unit[:length]) for length in range(len(unit) - 1)] == [None] * (len(unit) - 1)
