"""What a peer that stood still sends: the present is published again soon, and every picture."""

from itertools import pairwise

import pytest

from classroom_media.emulate.lesson_by_link import BEGIN_NS, FRAME_NS, Lesson
from classroom_media.emulate.link import Line, Link
from classroom_media.emulate.site_by_link import Site, numbers
from classroom_media.live.ladder import Ladder
from classroom_media.live.pipe.agreement import Direction
from classroom_media.live.relay.arriving import Arriving
from classroom_media.live.rtp.playout import Playout
from classroom_media.live.rungs import SIZES
from classroom_media.packets import Coded

MS = 1_000_000
S = 1_000 * MS


class School(Site):
    """A site that publishes what comes, as a relay does."""

    def __init__(self, line: Line) -> None:
        super().__init__(1, down=Link(line, 1), up=Link(Line(), 2), playout=Playout())
        sound, picture = numbers(1)
        self.published: list[Coded] = []
        self._arriving = Arriving(
            "hub",
            "site",
            7,
            Direction(sound, picture, self.RED_TYPE, has_sound=True, has_picture=True),
            self.published.append,
        )

    def arrive(self, packet: bytes, now_ns: int) -> None:
        self._arriving.take(packet, now_ns)

    def tick(self, now_ns: int) -> list[bytes]:
        return self._arriving.tick(now_ns)

    @property
    def stood_s(self) -> float:
        """Tell for how long its picture has stood still so far."""
        return self._arriving.frozen_s(self.published[-1].pts_ns)

    def of(self, stream: str) -> list[tuple[int, int]]:
        """Give when each was taken, and is to be shown."""
        found = (one for one in self.published if one.stream == stream)
        digits = slice(1, 17) if stream == "hub-sound" else slice(-16, None)
        return [(int(one.data[digits], 16), one.pts_ns) for one in found]


def lesson(*, late_s: float, from_s: float, until_s: float) -> School:
    """Let all that is sent in a time come so much later; what follows waits for the last of it."""
    line = Line()
    held = Lesson(seed=7)
    held.join("school", down=line, ladder=Ladder(SIZES[2:]))
    held.sites["school"] = school = School(line)

    def delay(ns: int) -> None:
        line.delay_ns = ns

    held.at(from_s, lambda: delay(int(late_s * S)))
    held.at(until_s, lambda: delay(20 * MS))
    held.run(until_s + late_s + 3)
    return school


@pytest.mark.parametrize("until_s", [8.1, 12.0])
@pytest.mark.parametrize("stream", ["hub", "hub-sound"])
def test_a_second_after_a_standstill_the_present_is_shown(stream: str, until_s: float) -> None:
    school = lesson(late_s=3, from_s=8, until_s=until_s)
    over_ns = BEGIN_NS + int((until_s + 3 + 1) * S)
    ages = [play_ns - taken_ns for taken_ns, play_ns in school.of(stream) if taken_ns > over_ns]
    assert len(ages) > 40
    assert max(ages) < 350 * MS


def test_no_picture_is_left_out_and_no_stamp_goes_back() -> None:
    school = lesson(late_s=3, from_s=8, until_s=12)
    taken = [at_ns for at_ns, _ in school.of("hub") if at_ns > BEGIN_NS + S]
    assert {after - before for before, after in pairwise(taken)} == {FRAME_NS}
    for stream in ("hub", "hub-sound"):
        assert all(before < after for (_, before), (_, after) in pairwise(school.of(stream)))


def test_no_sound_is_laid_over_other_sound() -> None:
    shown = [play_ns for _, play_ns in lesson(late_s=3, from_s=8, until_s=12).of("hub-sound")]
    assert min(after - before for before, after in pairwise(shown)) > MS


@pytest.mark.parametrize(("late_s", "frozen_s"), [(0.2, 0.0), (0.6, 0.6)])
def test_what_comes_late_but_is_shown_in_its_time_does_not_stand_still(
    late_s: float, frozen_s: float
) -> None:
    school = lesson(late_s=late_s, from_s=8, until_s=8.04)
    assert school.stood_s == pytest.approx(frozen_s, abs=0.06)
