"""The catalogue on both kinds of database: as the disk is, searched, paged, and never lost."""

import asyncio
import random
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from classroom_edge.library.card import Card, write_card
from classroom_edge.library.catalogue import Catalogue
from classroom_edge.library.entry import UNREADABLE, Entry, Query, QueryError, fold
from classroom_edge.library.roots import Roots
from classroom_edge.store import Place, Store
from classroom_edge.store import recordings as index
from classroom_edge.store.tables import Table
from classroom_media.record.journal import JOURNAL_FILE
from classroom_media.record.manifest import MANIFEST_FILE, Manifest, State, write_manifest
from tests.edge.library.shelves import BEGIN, fill

HOSTILE = ("%", "_", "'", '"', "\\", "';DROP TABLE recordings;--", "a" * 200, "\0", "*", "％")


class Shelf:
    """A folder of recordings with its catalogue, which is open."""

    def __init__(self, folder: Path, store: Store) -> None:
        self.folder = folder
        self.told: list[Path] = []
        self.catalogue = Catalogue(roots=Roots(folder), store=store, damaged=self.told.append)

    async def all(self, **asked: Any) -> tuple[Entry, ...]:
        return (await self.catalogue.page(Query(limit=200, **asked))).items

    async def ids(self, **asked: Any) -> list[str]:
        return [one.id for one in await self.all(**asked)]


@pytest.fixture
async def shelf(tmp_path: Path, place: Place) -> AsyncIterator[Shelf]:
    folder = tmp_path / "recordings"
    folder.mkdir()
    async with Store(place) as store:
        yield Shelf(folder, store)


async def test_the_tables_are_those_that_the_code_uses(place: Place) -> None:
    async with Store(place) as store:
        found = await store.run(
            lambda db: compare_metadata(MigrationContext.configure(db.connection()), Table.metadata)
        )
    assert found == []


async def test_every_recording_is_listed_newest_first_with_what_it_is(shelf: Shelf) -> None:
    made = fill(shelf.folder, 30)
    scan = await shelf.catalogue.scan()
    found = await shelf.all()
    assert (scan.recordings, len(scan.read)) == (30, 30)
    assert [one.id for one in found] == sorted((one.id for one in made), reverse=True)
    newest = made[-1]
    assert (found[0].title, found[0].started_at) == (newest.title, newest.started_at)
    assert (found[0].duration_s, found[0].tracks) == (
        newest.duration_s,
        ("programme", "teacher", "slides"),
    )
    assert found[0].marks == len(newest.marks)


async def test_a_recording_that_the_first_disk_had_no_room_for_is_listed_from_the_second(
    shelf: Shelf, tmp_path: Path
) -> None:
    second = tmp_path / "second"
    shelf.catalogue.roots = Roots(shelf.folder, second=second)
    fill(shelf.folder, 3)
    await shelf.catalogue.scan()  # the other disk is not there yet
    ids = await shelf.ids()
    whole, begun, none = ids
    for there in (begun, none):
        shutil.copytree(shelf.folder / there, second / there)
    shutil.rmtree(shelf.folder / none)
    (shelf.folder / begun / MANIFEST_FILE).unlink()
    (shelf.folder / begun / JOURNAL_FILE).touch()  # and no room for a line of it
    (second / whole).mkdir()
    await shelf.catalogue.scan()
    assert await shelf.ids() == ids
    assert {one.state for one in await shelf.all()} <= {"finished", "incomplete"}
    assert [shelf.catalogue.roots.of(id_).parent for id_ in ids] == [shelf.folder, second, second]


async def test_only_what_has_changed_is_read_again(shelf: Shelf) -> None:
    made = fill(shelf.folder, 20)
    await shelf.catalogue.scan()
    assert (await shelf.catalogue.scan()).read == ()
    write_manifest(shelf.folder / made[3].id, msgspec.structs.replace(made[3], title="另一节课"))
    shutil.rmtree(shelf.folder / made[5].id)
    (shelf.folder / "20260101-000000-abcd").mkdir()  # nothing in it: no recording
    scan = await shelf.catalogue.scan()
    assert (scan.read, scan.gone) == ((made[3].id,), (made[5].id,))
    assert await shelf.ids(asked="另一节课") == [made[3].id]


