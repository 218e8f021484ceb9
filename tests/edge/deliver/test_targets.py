"""Each kind of target against a server that others wrote: sent once, proved, gone on with."""

import asyncio
import base64
import email
import email.policy
import getpass
import hashlib
import http.server
import threading
from collections.abc import Iterator
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import pytest

from classroom_edge.library.deliver import folder, form, sftp, webdav
from classroom_edge.library.deliver.files import PROBE_FOLDER
from classroom_edge.library.deliver.folder import MARKER
from classroom_edge.library.deliver.spec import TargetSpec
from classroom_edge.library.deliver.target import (
    DeliveryError,
    MisconfiguredError,
    Proof,
    Target,
    TransientError,
)
from classroom_edge.web.accounts import wall_clock
from classroom_edge.web.certificates import CertificateFolder, ensure_certificates
from tests.edge.deliver.servers import PASSWORD, USER, Dav, Ssh, nginx_dav, sshd
from tests.edge.deliver.unruly import Fault, unruly
from tests.edge.received.scene import RECORDING, some_bytes
from tests.edge.received.sending import KilledError, Noted, a_parcel, an_item

FILM, SOUND = some_bytes(3_000_000), some_bytes(70_000, seed=2)


@pytest.fixture
def far(tmp_path: Path) -> Path:
    place = tmp_path / "far"
    place.mkdir()
    return place


@pytest.fixture
def dav(far: Path) -> Iterator[Dav]:
    with nginx_dav(far) as server:
        yield server


@pytest.fixture
def ssh(far: Path) -> Iterator[Ssh]:
    with sshd(far) as server:
        yield server


def at_dav(dav: Dav, **others: str) -> Target:
    spec = TargetSpec(id="t", kind="webdav", url=dav.url)
    return webdav.made(msgspec.structs.replace(spec, **others), None)


def at_ssh(ssh: Ssh, host_key: str = "") -> Target:
    spec = TargetSpec(
        id="t",
        kind="sftp",
        url=f"sftp://127.0.0.1:{ssh.port}{ssh.folder}",
        username=getpass.getuser(),
        options={"host_key": host_key or ssh.host_key, "key": str(ssh.key)},
    )
    return sftp.made(spec, None)


def at_folder(place: Path) -> Target:
    return folder.made(TargetSpec(id="t", kind="folder", url=str(place)), None)


def delivered_once(tmp_path: Path, target: Target, place: Path) -> None:
    """Deliver two files; see them there, and that a second time nothing is sent."""
    items = (an_item(tmp_path, "programme.mp4", FILM), an_item(tmp_path, "edits/e1.mp4", SOUND))
    parcel, first, second = a_parcel(*items), Noted(), Noted()
    target.deliver(parcel, first)
    target.deliver(parcel, second)
    target.close()
    assert first.went == len(FILM) + len(SOUND)
    assert second.went == 0
    assert {one.sent for one in second.receipts.values()} == {False}
    assert {one.proof for one in first.receipts.values()} == {Proof.READ_BACK}
    assert (place / parcel.folder / "programme.mp4").read_bytes() == FILM
    assert (place / parcel.folder / "edits" / "e1.mp4").read_bytes() == SOUND
    assert not list(place.rglob("*.partial"))


def goes_on(tmp_path: Path, make: Target, again: Target, place: Path) -> int:
    """Kill a delivery in the middle of a file; give where the next one goes on."""
    parcel = a_parcel(an_item(tmp_path, "programme.mp4", FILM))
    with pytest.raises(KilledError):
        make.deliver(parcel, Noted(kill_after=1_600_000))
    make.close()
    noted = Noted()
    again.deliver(parcel, noted)
    again.close()
    assert (place / parcel.folder / "programme.mp4").read_bytes() == FILM
    return noted.resumptions[0] if noted.resumptions else 0


def test_a_folder_is_filled_once(tmp_path: Path, far: Path) -> None:
    (far / MARKER).touch()
    delivered_once(tmp_path, at_folder(far), far)


def test_a_folder_goes_on_in_the_middle_of_a_file(tmp_path: Path, far: Path) -> None:
    (far / MARKER).touch()
    assert goes_on(tmp_path, at_folder(far), at_folder(far), far) > 1_000_000


def test_a_share_that_is_not_mounted_does_not_become_a_folder_of_this_machine(
    tmp_path: Path, far: Path
) -> None:
    with pytest.raises(TransientError) as raised:
        at_folder(far).deliver(a_parcel(an_item(tmp_path, "a.mp4", SOUND)), Noted())
    assert raised.value.code == "not-mounted"
    assert not list(far.iterdir())


