"""Pictures that lean on what nobody has: found by their numbers, and left out."""

from itertools import pairwise

import pytest

from classroom_media.emulate.reel import Look, film
from classroom_media.packets import Coded
from classroom_media.sources.annexb import parameter_sets
from classroom_media.sources.continuity import follows


@pytest.fixture(scope="module", params=[Look(), Look(gop=50, bframes=2, preset="veryfast")])
def pictures(request: pytest.FixtureRequest) -> tuple[Coded, ...]:
    return film("camera", 1, request.param, count=150).pictures


def test_neighbours_follow_each_other(pictures: tuple[Coded, ...]) -> None:
    sets = parameter_sets(pictures[0].data)
    pairs = [(a, b) for a, b in pairwise(pictures) if not b.key]
    assert all(follows(a.data, b.data, sets) for a, b in pairs)


def test_a_picture_that_others_lean_on_is_missed(pictures: tuple[Coded, ...]) -> None:
    sets = parameter_sets(pictures[0].data)
    for first in range(0, 40, 10):
        assert follows(pictures[first].data, pictures[first + 8].data, sets) is False


def test_what_cannot_be_read_is_given_the_benefit_of_the_doubt() -> None:
    assert follows(b"", b"\0\0\1\x41\x9a", b"")
    assert follows(b"\0\0\1\x41", b"\0\0\1\x41", b"\0\0\1\x67\x42\0\x1e")
