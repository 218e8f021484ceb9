"""A film of fragments becomes an ordinary file where it lies, whenever it is interrupted."""

import random
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path

import msgspec
import psutil
import pytest

from classroom_media.api import NS, RecordError
from classroom_media.packets import Coded
from classroom_media.record.boxes import boxes, large_head
from classroom_media.record.durable import DurableFile
from classroom_media.record.flatten import flatten
from classroom_media.record.part import PartWriter
from classroom_media.record.reading import content_of
from tests.media.record_scene import FRAME_NS, START_NS, in_order, numbers, pictures, shown, sound


def moved(packet: Coded, by_ns: int) -> Coded:
    return msgspec.structs.replace(
        packet, pts_ns=packet.pts_ns + by_ns, dts_ns=packet.dts_ns + by_ns
    )


STALLED = [p for p in pictures(100) if not NS <= p.dts_ns - START_NS < 3 * NS]
FILMS = {
    "both": in_order(pictures(100), sound(4)),
    "leaning on later ones": in_order(pictures(100, bframes=2), sound(4)),
    "stalled": in_order(STALLED, sound(4)),
    "late sound": in_order(pictures(100), sound(2, from_ns=START_NS + NS)),
    "late pictures": in_order(pictures(60, from_ns=START_NS + NS), sound(4)),
    "sound": sound(4, rate=44_100),
    "uneven": [
        moved(packet, chance.randrange(15_000_000))
        for chance in [random.Random(1)]
        for packet in pictures(100)
    ],
}


def written(path: Path, film: Sequence[Coded], zero_ns: int = START_NS) -> Path:
    formats = {packet.stream: packet.format for packet in film if packet.format}
    writer = PartWriter(DurableFile(path), formats, zero_ns)
    for packet in film:
        writer.write(packet)
    writer.seal()
    return path


def kinds(path: Path) -> list[bytes]:
    with path.open("rb") as file:
        return [box.kind for box in boxes(file)]


def times(path: Path) -> dict[str, list[tuple[int, int, bool]]]:
    """When what is decoded and shown; what an edit list hides may be left out by a reader."""
    return {
        kind: [(s.pts_ns, s.dts_ns, s.key) for s in lane.samples if s.pts_ns > 0]
        for kind, lane in content_of(path).items()
    }


@pytest.mark.parametrize("name", FILMS)
@pytest.mark.parametrize("lead_in_ns", [0, 7 * FRAME_NS + 11])
def test_every_packet_stays_at_its_time(tmp_path: Path, name: str, lead_in_ns: int) -> None:
    path = written(tmp_path / "film.mp4", FILMS[name], START_NS + lead_in_ns)
    before, size = times(path), path.stat().st_size
    media = path.read_bytes()[64:]
    assert flatten(path)
    assert kinds(path) == [b"ftyp", b"mdat", b"moov"]
    assert times(path) == before
    assert all(lane.samples[0].key for lane in content_of(path).values())
    assert path.read_bytes()[64:size] == media
    assert not flatten(path)


def test_packets_stand_where_they_were_recorded_though_a_camera_stood_still(tmp_path: Path) -> None:
    for name in ("stalled", "uneven"):
        film = FILMS[name]
        path = written(tmp_path / f"{name}.mp4", film)
        flatten(path)
        recorded = [(p.pts_ns - START_NS) / NS for p in film if p.stream == "cam"]
        assert [second for second, _number in shown(path)] == pytest.approx(recorded, abs=5e-4)


@pytest.mark.needs("ffmpeg")
@pytest.mark.parametrize("late_ns", [20_000, 500_000, 990_000, 1_010_000])
@pytest.mark.parametrize("bframes", [0, 2])
def test_a_film_that_begins_a_little_late_begins_with_its_keyframe(
    tmp_path: Path, late_ns: int, bframes: int
) -> None:
    film = pictures(50, from_ns=START_NS + late_ns, bframes=bframes)
    film = [msgspec.structs.replace(p, dts_ns=p.dts_ns - 20_000) for p in film]
    path = written(tmp_path / "film.mp4", film)
    flatten(path)
    command = ["ffprobe", "-v", "warning", str(path)]
    assert subprocess.run(command, capture_output=True, check=True).stderr == b""
    assert numbers(path) == list(range(50))
    recorded = sorted((p.pts_ns - START_NS) / NS for p in film)
    assert [second for second, _number in shown(path)] == pytest.approx(recorded, abs=1e-3)


