"""HTTP for devices: messages, bounds, numbers, and the proof of a password."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom_drivers.api import LinkError
from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.codecs.http import (
    BODY_MAX,
    HEAD_MAX,
    Answer,
    Challenge,
    Digest,
    HttpCodec,
    Request,
    RequestDecoder,
    Response,
    ResponseDecoder,
    challenges,
    digest,
    encode,
    numbered,
    parameters,
)
from classroom_drivers.emulators.box import Box
from classroom_drivers.emulators.faults import Faults
from classroom_drivers.emulators.memory import MemoryTransport
from classroom_drivers.emulators.onvif import OnvifEmulator
from classroom_drivers.links.http import CONNECTIONS_MAX, HttpTransport
from tests.drivers.virtual import virtual

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def test_requests_are_spelled_with_length_and_host() -> None:
    assert encode(Request("POST", "/x", (("Content-Type", "text/xml"),), b"<a/>")) == (
        b"POST /x HTTP/1.1\r\nHost: \r\nContent-Type: text/xml\r\nContent-Length: 4\r\n\r\n<a/>"
    )


@pytest.mark.parametrize("chunked", [False, True])
@given(body=st.binary(max_size=400), status=st.sampled_from([200, 401, 500]))
def test_responses_survive_the_wire(chunked: bool, body: bytes, status: int) -> None:
    (found,) = ResponseDecoder().feed(encode(Response(status, (), body), chunked=chunked))
    assert isinstance(found, Response)
    assert (found.status, found.body) == (status, body)


@given(body=st.binary(max_size=400))
def test_requests_survive_the_wire(body: bytes) -> None:
    (found,) = RequestDecoder().feed(encode(Request("POST", "/onvif", (), body)))
    assert isinstance(found, Request)
    assert (found.target, found.body) == ("/onvif", body)


def test_a_response_that_ends_with_its_connection_is_whole_at_the_end() -> None:
    decoder = ResponseDecoder()
    assert decoder.feed(b"HTTP/1.0 200 OK\r\n\r\n<a/>") == []
    assert decoder.end() == [Response(200, (), b"<a/>")]


def test_a_response_that_was_cut_short_is_none() -> None:
    decoder = ResponseDecoder()
    assert decoder.feed(OK[:-1]) == []
    assert decoder.end() == [Garbage(b"o")]


def test_what_a_server_says_before_its_answer_is_left_out() -> None:
    found = ResponseDecoder().feed(b"HTTP/1.1 100 Continue\r\n\r\n" + OK)
    assert [one.status for one in found if isinstance(one, Response)] == [200]


@pytest.mark.parametrize(
    "endless",
    [
        b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"x" * (2 * HEAD_MAX),
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (BODY_MAX + 1),
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n",
    ],
)
def test_nothing_grows_past_its_bound(endless: bytes) -> None:
    decoder = ResponseDecoder()
    found = [
        one for at in range(0, len(endless), 4096) for one in decoder.feed(endless[at:][:4096])
    ]
    assert not any(isinstance(one, Response) for one in found)
    assert not any(isinstance(one, Response) for one in decoder.end())


# the proof of a password


RFC_7616 = {
    "user": "Mufasa",
    "password": "Circle of Life",
    "method": "GET",
    "target": "/dir/index.html",
    "count": 1,
    "cnonce": "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
}


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_digests_are_those_of_rfc_7616(algorithm: str, response: str) -> None:
    nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
    opaque = "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"
    offered = (
        f'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={algorithm}, '
        f'nonce="{nonce}", opaque="{opaque}"'
    )
    (challenge,) = challenges([offered])
    proof = parameters(digest(challenge, **RFC_7616))  # type: ignore[arg-type]
    assert proof["response"] == response
    assert (proof["qop"], proof["nc"], proof["opaque"]) == ("auth", "00000001", opaque)


def test_a_digest_without_qop_is_that_of_rfc_2069() -> None:
    challenge = Challenge("testrealm@host.com", "dcd98b7102dd2f0e8b11d0f600bfb0c093")
    given = RFC_7616 | {"password": "CircleOfLife"}
    proof = parameters(digest(challenge, **given))  # type: ignore[arg-type]
    assert proof["response"] == "1949323746fe6a43ef61f9606e7febea"  # as its erratum has it
    assert "nc" not in proof


def test_the_strongest_challenge_that_we_know_comes_first() -> None:
    weak, strong = 'Digest realm="a", nonce="1"', 'Digest realm="b", nonce="2", algorithm=SHA-256'
    both = f'Basic realm="x", {weak}, {strong}'
    assert [one.realm for one in challenges([both])] == ["b", "a"]
    assert challenges(['Digest realm="a", nonce="1", algorithm=SHA-512-256']) == []
    assert challenges(['Basic realm="camera"', "Digest"]) == []


def test_a_new_challenge_is_met_and_a_refusal_is_believed() -> None:
    proof = Digest("admin", "secret", cnonce=lambda: "c")
    refusal = Response(401, (("www-authenticate", 'Digest realm="a", nonce="1", qop="auth"'),))
    stale = Response(401, (("www-authenticate", 'Digest realm="a", nonce="2", stale=TRUE'),))
    assert proof.authorize("POST", "/", b"") == ""
    assert proof.challenged(refusal)
    assert parameters(proof.authorize("POST", "/", b""))["nc"] == "00000001"
    assert not proof.challenged(refusal)  # the right nonce, and no: it is the password
    proof.authorize("POST", "/", b"")
    assert proof.challenged(stale)
    for _ in range(2):
        proof.authorize("POST", "/", b"")
    assert proof.challenged(refusal)  # it had been good: the camera forgets without saying so
    assert not proof.challenged(Response(401))


def test_the_proof_is_put_into_the_request_as_it_leaves_and_is_not_shown() -> None:
    codec = HttpCodec(lambda method, target, body: f"Digest {method} {target} {len(body)}")
    (spelled,) = codec.spell(numbered(7, encode(Request("POST", "/x", (), b"<a/>"))))
    assert spelled.startswith(b"00000007 POST /x HTTP/1.1\r\nAuthorization: Digest POST /x 4\r\n")
    assert spelled.endswith(b"\r\n\r\n<a/>")
    assert codec.secrets() == (b"Digest POST /x 4",)


@pytest.mark.parametrize("noise", [b"", b"0000000x HTTP", b"00000001 HTTP/2.0 what", b"x" * 40])
def test_what_has_no_number_or_no_response_is_noise(noise: bytes) -> None:
    assert HttpCodec().feed(noise) == [Garbage(noise)]
    assert HttpCodec().feed(numbered(1, OK)) == [
        Answer(1, Response(200, (("content-length", "2"),), b"ok"))
    ]


@given(st.binary(max_size=200), st.text(max_size=80))
def test_nothing_that_a_server_says_makes_it_raise(data: bytes, words: str) -> None:
    HttpCodec().feed(data)
    HttpCodec().feed(numbered(1, b"HTTP/1.1 200 OK\r\n" + data))
    for challenge in challenges([words, f"Digest nonce=1, {words}"]):
        digest(challenge, **RFC_7616)  # type: ignore[arg-type]
    parameters(f"Digest {words}")


# a connection for every request


def asking(number: int) -> bytes:
    return numbered(number, encode(Request("GET", "/", (("Connection", "close"),))))


@virtual
async def test_answers_come_in_the_order_in_which_they_are_ready() -> None:
    box = Box(OnvifEmulator())
    async with HttpTransport(MemoryTransport(box)).open() as link:
        box.misbehave(Faults(delay_s=1.0))
        await link.write(asking(1))
        await asyncio.sleep(0.5)
        box.misbehave(Faults())
        await link.write(asking(2))
        assert [(await link.read())[:8] for _ in range(2)] == [b"00000002", b"00000001"]


@virtual
async def test_no_more_connections_are_open_than_a_camera_bears() -> None:
    box = Box(OnvifEmulator(), Faults(silent_after_s=0))
    wire = MemoryTransport(box)
    async with HttpTransport(wire).open() as link:
        for number in range(20):
            await link.write(asking(number))
            await asyncio.sleep(0.1)
            assert len(wire._links) <= CONNECTIONS_MAX


@virtual
async def test_a_server_that_is_not_there_ends_the_link() -> None:
    wire = MemoryTransport(Box(OnvifEmulator()))
    wire.unplug()
    async with HttpTransport(wire).open() as link:
        await link.write(asking(1))
        with pytest.raises(LinkError, match="nobody there"):
            await link.read()
