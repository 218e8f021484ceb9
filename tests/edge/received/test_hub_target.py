"""A site delivers to its hub; and our tus client to a server that others wrote."""

import asyncio
import contextlib
import shutil
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import uvicorn
import zmq
from fastapi import FastAPI
from tuspyserver import create_tus_router

from classroom_edge.library.deliver import hub
from classroom_edge.library.deliver.pinned import PinnedWeb
from classroom_edge.library.deliver.spec import TargetSpec
from classroom_edge.library.deliver.target import (
    Item,
    MisconfiguredError,
    Proof,
    RefusedError,
    TransientError,
)
from classroom_edge.library.deliver.tus import Tus
from classroom_edge.library.deliver.web import Web
from classroom_edge.library.keeping.removals import ERASURE, REMOVALS_FILE, Removal, add_removal
from classroom_edge.sessions.link.keys import SITE_KEY, HubRecord, KeyPair, remember_hub
from classroom_edge.sessions.link.passes import Shared
from classroom_edge.web.accounts import wall_clock
from classroom_edge.web.certificates import CertificateFolder, ensure_certificates, tls_context
from tests.edge.received.scene import Hub, hub_at_work, some_bytes
from tests.edge.received.sending import KilledError, Noted, a_parcel, an_item

FILM, SOUND = some_bytes(9 << 20), some_bytes(300_000, seed=2)


def the_target(here: Hub) -> hub.Hub:
    shared = Shared.of(here.site, here.key)
    return hub.Hub(web=PinnedWeb(here.url), keys=here.site, shared=shared)


async def test_a_recording_is_delivered_and_not_sent_again(tmp_path: Path) -> None:
    items = (an_item(tmp_path, "programme.mp4", FILM), an_item(tmp_path, "edits/e1.mp4", SOUND))
    async with hub_at_work(tmp_path / "hub") as here:
        first, second = Noted(), Noted()
        await asyncio.to_thread(the_target(here).deliver, a_parcel(*items), first)
        await asyncio.to_thread(the_target(here).deliver, a_parcel(*items), second)
        assert (here.place / "programme.mp4").read_bytes() == FILM
        assert (here.place / "edits" / "e1.mp4").read_bytes() == SOUND
    assert first.went == len(FILM) + len(SOUND)
    assert second.went == 0
    assert {one.sent for one in second.receipts.values()} == {False}
    assert first.receipts["programme.mp4"].proof is Proof.TOLD


async def test_a_process_that_was_killed_goes_on_where_the_hub_is(tmp_path: Path) -> None:
    item = an_item(tmp_path, "programme.mp4", FILM)
    async with hub_at_work(tmp_path / "hub") as here:
        with pytest.raises(KilledError):
            await asyncio.to_thread(the_target(here).deliver, a_parcel(item), Noted(5 << 20))
        again = Noted()
        await _until_taken(the_target(here), item, again)
        assert (here.place / "programme.mp4").read_bytes() == FILM
    assert again.resumptions == [4 << 20]
    assert again.went == len(FILM) - (4 << 20)


async def _until_taken(target: hub.Hub, item: Item, course: Noted) -> None:
    """Deliver once the hub has noticed that the last line is gone."""
    async with asyncio.timeout(20):
        while not course.receipts:
            with contextlib.suppress(TransientError):
                await asyncio.to_thread(target.deliver, a_parcel(item), course)


async def test_an_upload_that_the_hub_gave_up_is_begun_again(tmp_path: Path) -> None:
    item = an_item(tmp_path, "programme.mp4", FILM)
    async with hub_at_work(tmp_path / "hub") as here:
        with pytest.raises(KilledError):
            await asyncio.to_thread(the_target(here).deliver, a_parcel(item), Noted(5 << 20))
        shutil.rmtree(here.aside)
        again = Noted()
        await _until_taken(the_target(here), item, again)
        assert (here.place / "programme.mp4").read_bytes() == FILM
    assert again.went == len(FILM)


async def test_what_the_hub_has_erased_is_refused_with_the_reason(tmp_path: Path) -> None:
    item = an_item(tmp_path, "programme.mp4", FILM)
    async with hub_at_work(tmp_path / "hub") as here:
        removal = Removal(recording=here.place.name, at=datetime.now(UTC), why=ERASURE)
        add_removal(here.folder / REMOVALS_FILE, removal)
        with pytest.raises(RefusedError, match="erased-there"):
            await asyncio.to_thread(the_target(here).deliver, a_parcel(item), Noted())
        assert not here.place.exists()
        assert not list(here.aside.glob("*"))


async def test_a_probe_leaves_nothing_there(tmp_path: Path) -> None:
    async with hub_at_work(tmp_path / "hub") as here:
        probe = await asyncio.to_thread(the_target(here).probe)
        assert (probe.proof, probe.removed) == (Proof.TOLD, True)
        assert not list(here.aside.iterdir())
        assert not here.place.exists()


