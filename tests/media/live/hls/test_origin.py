"""A lesson over HTTP: what may be asked for, who waits for what, and who gets nothing."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest

from classroom_media.live.hls.lesson import Lesson
from classroom_media.live.hls.origin import Origin
from classroom_media.live.hls.package import Head, Part
from classroom_media.live.hls.shelf import KEPT, Shelf
from classroom_media.live.hls.tickets import ticket
from tests.media.live.hls.lessons import packaged, played, reel, sent

EPOCH = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
NOW_S = 1_795_000_000.0
KEY = b"of the school"
QUALITY = "any/maths/720p"


@pytest.fixture
def lesson(tmp_path: Path) -> Lesson:
    return Lesson(EPOCH, {"720p": Shelf(tmp_path)})


@asynccontextmanager
async def asking(lesson: Lesson, key: bytes = b"") -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(Origin({"maths": lesson}, key, lambda: NOW_S))
    async with httpx2.AsyncClient(transport=transport, base_url="http://origin") as client:
        yield client


async def put(lesson: Lesson, pieces: list[Head | Part]) -> None:
    for piece in pieces:
        await lesson.put("720p", piece)


async def test_a_lesson_that_goes_on_lists_its_newest_parts_and_names_the_next(
    lesson: Lesson,
) -> None:
    pieces = packaged(sent(reel()))
    await put(lesson, pieces[:26])  # the head, two segments of ten parts, and five parts
    async with asking(lesson) as client:
        text = (await client.get(f"/{QUALITY}/live.m3u8")).text
    assert text.startswith("#EXTM3U\n#EXT-X-VERSION:9\n")
    assert re.findall(r"^segment-\d+\.m4s$", text, re.MULTILINE) == [
        "segment-0.m4s",
        "segment-1.m4s",
    ]
    assert text.count("#EXT-X-PART:") == 25
    assert '#EXT-X-PART:DURATION=0.200000,URI="part-20.m4s",INDEPENDENT=YES' in text
    assert text.endswith('#EXT-X-PRELOAD-HINT:TYPE=PART,URI="part-25.m4s"\n')
    assert "#EXT-X-PROGRAM-DATE-TIME:2026-11-22T08:01:10.000Z" in text
    assert text.count("#EXT-X-MAP") == 1


async def test_what_the_playlist_names_is_the_lesson(lesson: Lesson, tmp_path: Path) -> None:
    await put(lesson, packaged(sent(reel())))
    await lesson.end()
    async with asking(lesson) as client:
        text = (await client.get(f"/{QUALITY}/lesson.m3u8")).text
        names = re.findall(r'URI="(.*)"', text) + re.findall(r"^[^#].*", text, re.MULTILINE)
        files = [await client.get(f"/{QUALITY}/{name}") for name in names]
    assert text.endswith("#EXT-X-ENDLIST\n")
    assert {file.headers["cache-control"] for file in files} == {"public, max-age=86400, immutable"}
    seen = played(tmp_path / "all.mp4", b"".join(file.content for file in files))
    assert [one.number for one in seen] == list(range(200))


async def test_who_asks_for_what_is_not_there_yet_gets_it_when_it_is(lesson: Lesson) -> None:
    pieces = packaged(sent(reel()))
    await put(lesson, pieces[:12])
    async with asking(lesson) as client, asyncio.TaskGroup() as group:
        asked = [f"{QUALITY}/live.m3u8?_HLS_msn=1&_HLS_part=1", f"{QUALITY}/part-11.m4s"]
        answers = [group.create_task(client.get(f"/{path}")) for path in asked]
        for _turn in range(200):  # of the loop: time enough for an answer that does not wait
            await asyncio.sleep(0)
        assert not any(answer.done() for answer in answers)
        await put(lesson, pieces[12:13])
    playlist, part = (answer.result() for answer in answers)
    assert 'URI="part-11.m4s"' in playlist.text
    following = pieces[12]
    assert isinstance(following, Part)
    assert part.content == following.data


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{QUALITY}/live.m3u8?_HLS_msn=40", 400),  # far ahead
        (f"{QUALITY}/live.m3u8?_HLS_part=1", 400),  # of which segment?
        (f"{QUALITY}/live.m3u8?_HLS_msn=first", 400),
        (f"{QUALITY}/part-900.m4s", 404),
        (f"{QUALITY}/../../../etc/passwd", 404),
        (f"{QUALITY}/.", 404),
        ("any/maths/1080p/live.m3u8", 404),
        ("any/physics/720p/live.m3u8", 404),
        ("any", 404),
        ("", 404),
    ],
)
async def test_what_is_not_there_is_told_at_once(lesson: Lesson, path: str, status: int) -> None:
    await put(lesson, packaged(sent(reel()))[:12])
    async with asking(lesson) as client:
        assert (await client.get(f"/{path}")).status_code == status


async def test_only_who_has_a_ticket_for_this_lesson_that_is_still_good_may_watch(
    lesson: Lesson,
) -> None:
    await put(lesson, packaged(sent(reel())))
    good = ticket(KEY, "maths", int(NOW_S) + 60)
    old = ticket(KEY, "maths", int(NOW_S) - 1)
    other = ticket(KEY, "physics", int(NOW_S) + 60)
    made_up = ticket(b"guessed", "maths", int(NOW_S) + 60)
    longer = f"{int(NOW_S) + 999:x}.{good.partition('.')[2]}"
    async with asking(lesson, KEY) as client:
        answers = {
            shown: (await client.get(f"/{shown}/maths/720p/live.m3u8")).status_code
            for shown in (good, old, other, made_up, longer, "x", "-1.", "")
        }
    assert answers.pop(good) == 200
    assert set(answers.values()) == {403}


async def test_memory_holds_the_newest_segments_and_the_folder_all(
    lesson: Lesson, tmp_path: Path
) -> None:
    for number in range(8):
        await put(lesson, packaged(sent(reel(), (70 + 8 * number) * 10**9))[(number > 0) :])
    shelf = lesson.shelves["720p"]
    assert len(shelf.complete) == 31
    assert len(list(tmp_path.glob("segment-*.m4s"))) == 31 + 1  # that is open
    in_memory = [one.name for one in shelf.complete if shelf.data(one.name)]
    assert in_memory == [one.name for one in shelf.complete[-KEPT - 1 :]]
    async with asking(lesson) as client:
        assert (await client.get(f"/{QUALITY}/segment-0.m4s")).status_code == 200
