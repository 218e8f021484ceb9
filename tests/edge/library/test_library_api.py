"""The library over the API: listed, searched, what people say of it, and who may see it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from classroom_edge.library.card import CARD_FILE, read_card
from classroom_media.record.manifest import MANIFEST_FILE, Manifest, State, write_manifest
from tests.edge.library.shelves import fill
from tests.edge.website import Website, school, website

LIBRARY = "/api/v1/library"


@asynccontextmanager
async def filled(folder: Path, count: int = 9) -> AsyncIterator[tuple[Website, list[Manifest]]]:
    """A website whose room has recordings, and the one that it had."""
    made = fill(folder / "data" / "recordings", count)
    async with website(folder) as here:
        await here.room.shelf.catalogue.scan()
        yield here, made


async def found(here: Website, **asked: Any) -> list[str]:
    answer = await here.client.get(LIBRARY, params=asked)
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()["items"]]


async def test_an_item_has_what_a_list_shows(tmp_path: Path) -> None:
    async with filled(tmp_path) as (here, made):
        page = (await here.client.get(LIBRARY, params={"limit": 3, "state": "finished"})).json()
        rest = await found(here, after=page["next"], state="finished", limit=200)
    newest = page["items"][0]
    manifest = {one.id: one for one in made}[newest["id"]]
    assert page["total"] == 3 + len(rest)
    assert newest["title"] == manifest.title
    assert newest["thumbnail"] == f"/api/v1/recordings/{manifest.id}/files/thumbnail.jpg"
    assert newest["filmstrip"] == f"/api/v1/recordings/{manifest.id}/files/filmstrip.jpg"
    assert newest["tracks"] == ["programme", "teacher", "slides"]
    assert (newest["consent"], newest["delivery"], newest["edits"]) == ("internal", "none", 0)
    assert newest["problem"] == {}


async def test_days_are_those_of_the_school_and_the_last_is_included(tmp_path: Path) -> None:
    async with filled(tmp_path) as (here, made):
        day = await found(here, **{"from": "2024-09-02", "to": "2024-09-02"})
    # 08:00 in Shanghai is midnight UTC; a lesson begins every three hours
    assert day == sorted((one.id for one in made[:6] if one.started_at.hour < 16), reverse=True)


@pytest.mark.parametrize(
    "asked",
    [
        {"q": "x" * 201},
        {"from": "yesterday"},
        {"limit": 0},
        {"limit": 999},
        {"after": "1"},
        {"a": 1},
    ],
)
async def test_what_cannot_be_asked_is_named(tmp_path: Path, asked: dict[str, Any]) -> None:
    async with website(tmp_path) as here:
        answer = await here.client.get(LIBRARY, params=asked)
    assert answer.status_code == 422
    assert answer.json()["field"]


async def test_a_card_is_written_and_the_list_follows_at_once(tmp_path: Path) -> None:
    async with filled(tmp_path) as (here, made):
        address = f"/api/v1/recordings/{made[0].id}"
        said = {"title": "公开课", "teacher": "孙老师", "held": True}
        card = (await here.client.put(f"{address}/card", json=said)).json()
        await here.client.put(f"{address}/card", json={"note": "第一遍"})
        one = (await here.client.get(address)).json()
        ids = await found(here, q="公开课 孙老师 第一遍")
    assert (card["title"], card["held"]) == ("公开课", True)
    assert (one["card"]["title"], one["card"]["note"]) == ("公开课", "第一遍")
    assert one["title"] == made[0].title  # what was recorded stays
    assert one["filmstrip"]["url"].endswith("/files/filmstrip.jpg")
    assert one["filmstrip"]["columns"] == 10
    assert ids == [made[0].id]


async def test_public_needs_a_second_person(tmp_path: Path) -> None:
    async with filled(tmp_path) as (here, made):
        address = f"/api/v1/recordings/{made[0].id}/consent"

        async def say(consent: str, name: str) -> dict[str, str]:
            body = {"consent": consent, "name": name}
            said: dict[str, str] = (await here.client.post(address, json=body)).json()
            return said

        assert (await say("school", "李"))["consent"] == "school"
        proposed = await say("public", "李")
        again = await say("public", "李")
        agreed = await say("public", "王")
        nameless = await here.client.post(address, json={"consent": "public"})
        back = await say("internal", "王")
        card = read_card(tmp_path / "data" / "recordings" / made[0].id)
    assert (
        proposed == again == {"consent": "school", "proposed_by": "local:李", "state": "proposed"}
    )
    assert agreed == {"consent": "public", "proposed_by": "", "state": "agreed"}
    assert back["consent"] == "internal"
    assert nameless.json()["code"] == "say-who"
    assert [one.by for one in card.sayings] == [
        f"local:{n}" for n in ("李", "李", "李", "王", "王")
    ]
    assert all(one.at.tzinfo for one in card.sayings)


async def test_two_logins_of_one_person_are_one_person(tmp_path: Path) -> None:
    (made,) = fill(tmp_path / "data" / "recordings", 1)
    async with school(tmp_path) as here:
        other = here.browser()
        await here.log_in(here.client)
        await here.log_in(other)
        address = f"/api/v1/recordings/{made.id}/consent"
        said = [
            (await client.post(address, json={"consent": "public", "name": "somebody else"})).json()
            for client in (here.client, other)
        ]
        await other.aclose()
    assert [one["state"] for one in said] == ["proposed", "proposed"]


async def test_a_recording_that_cannot_be_read_is_listed_with_what_to_do(tmp_path: Path) -> None:
    async with filled(tmp_path) as (here, made):
        hurt = tmp_path / "data" / "recordings" / made[2].id
        (hurt / MANIFEST_FILE).write_text("{{{")
        await here.room.shelf.catalogue.scan()
        page = (await here.client.get(LIBRARY, params={"state": "unreadable"})).json()
    (item,) = (one for one in page["items"] if one["id"] == made[2].id)
    assert made[2].id in item["problem"]["zh-CN"]
    assert "manifest.json" in item["problem"]["en"]


async def test_a_damaged_film_is_not_told_of_as_a_damaged_manifest(tmp_path: Path) -> None:
    async with filled(tmp_path) as (here, made):
        hurt = msgspec.structs.replace(made[2], state=State.INCOMPLETE, problem="damaged")
        write_manifest(tmp_path / "data" / "recordings" / hurt.id, hurt)
        await here.room.shelf.catalogue.scan()
        page = (await here.client.get(LIBRARY, params={"state": "incomplete"})).json()
    assert {one["id"]: one["problem"] for one in page["items"]}[hurt.id] == {}


async def test_a_card_that_is_damaged_is_set_aside_and_the_recording_held(tmp_path: Path) -> None:
    async with filled(tmp_path) as (here, made):
        folder = tmp_path / "data" / "recordings" / made[1].id
        (folder / CARD_FILE).write_bytes(b'{"title": "\xff')
        await here.room.shelf.catalogue.scan()
        one = (await here.client.get(f"/api/v1/recordings/{made[1].id}")).json()
    (aside,) = folder.glob(f"{CARD_FILE}.damaged-*")
    assert aside.read_bytes() == b'{"title": "\xff'
    assert one["card"]["held"]
    assert aside.name in one["card"]["note"]
    assert msgspec.json.decode((folder / CARD_FILE).read_bytes())["held"]