async def test_nothing_is_shown_to_who_is_not_the_hub(tmp_path: Path) -> None:
    other = KeyPair(*(one.decode() for one in zmq.curve_keypair()))
    async with hub_at_work(tmp_path / "hub") as here:
        wrong = replace(the_target(here), shared=Shared.of(here.site, other.public))
        with pytest.raises(MisconfiguredError, match="cannot prove"):
            await asyncio.to_thread(wrong.probe)
        stranger = hub.Hub(web=PinnedWeb(here.url), keys=other, shared=Shared.of(other, here.key))
        with pytest.raises(MisconfiguredError, match="not-enrolled-there"):
            await asyncio.to_thread(stranger.probe)


async def test_a_hub_is_known_by_its_key_whatever_signed_its_certificate(tmp_path: Path) -> None:
    async with hub_at_work(tmp_path / "hub", listen="0.0.0.0") as here:
        probe = await asyncio.to_thread(the_target(here).probe)
        assert here.url.startswith("https://")
        assert probe.removed
        with _in_between(here) as url:
            lured = replace(the_target(here), web=PinnedWeb(url))
            with pytest.raises(MisconfiguredError, match="cannot prove"):
                await asyncio.to_thread(lured.probe)


@contextlib.contextmanager
def _in_between(here: Hub) -> Iterator[str]:
    """Pass everything on to the hub, behind another certificate."""
    own = CertificateFolder(here.folder / "other")
    ensure_certificates(own, ("127.0.0.1",), wall_clock())
    port = int(here.url.rpartition(":")[2])
    listener = socket.create_server(("127.0.0.1", 0))

    def pass_on() -> None:
        with contextlib.suppress(OSError):
            inside = tls_context(own).wrap_socket(listener.accept()[0], server_side=True)
            plain = ssl._create_unverified_context()
            outside = plain.wrap_socket(socket.create_connection(("127.0.0.1", port)))
            with inside, outside:
                outside.sendall(inside.recv(65536))
                while data := outside.recv(65536):
                    inside.sendall(data)

    thread = threading.Thread(target=pass_on)
    thread.start()
    try:
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()
        thread.join(5)


def test_a_room_that_is_enrolled_nowhere_has_no_hub_to_deliver_to(tmp_path: Path) -> None:
    spec = TargetSpec(id="hub", kind="hub", url="", place=str(tmp_path / "deliveries"))
    with pytest.raises(MisconfiguredError, match="not-enrolled"):
        hub.made(spec, None)


async def test_the_hub_of_the_enrolment_is_the_target(tmp_path: Path) -> None:
    async with hub_at_work(tmp_path / "hub") as here:
        link = tmp_path / "data" / "link"
        remember_hub(link, HubRecord(address="192.0.2.1:7700", key=here.key, site="yucai"))
        (link / SITE_KEY).touch(mode=0o600)
        (link / SITE_KEY).write_text(here.site.secret)
        spec = TargetSpec(
            id="hub", kind="hub", url=here.url, place=str(tmp_path / "data" / "deliveries")
        )
        assert (await asyncio.to_thread(hub.made(spec, None).probe)).removed


def test_our_client_sends_to_a_server_that_others_wrote(tmp_path: Path) -> None:
    item, files = an_item(tmp_path, "programme.mp4", SOUND), tmp_path / "files"
    with _tuspyserver(files) as url:
        tus = Tus(web=Web(url), uploads="files/", chunk=100_000, checks=False)
        upload = tus.create(item, {"filename": "programme.mp4", "filetype": "video/mp4"})
        with pytest.raises(KilledError):
            tus.send(upload, item, 0, Noted(kill_after=150_000))
        at = _settled(tus, upload)
        course = Noted()
        tus.send(upload, item, at, course)
        assert course.went == len(SOUND) - at
        assert tus.offset(upload) == len(SOUND)
        assert (files / upload.rpartition("/")[2]).read_bytes() == SOUND
        gone = tus.create(item, {"filename": "programme.mp4", "filetype": "video/mp4"})
        assert tus.terminate(gone)
        assert tus.offset(gone) is None


def _settled(tus: Tus, upload: str) -> int:
    """Give the offset once the server has noticed that the line is gone."""
    at, before = tus.offset(upload), None
    while at != before or at is None:
        before, at = at, tus.offset(upload)
    return at


@contextlib.contextmanager
def _tuspyserver(files: Path) -> Iterator[str]:
    app = FastAPI()
    app.include_router(create_tus_router(prefix="files", files_dir=str(files)))
    options = uvicorn.Config(app, log_level="warning", lifespan="off")
    server = uvicorn.Server(options)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=lambda: server.run([listener]))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
