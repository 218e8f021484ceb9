"""The journal of a line: bounded, in order, and without a secret in it."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from classroom_drivers.links.journal import Direction, Journal
from tests.drivers.benches import ANSWERING, RIGS, make, running
from tests.drivers.virtual import until, virtual

SECRET = "p4ssw0rd"
NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)


def a_journal() -> Journal:
    return Journal(clock=lambda: 1.0, now=lambda: NOON)


def seen(journal: Journal) -> list[tuple[str, bytes]]:
    return [(str(frame.direction), frame.data) for frame in journal.frames()]


def test_what_was_written_is_told_with_the_name_of_its_exchange() -> None:
    journal = a_journal()
    journal.opened(None)
    journal.wrote("POWR ?", b"%1POWR ?\r")
    journal.heard(b"%1POWR=1\r")
    journal.closed()
    opened, written, read, closed = journal.frames()
    assert (opened.direction, closed.direction) == (Direction.OPENED, Direction.CLOSED)
    assert (written.name, written.data, written.at) == ("POWR ?", b"%1POWR ?\r", NOON)
    assert (read.direction, read.data) == (Direction.READ, b"%1POWR=1\r")


def test_the_oldest_give_way_to_the_newest() -> None:
    journal = a_journal()
    journal.bound(entries_max=3, bytes_max=1000)
    for number in range(5):
        journal.heard(bytes([number]))
    assert [frame.data for frame in journal.frames()] == [b"\x02", b"\x03", b"\x04"]
    assert journal.dropped == 2


def test_long_frames_count_by_their_bytes() -> None:
    journal = a_journal()
    journal.bound(entries_max=1000, bytes_max=10)
    for _ in range(5):
        journal.heard(bytes(4))
    assert len(journal) == 2
    journal.heard(bytes(100))
    assert [len(frame.data) for frame in journal.frames()] == [10]


def test_a_secret_is_masked_even_if_it_comes_in_pieces() -> None:
    journal = a_journal()
    journal.hide(SECRET)
    journal.wrote(f"login {SECRET}", f"user,{SECRET}\r".encode())
    journal.heard(b"echo p4ss")
    journal.heard(b"w0rd ok")
    assert seen(journal) == [
        ("written", b"user,********\r"),
        ("read", b"echo ****"),
        ("read", b"**** ok"),
    ]
    assert journal.frames()[0].masked == ((5, 13),)
    assert SECRET not in repr(journal.frames())


def test_a_secret_that_is_named_later_does_not_show_either() -> None:
    journal = a_journal()
    journal.wrote("login", SECRET.encode())
    journal.hide(SECRET, "")
    assert seen(journal) == [("written", b"********")]


class Digesting:
    """A codec that spells a secret in a form of its own."""

    def __init__(self) -> None:
        self.digest = b""

    def secrets(self) -> Sequence[bytes]:
        return (self.digest,)


def test_a_codec_names_the_secrets_of_its_own_making() -> None:
    journal, codec = a_journal(), Digesting()
    journal.opened(codec)
    for digest in (b"d41d8", b"7b2f0"):
        codec.digest = digest
        journal.wrote("login", digest + b"%1POWR ?\r")
        journal.heard(b"ok")
    assert [data for what, data in seen(journal) if what == "written"] == [b"*****%1POWR ?\r"] * 2


@pytest.mark.parametrize("name", ANSWERING)  # of others there may be nothing to write
@virtual
async def test_every_device_that_is_asked_has_a_journal_that_shows_no_password(name: str) -> None:
    password = RIGS[name].password
    async with running(make(name)) as bench:
        await until(lambda: len(bench.device.journal) > 1, within_s=30)
    frames = bench.device.journal.frames()
    assert {Direction.OPENED, Direction.WRITTEN} <= {frame.direction for frame in frames}
    assert not password or password not in repr(frames)
