"""A site that missed some of a lesson, or all of it, has the whole of it afterwards, by itself.

Hub and site are the services of the daemon on a real link; the films carry numbers in their
pictures; outlines and joins are made by real processes.
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from classroom_edge.library.keeping.bin import Bin
from classroom_edge.library.keeping.removals import ERASURE, Removal
from classroom_edge.services.filling.service import FillingService
from classroom_edge.services.hub import HubService
from classroom_edge.sessions.link import films
from classroom_edge.sessions.state import NS
from classroom_media.record.manifest import State, read_manifest
from classroom_media.record.shared import LATER, LIVE
from tests.edge.sessions.filling_scene import RECORDING, SESSION, Schools
from tests.media.fill_scene import live_film
from tests.media.record_scene import numbers
from tests.waiting import eventually_async

SECONDS = 6


@pytest.fixture
def schools(tmp_path: Path) -> Schools:
    return Schools(tmp_path, SECONDS)


async def joined(schools: Schools) -> Path:
    """Wait until the film of the lesson is in a recording of the site."""
    film = await eventually_async(schools.joined, within_s=60)
    assert film is not None
    return film


def states(site: FillingService) -> list[str]:
    return [one.state for one in site.missing]


async def test_a_site_that_was_off_has_the_whole_lesson_whoever_is_killed_meanwhile(
    schools: Schools,
) -> None:
    await schools.held()
    async with schools.hub():
        await schools.enrol()
        async with schools.site() as site:
            await eventually_async(lambda: states(site) == ["fetch"], within_s=60)
    async with schools.site() as site:
        assert await eventually_async(lambda: site.missing)
        async with schools.hub():
            film = await joined(schools)
            await eventually_async(lambda: not site.missing)
    assert numbers(film) == list(range(SECONDS * 25))
    manifest = read_manifest(film.parent)
    assert (manifest.title, manifest.room, manifest.state) == ("数学", "hill", State.FINISHED)
    assert film.name == "programme.mp4"


async def test_its_own_recording_gets_what_it_missed_once_it_is_finished(schools: Schools) -> None:
    await schools.held()
    folder = schools.recordings("site") / "20261123-080001-0001"
    folder.mkdir()
    live = live_film(folder / "centre.mp4", SECONDS, [(2.2, 3.9)])
    schools.note("site", "centre", "centre", live, state=State.FINISHING)
    async with schools.hub():
        await schools.enrol()
        async with schools.site() as site:
            await eventually_async(lambda: states(site) == ["own"], within_s=60)
            schools.note("site", "centre", "centre", live)
            film = await joined(schools)
            await eventually_async(lambda: not site.missing)
    assert film.parent == folder
    assert numbers(film) == list(range(SECONDS * 25))
    assert not live.exists()
    (entry,) = read_manifest(folder).joined
    assert [one.came for one in entry.passages] == [LIVE, LATER, LIVE]
    assert not list((schools.top / "site" / "films" / "fetched").glob("*/fetched"))


async def test_a_lesson_that_was_erased_here_does_not_come_back_under_another_id(
    schools: Schools,
) -> None:
    await schools.held()
    folder = schools.recordings("site") / "20261123-080001-0001"
    folder.mkdir()
    live = live_film(folder / "centre.mp4", SECONDS, [(2.2, 3.9)])
    schools.note("site", "centre", "centre", live, state=State.FINISHING)
    removal = Removal(recording=folder.name, at=datetime.now(UTC), why=ERASURE)
    async with schools.hub():
        await schools.enrol()
        async with schools.site() as site:
            await eventually_async(lambda: states(site) == ["own"], within_s=60)
            Bin((schools.recordings("site"),), schools.removals("site")).throw(removal)
            await eventually_async(lambda: not site.missing, within_s=60)
        async with schools.site() as site:
            assert site.missing == ()
    assert not list(schools.recordings("site").glob("[!.]*"))


async def test_a_hub_without_a_recording_says_so_once_and_for_all(schools: Schools) -> None:
    await schools.held(recorded=False)
    async with schools.hub() as hub:
        await schools.enrol()
        assert await hub.taught("lake", 0) == ()  # who was not invited is owed nothing
        (lesson,) = await hub.taught("hill", 0)
        assert (lesson.from_ns, lesson.to_ns - lesson.from_ns) == (schools.from_ns, SECONDS * NS)
        async with schools.site() as site:
            await eventually_async(lambda: states(site) == ["gone"])
            assert site.missing[0].title == "数学"
    async with schools.site() as site:
        await eventually_async(lambda: states(site) == ["gone"])


async def told_by(hub: HubService) -> tuple[films.Film, ...]:
    reply = await hub.inquired("hill", films.Owed(since_ns=0))
    assert isinstance(reply, films.Owing)
    return reply.films


async def test_a_hub_that_is_still_finishing_its_recording_is_waited_for(schools: Schools) -> None:
    await schools.held()
    film = schools.recordings("hub") / RECORDING / "programme.mp4"
    schools.note("hub", "wide", "wide", film, state=State.FINISHING)  # no programme yet
    async with schools.hub() as hub:
        await schools.enrol()
        assert await told_by(hub) == ()
        schools.note("hub", "programme", "", film)
        (told,) = await told_by(hub)
        assert (told.state, told.session) == (films.LATER, SESSION)
        schools.note("hub", "wide", "wide", film)
        (told,) = await told_by(hub)
        assert told.state == films.GONE
