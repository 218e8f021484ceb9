"""MQTT's packets: spelled as specified, read however they arrive, and what is none of it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom_drivers.codecs import mqtt
from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.codecs.mqtt import (
    Connack,
    Connect,
    Disconnect,
    PacketDecoder,
    Pingresp,
    Puback,
    Publish,
    Suback,
    Subscribe,
    fits,
)


def decoded(data: bytes) -> list[Any]:
    return PacketDecoder().feed(data)


@pytest.mark.parametrize(
    ("length", "counted"),
    [(3, "03"), (127, "7F"), (128, "8001"), (16383, "FF7F"), (16384, "808001")],
)
def test_lengths_are_spelled_as_in_table_2_4(length: int, counted: str) -> None:
    topic = b"\x00\x01a"
    data = Publish("a", bytes(length - len(topic))).encode()
    assert data[1:].startswith(bytes.fromhex(counted) + topic)


def test_the_variable_header_of_connect_is_that_of_figure_3_6() -> None:
    head = bytes.fromhex("00044D515454 04 CE 000A")
    will = bytes.fromhex("0001 77 0002 6279")
    strings = bytes.fromhex("0001 63") + will + bytes.fromhex("0001 75 0001 70")
    packet = Connect("c", "u", "p", keep_alive_s=10)
    assert decoded(bytes([0x10, len(head + strings)]) + head + strings) == [packet]
    assert packet.encode() == bytes.fromhex("1013 00044D515454 04 C2 000A 000163 000175 000170")
    assert "p'" not in repr(packet)


def test_a_password_has_a_username_even_if_it_is_empty() -> None:
    assert Connect(password="p").encode()[9] & 0xC0 == 0xC0


def test_subscribe_and_publish_are_those_of_the_figures() -> None:
    subscribe = bytes.fromhex("820E 000A 0003612F62 01 0003632F64 02")
    assert decoded(subscribe) == [Subscribe(10, ("a/b", "c/d"))]
    assert Subscribe(10, ("a/b",)).encode() == bytes.fromhex("8208 000A 0003612F62 00")
    publish = Publish("a/b", packet_id=10)
    assert publish.encode() == bytes.fromhex("3207 0003612F62 000A")
    assert Publish("a/b", b"!", retain=True).encode() == bytes.fromhex("3106 0003612F62 21")


@pytest.mark.parametrize(
    ("data", "packet"),
    [
        ("20020000", Connack(0)),
        ("20020005", Connack(5)),
        ("40020007", Puback(7)),
        ("90040001 0080", Suback(1, (0, 0x80))),
        ("D000", Pingresp()),
        ("E000", Disconnect()),
    ],
)
def test_packets_of_a_few_bytes(data: str, packet: mqtt.Packet) -> None:
    assert decoded(bytes.fromhex(data)) == [packet]
    assert packet.encode() == bytes.fromhex(data)


@pytest.mark.parametrize(
    "data",
    [
        "3605 0001 61 0001",  # quality 3
        "3405 0001 61 0001",  # quality 2, which nobody has promised
        "3205 0001 61 0000",  # a number that is none
        "3003 0001 FF",  # a topic that is no text
        "3003 0001 2B",  # a filter for a topic
        "300100",  # cut short
        "4003000700",  # too long
        "8202 0001",  # a subscription to nothing
        "F000",  # a type that there is not
    ],
)
def test_what_is_none_of_it_is_garbage(data: str) -> None:
    found = decoded(bytes.fromhex(data) + bytes.fromhex("D000"))
    assert isinstance(found[0], Garbage)
    assert found[-1] == Pingresp()


def test_a_packet_without_measure_is_passed_over_however_it_arrives() -> None:
    long = Publish("zigbee2mqtt/bridge/devices", bytes(mqtt.PACKET_MAX + 1)).encode()
    decoder = PacketDecoder()
    found = [one for place in range(0, len(long), 999) for one in decoder.feed(long[place:][:999])]
    assert [type(one) for one in found] == [Garbage]
    assert decoder.feed(bytes.fromhex("D000")) == [Pingresp()]
    assert decoded(long + bytes.fromhex("D000"))[-1] == Pingresp()


topics = st.text(st.characters(exclude_characters="+#\0", codec="utf-8"), min_size=1, max_size=20)


@given(topics, st.binary(max_size=300), st.integers(0, 65535), st.booleans())
def test_messages_survive_the_wire(
    topic: str, payload: bytes, packet_id: int, retain: bool
) -> None:
    message = Publish(topic, payload, packet_id, retain)
    assert decoded(message.encode()) == [message]


@pytest.mark.parametrize(
    ("wanted", "topic", "fit"),
    [
        ("sport/tennis/player1/#", "sport/tennis/player1", True),
        ("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", True),
        ("sport/tennis/+", "sport/tennis/player1", True),
        ("sport/tennis/+", "sport/tennis/player1/ranking", False),
        ("sport/+", "sport", False),
        ("sport/+", "sport/", True),
        ("+/+", "/finance", True),
        ("/+", "/finance", True),
        ("+", "/finance", False),
        ("#", "$SYS/broker/uptime", False),
        ("$SYS/#", "$SYS/broker/uptime", True),
        ("a/b", "a/b/c", False),
    ],
)
def test_filters_fit_as_in_section_4_7(wanted: str, topic: str, fit: bool) -> None:
    assert fits(wanted, topic) is fit
