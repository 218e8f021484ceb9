"""The programme in other sizes: encoded once each, while somebody wants them."""

from functools import cache

import av
import msgspec
import pytest

from classroom_media.api import NS, Layout, MediaError, Rendition
from classroom_media.compose.programme import PICTURES, Programme
from classroom_media.encode.codec import Encoder
from classroom_media.encode.form import PictureForm
from classroom_media.encode.rungs import Rung, x264
from classroom_media.packets import Coded

from .numbered import START_NS, Recorded, camera, is_regular, number_in, play, spec

SIZE = (320, 180)
SINGLE = Layout("single", ("a",))
SMALL = Rendition(name="small", height=90, bitrate_kbps=300)
SMALLER = Rendition(name="phone", height=96, bitrate_kbps=200)
SAME = Rendition(name="live", height=180, bitrate_kbps=1000)


@cache
def pictures() -> list[Coded]:
    return camera("a", seconds=5, size=SIZE)


def counted() -> tuple[Rung, list[str]]:
    """Give an encoder that notes for which stream it is opened."""
    opened: list[str] = []

    def open_it(stream: str, form: PictureForm) -> Encoder:
        opened.append(f"{stream} {form.width}x{form.height}")
        return x264(stream, form)

    return Rung("libx264", open_it), opened


def programme(*renditions: Rendition) -> tuple[Programme, Recorded, list[str]]:
    rung, opened = counted()
    outlet = Recorded()
    asked = msgspec.structs.replace(spec(SINGLE, size=SIZE), hardware=True, renditions=renditions)
    return Programme(asked, outlet, rungs=(rung,)), outlet, opened


def stream(outlet: Recorded, name: str) -> list[Coded]:
    return [packet for packet in outlet.packets if packet.stream == name]


def frames(packets: list[Coded]) -> list[av.VideoFrame]:
    decoder = av.CodecContext.create("h264", "r")
    found = [frame for packet in packets for frame in decoder.decode(av.Packet(packet.data))]
    return found + decoder.decode(None)


def test_a_rendition_is_the_programme_picture_by_picture_in_its_own_size() -> None:
    made, out, opened = programme(SMALL)
    play(made, pictures(), until_s=3)
    made.finish()
    small = stream(out, "programme-small")
    assert [packet.pts_ns for packet in small] == [packet.pts_ns for packet in out.pictures]
    assert {(frame.width, frame.height) for frame in frames(small)} == {(160, 90)}
    assert [number_in(frame) for frame in frames(small)] == out.numbers()
    assert opened == ["programme 320x180", "programme-small 160x90"]


def test_the_programmes_own_size_is_not_encoded_again() -> None:
    made, out, opened = programme(SAME, SMALL)
    assert made.renditions == {"live": PICTURES, "small": "programme-small"}
    play(made, pictures(), until_s=2)
    assert opened == ["programme 320x180", "programme-small 160x90"]
    assert stream(out, "programme-live") == []


def test_renditions_come_and_go_with_those_who_watch_and_the_programme_does_not_notice() -> None:
    made, out, opened = programme()
    changes = {
        1.0: lambda: made.render((SMALL,)),
        2.0: lambda: made.render((SMALL, SMALLER)),
        3.0: lambda: made.render(()),
    }
    play(made, pictures(), until_s=4, at=changes)
    made.finish()
    assert is_regular(out.pictures)
    assert [n for n, packet in enumerate(out.pictures) if packet.key] == [0, 50]
    for name, first_s, last_s in (("small", 1.0, 3.0), ("phone", 2.0, 3.0)):
        packets = stream(out, f"programme-{name}")
        assert packets[0].key
        assert is_regular(packets)
        assert packets[0].pts_ns - START_NS == pytest.approx(first_s * NS, abs=NS // 10)
        assert packets[-1].pts_ns - START_NS == pytest.approx(last_s * NS, abs=NS // 10)
    assert len(opened) == 3


def test_a_rendition_that_cannot_be_is_refused_and_nothing_changes() -> None:
    made, _, _ = programme(SMALL)
    for wrong in (
        (SMALL, SMALL),
        (msgspec.structs.replace(SMALL, name="sound"),),
        (msgspec.structs.replace(SMALL, height=91),),
        (msgspec.structs.replace(SMALL, height=360),),
    ):
        with pytest.raises(MediaError):
            made.render(wrong)
    assert made.renditions == {"small": "programme-small"}
