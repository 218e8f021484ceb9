"""The bytes of RTMP: any cut, any byte; and what of an address may be seen."""

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom_media.api import NS, Kind
from classroom_media.live.push import amf
from classroom_media.live.push.address import AddressError, read
from classroom_media.live.push.backlog import Backlog
from classroom_media.live.push.chunks import Message, Reader, spelled
from classroom_media.packets import Coded

plain = st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=40)
values = st.recursive(
    plain,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(min_size=1, max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)
messages = st.builds(
    Message,
    kind=st.integers(2, 22),
    stream=st.integers(0, 2**32 - 1),
    at_ms=st.integers(0, 2**32 - 1),
    data=st.binary(max_size=700),
    channel=st.integers(2, 63),
)


@given(st.lists(values, max_size=5))
def test_values_are_read_as_they_were_spelled(given_values: list[amf.Value]) -> None:
    assert amf.read(amf.spelled(*given_values)) == given_values


@given(st.binary(max_size=200))
def test_whatever_is_no_value_is_refused_and_nothing_worse(data: bytes) -> None:
    with suppress(ValueError):
        amf.read(data)


@given(st.lists(messages, max_size=5), st.integers(1, 200), st.integers(1, 400))
def test_messages_are_read_whatever_the_pieces_in_which_they_come(
    sent: list[Message], piece: int, chunk: int
) -> None:
    told = struct.pack(">I", chunk)
    data = spelled(Message(1, 0, 0, told, 2)) + b"".join(spelled(one, chunk) for one in sent)
    reader = Reader()
    pieces = (data[at : at + piece] for at in range(0, len(data), piece))
    assert [one for part in pieces for one in reader.feed(part)] == sent


@given(st.binary(max_size=400))
def test_junk_is_no_message_of_any_size(data: bytes) -> None:
    with suppress(ValueError):
        list(Reader().feed(data))


@pytest.mark.parametrize(
    ("pasted", "shown"),
    [
        ("rtmp://live.example.cn/app/inst/KEY?t=KEY ", "rtmp://live.example.cn:1935/app/inst/…"),
        ("rtmps://a.example:444/x/KEY", "rtmps://a.example:444/x/…"),
        ("srt://[::1]:9000?streamid=KEY&passphrase=KEYKEYKEYKEY", "srt://[::1]:9000"),
    ],
)
def test_of_an_address_only_what_is_no_secret_is_seen(pasted: str, shown: str) -> None:
    address = read(pasted)
    assert address.shown == shown
    assert "KEY" not in repr(address)


@pytest.mark.parametrize(
    ("pasted", "code"),
    [
        ("rtmp://live.example.cn/app", "key"),
        ("rtmp:///app/key", "host"),
        ("rtmp://live.example.cn:port/app/key", "port"),
        ("srt://live.example.cn", "port"),
        ("srt://live.example.cn:9000?passphrase=short", "passphrase"),
        ("ftp://live.example.cn/app/key", "scheme"),
        ("", "scheme"),
    ],
)
def test_what_is_wrong_with_an_address_is_told(pasted: str, code: str) -> None:
    with pytest.raises(AddressError) as told:
        read(pasted)
    assert told.value.code == code


def packet(at_ns: int, *, key: bool = False) -> Coded:
    return Coded(stream="p", pts_ns=at_ns, dts_ns=at_ns, duration_ns=1, key=key, data=b"x")


def test_a_line_that_is_too_far_behind_goes_on_at_the_next_keyframe() -> None:
    backlog = Backlog(behind_ns=4 * NS)
    for second in range(7):
        backlog.put(Kind.PICTURE, packet(second * NS, key=second in {0, 6}))
    assert [one.dts_ns // NS for _kind, one in backlog.take(0)] == [6]
    assert backlog.dropped == 6
    backlog.put(Kind.PICTURE, packet(7 * NS))
    assert [one.dts_ns // NS for _kind, one in backlog.take(0)] == [7]
