"""What a site missed of a lesson arrives later, and is in its film as if it had never been gone."""

import zlib
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classroom_media.api import RecordError
from classroom_media.fill.outline import decoded, encoded
from classroom_media.fill.spool import Spool
from classroom_media.fill.store import FilmFolder
from classroom_media.live.rtp.h264 import access_unit, packetise
from classroom_media.record.manifest import (
    Gap,
    Manifest,
    State,
    Track,
    read_manifest,
    write_manifest,
)
from classroom_media.record.shared import LATER, LIVE, Anchor, Attended
from classroom_media.record.verify import Verified, verify
from classroom_media.workers.filler import do
from classroom_media.workers.specs import JoinSpec
from tests.media.fill_scene import asked_for, fetch, hub_film, live_film, offered, write_film
from tests.media.record_scene import WALL, beeps, heard, numbers, pictures

SECONDS = 8
HUB_NS = 1_800_000_000_000_000_000


def join(site: Path, recording: Path, *, replaces: bool = True) -> None:
    do(
        JoinSpec(
            folder=str(site),
            recording=str(recording),
            name="math-1",
            session="math",
            title="数学",
            hub_ns=HUB_NS,
            room="hill",
            source="hub",
            replaces=replaces,
        )
    )


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> FilmFolder:
    """The whole lesson, as its hub offers it."""
    folder = tmp_path_factory.mktemp("hub")
    return offered(hub_film(folder / "hub.mp4", SECONDS), folder / "offer", 0, SECONDS)


def test_a_site_that_was_away_for_two_seconds_fetches_those_and_has_every_picture(
    hub: FilmFolder, tmp_path: Path
) -> None:
    live = live_film(tmp_path / "live.mp4", SECONDS, [(3.2, 4.9)])
    site = asked_for(hub, tmp_path / "site", [live])
    assert sorted(set(range(SECONDS)) - set(site.needs().here)) == [3, 4]
    fetch(hub, site)
    join(site.path, tmp_path / "lesson")
    film = tmp_path / "lesson" / "programme.mp4"
    assert numbers(film) == list(range(SECONDS * 25))
    assert beeps(film) == beeps(hub.path.parent / "hub.mp4")
    assert (heard(film) == heard(hub.path.parent / "hub.mp4")).all()
    (joined,) = read_manifest(tmp_path / "lesson").joined
    assert [(one.from_s, one.to_s, one.came) for one in joined.passages] == [
        (0, 3, LIVE),
        (3, 5, LATER),
        (5, 8, LIVE),
    ]


def test_a_site_that_was_off_for_the_whole_lesson_gets_all_of_it(
    hub: FilmFolder, tmp_path: Path
) -> None:
    site = asked_for(hub, tmp_path / "site", [])
    fetch(hub, site)
    join(site.path, tmp_path / "lesson")
    manifest = read_manifest(tmp_path / "lesson")
    assert numbers(tmp_path / "lesson" / "programme.mp4") == list(range(SECONDS * 25))
    assert [passage.came for passage in manifest.joined[0].passages] == [LATER]
    assert manifest.title == "数学"
    assert manifest.duration_s == pytest.approx(SECONDS, abs=0.05)
    assert manifest.sessions[0].session == "math"


@pytest.mark.parametrize("bframes", [0, 2])
def test_a_session_that_began_while_the_hub_recorded_already_begins_at_its_own_picture(
    tmp_path: Path, bframes: int
) -> None:
    film = hub_film(tmp_path / "hub.mp4", SECONDS, bframes=bframes)
    hub = offered(film, tmp_path / "offer", 2.4, 5.0)
    site = asked_for(hub, tmp_path / "site", [])
    fetch(hub, site)
    join(site.path, tmp_path / "lesson")
    assert numbers(tmp_path / "lesson" / "programme.mp4") == list(range(60, 125))


