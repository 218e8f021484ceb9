"""SNMP as the standards spell it, then outlets of four families."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom_drivers.api import Availability, RefusedError, UnsupportedError, ValueSource
from classroom_drivers.codecs import snmp
from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.codecs.snmp import Kind, Message, MessageDecoder
from classroom_drivers.emulators.snmp_outlet import OutletEmulator
from tests.drivers.benches import Bench, make, running
from tests.drivers.virtual import until, virtual

OUTLET_2 = "1.3.6.1.4.1.318.1.1.12.3.3.1.1.4.2"


def value(bench: Bench, name: str) -> object:
    values = bench.device.state().values
    return values[name].value if name in values else None


# messages


def test_a_question_is_spelled_as_the_standards_want_it() -> None:
    question = Message(Kind.GET, 1, (("1.3.6.1.2.1.1.1.0", None),))
    assert snmp.encode(question) == bytes.fromhex(
        "30 26 02 01 00 04 06 70 75 62 6C 69 63"
        "A0 19 02 01 01 02 01 00 02 01 00"
        "30 0E 30 0C 06 08 2B 06 01 02 01 01 01 00 05 00"
    )


def test_a_wish_is_spelled_as_the_standards_want_it() -> None:
    wish = Message(Kind.SET, 258, ((OUTLET_2, 1),), "private")
    assert snmp.encode(wish) == bytes.fromhex(
        "30 31 02 01 00 04 07 70 72 69 76 61 74 65"
        "A3 23 02 02 01 02 02 01 00 02 01 00"
        "30 17 30 15 06 10 2B 06 01 04 01 82 3E 01 01 0C 03 03 01 01 04 02"
        "02 01 01"
    )


@pytest.mark.parametrize("number", [0, 127, 128, -128, -129, 2**31 - 1, -(2**31)])
def test_whole_numbers_are_as_short_as_they_can_be(number: int) -> None:
    message = Message(Kind.GET, number, ())
    assert MessageDecoder().feed(snmp.encode(message)) == [message]


numbers = st.integers(0, 2**32 - 1)
oids = st.lists(numbers, min_size=1, max_size=12).map(lambda n: ".".join(map(str, (1, 3, *n))))
values = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.binary(max_size=200),
    numbers.map(snmp.Ticks),
    numbers.map(snmp.Gauge),
    oids.map(snmp.ObjectId),
    st.just(snmp.Missing()),
)


@given(
    st.sampled_from(Kind),
    st.integers(-(2**31), 2**31 - 1),
    st.lists(st.tuples(oids, values), max_size=5).map(tuple),
    st.sampled_from(["1", "2c"]),
)
def test_messages_survive_the_wire(
    kind: Kind, number: int, bindings: snmp.Bindings, version: str
) -> None:
    message = Message(kind, number, bindings, "secret", version)
    assert MessageDecoder().feed(snmp.encode(message)) == [message]


def test_a_broken_message_does_not_cost_the_next_one() -> None:
    good = Message(Kind.GET, 1, (("1.3.6.1", None),))
    data = snmp.encode(good)
    found = MessageDecoder().feed(b"\x01\x02" + data[:10] + b"\xff" + data[11:] + data)
    assert found[-1] == good
    assert isinstance(found[0], Garbage)


# outlets


@virtual
async def test_an_outlet_is_switched_with_the_documented_object() -> None:
    async with running(make("outlets-apc")) as bench:
        await until(lambda: value(bench, "relay-2") is False)
        await bench.device.set_relay(on=True, channel=2)
        wishes = [
            found
            for _, data in bench.wire.written
            for found in MessageDecoder().feed(data)
            if isinstance(found, Message) and found.kind is Kind.SET
        ]
        assert [wish.bindings for wish in wishes] == [((OUTLET_2, 1),)]
        assert wishes[0].community == "secret"
        await until(lambda: bench.emulator.closed == {2}, within_s=5)


@virtual
async def test_a_slow_relay_does_not_flicker_on_the_panel() -> None:
    async with running(make("outlets-apc", OutletEmulator(password="secret", late_s=4))) as bench:
        await until(lambda: value(bench, "relay-2") is False)
        await bench.device.set_relay(on=True, channel=2)
        for _ in range(100):
            await asyncio.sleep(0.1)
            assert value(bench, "relay-2") is True
        assert bench.device.state().values["relay-2"].source is ValueSource.POLLED


@virtual
async def test_a_relay_that_did_not_move_is_seen_for_what_it_is() -> None:
    async with running(make("outlets-apc", OutletEmulator(password="secret", late_s=1e9))) as bench:
        await until(lambda: value(bench, "relay-2") is False)
        await bench.device.set_relay(on=True, channel=2)
        await until(lambda: value(bench, "relay-2") is False, within_s=10)


@virtual
async def test_who_it_is_and_what_it_draws_are_told() -> None:
    async with running(make("outlets-apc")) as bench:
        await until(lambda: value(bench, "health") == "ok")
        assert value(bench, "model") == "AP7920"
        assert value(bench, "serial-number") == "5A1234E00874"
        assert value(bench, "current-a") == 2.3
        bench.emulator.objects["1.3.6.1.4.1.318.1.1.12.2.3.1.1.3.1"] = 3
        await until(lambda: value(bench, "health") == "near overload")


@virtual
async def test_a_family_whose_states_are_the_other_way_round_is_read_right() -> None:
    async with running(make("outlets-ap8959")) as bench:
        bench.emulator.closed.add(3)
        await until(lambda: value(bench, "relay-3") is True)
        assert value(bench, "relay-4") is False


@virtual
async def test_a_wrong_community_is_silence() -> None:
    async with running(make("outlets-apc", password="guess")) as bench:
        await until(lambda: bench.availability is Availability.OFFLINE)


@virtual
async def test_a_community_that_may_only_read_is_refused() -> None:
    async with running(make("outlets-apc", password="public")) as bench:
        await until(lambda: value(bench, "relay-1") is not None)
        with pytest.raises(RefusedError, match="may not be set"):
            await bench.device.set_relay(on=True)


@virtual
async def test_an_outlet_that_is_not_there_is_told_as_such() -> None:
    async with running(make("outlets-apc", OutletEmulator(outlets=4, password="secret"))) as bench:
        await until(lambda: "no such thing" in bench.device.state().problem)
        assert bench.online


@virtual
async def test_many_outlets_are_asked_for_in_answers_that_any_agent_can_give() -> None:
    emulator = OutletEmulator(outlets=24, password="secret")
    async with running(make("outlets-apc", emulator, outlets=24)) as bench:
        await until(lambda: value(bench, "relay-24") is False)
        assert max(len(data) for _, data in bench.wire.written) < 484


@virtual
async def test_a_lost_datagram_is_sent_again_with_the_same_number() -> None:
    async with running(make("outlets-apc")) as bench:
        await until(lambda: value(bench, "health") == "ok")
        mute = bench.emulator.reader, bench.emulator.password
        bench.emulator.password = bench.emulator.reader = "somebody else"
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(bench.device.set_relay(on=True, channel=5))
            await asyncio.sleep(1.5)
            bench.emulator.reader, bench.emulator.password = mute
        sets = [data for _, data in bench.wire.written if b"\xa3" in data[:24]]
        assert len(sets) > 1
        assert len(set(sets)) == 1


def test_another_family_is_described_by_its_numbers() -> None:
    device = make("outlets-apc", command=".1.3.6.1.4.1.13742.1", on=1, off=0).device
    assert "sensor" not in device.capabilities
    with pytest.raises(UnsupportedError, match=r"not like 1\.3\.6"):
        make("outlets-apc", command="outlet")
    with pytest.raises(UnsupportedError, match="no family 'x'; there are apc"):
        make("outlets-apc", family="x")