def test_a_file_that_was_damaged_on_its_way_is_sent_again_as_a_whole(
    tmp_path: Path, far: Path
) -> None:
    (far / MARKER).touch()
    item = an_item(tmp_path, "a.mp4", FILM)
    parcel = a_parcel(item)
    with pytest.raises(KilledError):
        at_folder(far).deliver(parcel, Noted(kill_after=500_000))
    (part,) = far.rglob("*.partial")
    part.write_bytes(b"x" * part.stat().st_size)
    with pytest.raises(TransientError, match="other-there"):
        at_folder(far).deliver(parcel, Noted())
    at_folder(far).deliver(parcel, Noted())
    assert (far / parcel.folder / "a.mp4").read_bytes() == FILM


def test_a_full_disk_there_is_told_and_nothing_passes_for_whole(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no full disk here")
    (tmp_path / MARKER).touch()
    item = an_item(tmp_path, "a.mp4", SOUND)
    parcel = a_parcel(item)
    (tmp_path / parcel.folder).mkdir()
    beside = tmp_path / parcel.folder / f"a.mp4.{item.sha256[:8]}.partial"
    beside.symlink_to("/dev/full")
    with pytest.raises(TransientError) as raised:
        at_folder(tmp_path).deliver(parcel, Noted())
    assert raised.value.code == "full-there"
    assert not (tmp_path / parcel.folder / "a.mp4").exists()


def test_a_film_that_is_damaged_here_is_never_called_delivered(tmp_path: Path, far: Path) -> None:
    (far / MARKER).touch()
    recorded = hashlib.sha256(b"as recorded").hexdigest()
    item = msgspec.structs.replace(an_item(tmp_path, "a.mp4", SOUND), sha256=recorded)
    noted = Noted()
    with pytest.raises(TransientError):
        at_folder(far).deliver(a_parcel(item), noted)
    assert not noted.receipts
    assert not list(far.rglob("a.mp4"))


@pytest.mark.needs("nginx")
def test_nginx_is_filled_once(tmp_path: Path, dav: Dav) -> None:
    delivered_once(tmp_path, at_dav(dav), dav.folder / "dav")
    assert len(dav.asked("PUT")) == 2


@pytest.mark.needs("nginx")
def test_what_was_moved_into_place_but_not_told_is_found_there(tmp_path: Path, dav: Dav) -> None:
    parcel = a_parcel(an_item(tmp_path, "programme.mp4", FILM))
    at_dav(dav).deliver(parcel, Noted())
    noted = Noted()
    at_dav(dav).deliver(parcel, noted)
    assert (noted.went, noted.came_back) == (0, len(FILM))
    assert len(dav.asked("MOVE")) == 1


@pytest.mark.needs("nginx")
def test_by_tls_with_the_schools_own_authority_and_a_login(tmp_path: Path, far: Path) -> None:
    folder_ = CertificateFolder(tmp_path / "ca")
    ensure_certificates(folder_, ["127.0.0.1"], now=wall_clock())
    chain = far / "server.pem"
    chain.write_bytes(folder_.server.read_bytes() + folder_.server_key.read_bytes())
    parcel = a_parcel(an_item(tmp_path, "a.mp4", SOUND))
    with nginx_dav(far, certificate=chain, login=True) as dav:
        url = f"https://127.0.0.1:{dav.port}/dav"
        authority = str(folder_.authority)
        login = {"username": USER, "password": PASSWORD}
        noted = Noted()
        at_dav(dav, url=url, authority=authority, **login).deliver(parcel, noted)
        assert noted.receipts["a.mp4"].where == f"{url}/{parcel.folder}/a.mp4"
        with pytest.raises(MisconfiguredError, match="login-wrong"):
            at_dav(dav, url=url, authority=authority, username=USER).deliver(parcel, Noted())
        with pytest.raises(MisconfiguredError, match="certificate"):
            at_dav(dav, url=url, **login).deliver(parcel, Noted())


@pytest.mark.needs("nginx")
async def test_what_a_line_has_turned_never_gets_its_name(tmp_path: Path, dav: Dav) -> None:
    parcel, noted = a_parcel(an_item(tmp_path, "a.mp4", SOUND)), Noted()
    async with unruly(("127.0.0.1", dav.port), seed=1) as line:
        url = f"http://127.0.0.1:{line.port}/dav"
        line.faults += [Fault.TURNED] * 20
        with pytest.raises(TransientError, match="other-there"):
            await asyncio.to_thread(at_dav(dav, url=url).deliver, parcel, noted)
        assert not noted.receipts
        assert not list(dav.folder.rglob("a.mp4"))
        line.faults.clear()
        await asyncio.to_thread(at_dav(dav, url=url).deliver, parcel, noted)
    assert (dav.folder / "dav" / parcel.folder / "a.mp4").read_bytes() == SOUND


@pytest.mark.needs("nginx")
@pytest.mark.parametrize(
    ("url", "code"),
    [("http://127.0.0.1:1/dav", "unreachable"), ("{dav}/none", "no-such-path")],
)
def test_a_wrong_address_is_told_by_a_test(dav: Dav, url: str, code: str) -> None:
    with pytest.raises(DeliveryError) as raised:
        at_dav(dav, url=url.format(dav=dav.url)).probe()
    assert raised.value.code == code


@pytest.mark.needs("nginx")
def test_a_test_of_a_target_leaves_nothing_there(dav: Dav) -> None:
    probe = at_dav(dav).probe()
    assert probe.removed
    assert probe.proof is Proof.READ_BACK
    assert not list((dav.folder / "dav").iterdir())


@pytest.mark.needs("openssh")
def test_an_sftp_server_is_filled_once(tmp_path: Path, ssh: Ssh) -> None:
    delivered_once(tmp_path, at_ssh(ssh), ssh.folder)
    with closing(at_ssh(ssh)) as target:
        assert target.probe().removed


@pytest.mark.needs("openssh")
def test_an_sftp_server_goes_on_in_the_middle_of_a_file(tmp_path: Path, ssh: Ssh) -> None:
    assert goes_on(tmp_path, at_ssh(ssh), at_ssh(ssh), ssh.folder) > 1_000_000


@pytest.mark.needs("openssh")
def test_another_server_in_its_place_gets_nothing(tmp_path: Path, ssh: Ssh) -> None:
    other = (ssh.key.with_suffix(".pub")).read_text("utf-8")
    parcel = a_parcel(an_item(tmp_path, "a.mp4", SOUND))
    with (
        closing(at_ssh(ssh, other)) as target,
        pytest.raises(MisconfiguredError, match="host-key"),
    ):
        target.deliver(parcel, Noted())
    assert not list(ssh.folder.iterdir())


class Platform(http.server.BaseHTTPRequestHandler):
    """Takes forms, and tells the checksum of what it got."""

    got: ClassVar[list[EmailMessage]] = []
    headers: Any

    def do_POST(self) -> None:
        size = int(self.headers["Content-Length"])
        said = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        message = email.message_from_bytes(said + self.rfile.read(size), policy=email.policy.HTTP)
        file = next(one for one in message.iter_parts() if one.get_filename())
        digest = hashlib.sha256(file.get_content()).digest()
        self.got.append(message)
        wanted = self.headers["Authorization"] == "Bearer a-token"
        self.send_response(201 if wanted else 401)
        self.send_header("Repr-Digest", f"sha-256=:{base64.b64encode(digest).decode()}:")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_said: Any) -> None:
        pass


