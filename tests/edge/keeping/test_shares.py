"""A link to a recording: who it opens to, until when, and what is kept of it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from httpx2 import AsyncClient

from classroom_edge.library.card import Card, Consent, Saying, write_card
from classroom_edge.library.sharing.share import SHARES_FILE
from classroom_edge.library.sharing.tries import TRIES
from tests.edge.keeping.shelf_scene import Scene
from tests.edge.website import Clock, Website, school, website

AT = datetime(2026, 11, 22, tzinfo=UTC)


def a_film(here: Website, consent: Consent = Consent.SCHOOL) -> str:
    """Put a recording on the room's shelf; give its id."""
    scene = Scene(here.room.shelf.folder.path, here.site.config)
    id_ = scene.record(2)
    saying = Saying(consent=consent, by="li", at=AT)
    write_card(scene.place(id_), Card(title="Fractions", sayings=(saying,)))
    return id_


async def share(client: AsyncClient, id_: str, **body: object) -> dict[str, str]:
    made = await client.post(f"/api/v1/recordings/{id_}/shares", json=body)
    assert made.status_code == 200, made.text
    link: dict[str, str] = made.json()
    return link


async def test_a_link_plays_without_a_login_and_can_be_jumped_in(tmp_path: Path) -> None:
    async with school(tmp_path) as here:
        await here.log_in(here.client)
        link = await share(here.client, id_ := a_film(here))
        outside = here.browser()
        page = await outside.get(f"{link['path']}?lang=en")
        assert "Fractions" in page.text
        assert "Download" not in page.text
        part = await outside.get(f"{link['path']}/film", headers={"Range": "bytes=100-199"})
        assert (part.status_code, len(part.content)) == (206, 100)
        assert part.headers["content-disposition"].startswith("inline")
        assert (await outside.get(f"{link['path']}/picture")).status_code == 200
        assert id_ in here.room.shelf.watching.now()
        (listed,) = (await here.client.get(f"/api/v1/recordings/{id_}/shares")).json()
    assert (listed["views"], listed["by"], listed["path"]) == (1, "person:li", "")


async def test_nothing_that_is_kept_opens_the_recording(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        link = await share(here.client, id_ := a_film(here))
        kept = (here.room.shelf.recordings / id_ / SHARES_FILE).read_text()
    assert link["path"].partition("~")[2] not in kept
    assert len(link["path"].partition("~")[2]) == 43  # 256 bits


async def test_a_link_that_is_taken_back_opens_nothing_from_then_on(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        link = await share(here.client, id_ := a_film(here))
        address = f"/api/v1/recordings/{id_}/shares/{link['id']}"
        assert (await here.client.delete(address)).status_code == 200
        page = await here.browser().get(f"{link['path']}?lang=en")
        assert page.status_code == 410
        assert "no longer good" in page.text
        assert (await here.browser().get(f"{link['path']}/film")).status_code == 410
        assert (await here.client.delete(f"{address}x")).status_code == 404


async def test_a_link_ends_with_its_time(tmp_path: Path) -> None:
    clock = Clock()
    async with website(tmp_path) as here:
        here.room.shelf.sharing.clock = clock
        link = await share(here.client, a_film(here), days=1)
        clock.forward(hours=23, minutes=59)
        assert (await here.client.get(link["path"])).status_code == 200
        clock.forward(minutes=1)
        assert (await here.client.get(link["path"])).status_code == 410


async def test_what_is_internal_opens_only_to_people_with_an_account(tmp_path: Path) -> None:
    async with school(tmp_path) as here:
        await here.log_in(here.client)
        link = await share(here.client, id_ := a_film(here, Consent.INTERNAL))
        assert (await here.client.get(link["path"])).status_code == 200
        page = await here.browser().get(f"{link['path']}?lang=en")
        assert page.status_code == 403
        assert "people of the school" in page.text
        assert "Fractions" not in page.text
        assert (await here.browser().get(f"{link['path']}/film")).status_code == 403
        write_card(
            here.room.shelf.recordings / id_,
            Card(sayings=(Saying(consent=Consent.DISTRICT, by="li", at=AT),)),
        )
        assert (await here.browser().get(link["path"])).status_code == 200


async def test_only_a_link_for_it_lets_a_film_be_downloaded(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        id_ = a_film(here)
        for role, disposition in (("watch", "inline"), ("download", "attachment")):
            link = await share(here.client, id_, role=role)
            film = await here.client.get(f"{link['path']}/film?download=1")
            assert film.headers["content-disposition"].startswith(disposition)


async def test_whoever_guesses_is_shut_out_for_a_while(tmp_path: Path) -> None:
    clock = Clock()
    async with website(tmp_path) as here:
        sharing = here.room.shelf.sharing
        sharing.clock = sharing.tries.clock = clock
        link = await share(here.client, id_ := a_film(here))
        for number in range(TRIES):
            wrong = await here.client.get(f"/s/{id_}~{number}?lang=en")
            assert (wrong.status_code, "leads nowhere" in wrong.text) == (404, True)
        assert (await here.client.get(link["path"])).status_code == 429
        clock.now += timedelta(minutes=10)
        assert (await here.client.get(link["path"])).status_code == 200


async def test_no_link_is_made_to_what_is_not_there(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        address = f"/api/v1/recordings/{a_film(here)}/shares"
        for body in ({"edit": "e9"}, {"days": 0}, {"edit": "../programme"}, {"role": "own"}):
            made = await here.client.post(address, json=body)
            assert made.status_code in {409, 422}


async def test_an_erased_recording_is_gone_from_the_api_and_its_link_with_it(
    tmp_path: Path,
) -> None:
    async with website(tmp_path) as here:
        link = await share(here.client, id_ := a_film(here))
        address = f"/api/v1/recordings/{id_}"
        assert (await here.client.request("DELETE", address, json={})).status_code == 422
        gone = await here.client.request("DELETE", address, json={"reason": "a parent asked"})
        assert (gone.status_code, gone.json()["by"]) == (200, "local")
        assert (await here.client.get(link["path"])).status_code == 404
        told = (await here.client.get("/api/v1/library/keeping")).json()
        assert [one["recording"] for one in told["deleted"]] == [id_]
        assert told["only_by_age"]
        assert (await here.client.get("/api/v1/library")).json()["items"] == []
