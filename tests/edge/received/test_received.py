"""A hub takes recordings in: from tus's own client, and from clients that do everything wrong."""

import asyncio
import base64
import hashlib
import json
import time
from pathlib import Path

import httpx2
import pytest
import zmq
from tusclient.client import TusClient

from classroom_edge.library.received.arrival import id_here, read_arrival
from classroom_edge.library.received.inbox import Inbox
from classroom_edge.library.received.parcel import Content, Parcel
from classroom_edge.library.received.tus import TusError, metadata_said
from classroom_edge.sessions.link.effects import Site
from classroom_edge.sessions.link.keys import KeyPair
from classroom_edge.sessions.link.passes import Pass, Shared
from tests.edge.received.scene import (
    RECORDING,
    Hub,
    content,
    enrol,
    hub_at_work,
    listing,
    some_bytes,
)

FILM, CARD = some_bytes(900_000), b'{"title": "\xe5\x88\x86\xe6\x95\xb0"}'
BOTH = (content("programme.mp4", FILM), content("card.json", CARD))
YUCAI = Site("yucai", "育才小学")
BYTES = "application/offset+octet-stream"


async def announced(client: httpx2.AsyncClient, *contents: Content) -> httpx2.Response:
    return await client.put(f"/api/v1/received/{RECORDING}", content=listing(*contents))


