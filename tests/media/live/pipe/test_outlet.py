"""Datagrams that leave together arrive as they are, one by one, in order."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom_media.live.pipe.outlet import MOST, Outlet, runs
from tests.media.live.pipe.pairs import LOOPBACK

SIZES = st.lists(st.sampled_from((40, 900, 1000, 1200)), max_size=120)


@given(SIZES)
def test_a_group_has_one_size_and_at_most_a_shorter_end(sizes: list[int]) -> None:
    datagrams = [bytes(size) for size in sizes]
    groups = list(runs(datagrams))
    assert [each for group in groups for each in group] == datagrams
    for group in groups:
        *all_but_last, last = group
        assert {len(each) for each in all_but_last} <= {len(group[0])}
        assert len(last) <= len(group[0])
        assert len(group) <= MOST


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_what_leaves_by_one_call_arrives_one_by_one(family: socket.AddressFamily) -> None:
    with (
        socket.socket(family, socket.SOCK_DGRAM) as here,
        socket.socket(family, socket.SOCK_DGRAM) as there,
    ):
        there.bind((LOOPBACK if family is socket.AF_INET else "::1", 0))
        there.settimeout(5)
        sizes = [1200] * 50 + [700, 900, 900, 30, 1200]
        datagrams = [bytes([place]) * size for place, size in enumerate(sizes)]
        Outlet(here).send_all(datagrams, there.getsockname()[:2])
        assert [there.recv(2000) for _ in datagrams] == datagrams


def test_a_datagram_that_no_kernel_takes_is_lost_and_the_next_is_not() -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as here,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as there,
    ):
        there.bind((LOOPBACK, 0))
        there.settimeout(5)
        outlet, place = Outlet(here), there.getsockname()
        outlet.send_all([bytes(65_530)] * 3, place)
        outlet.send_all([b"a", b"b"], place)
        assert [there.recv(10) for _ in range(2)] == [b"a", b"b"]
