"""What a hub missed of a site that had the floor comes afterwards: of that time, and no other."""

import shutil
from pathlib import Path

import msgspec
import pytest

from classroom_edge.services.filling.spoken import FILE, Stretch
from classroom_edge.sessions.link import films
from classroom_edge.sessions.state import NS
from classroom_media.record.manifest import read_manifest
from classroom_media.record.shared import LATER, LIVE
from tests.edge.sessions.filling_scene import SESSION, TITLE, Schools
from tests.media.fill_scene import hub_film, live_film
from tests.media.record_scene import numbers
from tests.waiting import eventually_async

SECONDS = 10
FLOOR = (4.0, 6.0)  # seconds of the lesson, and a second more at either end


@pytest.fixture
def schools(tmp_path: Path) -> Schools:
    return Schools(tmp_path, SECONDS)


def recorded(schools: Schools, *cuts: tuple[float, float]) -> Path:
    """Have both recorded the lesson, the hub what came of the site; give the hub's recording."""
    own = schools.recordings("site") / "20261123-080000-0001"
    here = schools.recordings("hub") / "20261123-080000-0002"
    for folder in (own, here):
        folder.mkdir()
    schools.note("site", "programme", "", hub_film(own / "programme.mp4", SECONDS))
    schools.note("hub", "pupils", "pupils", live_film(here / "pupils.mp4", SECONDS, cuts))
    return here


def spoke(schools: Schools) -> None:
    """Have the site had the floor."""
    begin_ns, end_ns = (schools.from_ns + round(at * NS) for at in FLOOR)
    folder = schools.top / "site" / "films"
    folder.mkdir(exist_ok=True)
    stretch = Stretch(session=SESSION, title=TITLE, from_ns=begin_ns, to_ns=end_ns)
    (folder / FILE).write_bytes(msgspec.json.encode([stretch]))


async def test_what_was_cut_while_a_site_spoke_is_in_the_hubs_recording_afterwards(
    schools: Schools,
) -> None:
    await schools.held(recorded=False)
    here = recorded(schools, (4.2, 5.9))
    spoke(schools)
    async with schools.hub() as hub:
        await schools.enrol()
        async with schools.site():
            await eventually_async(lambda: schools.joined("hub"), within_s=60)
            await eventually_async(lambda: not hub.missing(), within_s=60)
    manifest = read_manifest(here)
    (joined,) = manifest.joined
    assert numbers(here / joined.file) == list(range(75, 175))  # 3 s to 7 s, in whole groups
    assert [one.came for one in joined.passages] == [LIVE, LATER, LIVE]
    (live, whole) = manifest.tracks
    assert (live.name, whole.name, live.file) == ("pupils", "pupils", "pupils.mp4")
    assert (here / "pupils.mp4").exists()  # of what came live nothing goes away
    assert abs(whole.start_s - 3.0) < 0.01


async def test_what_came_whole_is_not_fetched_nor_anything_where_it_did_not_speak(
    schools: Schools,
) -> None:
    await schools.held(recorded=False)
    here = recorded(schools, (0.5, 2.5), (8.0, 9.5))  # while others had the floor
    spoke(schools)
    fetched = schools.top / "hub" / "films" / "fetched-hill"
    async with schools.hub() as hub:
        await schools.enrol()
        async with schools.site():
            await eventually_async(lambda: list(fetched.glob("*/chore")), within_s=60)
            await eventually_async(lambda: not hub.missing(), within_s=60)
    assert read_manifest(here).joined == ()
    assert [path.name for path in fetched.glob("*/*")] == ["chore"]


async def test_a_site_that_never_had_the_floor_gives_nothing_of_itself(schools: Schools) -> None:
    await schools.held(recorded=False)
    recorded(schools, (4.2, 5.9))
    async with schools.site() as site:
        assert await site.answer("hub", films.Owed(since_ns=0)) == films.Owing(films=())
    spoke(schools)
    shutil.rmtree(schools.recordings("site"))
    schools.recordings("site").mkdir()
    async with schools.site() as site:  # nor is a film that it has not missed by anybody
        assert await site.answer("hub", films.Owed(since_ns=0)) == films.Owing(films=())
