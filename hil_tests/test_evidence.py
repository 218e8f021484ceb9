"""What a device answers is recorded, and replays at once: SUPPORTED.md lives on that."""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from classroom_drivers.api import DeviceError
from classroom_drivers.contract import differences
from classroom_drivers.emulators.virtual_time import VirtualLoop
from classroom_drivers.recording import Recording
from classroom_drivers.transcript import Evidence, Transcript
from classroom_drivers.transcript_text import read, write
from hil_tests.bench import Entry
from hil_tests.stand import IS_REAL, known, standing

RECORDED = Path(__file__).parent / "recorded"  # look through them, then to drivers/transcripts
WATCH_S = 10.0 if IS_REAL else 1.0


@pytest.mark.timeout(300)
@pytest.mark.parametrize("entry", known())
async def test_its_answers_are_recorded_and_replay(entry: Entry, tmp_path: Path) -> None:
    async with standing(entry, tmp_path) as stand, stand.connect(at_once=True) as device:
        recording = Recording(
            device=device,
            driver=entry.driver,
            url=stand.url,
            options=entry.options,
            password=bool(stand.password),
        )
        await device.meet(entry.warm_up_s)
        if "identity" in device.capabilities:
            with suppress(DeviceError):  # in standby some tell nothing
                await recording.perform("identity", "identify", {})
        await asyncio.sleep(WATCH_S)
        transcript = recording.transcript()
    assert (transcript.source is Evidence.EMULATOR) is stand.is_emulated
    text = write(transcript)
    assert not stand.password or stand.password not in text
    assert await asyncio.to_thread(_replayed, read(text)) == []
    if not stand.is_emulated:
        RECORDED.mkdir(exist_ok=True)
        (RECORDED / transcript.file_name).write_text(text, encoding="utf-8")


def _replayed(transcript: Transcript) -> list[str]:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(differences(transcript))