async def test_what_people_say_counts_before_what_was_recorded(shelf: Shelf) -> None:
    (made,) = fill(shelf.folder, 1)
    card = Card(
        title="公开课", teacher="孙老师、Miss Li", class_name="四(1)", subject="美术", held=True
    )
    write_card(shelf.folder / made.id, card)
    entry = await shelf.catalogue.one(made.id)
    assert entry is not None
    assert (entry.title, entry.teachers, entry.classes) == (
        "公开课",
        ("孙老师", "Miss Li"),
        ("四(1)",),
    )
    assert entry.held
    assert await shelf.ids(teacher="Miss Li") == [made.id]
    assert await shelf.ids(asked=f"miss 公开 {made.title.split()[0]}") == [made.id]


async def test_search_and_filters_give_what_a_person_would_pick(shelf: Shelf) -> None:
    made = fill(shelf.folder, 60)
    await shelf.catalogue.scan()

    def picked(fits: Callable[[Manifest], bool]) -> list[str]:
        return sorted((one.id for one in made if fits(one)), reverse=True)

    assert await shelf.ids(asked="分数") == picked(lambda one: "分数" in one.title)
    assert await shelf.ids(asked="重点 圆的") == picked(
        lambda one: "圆的" in one.title and any("重点" in mark.text for mark in one.marks)
    )
    assert await shelf.ids(teacher="100% 周") == picked(
        lambda one: one.taught is not None and "100% 周" in one.taught.teachers
    )
    assert await shelf.ids(subject="数学") == picked(
        lambda one: one.taught is not None and one.taught.subject == "数学"
    )
    assert await shelf.ids(class_name="三年级(1)班") == picked(
        lambda one: one.taught is not None and "三年级(1)班" in one.taught.classes
    )
    assert await shelf.ids(state="incomplete") == picked(lambda one: one.state is State.INCOMPLETE)
    since, until = BEGIN + timedelta(days=2), BEGIN + timedelta(days=4)
    assert await shelf.ids(since=since, until=until) == picked(
        lambda one: since <= one.started_at < until
    )


@pytest.mark.parametrize("asked", HOSTILE)
async def test_a_search_means_its_letters_and_nothing_else(shelf: Shelf, asked: str) -> None:
    made = fill(shelf.folder, 12)
    await shelf.catalogue.scan()
    words = {one.id: one.words for one in await shelf.all()}
    wanted = [id_ for id_, text in words.items() if all(w in text for w in fold(asked).split())]
    assert await shelf.ids(asked=asked) == wanted
    assert await shelf.ids(teacher=asked.replace("\0", "")) is not None
    assert len(await shelf.ids()) == len(made)


@pytest.mark.parametrize("after", ["x", "1", "9" * 40 + ".a", "1.\0", "-.-"])
async def test_a_mark_that_is_of_no_page_is_refused(shelf: Shelf, after: str) -> None:
    with pytest.raises(QueryError):
        await shelf.catalogue.page(Query(after=after))


@given(limit=st.integers(1, 9), asked=st.sampled_from(["", "重点", "李芳", "没有这个"]))
@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_pages_give_everything_once_in_order(
    tmp_path: Path, place: Place, limit: int, asked: str
) -> None:
    folder = tmp_path / "recordings"
    if not folder.exists():
        fill(folder, 23)

    async def check() -> None:
        async with Store(place) as store:
            shelf = Shelf(folder, store)
            await shelf.catalogue.scan()
            whole, paged, query = await shelf.ids(asked=asked), [], Query(asked=asked, limit=limit)
            for _page in range(len(whole) + 1):
                page = await shelf.catalogue.page(query)
                paged += [one.id for one in page.items]
                assert page.total == len(whole)
                assert len(page.items) == limit or not page.next
                if not page.next:
                    break
                query = replace(query, after=page.next)
            assert paged == whole

    asyncio.run(check())


