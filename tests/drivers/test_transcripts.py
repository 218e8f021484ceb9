"""Transcripts: how they are spelled, recorded and replayed; and every one that there is."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom_drivers.api import UnsupportedError
from classroom_drivers.contract import differences
from classroom_drivers.recording import Recording, is_pretended
from classroom_drivers.replay import Replay
from classroom_drivers.transcript import (
    Evidence,
    Kind,
    Step,
    Transcript,
    action_of,
    expected,
    value_of,
)
from classroom_drivers.transcript_text import read, write
from tests.drivers.benches import RIGS, make, running
from tests.drivers.virtual import virtual

FOLDER = Path(__file__).parents[2] / "drivers" / "transcripts"
FILES = sorted(FOLDER.glob("*.txt"))
WHEN = datetime(2026, 9, 1, 10, 15, tzinfo=UTC)
HAND_WRITTEN = """\
# transcript, version 1
# copied from page 12 of the manual
driver: kmtronic
recorded: 2026-09-01T10:15:00+08:00
source: field

opened
> FF 01 03
  0.020  <  FF 01
         +  00
= relay-1 false
! relay set-relay {"on": true}
> FF 01 01
> FF 01 03
< FF 01 01
= relay-1 true
"""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
@virtual
async def test_a_recorded_answer_is_the_contract(path: Path) -> None:
    transcript = read(path.read_text(encoding="utf-8"))
    assert path.name == transcript.file_name
    assert await differences(transcript) == []


# how they are spelled


def test_one_may_be_written_by_hand_from_a_manual() -> None:
    transcript = read(HAND_WRITTEN)
    assert (transcript.driver, transcript.source) == ("kmtronic", Evidence.FIELD)
    assert transcript.recorded.utcoffset()
    assert transcript.steps[2] == Step(0.02, Kind.READ, (b"\xff\x01\x00",))
    assert [value_of(step) for step in transcript.steps if step.kind is Kind.EXPECTED] == [
        ("relay-1", False),
        ("relay-1", True),
    ]


@virtual
async def test_the_hand_written_one_is_replayed() -> None:
    assert await differences(read(HAND_WRITTEN)) == []


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        ("FF 01 03|FF 0G 03", "line 8"),
        ("opened|connected", "line 7"),
        ("source: field|source: hearsay", "hearsay"),
        ("driver: kmtronic\n|", "driver"),
        ("recorded: 2026|recorded: some day in 2026", "Invalid isoformat"),
    ],
)
def test_what_is_no_transcript_is_refused_with_its_place(broken: str, told: str) -> None:
    old, _, new = broken.partition("|")
    with pytest.raises(UnsupportedError, match=told):
        read(HAND_WRITTEN.replace(old, new, 1))


lines = st.one_of(
    st.text(max_size=20),
    st.sampled_from(HAND_WRITTEN.splitlines()),
    st.sampled_from(["options: 3", "counter: 4-", "counter: a", "+ 00", "< ** FF **|x|y", "! a"]),
)


@given(st.lists(lines, max_size=12).map("\n".join))
def test_whatever_stands_in_a_file_is_read_or_refused(text: str) -> None:
    with suppress(UnsupportedError):
        read(text)


names = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=8)
bits = st.binary(max_size=40)
happened = st.one_of(
    st.builds(
        Step,
        st.floats(0, 9999).map(lambda at: round(at, 3)),
        st.sampled_from([Kind.WRITTEN, Kind.READ]),
        st.lists(bits, min_size=1, max_size=3).map(tuple),
        names,
    ),
    st.sampled_from([Kind.OPENED, Kind.HUNG_UP, Kind.CLOSED]).map(lambda kind: Step(1.0, kind)),
)
plain = st.one_of(st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=9))


@given(st.lists(happened, max_size=6), st.dictionaries(names, plain, max_size=3))
def test_transcripts_survive_being_written(steps: Sequence[Step], values: dict[str, Any]) -> None:
    made = Transcript(
        driver="visca",
        model="SRG 300",
        recorded=WHEN,
        source=Evidence.BENCH,
        options=MappingProxyType({"framing": "sony"}),
        password=True,
        counter=(4, 8),
        steps=(*steps, *expected(values, steps[-1].at_s if steps else 0.0)),
    )
    found = read(write(made))
    assert found == made
    told = dict(value_of(step) for step in found.steps if step.kind is Kind.EXPECTED)
    assert told == values


def test_an_action_is_spelled_as_perform_takes_it() -> None:
    step = Step(0.0, Kind.DONE, text='power set-power {"on": true}')
    assert action_of(step) == ("power", "set-power", {"on": True})
    with pytest.raises(UnsupportedError, match="is not like"):
        action_of(Step(0.0, Kind.DONE, text="power"))


# recorded from a device and replayed


async def record(name: str, url: str = "tcp://10.0.0.7:4352") -> tuple[Transcript, str]:
    rig = RIGS[name]
    bench = make(name)
    recording = Recording(
        device=bench.device,
        driver=rig.driver,
        url=url,
        options=rig.options,
        password=bool(rig.password),
    )
    async with running(bench):
        await bench.device.meet(10)
        await recording.perform("power", "set-power", {"on": True})
        await asyncio.sleep(90)
        transcript = recording.transcript()
    return transcript, write(transcript)


@pytest.mark.parametrize("name", ["pjlink-password", "visca", "visca-sony"])
@virtual
async def test_what_is_recorded_replays(name: str) -> None:
    transcript, text = await record(name)
    assert await differences(read(text)) == []
    assert any(step.kind is Kind.DONE for step in transcript.steps)
    assert any(value_of(step) == ("power", "on") for step in transcript.steps)


@virtual
async def test_a_driver_that_reads_it_otherwise_is_told_what_came_out() -> None:
    transcript, text = await record("pjlink-password")
    changed = read(text.replace("= power on", "= power off").replace("INPT ?", "INPT ?"))
    told = await differences(changed)
    assert any("power should be off, and is on" in one for one in told)
    nothing = replace(transcript, steps=transcript.steps[:2])
    assert "it expects nothing" in (await differences(nothing))[0]


@virtual
async def test_no_password_is_in_a_transcript() -> None:
    _, text = await record("pjlink-password")
    assert "password: yes" in text
    assert "** 25 31 50 4F 57 52" in text  # neither the password nor what proves it
    assert RIGS["pjlink-password"].password not in text


@virtual
async def test_a_question_that_was_never_recorded_is_named() -> None:
    transcript = read(HAND_WRITTEN.replace("FF 01 03", "FF 02 03"))
    assert "asked, but not in the transcript: FF 01 03" in await differences(transcript)


@pytest.mark.parametrize(
    ("url", "pretended"),
    [
        ("tcp://127.0.0.1:4352", True),
        ("udp://[::1]:1259", True),
        ("tcp://localhost:23", True),
        ("serial:///dev/pts/3", True),
        ("tcp://192.168.1.20", False),
        ("tcp://projector.school", False),
        ("serial:///dev/ttyUSB0", False),
    ],
)
def test_nothing_from_this_machine_itself_is_evidence(url: str, pretended: bool) -> None:
    assert is_pretended(url) is pretended


@virtual
async def test_a_recording_of_an_emulator_says_so_whatever_is_claimed() -> None:
    transcript, _ = await record("pjlink-password", url="tcp://127.0.0.1:4352")
    assert transcript.source is Evidence.EMULATOR


@virtual
async def test_a_device_that_hung_up_hangs_up_again() -> None:
    text = HAND_WRITTEN.replace("! relay", "hung up\n! relay", 1)
    replay = Replay(read(text))
    async with replay.open() as link:
        await link.write(bytes.fromhex("FF0103"))
        assert await link.read() == bytes.fromhex("FF0100")
        assert await link.read() == b""
