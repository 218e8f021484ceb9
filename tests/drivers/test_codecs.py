"""Codecs: documented bytes, any cut of a stream, any noise before it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classroom_drivers.codecs import pjlink, visca, visca_ip
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


# VISCA


@pytest.mark.parametrize(
    ("body", "documented"),
    [
        (visca.drive(24, 0), "81 01 06 01 18 01 02 03 FF"),
        (visca.drive(-1, 20), "81 01 06 01 01 14 01 01 FF"),
        (visca.drive(5, -6), "81 01 06 01 05 06 02 02 FF"),
        (visca.drive(0, 0), "81 01 06 01 01 01 03 03 FF"),
        (visca.STOP, "81 01 06 01 01 01 03 03 FF"),
        (visca.HOME, "81 01 06 04 FF"),
        (visca.move_to(-2448, 432, 24, 20), "81 01 06 02 18 14 0F 06 07 00 00 01 0B 00 FF"),
        (visca.zoom(3), "81 01 04 07 23 FF"),
        (visca.zoom(-7), "81 01 04 07 37 FF"),
        (visca.zoom(0), "81 01 04 07 00 FF"),
        (visca.zoom_to(0x4000), "81 01 04 47 04 00 00 00 FF"),
        (visca.store_preset(1), "81 01 04 3F 01 01 FF"),
        (visca.recall_preset(2), "81 01 04 3F 02 02 FF"),
        (visca.power(on=True), "81 01 04 00 02 FF"),
        (visca.power(on=False), "81 01 04 00 03 FF"),
        (visca.tally(on=True), "81 01 7E 01 0A 00 02 FF"),
        (visca.ASK_POWER, "81 09 04 00 FF"),
        (visca.ASK_VERSION, "81 09 00 02 FF"),
        (visca.ASK_POSITION, "81 09 06 12 FF"),
        (visca.ASK_ZOOM, "81 09 04 47 FF"),
    ],
)
def test_visca_packets_are_spelled_as_documented(body: bytes, documented: str) -> None:
    assert visca.encode(1, body) == bytes.fromhex(documented)


def test_visca_chains_are_numbered_and_cleared_as_documented() -> None:
    assert visca.encode(visca.ALL, visca.SET_ADDRESS) == bytes.fromhex("883001FF")
    assert visca.encode(visca.ALL, visca.CLEAR) == bytes.fromhex("88010001FF")


@pytest.mark.parametrize(
    ("documented", "reply"),
    [
        ("90 41 FF", visca.Ack(1, 1)),
        ("90 52 FF", visca.Completion(1, 2)),
        ("A0 41 FF", visca.Ack(2, 1)),
        ("90 50 02 FF", visca.Answer(1, b"\x02")),
        ("90 60 02 FF", visca.Refusal(1, 0, 2)),
        ("90 61 41 FF", visca.Refusal(1, 1, 0x41)),
        ("90 38 FF", visca.NetworkChange(1)),
        ("88 30 02 FF", visca.Echo(b"\x30\x02")),
    ],
)
def test_visca_replies_are_read_as_documented(documented: str, reply: visca.Reply) -> None:
    assert visca.ReplyDecoder().feed(bytes.fromhex(documented)) == [reply]
    assert visca.encode_reply(reply) == bytes.fromhex(documented)


def test_one_odd_byte_does_not_cost_a_visca_reply() -> None:
    found = visca.ReplyDecoder().feed(bytes.fromhex("12 34 90 41 FF"))
    assert found == [Garbage(b"\x12\x34"), visca.Ack(1, 1)]


@given(st.integers(-0x8000, 0x7FFF))
def test_numbers_survive_their_nibbles(value: int) -> None:
    assert visca.from_nibbles(visca.nibbles(value)) == value
    assert max(visca.nibbles(value)) < 16


# Sony's envelopes


def test_sony_envelopes_are_spelled_as_documented() -> None:
    codec = visca_ip.ControllerCodec()
    assert codec.spell(visca_ip.RESET) == [bytes.fromhex("02 00 00 01 00 00 00 00 01")]
    command = visca.encode(1, visca.HOME)
    assert codec.spell(command) == [bytes.fromhex("01 00 00 05 00 00 00 00 81 01 06 04 FF")]
    inquiry = visca.encode(1, visca.ASK_POWER)
    assert codec.spell(inquiry) == [bytes.fromhex("01 10 00 05 00 00 00 01 81 09 04 00 FF")]


def test_sony_replies_are_read_as_documented() -> None:
    codec = visca_ip.ControllerCodec()
    assert codec.feed(bytes.fromhex("02 01 00 01 00 00 00 00 01")) == [visca_ip.ResetDone()]
    assert codec.feed(bytes.fromhex("02 01 00 02 00 00 00 05 0F 01")) == [visca_ip.OutOfStep()]
    assert codec.feed(bytes.fromhex("01 11 00 03 00 00 00 01 90 41 FF")) == [visca.Ack(1, 1)]


def test_two_packets_go_in_two_datagrams() -> None:
    both = visca.encode(1, visca.STOP) + visca.encode(1, visca.ZOOM_STOP)
    assert [len(data) for data in visca_ip.ControllerCodec().spell(both)] == [17, 14]


def test_the_answer_to_a_resend_is_not_taken_twice() -> None:
    codec = visca_ip.ControllerCodec()
    ack, done = (f"01 11 00 03 00 00 00 01 90 {code} FF" for code in ("41", "51"))
    assert codec.feed(bytes.fromhex(ack + ack + done)) == [visca.Ack(1, 1), visca.Completion(1, 1)]


@given(
    st.sampled_from(visca_ip.Kind),
    st.integers(0, 0xFFFFFFFF),
    st.binary(min_size=1, max_size=16),
)
def test_sony_messages_survive_the_wire(kind: visca_ip.Kind, sequence: int, payload: bytes) -> None:
    message = visca_ip.Message(kind, sequence, payload)
    assert visca_ip.MessageDecoder().feed(visca_ip.encode(message)) == [message]