@pytest.mark.parametrize("late_ns", [-9_000_000, 0, 500_000, 9_000_000])
def test_a_picture_that_leads_the_first_keyframe_is_left_out(tmp_path: Path, late_ns: int) -> None:
    key, *others = pictures(50, from_ns=START_NS + late_ns, bframes=2)
    shown_ns, decoded_ns = key.pts_ns - FRAME_NS // 2, key.dts_ns + NS // 1000
    leading = msgspec.structs.replace(others[-1], pts_ns=shown_ns, dts_ns=decoded_ns)
    assert numbers(written(tmp_path / "film.mp4", [key, leading, *others])) == list(range(50))


def test_time_that_no_packet_lasts_for_stays_between_fragments(tmp_path: Path) -> None:
    path = written(tmp_path / "film.mp4", pictures(100))
    film = bytearray(path.read_bytes())
    at = film.index(b"tfdt")
    while (at := film.find(b"tfdt", at + 1)) >= 0:  # all but the first come half a second later
        (time,) = struct.unpack_from(">Q", film, at + 8)
        struct.pack_into(">Q", film, at + 8, time + 45_000)
    path.write_bytes(film)
    before = times(path)
    assert before["picture"][-1][0] > 4.4 * NS
    flatten(path)
    assert times(path) == before


def test_whoever_is_killed_at_it_leaves_a_film_that_can_be_played_and_done_again(
    tmp_path: Path,
) -> None:
    path = written(tmp_path / "film.mp4", FILMS["both"])
    fragments = path.read_bytes()
    flatten(path)
    done = path.read_bytes()
    chance = random.Random(20261122)
    for cut in [len(fragments), len(done), *chance.choices(range(len(fragments), len(done)), k=8)]:
        path.write_bytes(fragments + done[len(fragments) : cut])
        assert numbers(path) == list(range(100))
        assert flatten(path)
        assert path.read_bytes() == done


def test_a_stream_that_never_came_is_not_in_the_file(tmp_path: Path) -> None:
    announced = {"cam": pictures(100)[0].format, "cam-sound": sound(4)[0].format}
    formats = {name: form for name, form in announced.items() if form}
    writer = PartWriter(DurableFile(tmp_path / "film.mp4"), formats, START_NS)
    for packet in pictures(100):
        writer.write(packet)
    writer.seal()
    flatten(tmp_path / "film.mp4")
    assert list(content_of(tmp_path / "film.mp4")) == ["picture"]
    assert numbers(tmp_path / "film.mp4") == list(range(100))


def test_half_a_fragment_behind_the_last_is_cut_off(tmp_path: Path) -> None:
    path = written(tmp_path / "film.mp4", FILMS["both"])
    whole = path.read_bytes()
    with path.open("rb") as file:
        last = [box.at for box in boxes(file)][-2]
    path.write_bytes(whole[: last + 90])
    flatten(path)
    there = numbers(path)
    assert there == list(range(len(there)))
    assert len(there) >= 95


def test_a_film_that_does_not_add_up_stays_as_it_is(tmp_path: Path) -> None:
    path = written(tmp_path / "film.mp4", FILMS["both"])
    broken = bytearray(path.read_bytes())
    broken[broken.index(b"trun") + 20] ^= 1
    path.write_bytes(broken)
    with pytest.raises(RecordError, match="add up"):
        flatten(path)
    assert path.read_bytes() == broken


def test_a_film_may_be_larger_than_four_gigabytes(tmp_path: Path) -> None:
    path = written(tmp_path / "film.mp4", FILMS["both"])
    with path.open("rb") as file:
        middle = [box.at for box in boxes(file) if box.kind == b"moof"][10]
    rest = path.read_bytes()[middle:]
    with path.open("r+b") as file:
        file.truncate(middle)
        file.seek(middle)
        file.write(large_head(b"free", 5 << 30))
        file.seek(middle + (5 << 30))
        file.write(rest)
    flatten(path)
    assert numbers(path) == list(range(100))


class Nowhere:
    """A disk that keeps nothing."""

    closed = False
    size = synced_bytes = 0

    def write(self, data: bytes, /) -> int:
        self.size += len(data)
        return len(data)

    def sync(self) -> None:
        self.synced_bytes = self.size

    begin_sync = sync

    def end_sync(self) -> None: ...

    def close(self) -> None:
        self.closed = True

    def cut_back(self) -> None: ...


def test_an_hour_of_writing_leaves_nothing_in_memory() -> None:
    film = pictures(250)
    assert film[0].format
    writer = PartWriter(Nowhere(), {"cam": film[0].format}, START_NS)
    held_mb: list[float] = []
    for lap in range(360):
        if lap in {60, 359}:
            held_mb.append(psutil.Process().memory_info().rss / 1e6)
        for packet in film:
            writer.write(moved(packet, lap * len(film) * FRAME_NS))
    assert held_mb[1] - held_mb[0] < 1
