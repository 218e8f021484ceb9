"""Parts of a lesson: every picture once, at its time, playable from any segment on."""

from itertools import groupby, pairwise
from pathlib import Path

import av
import pytest

from classroom_media.api import NS, Kind
from classroom_media.emulate import inspection
from classroom_media.emulate.reel import FRAME_NS
from classroom_media.live.hls.package import PART_NS, SEGMENT_MAX_NS, Head, Part
from tests.media.live.hls.lessons import BEGIN_NS, PICTURES, packaged, played, reel, sent


def parts_of(pieces: list[Head | Part]) -> list[Part]:
    return [piece for piece in pieces if isinstance(piece, Part)]


@pytest.mark.parametrize("bframes", [0, 2])
def test_every_picture_is_there_once_and_at_its_time(tmp_path: Path, bframes: int) -> None:
    lesson = reel(bframes=bframes)
    seen = played(tmp_path / "all.mp4", b"".join(one.data for one in packaged(sent(lesson))))
    assert [one.number for one in seen] == list(range(PICTURES))
    with av.open(str(tmp_path / "all.mp4")) as film:
        stamps = sorted(
            round(packet.pts * packet.time_base * NS)
            for packet in film.demux(video=0)
            if packet.pts is not None and packet.time_base is not None
        )
    expected = sorted(packet.pts_ns + BEGIN_NS for packet in lesson.pictures)
    assert stamps == pytest.approx(expected, abs=NS // 90_000)


def test_sound_is_whole_and_in_step_with_the_pictures(tmp_path: Path) -> None:
    path = tmp_path / "all.mp4"
    seen = played(path, b"".join(one.data for one in packaged(sent(reel()))))
    offsets = inspection.offsets(seen, inspection.beeps(path))
    assert offsets
    assert max(map(abs, offsets)) <= 0.005
    with av.open(str(path)) as film:
        blocks = [packet for packet in film.demux(audio=0) if packet.pts is not None]
    assert len(blocks) == len(reel().sound)
    assert {
        after.pts - before.pts
        for before, after in pairwise(blocks)
        if after.pts and before.pts is not None
    } == {1024}


def test_each_segment_can_be_played_without_those_before_it(tmp_path: Path) -> None:
    head, *rest = packaged(sent(reel()))
    parts, starts = parts_of(rest), 0
    for number, part in enumerate(parts):
        if part.opens:
            starts += 1
            seen = played(
                tmp_path / "tail.mp4", head.data + b"".join(p.data for p in parts[number:])
            )
            first = (part.begin_ns - BEGIN_NS) // FRAME_NS
            assert [one.number for one in seen] == list(range(first, PICTURES))
    assert starts == PICTURES // 50


def test_parts_are_as_long_as_announced_and_follow_one_another() -> None:
    parts = parts_of(packaged(sent(reel())))
    assert all(p.begin_ns + p.duration_ns == after.begin_ns for p, after in pairwise(parts))
    assert max(part.duration_ns for part in parts) <= PART_NS
    inner = [
        p for p, after in pairwise(parts) if not after.opens
    ]  # the last of a segment may be short
    assert min(part.duration_ns for part in inner) >= 0.85 * PART_NS


def test_a_camera_whose_keyframes_are_far_apart_still_gets_segments_that_are_short_enough() -> None:
    parts = parts_of(packaged(sent(reel(gop=PICTURES))))
    numbers, count = [], 0
    for part in parts:
        count += part.opens
        numbers.append((count, part.duration_ns))
    lengths = [sum(d for _n, d in group) for _number, group in groupby(numbers, lambda one: one[0])]
    assert len(lengths) > 1
    assert max(lengths) <= SEGMENT_MAX_NS
    assert not next(part for part in parts[1:] if part.opens).independent


def test_pictures_of_another_size_get_a_head_of_their_own() -> None:
    small, large = reel(), reel(size=(640, 360))
    after_ns = BEGIN_NS + PICTURES * FRAME_NS
    pieces = packaged([*sent(small), *sent(large, after_ns)])
    heads = [piece for piece in pieces if isinstance(piece, Head)]
    assert [(head.width, head.height) for head in heads] == [(320, 180), (640, 360)]
    following = pieces[pieces.index(heads[1]) + 1]
    assert isinstance(following, Part)
    assert following.opens
    assert following.begin_ns == after_ns


def test_nothing_is_sent_before_a_keyframe_and_before_the_sound_is_known() -> None:
    late = [(kind, packet) for kind, packet in sent(reel()) if packet.dts_ns >= BEGIN_NS + NS]
    pictures_first = sorted(
        late, key=lambda one: one[0] is Kind.SOUND and one[1].dts_ns < BEGIN_NS + 3 * NS
    )
    pieces = packaged(pictures_first)
    assert isinstance(pieces[0], Head)
    assert parts_of(pieces)[0].begin_ns == BEGIN_NS + 4 * NS  # the first keyframe after the sound
    assert pieces[0].codecs.startswith("avc1.")
    assert pieces[0].codecs.endswith(",mp4a.40.2")


def test_a_camera_of_the_same_size_whose_pictures_are_coded_otherwise_gets_a_head() -> None:
    after_ns = BEGIN_NS + PICTURES * FRAME_NS
    pieces = packaged([*sent(reel()), *sent(reel(bframes=2), after_ns)])
    heads = [piece for piece in pieces if isinstance(piece, Head)]
    assert len(heads) == 2
    assert heads[0].data != heads[1].data


def test_after_a_hole_a_segment_begins_anew_and_no_part_is_as_long_as_the_hole() -> None:
    after_ns = BEGIN_NS + PICTURES * FRAME_NS + 5 * NS
    begins_badly = [one for one in sent(reel(), after_ns) if one[1].dts_ns > after_ns]
    pieces = packaged([*sent(reel()), *begins_badly])
    heads = [index for index, piece in enumerate(pieces) if isinstance(piece, Head)]
    assert len(heads) == 2
    following = pieces[heads[1] + 1]
    assert isinstance(following, Part)
    assert following.opens
    assert following.independent
    assert following.begin_ns == after_ns + 2 * NS  # the first keyframe that came
    assert max(part.duration_ns for part in parts_of(pieces)) <= PART_NS
