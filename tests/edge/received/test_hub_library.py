"""What sites have sent is in the hub's library like its own: found, watched, edited, erased."""

import asyncio
import json
import shutil
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from classroom_edge.library.card import Card, Consent, Saying, read_card, write_card
from classroom_edge.library.deliver.parcels import packed
from classroom_edge.library.keeping.removals import read_removals
from classroom_edge.library.keeping.rules import Kept, Rules, Space, Why, judge, plan
from classroom_edge.library.received.arrival import ARRIVAL, id_here, settle
from classroom_edge.library.received.inbox import Inbox
from classroom_edge.library.received.parcel import Parcel
from classroom_edge.library.received.tus import TusError
from classroom_edge.library.shelf import Shelf
from classroom_edge.sessions.link.effects import Site
from classroom_edge.store import deliveries
from classroom_media.record.manifest import read_manifest
from tests.edge.editing.scene import record
from tests.edge.received.scene import content
from tests.edge.website import Website, website

RECORDING = "20261123-100000-5c1a"
HERE = id_here("yucai", RECORDING)
YUCAI = Site("yucai", "育才小学")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def a_lesson(folder: Path, *, consent: Consent = Consent.SCHOOL) -> Path:
    """Record a lesson at the site."""
    place = folder / "site" / RECORDING
    record(place)
    saying = Saying(consent=consent, by="person:li", at=NOW)
    write_card(place, Card(teacher="李芳", sayings=(saying,)))
    return place


def send(inbox: Inbox, place: Path, what: str) -> None:
    """Deliver a recording as a site does, and have the hub put it in its place."""
    parcel = packed(place, read_manifest(place), what)
    files = {item.name: Path(item.path) for item in parcel.items}
    contents = tuple(content(name, path.read_bytes()) for name, path in files.items())
    answer = inbox.announce(YUCAI, Parcel(recording=RECORDING, contents=contents))
    for one in answer.contents:
        if not one.begun:
            upload = inbox.create(YUCAI, RECORDING, one.name, one.bytes)
            shutil.copyfile(files[one.name], upload.part)
            upload.keep(one.bytes)
    assert answer.whole or inbox.answer(YUCAI, RECORDING).whole


def inbox_of(shelf: Shelf) -> Inbox:
    folder = shelf.folders.roots.received
    assert folder is not None
    return Inbox(folder=folder, bytes_max=10**9, erased=shelf.erasing.erased)


async def listed(here: Website, asked: str = "") -> list[Any]:
    await here.room.shelf.catalogue.scan()
    answer = await here.client.get("/api/v1/library", params={"q": asked})
    return [one for one in answer.json()["items"] if one["school"]]


async def test_it_is_listed_found_and_watched_with_the_school_that_it_is_from(
    tmp_path: Path,
) -> None:
    async with website(tmp_path) as here:
        send(inbox_of(here.room.shelf), a_lesson(tmp_path), "all")
        ((one,),) = [await listed(here)]
        assert (one["id"], one["school"], one["teacher"]) == (HERE, "育才小学", "李芳")
        assert (one["consent"], one["state"]) == ("school", "finished")
        assert await listed(here, "育才 分数") == [one]
        assert await listed(here, "实验小学") == []
        whole = (await here.client.get(one["url"])).json()
        film = await here.client.get(whole["tracks"][0]["url"], headers={"Range": "bytes=4-7"})
        assert (whole["id"], film.status_code, film.content) == (HERE, 206, b"ftyp")
        assert (await here.client.get(f"{one['url']}/files/{ARRIVAL}")).status_code == 404


async def test_of_a_programme_alone_only_the_programme_is_shown_until_the_rest_has_come(
    tmp_path: Path,
) -> None:
    async with website(tmp_path) as here:
        shelf, lesson = here.room.shelf, a_lesson(tmp_path)
        send(inbox_of(shelf), lesson, "programme")
        assert [one.name for one in shelf.folders.one(HERE).tracks] == ["programme"]
        assert (await listed(here))[0]["tracks"] == ["programme"]
        send(inbox_of(shelf), lesson, "all")
        assert [one.name for one in shelf.folders.one(HERE).tracks] == ["programme", "camera"]
        assert (await listed(here))[0]["tracks"] == ["programme", "camera"]


