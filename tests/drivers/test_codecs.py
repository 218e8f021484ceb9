"""Codecs: documented bytes, any cut of a stream, any noise before it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classroom_drivers.codecs import pjlink
from classroom_drivers.codecs.garbage import Garbage
from tests.drivers.streams import collect, kept

settings.register_profile("busy machine", deadline=None)
settings.load_profile("busy machine")

STREAMS = collect()
RECOVERING = [name for name, stream in STREAMS.items() if stream.end is not None]


@pytest.mark.parametrize("name", STREAMS)
def test_what_is_found_does_not_depend_on_where_the_stream_is_cut(name: str) -> None:
    new, data = STREAMS[name].decoder, STREAMS[name].data
    whole = new().feed(data)
    assert whole
    assert not any(isinstance(found, Garbage) for found in whole)
    for cut in range(len(data)):
        decoder = new()
        assert [*decoder.feed(data[:cut]), *decoder.feed(data[cut:])] == list(whole)


@pytest.mark.parametrize("name", STREAMS)
def test_byte_by_byte_is_the_same_as_all_at_once(name: str) -> None:
    stream = STREAMS[name]
    decoder = stream.decoder()
    single = [found for byte in stream.data for found in decoder.feed(bytes([byte]))]
    assert single == list(stream.decoder().feed(stream.data))


@pytest.mark.parametrize("name", STREAMS)
@given(chunks=st.lists(st.binary(max_size=300), max_size=30))
def test_no_codec_ever_raises_or_keeps_more_than_a_message(name: str, chunks: list[bytes]) -> None:
    decoder = STREAMS[name].decoder()
    for chunk in chunks:
        decoder.feed(chunk)
    assert kept(decoder) <= STREAMS[name].longest


@pytest.mark.parametrize("name", RECOVERING)
@given(noise=st.binary(max_size=40))
def test_noise_does_not_hide_what_comes_after_it(name: str, noise: bytes) -> None:
    stream = STREAMS[name]
    found = stream.decoder().feed(noise + (stream.end or b"") + stream.data)
    whole = stream.decoder().feed(stream.data)
    assert list(found[-len(whole) :]) == list(whole)


# PJLink


def test_pjlink_commands_are_spelled_as_documented() -> None:
    assert pjlink.encode("POWR", "1") == b"%1POWR 1\r"
    assert pjlink.encode("INPT", "?") == b"%1INPT ?\r"


def test_pjlink_proves_the_password_as_in_the_example_of_the_specification() -> None:
    assert pjlink.digest_of("498e4a67", "JBMIAProjectorLink") == "5d8409bc1c3fa39749434aa3a5c38682"


def test_pjlink_puts_the_proof_before_the_first_command_only() -> None:
    codec = pjlink.ControllerCodec("JBMIAProjectorLink")
    assert codec.feed(b"PJLINK 1 498e4a67\r") == [pjlink.Greeting("498e4a67")]
    assert codec.spell(b"%1POWR ?\r") == [b"5d8409bc1c3fa39749434aa3a5c38682%1POWR ?\r"]
    assert codec.spell(b"%1POWR ?\r") == [b"%1POWR ?\r"]


def test_pjlink_letters_may_be_of_either_case() -> None:
    assert pjlink.ReplyDecoder().feed(b"%1powr=ok\r") == [pjlink.Reply("POWR", "ok")]


def test_noise_does_not_hide_the_next_reply() -> None:
    found = pjlink.ReplyDecoder().feed(b"\xff\x00??\r%1POWR=1\r")
    assert found == [Garbage(b"\xff\x00??"), pjlink.Reply("POWR", "1")]


letters = st.text(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"), min_size=4, max_size=4)


@given(letters, st.text(st.characters(exclude_characters="\r", codec="utf-8"), max_size=30))
def test_pjlink_replies_survive_the_wire(command: str, parameter: str) -> None:
    reply = pjlink.Reply(command, parameter)
    assert pjlink.ReplyDecoder().feed(pjlink.encode_reply(reply)) == [reply]


@given(letters, st.text(st.sampled_from("?0123456789"), max_size=8), st.booleans())
def test_pjlink_commands_survive_the_wire(command: str, parameter: str, proved: bool) -> None:
    digest = "0123456789abcdef" * 2 if proved else ""
    found = pjlink.CommandDecoder().feed(pjlink.encode(command, parameter, digest))
    assert found == [pjlink.Command(command, parameter, digest)]
