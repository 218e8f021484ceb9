"""Opencast as a target: what is ingested, once, however often it was begun."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.request import HTTPDigestAuthHandler, HTTPPasswordMgrWithDefaultRealm, build_opener

import msgspec
import pytest

from classroom_edge.library.deliver import opencast as target
from classroom_edge.library.deliver.spec import TargetSpec
from classroom_edge.library.deliver.target import (
    MisconfiguredError,
    Parcel,
    Proof,
    Role,
    TransientError,
)
from classroom_edge.library.opencast import calendar, wire
from classroom_edge.library.opencast.digest import Challenge, DigestError, Login
from classroom_edge.library.opencast.pretend.packages import Kept
from classroom_edge.library.opencast.pretend.planned import planned
from classroom_edge.library.opencast.pretend.server import Server
from classroom_media.record.journal import Taught
from classroom_media.record.manifest import Manifest, State, write_manifest
from tests.edge.received.scene import RECORDING, some_bytes
from tests.edge.received.sending import KilledError, Noted, a_parcel, an_item

CAMERA, SCREEN = some_bytes(900_000), some_bytes(400_000, seed=2)
STARTS = datetime(2026, 11, 22, 10, 15, tzinfo=UTC)


def the_target(server: Server, **options: str) -> target.Opencast:
    return target.made(
        TargetSpec(
            id="oc",
            kind="opencast",
            url=server.url,
            username=options.pop("username", "agent"),
            password=options.pop("password", "secret"),
            place=options.pop("place", "/nowhere/deliveries"),
            options={"spread_s": "0", **options},
        ),
        None,
    )


def a_recording(folder: Path) -> Parcel:
    screen = an_item(folder, "screen.mp4", SCREEN, Role.TRACK)
    return a_parcel(
        an_item(folder, "camera.mp4", CAMERA, Role.TRACK),
        msgspec.structs.replace(screen, track="screen"),
        an_item(folder, "card.json", b"{}", Role.ABOUT),
    )


def ingested(server: Server) -> dict[str, list[tuple[Kept, ...]]]:
    with server.pretence.lock:
        return dict(server.pretence.packages.ingested)


@pytest.mark.parametrize("login", ["digest", "basic"])
def test_a_recording_becomes_a_media_package_once(
    opencast: Server, tmp_path: Path, login: str
) -> None:
    first, second = Noted(), Noted()
    the_target(opencast, login=login).deliver(a_recording(tmp_path), first)
    the_target(opencast, login=login).deliver(a_recording(tmp_path), second)
    ((package,),) = ingested(opencast).values()
    assert [(one.group, one.flavor) for one in package] == [
        ("track", "presenter/source"),
        ("track", "presentation/source"),
        ("catalog", "dublincore/episode"),
        ("attachment", "classroom-edge/card"),
    ]
    assert package[0].sha256 == hashlib.sha256(CAMERA).hexdigest()
    assert "<dcterms:title>分数的初步认识</dcterms:title>" in package[2].text
    assert first.receipts["camera.mp4"].proof is Proof.READ_BACK
    assert second.went == 0
    assert {one.sent for one in second.receipts.values()} == {False}
    assert opencast.pretence.refused == []


def test_a_killed_delivery_goes_on_with_the_next_file(opencast: Server, tmp_path: Path) -> None:
    killed = Noted(kill_after=len(CAMERA) + 100_000)
    with pytest.raises(KilledError):
        the_target(opencast).deliver(a_recording(tmp_path), killed)
    again = Noted(tokens=killed.tokens)
    the_target(opencast).deliver(a_recording(tmp_path), again)
    assert again.went == len(SCREEN) + len(b"{}")
    ((package,),) = ingested(opencast).values()
    assert len(package) == 4
    assert not opencast.pretence.refused


def test_an_answer_that_was_lost_does_not_ingest_it_twice(opencast: Server, tmp_path: Path) -> None:
    parcel, course = a_recording(tmp_path), Noted()
    the_target(opencast).deliver(parcel, course)
    course.receipts.clear()  # the process was killed before it could tell
    the_target(opencast).deliver(parcel, course)
    assert [len(runs) for runs in ingested(opencast).values()] == [1]
    assert len(course.receipts) == 3


def test_what_opencast_has_lost_is_sent_again(opencast: Server, tmp_path: Path) -> None:
    killed = Noted(kill_after=len(CAMERA) + 100_000)
    with pytest.raises(KilledError):
        the_target(opencast).deliver(a_recording(tmp_path), killed)
    opencast.pretence.packages.elements.clear()
    again = Noted(tokens=killed.tokens)
    with pytest.raises(TransientError, match="upload-gone"):
        the_target(opencast).deliver(a_recording(tmp_path), again)
    again.went = 0
    the_target(opencast).deliver(a_recording(tmp_path), again)
    assert again.went == len(CAMERA) + len(SCREEN) + 2


def test_an_event_that_opencast_planned_is_ingested_as_that_event(
    opencast: Server, tmp_path: Path
) -> None:
    event = planned("0b1d-uid", "高等数学", STARTS, STARTS + timedelta(minutes=40))
    opencast.pretence.events.append(event)
    place = tmp_path / "data" / "deliveries"
    calendar.keep(place / "oc.schedule.json", (event,))
    parcel = a_recording(tmp_path / RECORDING)
    write_manifest(tmp_path / RECORDING, a_manifest(event.id))
    the_target(opencast, place=str(place)).deliver(parcel, Noted())
    assert list(ingested(opencast)) == ["0b1d-uid"]
    assert opencast.pretence.packages.wanted["0b1d-uid"] == (
        "fast",
        {"publish": "true", "workflowInstanceId": "0b1d-uid"},
    )
    assert opencast.pretence.recordings["0b1d-uid"] == ["uploading", "upload_finished"]
    other = msgspec.structs.replace(parcel, id=f"{RECORDING}/programme")
    the_target(opencast, place=str(place)).deliver(other, Noted())
    assert len(ingested(opencast)) == 2  # what else there is of it, is no second ingest of it


def a_manifest(occurrence: str) -> Manifest:
    return Manifest(
        id=RECORDING,
        state=State.FINISHED,
        room="301",
        title="",
        started_at=STARTS,
        duration_s=2400.0,
        taught=Taught(
            occurrence=occurrence,
            subject="高等数学",
            starts_at=STARTS,
            ends_at=STARTS + timedelta(minutes=40),
        ),
    )


def test_a_probe_leaves_nothing_there(opencast: Server) -> None:
    assert the_target(opencast).probe().removed
    assert not opencast.pretence.packages.elements
    assert not opencast.pretence.refused


def test_what_has_to_be_mended_is_told(opencast: Server) -> None:
    with pytest.raises(MisconfiguredError, match="login-wrong"):
        the_target(opencast, password="wrong").probe()
    with pytest.raises(MisconfiguredError, match="option-wrong"):
        the_target(opencast, login="ntlm")
    with pytest.raises(MisconfiguredError, match="option-wrong"):
        the_target(opencast, **{"flavor.screen": "presentation"})
    with pytest.raises(MisconfiguredError, match="option-wrong: worklfow"):
        the_target(opencast, worklfow="fast")


def test_the_login_is_not_said_where_everybody_could_read_it(opencast: Server) -> None:
    core = target.core_of(TargetSpec(id="oc", kind="opencast", url="https://opencast.example.org"))
    with pytest.raises(MisconfiguredError, match="not-encrypted-there"):
        core._trusted(f"{opencast.url}/ingest")


def test_digests_are_those_of_the_standard() -> None:
    challenge = Challenge.read(
        'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=MD5, '
        'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", '
        'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
    )
    cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
    login = Login(challenge, "Mufasa", "Circle of Life", nonce=lambda: cnonce)
    said = login.header("GET", "/dir/index.html")
    assert 'response="8ca523f5e9506fed4657c9700eebdbec"' in said  # RFC 7616, 3.9.1
    with pytest.raises(DigestError):
        Challenge.read('Basic realm="x"')


def test_the_pretence_lets_in_who_others_taught_to_log_in(opencast: Server) -> None:
    passwords = HTTPPasswordMgrWithDefaultRealm()
    passwords.add_password(None, opencast.url, "agent", "secret")
    opener = build_opener(HTTPDigestAuthHandler(passwords))
    opener.addheaders = [("X-Requested-Auth", "Digest")]
    with opener.open(f"{opencast.url}/info/me.json") as answer:
        assert json.load(answer) == {"user": "agent"}


def test_services_are_read_alone_in_a_list_or_not_at_all() -> None:
    one = {"host": "http://oc:8080", "path": "/ingest", "online": True, "active": True}
    asleep = one | {"active": False}

    def read(said: object) -> tuple[str, ...]:
        return wire.endpoints(json.dumps({"services": said}).encode())

    assert read({"service": one}) == ("http://oc:8080/ingest",)
    assert read({"service": [one, asleep]}) == ("http://oc:8080/ingest",)
    assert read("") == ()