async def test_a_page_goes_on_though_recordings_come_and_go_meanwhile(shelf: Shelf) -> None:
    made = fill(shelf.folder, 10)
    await shelf.catalogue.scan()
    first = await shelf.catalogue.page(Query(limit=4))
    shutil.rmtree(shelf.folder / first.items[-1].id)  # the page's own mark
    newer = msgspec.structs.replace(
        made[0], id="20271231-080000-abcd", started_at=made[-1].started_at + timedelta(days=9)
    )
    (shelf.folder / newer.id).mkdir()
    write_manifest(shelf.folder / newer.id, newer)
    await shelf.catalogue.scan()
    second = await shelf.catalogue.page(Query(limit=10, after=first.next))
    assert [one.id for one in second.items] == [one.id for one in reversed(made[:6])]


async def test_a_lost_index_is_made_again_from_the_folders(shelf: Shelf) -> None:
    fill(shelf.folder, 25)
    await shelf.catalogue.scan()
    before = await shelf.all()
    await shelf.catalogue.store.run(lambda db: index.forget(db, [one.id for one in before]))
    assert await shelf.all() == ()
    await shelf.catalogue.scan()
    assert await shelf.all() == before
    assert len((await shelf.catalogue.scan(anew=True)).read) == 25
    assert await shelf.all() == before


@pytest.mark.parametrize("seed", range(6))
async def test_manifests_garbled_at_random_are_set_aside_and_the_rest_goes_on(
    shelf: Shelf, seed: int
) -> None:
    chance = random.Random(seed)
    made = fill(shelf.folder, 8, seed=seed)
    hurt = chance.sample([one.id for one in made], 3)
    texts = {}
    for id_ in hurt:
        path = shelf.folder / id_ / MANIFEST_FILE
        text = bytearray(path.read_bytes())
        at = chance.randrange(len(text) // 2)
        match chance.randrange(3):
            case 0:
                del text[at:]
            case 1:
                text[at : at + 9] = bytes(chance.randrange(128, 256) for _byte in range(9))
            case _:
                text[:] = chance.choice((b"", b"[]", b"null", b"\0" * 100, b'{"id": 5}'))
        path.write_bytes(bytes(text))
        texts[id_] = bytes(text)
    scan = await shelf.catalogue.scan()
    found = {one.id: one for one in await shelf.all()}
    assert set(found) == {one.id for one in made}
    assert set(scan.damaged) == set(hurt)
    assert {path.name for path in shelf.told} == set(hurt)
    for id_, entry in found.items():
        assert (entry.state == UNREADABLE) == (id_ in hurt)
    for id_, garbled in texts.items():
        (aside,) = (shelf.folder / id_).glob(f"{MANIFEST_FILE}.damaged-*")
        assert aside.read_bytes() == garbled
    assert set(shelf.catalogue.unreadable) == set(hurt)


async def test_a_folder_that_is_not_there_takes_nothing_from_the_list(shelf: Shelf) -> None:
    fill(shelf.folder, 3)
    await shelf.catalogue.scan()
    shelf.folder.rename(shelf.folder.with_name("unplugged"))
    await shelf.catalogue.scan()
    assert len(await shelf.all()) == 3


async def test_a_running_catalogue_follows_what_happens(shelf: Shelf) -> None:
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(shelf.catalogue.run())
        made = fill(shelf.folder, 2)
        shelf.catalogue.touch(made[1].id)
        async with asyncio.timeout(20):
            while made[1].id not in await shelf.ids():
                await asyncio.sleep(0.01)
        running.cancel()


async def test_lines_that_the_disk_has_changed_are_read_again(shelf: Shelf) -> None:
    fill(shelf.folder, 5)
    await shelf.catalogue.scan()
    before = await shelf.all()
    await shelf.catalogue.store.run(
        lambda db: db.connection().exec_driver_sql("UPDATE recordings SET title = 'x' || title")
    )
    await shelf.catalogue.take_up()
    assert await shelf.all() == before