async def created(client: httpx2.AsyncClient, one: Content) -> str:
    metadata = metadata_said({"recording": RECORDING, "name": one.name})
    headers = {"Upload-Length": str(one.bytes), "Upload-Metadata": metadata}
    answer = await client.post("/api/v1/uploads", headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


async def sent(client: httpx2.AsyncClient, where: str, at: int, data: bytes, **more: str) -> int:
    headers = {"Upload-Offset": str(at), "Content-Type": BYTES, **more}
    return (await client.patch(where, content=data, headers=headers)).status_code


async def offset(client: httpx2.AsyncClient, where: str) -> int:
    return int((await client.head(where)).headers["upload-offset"])


async def test_tuspy_sends_a_recording_and_it_lies_whole_with_its_school(tmp_path: Path) -> None:
    for name, data in (("programme.mp4", FILM), ("card.json", CARD)):
        (tmp_path / name).write_bytes(data)
    async with hub_at_work(tmp_path) as hub, hub.client() as client:
        assert (await announced(client, *BOTH)).json()["whole"] is False
        for one in BOTH:
            assert not hub.place.exists()
            await asyncio.to_thread(_send_by_tuspy, hub, tmp_path / one.name)
        place = hub.place
        assert (place / "programme.mp4").read_bytes() == FILM
        assert (place / "card.json").read_bytes() == CARD
        assert not (hub.aside / RECORDING).exists()
        arrival = read_arrival(place)
        assert arrival is not None
        assert (arrival.school, arrival.contents) == ("育才小学", BOTH)
        again = (await announced(client, *BOTH)).json()
        assert again == {"whole": True, "contents": []}


def _send_by_tuspy(hub: Hub, path: Path) -> None:
    with path.open("rb") as file:
        uploader = TusClient(f"{hub.url}/api/v1/uploads", headers=hub.shown()).uploader(
            file_stream=file,
            chunk_size=200_000,
            metadata={"recording": RECORDING, "name": path.name},
            upload_checksum=True,
        )
        while uploader.offset < path.stat().st_size:
            assert uploader.url is None or uploader.get_offset() == uploader.offset
            uploader.upload_chunk()  # type: ignore[no-untyped-call]


async def test_who_is_not_enrolled_here_sends_nothing(tmp_path: Path) -> None:
    stranger = KeyPair(*(one.decode() for one in zmq.curve_keypair()))
    async with hub_at_work(tmp_path) as hub:
        good = Pass.made(hub.site, Shared.of(hub.site, hub.key), time.time())
        old = Pass.made(hub.site, Shared.of(hub.site, hub.key), time.time() - 400)
        claimed = Pass.made(
            KeyPair(hub.site.public, stranger.secret), Shared.of(stranger, hub.key), time.time()
        )
        unknown = Pass.made(stranger, Shared.of(stranger, hub.key), time.time())
        for shown, status in ((good, 200), (old, 401), (claimed, 401), (unknown, 401), ("x", 401)):
            async with hub.client(Authorization=f"Bearer {shown}") as client:
                assert (await announced(client, *BOTH)).status_code == status
        async with httpx2.AsyncClient(base_url=hub.url) as client:  # who sits at the machine, too
            assert (await announced(client, *BOTH)).status_code == 401


async def test_a_site_that_was_struck_off_is_let_in_no_more(tmp_path: Path) -> None:
    async with hub_at_work(tmp_path) as hub, hub.client() as client:
        other = zmq.curve_keypair()[0].decode()
        assert (await announced(client, *BOTH)).status_code == 200
        await enrol(hub.folder, other, YUCAI)  # the same school, with a new machine
        assert (await announced(client, *BOTH)).status_code == 401


async def test_bytes_with_another_checksum_are_not_kept(tmp_path: Path) -> None:
    async with hub_at_work(tmp_path) as hub, hub.client() as client:
        await announced(client, *BOTH)
        where = await created(client, BOTH[0])
        wrong = base64.b64encode(hashlib.sha1(b"other").digest()).decode()
        said = {"Upload-Checksum": f"sha1 {wrong}"}
        assert await sent(client, where, 0, FILM[:1000], **said) == 460
        assert await offset(client, where) == 0
        assert await sent(client, where, 0, FILM[:1000], **{"Upload-Checksum": "crc32 AAAA"}) == 400
        assert await sent(client, where, 0, FILM[:1000]) == 204
        assert await offset(client, where) == 1000


async def test_what_is_whole_but_not_what_was_announced_begins_again(tmp_path: Path) -> None:
    async with hub_at_work(tmp_path) as hub, hub.client() as client:
        await announced(client, *BOTH)
        where = await created(client, BOTH[0])
        assert await sent(client, where, 0, bytes(len(FILM))) == 460
        assert await offset(client, where) == 0


async def test_offsets_lengths_and_versions_are_insisted_on(tmp_path: Path) -> None:
    async with hub_at_work(tmp_path) as hub, hub.client() as client:
        await announced(client, *BOTH)
        where = await created(client, BOTH[0])
        assert await sent(client, where, 5, b"x") == 409
        assert await sent(client, where, 0, FILM + b"x") == 413
        assert await offset(client, where) == 0
        assert await sent(client, where, 0, b"x", **{"Content-Type": "video/mp4"}) == 415
        assert (await client.head(where, headers={"Tus-Resumable": "0.2"})).status_code == 412
        assert (await client.head("/api/v1/uploads/20261122-101500-3f2a/00")).status_code == 404
        said = (await client.options("/api/v1/uploads")).headers
        assert said["tus-extension"] == "creation,checksum,expiration,termination"
        headers = {"Upload-Length": "-1"}
        assert (await client.post("/api/v1/uploads", headers=headers)).status_code == 400


@pytest.mark.parametrize(
    "name", ["../evil.mp4", "/etc/passwd", "a/b/c", ".hidden", "arrival.json", "a\\b", "x" * 200]
)
async def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    good = json.loads(listing(*BOTH))
    good["contents"][0]["name"] = name
    async with hub_at_work(tmp_path) as hub, hub.client() as client:
        answer = await client.put(f"/api/v1/received/{RECORDING}", json=good)
        assert answer.status_code in {400, 422}
        metadata = metadata_said({"recording": "../../link", "name": name})
        headers = {"Upload-Length": "1", "Upload-Metadata": metadata}
        assert (await client.post("/api/v1/uploads", headers=headers)).status_code in {403, 404}


async def test_a_line_that_breaks_keeps_what_came_and_lets_go_on(tmp_path: Path) -> None:
    async with hub_at_work(tmp_path) as hub, hub.client() as client:
        await announced(client, BOTH[0])
        where = await created(client, BOTH[0])
        await _broken_after(hub, where, FILM[:300_000])
        async with asyncio.timeout(10):
            while not (came := await offset(client, where)):
                await asyncio.sleep(0.01)
        assert await sent(client, where, came, FILM[came:]) == 204
        assert (hub.place / "programme.mp4").read_bytes() == FILM


async def _broken_after(hub: Hub, where: str, data: bytes) -> None:
    host, port = hub.url.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    shown = hub.shown()["Authorization"]
    writer.write(
        f"PATCH {where} HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: {shown}\r\n"
        f"Tus-Resumable: 1.0.0\r\nContent-Type: {BYTES}\r\nUpload-Offset: 0\r\n"
        f"Content-Length: {len(FILM)}\r\n\r\n".encode()
    )
    writer.write(data)
    await writer.drain()
    writer.close()
    await writer.wait_closed()


async def test_a_terminated_upload_is_gone(tmp_path: Path) -> None:
    async with hub_at_work(tmp_path) as hub, hub.client() as client:
        await announced(client, *BOTH)
        where = await created(client, BOTH[0])
        assert (await client.delete(where)).status_code == 204
        assert (await client.head(where)).status_code == 404


def an_inbox(folder: Path, *, free: int = 10**12, **more: int) -> Inbox:
    return Inbox(folder=folder, bytes_max=more.get("bytes_max", 10**9), free=lambda _folder: free)


def the_parcel(*contents: Content) -> Parcel:
    return Parcel(recording=RECORDING, contents=contents)


def test_what_is_too_much_or_has_no_room_is_refused_before_it_is_sent(tmp_path: Path) -> None:
    with pytest.raises(TusError) as too_much:
        an_inbox(tmp_path, bytes_max=1000).announce(YUCAI, the_parcel(*BOTH))
    with pytest.raises(TusError) as full:
        an_inbox(tmp_path, free=2 * 10**9 + 1000).announce(YUCAI, the_parcel(*BOTH))
    assert (too_much.value.status, full.value.status) == (413, 507)


def test_uploads_that_nobody_goes_on_with_are_removed_after_a_week(tmp_path: Path) -> None:
    inbox = an_inbox(tmp_path)
    inbox.announce(YUCAI, the_parcel(*BOTH))
    inbox.create(YUCAI, RECORDING, "card.json", len(CARD))
    inbox.now = lambda: time.time() + 6 * 86400
    inbox.sweep()
    assert inbox.upload(YUCAI, RECORDING, BOTH[1].key).is_open
    inbox.now = lambda: time.time() + 8 * 86400
    inbox.sweep()
    with pytest.raises(TusError):
        inbox.upload(YUCAI, RECORDING, BOTH[1].key)


def take(inbox: Inbox, one: Content, data: bytes) -> None:
    upload = inbox.create(YUCAI, RECORDING, one.name, one.bytes)
    upload.part.write_bytes(data)
    upload.keep(len(data))


def test_what_comes_later_of_a_recording_lies_beside_what_came_before(tmp_path: Path) -> None:
    inbox, edit = an_inbox(tmp_path), content("edits/e1.mp4", b"edited")
    inbox.announce(YUCAI, the_parcel(BOTH[1]))
    take(inbox, BOTH[1], CARD)
    assert inbox.answer(YUCAI, RECORDING).whole
    answer = inbox.announce(YUCAI, the_parcel(BOTH[1], edit))
    assert [(one.name, one.offset) for one in answer.contents] == [
        ("card.json", len(CARD)),
        ("edits/e1.mp4", 0),
    ]
    take(inbox, edit, b"edited")
    assert inbox.answer(YUCAI, RECORDING).whole
    place = tmp_path / id_here("yucai", RECORDING)
    assert sorted(one.name for one in place.iterdir()) == ["arrival.json", "card.json", "edits"]
    arrival = read_arrival(place)
    assert arrival is not None
    assert arrival.contents == (BOTH[1], edit)


def test_power_that_goes_while_it_is_put_in_place_loses_nothing(tmp_path: Path) -> None:
    inbox = an_inbox(tmp_path)
    inbox.announce(YUCAI, the_parcel(*BOTH))
    for one, data in zip(BOTH, (FILM, CARD), strict=True):
        take(inbox, one, data)
    moved = inbox.upload(YUCAI, RECORDING, BOTH[0].key)
    whole = moved.folder / "whole"
    whole.mkdir()
    moved.part.replace(whole / "programme.mp4")  # so far it came
    assert inbox.answer(YUCAI, RECORDING).whole
    place = tmp_path / id_here("yucai", RECORDING)
    assert (place / "programme.mp4").read_bytes() == FILM
    assert (place / "card.json").read_bytes() == CARD


def test_a_school_with_any_name_stays_in_its_folder(tmp_path: Path) -> None:
    inbox = an_inbox(tmp_path)
    inbox.announce(Site("../育才/.aside", "x"), the_parcel(*BOTH))
    assert [one.name for one in tmp_path.iterdir()] == [".aside"]
    assert len(list((tmp_path / ".aside").iterdir())) == 1