async def test_what_the_hub_says_of_it_stands_when_the_site_sends_more(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        shelf, lesson = here.room.shelf, a_lesson(tmp_path)
        send(inbox_of(shelf), lesson, "programme")
        said = await here.client.put(f"/api/v1/recordings/{HERE}/card", json={"title": "示范课"})
        assert said.status_code == 200, said.text
        write_card(lesson, Card(title="other"))
        send(inbox_of(shelf), lesson, "all")
        assert read_card(shelf.folders.place(HERE)).title == "示范课"


async def test_it_is_cut_like_any_other(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        send(inbox_of(here.room.shelf), a_lesson(tmp_path), "programme")
        begun = await here.client.post(f"/api/v1/recordings/{HERE}/edits", json={})
        assert begun.status_code in {200, 201}, begun.text
        edits = here.room.shelf.folders.place(HERE) / "edits"
        assert list(edits.glob("*.json"))


async def test_what_was_erased_at_the_hub_is_not_taken_again(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        shelf, lesson = here.room.shelf, a_lesson(tmp_path)
        send(inbox_of(shelf), lesson, "programme")
        await shelf.catalogue.scan()
        url = f"/api/v1/recordings/{HERE}"
        gone = await here.client.request("DELETE", url, json={"reason": "家长要求"})
        assert gone.status_code == 200, gone.text
        assert not shelf.folders.roots.of(HERE).exists()
        ((removal,),) = [read_removals(shelf.erasing.file)]
        assert (removal.recording, removal.reason) == (HERE, "家长要求")
        for what in ("programme", "all"):
            with pytest.raises(TusError, match="erased here") as refusal:
                await asyncio.to_thread(send, inbox_of(shelf), lesson, what)
            assert refusal.value.status == 410
        assert await listed(here) == []


async def test_two_rooms_that_began_in_the_same_second_are_two_recordings(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        inbox, lesson = inbox_of(here.room.shelf), a_lesson(tmp_path)
        send(inbox, lesson, "programme")
        record(here.room.shelf.folders.roots.own / RECORDING)
        await here.room.shelf.catalogue.scan()
        page = (await here.client.get("/api/v1/library", params={"q": "分数"})).json()
        assert sorted(one["id"] for one in page["items"]) == sorted([RECORDING, HERE])


async def test_automatic_targets_of_the_hub_get_its_own_lessons_alone(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        shelf = here.room.shelf
        send(inbox_of(shelf), a_lesson(tmp_path), "programme")
        record(shelf.folders.roots.own / "20261123-110000-0001")
        await shelf.catalogue.scan()
        unasked = await shelf.store.run(partial(deliveries.unasked, target="nas", what="all"))
        assert [id_ for id_, _consent in unasked] == ["20261123-110000-0001"]


def test_what_lies_by_school_of_an_earlier_release_is_listed_too(tmp_path: Path) -> None:
    old = tmp_path / "yucai" / RECORDING
    inbox = Inbox(folder=tmp_path, bytes_max=10**9)
    send(inbox, a_lesson(tmp_path / "elsewhere"), "programme")
    old.parent.mkdir()
    (tmp_path / HERE).rename(old)
    settle(tmp_path)
    assert json.loads((tmp_path / HERE / ARRIVAL).read_text())["site"] == "yucai"
    assert not old.parent.exists()


@pytest.mark.parametrize(("days", "why"), [(None, Why.SENT), (400, Why.SENT), (90, Why.AGE)])
def test_what_a_site_sent_goes_by_its_own_days_and_never_for_space(
    days: int | None, why: Why
) -> None:
    received = None if days is None else timedelta(days=days)
    rules = Rules(age=timedelta(days=1), delivers=True, received=received)
    old = NOW - timedelta(days=500)
    one = Kept(id=HERE, started_at=old, bytes=100, received_at=NOW - timedelta(days=100))
    assert judge(one, rules, NOW) is why
    full = Space(free=0, wanted=1000)
    assert [due.why for due in plan([one], rules, NOW, full)] == ([Why.AGE] if days == 90 else [])
