"""VISCA on the wire, bare and in Sony's envelopes: documented bytes, both ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom_drivers.codecs import visca, visca_ip
from classroom_drivers.codecs.garbage import Garbage


@pytest.mark.parametrize(
    ("body", "documented"),
    [
        (visca.drive(24, 0), "81 01 06 01 18 01 02 03 FF"),
        (visca.drive(-1, 20), "81 01 06 01 01 14 01 01 FF"),
        (visca.drive(5, -6), "81 01 06 01 05 06 02 02 FF"),
        (visca.drive(0, 0), "81 01 06 01 01 01 03 03 FF"),
        (visca.STOP, "81 01 06 01 01 01 03 03 FF"),
        (visca.HOME, "81 01 06 04 FF"),
        (visca.move_to(-2448, 432, (24, 20)), "81 01 06 02 18 14 0F 06 07 00 00 01 0B 00 FF"),
        (visca.zoom(3), "81 01 04 07 23 FF"),
        (visca.zoom(-7), "81 01 04 07 37 FF"),
        (visca.zoom(0), "81 01 04 07 00 FF"),
        (visca.zoom_to(0x4000), "81 01 04 47 04 00 00 00 FF"),
        (visca.store_preset(1), "81 01 04 3F 01 01 FF"),
        (visca.recall_preset(2), "81 01 04 3F 02 02 FF"),
        (visca.power(on=True), "81 01 04 00 02 FF"),
        (visca.power(on=False), "81 01 04 00 03 FF"),
        (visca.tally(on=True), "81 01 7E 01 0A 00 02 FF"),
        (visca.cancel(2), "81 22 FF"),
        (visca.autofocus(on=True), "81 01 04 38 02 FF"),
        (visca.autofocus(on=False), "81 01 04 38 03 FF"),
        (visca.focus_to(0xC000), "81 01 04 48 0C 00 00 00 FF"),
        (visca.freeze(on=True), "81 01 04 62 02 FF"),
        (visca.on_second_page(visca.recall_preset(5)), "81 01 04 3F 12 05 FF"),
        (visca.on_second_page(visca.store_preset(0)), "81 01 04 3F 11 00 FF"),
        # BRC-H700: five digits of pan, one speed; its left end. FR7: five digits of both
        (
            visca.move_to(0x8A58, 0, (24, 0), (5, 4)),
            "81 01 06 02 18 00 00 08 0A 05 08 00 00 00 00 FF",
        ),
        (
            visca.move_by(-1, 1, (1, 1), (5, 5)),
            "81 01 06 03 01 01 0F 0F 0F 0F 0F 00 00 00 00 01 FF",
        ),
        (visca.ASK_POWER, "81 09 04 00 FF"),
        (visca.ASK_AUTOFOCUS, "81 09 04 38 FF"),
        (visca.ASK_FOCUS, "81 09 04 48 FF"),
        (visca.ASK_FREEZE, "81 09 04 62 FF"),
        (visca.ASK_TALLY, "81 09 7E 01 0A FF"),
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
        ("80 38 FF", visca.NetworkChange(0)),
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


def test_after_the_greatest_sequence_number_comes_0() -> None:
    codec = visca_ip.ControllerCodec()
    codec._next = visca_ip.SEQUENCES - 1  # thirteen years at ten packets a second
    question = visca.encode(1, visca.ASK_POWER)
    sent = [datagram for _ in range(2) for datagram in codec.spell(question)]
    assert [data[4:8].hex() for data in sent] == ["ffffffff", "00000000"]
    for number in ("ff ff ff ff", "00 00 00 00"):
        answer = bytes.fromhex(f"01 11 00 04 {number} 90 50 02 FF")
        assert codec.feed(answer) == [visca.Answer(1, b"\x02")]
        assert codec.feed(answer) == []


@given(st.lists(st.integers(0, 0xFFFFFFFF), min_size=200, max_size=300, unique=True))
def test_a_camera_that_counts_wildly_fills_no_memory(sequences: list[int]) -> None:
    codec = visca_ip.ControllerCodec()
    for sequence in sequences:
        message = visca_ip.Message(
            visca_ip.Kind.REPLY, sequence, visca.encode_reply(visca.Ack(1, 1))
        )
        codec.feed(visca_ip.encode(message))
    assert len(codec._answered) <= visca_ip.KEPT
