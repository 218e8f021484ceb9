"""S3 storage as a target: signatures as botocore makes them, and moto's server, which checks."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from classroom_edge.library.deliver import s3, s3_wire
from classroom_edge.library.deliver.s3_wire import Part
from classroom_edge.library.deliver.sigv4 import Signer, query_of
from classroom_edge.library.deliver.target import MisconfiguredError, Proof, TransientError
from classroom_edge.library.deliver.web import Answer
from tests.edge.received.motoed import ACCOUNT, Moto, moto_server
from tests.edge.received.scene import RECORDING, some_bytes
from tests.edge.received.sending import KilledError, Noted, a_parcel, an_item

FILM, SOUND = some_bytes(20 << 20), some_bytes(300_000, seed=2)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moto]:
    with moto_server(tmp_path_factory.mktemp("moto")) as moto:
        yield moto


@pytest.fixture
def moto(server: Moto) -> Moto:
    server.make_bucket(versioned=False)
    return server


@pytest.mark.parametrize("path", ["/lessons/a b/课.mp4", "/b/k~._-"])
@pytest.mark.parametrize("query", [{}, {"uploads": "", "prefix": "课/a b+c"}, {"uploadId": "a/=+"}])
def test_requests_are_signed_as_botocore_signs_them(path: str, query: dict[str, str]) -> None:
    at = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
    coded = quote(path)
    digest = hashlib.sha256(b"film").hexdigest()
    headers = {"host": "minio:9000", "x-amz-meta-sha256": digest}
    ours = Signer(*ACCOUNT, region="cn-north-1").headers(
        "PUT", (coded, query_of(query)), headers, digest, at
    )
    url = f"http://minio:9000{coded}?{query_of(query)}".rstrip("?")
    request = AWSRequest("PUT", url, headers=headers, data=b"film")
    request.context.update(timestamp=f"{at:%Y%m%dT%H%M%SZ}", payload_signing_enabled=True)
    request.headers["x-amz-date"] = f"{at:%Y%m%dT%H%M%SZ}"
    request.headers["x-amz-content-sha256"] = digest
    theirs = S3SigV4Auth(Credentials(*ACCOUNT), "s3", "cn-north-1")
    signature = theirs.signature(
        theirs.string_to_sign(request, theirs.canonical_request(request)), request
    )
    assert ours["authorization"].endswith(f"Signature={signature}")


def test_a_recording_is_delivered_and_not_sent_again(moto: Moto, tmp_path: Path) -> None:
    items = (an_item(tmp_path, "programme.mp4", FILM), an_item(tmp_path, "edits/e1.mp4", SOUND))
    first, second = Noted(), Noted()
    moto.target().deliver(a_parcel(*items), first)
    moto.target().deliver(a_parcel(*items), second)
    assert moto.film() == FILM
    assert moto.film("edits/e1.mp4") == SOUND
    assert first.went == len(FILM) + len(SOUND)
    assert (second.went, second.came_back) == (0, 0)
    assert {one.proof for one in second.receipts.values()} == {Proof.TOLD}
    assert {one.sent for one in second.receipts.values()} == {False}


def test_a_killed_upload_goes_on_with_the_parts_that_are_missing(
    moto: Moto, tmp_path: Path
) -> None:
    item = an_item(tmp_path, "programme.mp4", FILM)
    killed = Noted(kill_after=18 << 20)
    with pytest.raises(KilledError):
        moto.target().deliver(a_parcel(item), killed)
    again = Noted(tokens=killed.tokens)
    moto.target().deliver(a_parcel(item), again)
    assert moto.film() == FILM
    assert again.went == len(FILM) - (16 << 20)
    assert again.tokens[item.name] == ""


def test_an_upload_that_was_forgotten_is_taken_away_and_begun_again(
    moto: Moto, tmp_path: Path
) -> None:
    item = an_item(tmp_path, "programme.mp4", FILM)
    with pytest.raises(KilledError):
        moto.target().deliver(a_parcel(item), Noted(kill_after=9 << 20))
    again = Noted(tokens={item.name: "an-upload-that-nobody-knows"})
    moto.target().deliver(a_parcel(item), again)
    assert moto.film() == FILM
    assert "Uploads" not in moto.client.list_multipart_uploads(Bucket="lessons")


def test_another_object_of_that_name_and_size_is_replaced(moto: Moto, tmp_path: Path) -> None:
    wrong = an_item(tmp_path / "wrong", "programme.mp4", bytes(len(SOUND)))
    right = an_item(tmp_path, "programme.mp4", SOUND)
    moto.target().deliver(a_parcel(wrong), Noted())
    course = Noted()
    moto.target().deliver(a_parcel(right), course)
    assert moto.film() == SOUND
    assert course.receipts["programme.mp4"].sent


def test_an_object_of_which_nothing_is_told_is_read(moto: Moto, tmp_path: Path) -> None:
    item = an_item(tmp_path, "programme.mp4", SOUND)
    place = s3.made(moto.spec(), None).place
    assert isinstance(place, s3.S3)
    where = f"{RECORDING}/programme.mp4"
    place.send(where, item, Noted())
    course = Noted()
    assert place._proof({}, where, [], item, course) is Proof.READ_BACK
    assert course.came_back == len(SOUND)


def test_a_probe_leaves_nothing_there(moto: Moto) -> None:
    probe = moto.target().probe()
    assert (probe.proof, probe.removed) == (Proof.TOLD, True)
    assert "Contents" not in moto.client.list_objects_v2(Bucket="lessons")


def test_what_has_to_be_mended_is_told(moto: Moto) -> None:
    with pytest.raises(MisconfiguredError, match="no-such-path: 404 NoSuchBucket"):
        s3.made(moto.spec("/elsewhere"), None).probe()
    with pytest.raises(MisconfiguredError, match="no-bucket"):
        s3.made(moto.spec(""), None)
    with pytest.raises(MisconfiguredError, match="no-bucket"):
        moto.target(style="odd")
    with pytest.raises(MisconfiguredError, match="option-wrong: sytle"):
        moto.target(sytle="path")


@pytest.mark.parametrize(
    ("code", "kind", "word"),
    [
        ("SignatureDoesNotMatch", MisconfiguredError, "login-wrong"),
        ("RequestTimeTooSkewed", MisconfiguredError, "clocks-differ"),
        ("SlowDown", TransientError, "server-busy"),
        ("XMinioStorageFull", TransientError, "full-there"),
    ],
)
def test_errors_are_known_by_their_code(code: str, kind: type[Exception], word: str) -> None:
    said = f"<?xml version='1.0'?><Error><Code>{code}</Code></Error>".encode()
    for status in (200, 403, 503):  # the completion of an upload fails with 200
        with pytest.raises(kind, match=word):
            s3_wire.good(Answer(status, {}, said), 200)


def test_the_bucket_may_be_in_the_name_of_the_host() -> None:
    spec = Moto("https://lessons.s3.example.org").spec("/school-1", style="virtual")
    place = s3.made(spec, None).place
    assert isinstance(place, s3.S3)
    assert place.bucket.key("x/y.mp4") == "school-1/x/y.mp4"
    assert s3.made(Moto("https://s3").spec(), None).place.bucket.key("x") == "school-1/x"  # type: ignore[attr-defined]


def test_parts_grow_with_the_file_so_that_there_are_never_too_many() -> None:
    assert s3_wire.part_size(1) == 8 << 20
    huge = 500 << 30
    assert huge / s3_wire.part_size(huge) <= 10_000
    assert Part.of(1, b"").size == 0
