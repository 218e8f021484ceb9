"""Holds a driver to a transcript: does it still make of the answers what was made of them then?"""

import asyncio
from contextlib import suppress
from typing import Any

from classroom_drivers import registry
from classroom_drivers.api import DeviceError
from classroom_drivers.companions import companions
from classroom_drivers.devices.line_device import LineDevice
from classroom_drivers.replay import Chapter, Replay
from classroom_drivers.transcript import Transcript, action_of, value_of

ONLINE_S = 10.0
LONGER_S = 15.0  # than it took when it was recorded
NOBODYS = "replayed"  # a password in place of the one that was left out


async def differences(transcript: Transcript) -> list[str]:
    """Replay a transcript to its driver; give what came out differently, nothing if all is well.

    Raises:
        UnsupportedError: there is no such driver, or an action is spelled wrongly.
    """
    replay = Replay(transcript)
    password = NOBODYS if transcript.password else ""
    device = registry.build(
        transcript.driver, replay, password=password, options=transcript.options
    )
    found: list[str] = []
    news = asyncio.Event()
    async with companions() as start:
        start(device.run(lambda _: news.set()))
        await device.meet(ONLINE_S)
        for number, chapter in enumerate(replay.chapters):
            replay.turn_to(number)
            found += await _differences(device, chapter, news)
    if not any(chapter.expected for chapter in replay.chapters):
        found.append("it expects nothing")
    if found:
        asked = (data.hex(" ").upper() for data in dict.fromkeys(replay.unknown))
        found += [f"asked, but not in the transcript: {one}" for one in asked]
    return found


async def _differences(device: LineDevice[Any], chapter: Chapter, news: asyncio.Event) -> list[str]:
    if chapter.action:
        try:
            await device.perform(*action_of(chapter.action))
        except DeviceError as error:
            return [f"{chapter.action.text}: {error}"]
    with suppress(TimeoutError):
        async with asyncio.timeout(chapter.length_s + LONGER_S):
            while _missing(device, chapter):
                news.clear()
                await news.wait()
    return _missing(device, chapter)


def _missing(device: LineDevice[Any], chapter: Chapter) -> list[str]:
    values = device.state().values
    missing = []
    for name, wanted in map(value_of, chapter.expected):
        told = values[name].value if name in values else "nothing"
        if told != wanted:
            missing.append(f"{name} should be {wanted}, and is {told}")
    return missing