def test_sound_that_goes_on_after_the_hubs_last_picture_is_there_to_its_end(
    tmp_path: Path,
) -> None:
    film = hub_film(tmp_path / "hub.mp4", SECONDS, holes=[(5.5, SECONDS)])
    site = asked_for(offered(film, tmp_path / "offer", 0, SECONDS), tmp_path / "site", [])
    fetch(FilmFolder(tmp_path / "offer"), site)
    join(site.path, tmp_path / "lesson")
    assert beeps(tmp_path / "lesson" / "programme.mp4") == beeps(film)
    assert len(beeps(film)) == SECONDS


def test_a_picture_that_was_lost_on_the_way_is_fetched_with_its_group(
    hub: FilmFolder, tmp_path: Path
) -> None:
    live = live_film(tmp_path / "live.mp4", SECONDS, [(2.52, 2.56)])
    site = asked_for(hub, tmp_path / "site", [live])
    assert sorted(set(range(SECONDS)) - set(site.needs().here)) == [2]


def test_pictures_that_travelled_as_rtp_are_known_again(hub: FilmFolder, tmp_path: Path) -> None:
    arrived = []
    for packet in pictures(SECONDS * 25, stream="hub"):
        data = access_unit(packetise(packet.data))
        assert data is not None
        arrived.append(msgspec.structs.replace(packet, data=data))
    live = write_film(tmp_path / "live.mp4", arrived)
    site = asked_for(hub, tmp_path / "site", [live])
    assert sorted(site.needs().here) == list(range(SECONDS))


def test_what_came_in_a_lower_quality_counts_as_missed(hub: FilmFolder, tmp_path: Path) -> None:
    low = write_film(tmp_path / "low.mp4", pictures(SECONDS * 25, stream="hub", size=(120, 92)))
    assert not asked_for(hub, tmp_path / "site", [low]).needs().here


def test_a_fetch_that_is_cut_and_killed_again_and_again_asks_for_nothing_twice(
    hub: FilmFolder, tmp_path: Path
) -> None:
    live = live_film(tmp_path / "live.mp4", SECONDS, [(1.0, 3.0), (6.5, 7.0)])
    site = asked_for(hub, tmp_path / "site", [live])
    sizes = [fetch(hub, site, piece=1_700, pieces=20).size for _kill in range(8)]
    assert sizes == sorted(sizes)
    fetch(hub, site)
    assert site.fetched.stat().st_size == site.needs().size
    join(site.path, tmp_path / "lesson")
    assert numbers(tmp_path / "lesson" / "programme.mp4") == list(range(SECONDS * 25))


def test_bytes_that_are_wrong_are_asked_for_again(hub: FilmFolder, tmp_path: Path) -> None:
    site = asked_for(hub, tmp_path / "site", [])
    spool = Spool(site.fetched, site.needs().blobs)
    wanted = spool.wanted
    assert wanted is not None
    assert not spool.add(wanted, bytes(wanted.blob.size))
    assert spool.wanted == wanted
    assert not spool.add(wanted, bytes(wanted.blob.size + 1))
    assert not spool.add(wanted, b"")


def test_what_the_disk_has_spoilt_meanwhile_is_fetched_once_more(
    hub: FilmFolder, tmp_path: Path
) -> None:
    site = asked_for(hub, tmp_path / "site", [])
    fetch(hub, site)
    with site.fetched.open("r+b") as file:
        file.seek(40_000)
        file.write(b"spoilt")
    with pytest.raises(RecordError, match="damaged"):
        join(site.path, tmp_path / "lesson")
    assert not (tmp_path / "lesson" / "manifest.json").exists()
    fetch(hub, site)
    join(site.path, tmp_path / "lesson")
    assert numbers(tmp_path / "lesson" / "programme.mp4") == list(range(SECONDS * 25))


def test_a_live_film_that_has_changed_is_not_joined(hub: FilmFolder, tmp_path: Path) -> None:
    live = live_film(tmp_path / "live.mp4", SECONDS, [(3.2, 4.9)])
    site = asked_for(hub, tmp_path / "site", [live])
    fetch(hub, site)
    live.write_bytes(live.read_bytes()[::-1])
    with pytest.raises(RecordError):
        join(site.path, tmp_path / "lesson")