@pytest.fixture
def platform() -> Iterator[str]:
    Platform.got.clear()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Platform) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/upload"
        server.shutdown()
        thread.join()


def test_a_platform_gets_a_form_with_what_is_known(tmp_path: Path, platform: str) -> None:
    parcel = a_parcel(an_item(tmp_path, "programme.mp4", FILM))
    spec = TargetSpec(id="p", kind="http", url=platform, token="a-token")
    noted = Noted()
    form.made(spec, parcel.about).deliver(parcel, noted)
    assert noted.receipts["programme.mp4"].proof is Proof.TOLD
    (message,) = Platform.got
    fields = {str(one["Content-Disposition"].params["name"]): one for one in message.iter_parts()}
    assert fields["file"].get_content() == FILM
    assert fields["title"].get_payload(decode=True) == parcel.about.title.encode()
    wrong = msgspec.structs.replace(spec, token="another")
    with pytest.raises(MisconfiguredError, match="login-wrong"):
        form.made(wrong, parcel.about).deliver(parcel, Noted())
    assert not form.made(spec, None).probe().removed


@pytest.mark.needs("nginx")
def test_a_platform_gets_files_by_put(tmp_path: Path, dav: Dav) -> None:
    place = dav.folder / "dav"
    (place / RECORDING / "edits").mkdir(parents=True)
    (place / PROBE_FOLDER).mkdir()
    spec = TargetSpec(id="p", kind="http", url=dav.url, options={"method": "put"})
    assert form.made(spec, None).probe().removed
    delivered_once(tmp_path, form.made(spec, None), place)
