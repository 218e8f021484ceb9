"""What a receiver says of its link after a cut: nothing that was cut off is loss."""

from classroom_media.live.rtp.estimate import EVERY_NS, Counts, Estimate
from classroom_media.live.rtp.feedback import Link
from classroom_media.live.rtp.header import send_time

PACKETS = 20  # in an interval


class Course:
    """A receiver that counts, interval by interval."""

    def __init__(self) -> None:
        self.now_ns = 0
        self._estimate = Estimate()
        self._total = Counts(0, 0, 0, 0)

    def interval(self, *, came: int, expected: int, gone: int = 0) -> Link | None:
        """Let 200 ms pass in which so many packets came, and so many are known to be sent."""
        for number in range(came):
            at_ns = self.now_ns + number * EVERY_NS // PACKETS
            self._estimate.arrive(100, send_time(at_ns), at_ns)
        self.now_ns += EVERY_NS
        counts = Counts(expected, came, expected // 2, gone)
        self._total = Counts(*(a + b for a, b in zip(self._total, counts, strict=True)))
        return self._estimate.tell(self._total, self.now_ns, sender=1, media=2)


def test_what_shows_only_some_time_after_a_cut_to_be_missing_is_no_loss_of_the_link() -> None:
    course = Course()
    for _ in range(10):
        course.interval(came=PACKETS, expected=PACKETS)
    for _ in range(5):  # the line is cut
        course.interval(came=0, expected=0)
    course.interval(came=3, expected=3)  # sound alone came until the next report
    link = course.interval(came=PACKETS, expected=4 * PACKETS, gone=2 * PACKETS)  # then pictures
    assert link is not None
    assert (link.lately_lost, link.lost, link.sound_gone) == (0.0, 0.0, 0.0)


def test_what_is_missing_later_is() -> None:
    course = Course()
    course.interval(came=0, expected=0)
    for _ in range(10):
        link = course.interval(came=PACKETS // 2, expected=PACKETS, gone=2)
    assert link is not None
    assert link.lately_lost == 0.5
    assert link.sound_gone > 0
