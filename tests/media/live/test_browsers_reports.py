"""Peers that know only the standard's reports, as browsers do: they are followed all the same."""

from itertools import pairwise

from aiortc import rtp as theirs

from classroom_media.emulate.site_by_link import numbers
from classroom_media.live.ladder import Ladder
from classroom_media.live.rtp import rtcp
from classroom_media.live.rtp.control import read
from classroom_media.live.rtp.outgoing import Outgoing
from classroom_media.live.rtp.remb import Carries
from classroom_media.live.rtp.reports import ReceiverReport, Reception
from classroom_media.live.rtp.sender import Sender

SECOND_NS = 1_000_000_000
BEGIN_NS = 1_000 * SECOND_NS
TRIP_NS = 40_000_000


class Browser:
    """Reports once a second on a picture of which it lacks a share."""

    def __init__(self) -> None:
        self.sound, self.picture = numbers(1)
        self.sender = Sender(
            "room", sound=Outgoing(self.sound), picture=Outgoing(self.picture), red_type=None
        )
        self.ladder = Ladder(start=2)
        self.now_ns = BEGIN_NS
        self._highest = self._lost = 0

    def believes(self, bps: int) -> None:
        """Tell what it believes that its link carries."""
        told = Carries(7, bps, (self.picture.ssrc,)).encode()
        self.sender.control(told, self.now_ns)

    def seconds(self, count: int, *, lost: float = 0.0, queue_ns: int = 0) -> list[str]:
        """Let time pass; give the rungs it was on."""
        found = []
        for _ in range(count):
            self.now_ns += SECOND_NS
            self._highest += 100
            self._lost += round(100 * lost)
            self.sender.pacer.count(self.ladder.rung.cost_bps // 8)
            self.sender.control(self._report(queue_ns), self.now_ns)
            self.ladder.step(self.now_ns, self.sender.take_link())
            found.append(self.ladder.rung.name)
        return found

    def _report(self, queue_ns: int) -> bytes:
        told_ns = self.now_ns - SECOND_NS // 2
        held = rtcp.held(told_ns, self.now_ns - TRIP_NS - queue_ns)
        reception = Reception(
            ssrc=self.picture.ssrc,
            fraction=0,
            lost=self._lost,
            highest=self._highest,
            jitter=900,
            last_report=rtcp.middle(rtcp.ntp(told_ns)),
            held=held,
        )
        return ReceiverReport(7, [reception]).encode()


def test_a_browser_on_a_good_link_climbs_to_the_largest_picture() -> None:
    browser = Browser()
    assert browser.seconds(12)[-1] == "720p"
    assert browser.sender.jitter_ns == 10_000_000
    assert abs((browser.sender.round_trip_ns or 0) - TRIP_NS) < 1_000_000


def test_a_queue_that_grows_brings_it_down_and_each_climb_that_fails_waits_longer() -> None:
    browser = Browser()
    browser.seconds(12)
    assert "720p" not in browser.seconds(4, queue_ns=300_000_000)[-2:]
    rungs = []
    for _ in range(40):  # above 360p the link is full
        full = browser.ladder.rung.name == "720p"
        rungs += browser.seconds(1, queue_ns=300_000_000 if full else 0)
    climbs = [place for place, (a, b) in enumerate(pairwise(rungs)) if (a, b) == ("360p", "720p")]
    waits = [after - before for before, after in pairwise(climbs)]
    assert waits
    assert waits == sorted(waits)
    assert waits[-1] >= 8


def test_loss_that_repairs_cannot_mend_brings_it_down() -> None:
    browser = Browser()
    browser.seconds(12)
    assert browser.seconds(8, lost=0.5)[-1] != "720p"


def test_a_queue_brings_it_at_once_to_what_the_browser_believes_in() -> None:
    browser = Browser()
    browser.seconds(12)
    browser.believes(300_000)
    rungs = browser.seconds(4, queue_ns=300_000_000)
    assert "360p" not in rungs
    assert "180p" in rungs


def test_what_a_browser_believes_is_read_as_aiortc_spells_it() -> None:
    fci = theirs.pack_remb_fci(1_234_567, [7, 9])
    packet = theirs.RtcpPsfbPacket(fmt=theirs.RTCP_PSFB_APP, ssrc=5, media_ssrc=0, fci=fci)
    [said] = read(bytes(packet))
    assert said == Carries(5, 1_234_560, (7, 9))
    assert list(read(said.encode())) == [said]
    [back] = theirs.RtcpPacket.parse(said.encode())
    assert isinstance(back, theirs.RtcpPsfbPacket)
    assert theirs.unpack_remb_fci(back.fci) == (1_234_560, [7, 9])
    assert list(read(bytes(packet)[:-4])) == []
