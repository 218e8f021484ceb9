"""Sound waits for the picture beside it, and for no longer than a picture lasts."""

from collections.abc import Iterator

import av
import pytest

from classroom_media.api import NS, SourceError
from classroom_media.sources.handfuls import GATHER_NS, handfuls

PICTURE, SOUND = 0, 1
MS = NS // 1000
BLOCK_MS = 21
Item = tuple[int, int, str]


def sound(*at_ms: int) -> list[Item]:
    return [(SOUND, at * MS, f"sound {at}") for at in at_ms]


def picture(at_ms: int) -> Item:
    return (PICTURE, at_ms * MS, f"picture {at_ms}")


def test_a_picture_takes_the_sound_before_it_along_and_waits_for_none() -> None:
    packets = [picture(0), *sound(1, 22), picture(40), picture(80), *sound(85)]
    assert list(handfuls(packets, {PICTURE})) == [
        ["picture 0"],
        ["sound 1", "sound 22", "picture 40"],
        ["picture 80"],
        ["sound 85"],
    ]


def test_sound_without_pictures_waits_as_long_as_a_picture_would_last() -> None:
    packets = sound(*range(0, 2000, BLOCK_MS))
    given = list(handfuls(packets, set()))
    assert [packet for handful in given for packet in handful] == [what for *_, what in packets]
    assert {len(handful) for handful in given[:-1]} == {3}
    assert 2 * BLOCK_MS * MS >= GATHER_NS


@pytest.mark.parametrize("error", [SourceError("silent"), av.error.EOFError(0, "gone")])
def test_what_came_before_a_source_was_lost_is_there_before_its_error(error: Exception) -> None:
    def lost() -> Iterator[Item]:
        yield from sound(0, 21)
        raise error

    given = handfuls(lost(), {PICTURE})
    assert next(given) == ["sound 0", "sound 21"]
    with pytest.raises(type(error)):
        next(given)