def test_in_the_rooms_own_recording_the_whole_lesson_takes_the_place_of_what_came_live(
    hub: FilmFolder, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    live = live_film(own / "hub.mp4", SECONDS, [(3.2, 4.9)])
    (own / "camera.mp4").write_bytes(b"another film")
    write_manifest(own, recorded(own))
    site = asked_for(hub, tmp_path / "site", [live])
    fetch(hub, site)
    for _again in range(2):
        join(site.path, own)
    manifest = read_manifest(own)
    assert [(one.name, one.file) for one in manifest.tracks] == [
        ("camera", "camera.mp4"),
        ("hub", "hub.whole.1.mp4"),
    ]
    assert manifest.tracks[-1].start_s == pytest.approx(1.5)
    assert [gap.track for gap in manifest.gaps] == ["camera"]
    assert len(manifest.joined) == 1
    assert not live.exists()
    assert numbers(own / "hub.whole.1.mp4") == list(range(SECONDS * 25))
    assert [one.verified for one in verify(own) if one.file != "camera.mp4"] == [Verified.GOOD]


def recorded(folder: Path) -> Manifest:
    """The manifest of a site that began to record 1.5 s before the session."""
    tracks = (("hub", "hub"), ("camera", "camera"))
    return Manifest(
        id=folder.name,
        state=State.FINISHED,
        room="hill",
        title="",
        started_at=WALL,
        duration_s=SECONDS + 2,
        tracks=tuple(
            Track(name=name, source=source, kind="picture", file=f"{name}.mp4", codec="h264")
            for name, source in tracks
        ),
        gaps=tuple(
            Gap(track=name, from_s=3, to_s=5, length_s=2, reason="lost") for name, _source in tracks
        ),
        sessions=(
            Attended(
                session="math",
                title="数学",
                anchors=(Anchor(at_s=0, hub_ns=HUB_NS - 1_500_000_000),),
            ),
        ),
    )


@pytest.mark.parametrize(
    "data", [b"", b"no outline", zlib.compress(b"\x93\x02\x90\x90"), zlib.compress(bytes(1000))]
)
def test_what_is_no_outline_is_refused(data: bytes) -> None:
    with pytest.raises(RecordError):
        decoded(data)


def test_an_outline_is_what_it_was_after_the_journey(hub: FilmFolder) -> None:
    outline = hub.outline()
    assert decoded(encoded(outline)) == outline
    assert len(encoded(outline)) < 200 * SECONDS  # bytes: a lesson's are a few hundred thousand


seconds = st.floats(0, SECONDS, allow_nan=False)
cuts = st.lists(st.tuples(seconds, seconds).map(lambda two: (min(two), max(two))), max_size=4)


@settings(max_examples=8, deadline=None)
@given(cuts=cuts, kills=st.lists(st.integers(1, 60), max_size=3), piece=st.integers(500, 90_000))
def test_whatever_the_outages_were_no_picture_is_missing_and_none_is_there_twice(
    hub: FilmFolder,
    tmp_path_factory: pytest.TempPathFactory,
    cuts: list[tuple[float, float]],
    kills: list[int],
    piece: int,
) -> None:
    folder = tmp_path_factory.mktemp("site")
    away_for_all = any(begin < 0.01 and end > SECONDS - 1 for begin, end in cuts)
    live = [] if away_for_all else [live_film(folder / "live.mp4", SECONDS, cuts)]
    site = asked_for(hub, folder / "site", live)
    for pieces in (*kills, 1 << 30):
        fetch(hub, site, piece=piece, pieces=pieces)
    join(site.path, folder / "lesson")
    film = folder / "lesson" / "programme.mp4"
    assert numbers(film) == list(range(SECONDS * 25))
    assert beeps(film) == [float(second) for second in range(SECONDS)]
