"""Encoders: exactly on the grid, keyframes where they are due, nothing reordered."""

import itertools

import av
import numpy as np
import pytest

from classroom_media.api import NS, EncodeError, Kind
from classroom_media.compose.grid import Grid
from classroom_media.encode.form import PictureForm
from classroom_media.encode.h264 import PictureEncoder
from classroom_media.packets import Coded

from .numbered import microphone, number_in, painted

SOME_DAYS = 25 * 86_400 * 9  # pictures since the machine was started


def encoder(*, fps: int = 25, preset: str = "veryfast") -> PictureEncoder:
    return PictureEncoder("programme", form(fps=fps, preset=preset))


def form(*, fps: int = 25, preset: str = "veryfast") -> PictureForm:
    return PictureForm(
        width=160, height=90, fps=fps, preset=preset, quality=23, bitrate_kbps=300, gop_s=2.0
    )


def encoded(fps: int = 25, count: int = 120, keys: tuple[int, ...] = ()) -> list[Coded]:
    pictures = encoder(fps=fps)
    packets = []
    for number in range(count):
        packets += pictures.encode(painted(number % 1000), SOME_DAYS + number, key=number in keys)
    return packets + pictures.flush()


def parameter_sets(data: bytes) -> set[int]:
    """Give the types of the NAL units of a coded picture."""
    return {unit[0] & 31 for unit in data.split(b"\x00\x00\x01")[1:]}


@pytest.mark.parametrize("fps", [24, 25, 30, 50, 60])
def test_pictures_stand_exactly_on_the_grid_for_days(fps: int) -> None:
    grid = Grid(fps)
    packets = encoded(fps)
    assert [packet.pts_ns for packet in packets] == [grid.at(SOME_DAYS + n) for n in range(120)]
    assert all(packet.dts_ns == packet.pts_ns for packet in packets)
    for index, packet in enumerate(packets, start=SOME_DAYS):
        assert grid.before(packet.pts_ns) == grid.after(packet.pts_ns) == index
    assert all(a.pts_ns + a.duration_ns == b.pts_ns for a, b in itertools.pairwise(packets))


def test_a_keyframe_comes_every_group_and_when_asked_for_and_carries_everything() -> None:
    packets = encoded(keys=(60,))
    keys = [index for index, packet in enumerate(packets) if packet.key]
    assert keys == [0, 50, 60, 110]
    for index in keys:
        assert {5, 7, 8} <= parameter_sets(packets[index].data)  # IDR, SPS, PPS
        assert packets[index].format is not None
    assert all(packet.format is None for packet in packets if not packet.key)


def test_a_decoder_that_begins_at_a_requested_keyframe_needs_nothing_before_it() -> None:
    packets = encoded(keys=(60,))
    decoder = av.CodecContext.create("h264", "r")
    frames = [f for packet in packets[60:] for f in decoder.decode(av.Packet(packet.data))]
    assert [number_in(frame) for frame in frames] == list(range(60, 120))


def test_a_decoded_picture_keeps_no_trace_of_having_been_a_keyframe() -> None:
    source = encoded(count=20)
    decoder = av.CodecContext.create("h264", "r")
    pictures = encoder()
    first = decoder.decode(av.Packet(source[0].data))[0]
    packets = []
    for number in range(40):
        packets += pictures.encode(first, number)
    assert [packet.key for packet in packets + pictures.flush()] == [True] + [False] * 39


def test_programmes_say_that_they_are_limited_range_bt709() -> None:
    decoder = av.CodecContext.create("h264", "r")
    frame = decoder.decode(av.Packet(encoded(count=1)[0].data))[0]
    assert (frame.color_range, frame.colorspace) == (1, 1)


def test_settings_that_cannot_be_encoded_are_refused() -> None:
    with pytest.raises(EncodeError, match="warpspeed"):
        encoder(preset="warpspeed")


def test_a_click_comes_out_of_aac_where_it_went_in() -> None:
    sound = np.zeros((2, 1024 * 20), np.float32)
    sound[:, 10_000:10_240] = 0.5 * np.sin(np.arange(240) * 2 * np.pi / 48)
    packets = microphone("programme-sound", sound, begin_ns=0)
    assert packets[0].pts_ns == -1024 * NS // 48_000 + 1  # the encoder looks ahead by a frame
    decoder = av.CodecContext.create("aac", "r")
    form = packets[0].format
    assert form is not None
    assert form.kind is Kind.SOUND
    decoder.extradata = form.extradata
    heard = np.zeros(1024 * 20, np.float32)
    for packet in packets[1:]:
        for frame in decoder.decode(av.Packet(packet.data)):
            start = Grid(48_000).nearest(packet.pts_ns)
            heard[start : start + 1024] = frame.to_ndarray()[0]
    shift = int(np.correlate(heard, sound[0, 9_000:11_240], "valid").argmax()) - 9_000
    assert abs(shift) <= 1


def test_sound_follows_without_a_seam() -> None:
    packets = microphone("programme-sound", np.zeros((2, 1024 * 100), np.float32))
    assert all(a.pts_ns + a.duration_ns == b.pts_ns for a, b in itertools.pairwise(packets))
    assert all(packet.key and packet.format for packet in packets)
