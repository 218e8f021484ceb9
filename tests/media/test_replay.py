"""Cameras that replay: what is the matter with them is what was asked for, and nothing else."""

import threading
from itertools import count, pairwise

from classroom_media.emulate.reel import FRAME_NS, Look, film
from classroom_media.emulate.replay import ReplayedCamera
from classroom_media.packets import Coded

SENT = 200  # pictures


def test_a_camera_with_b_pictures_that_freezes_and_recovers_never_leaves_its_rhythm() -> None:
    reel = film("cam", 1, Look((320, 180), gop=50, bframes=2, preset="veryfast"), count=SENT)
    ticks, sent, enough = count(0, FRAME_NS), list[Coded](), threading.Event()

    def receive(packet: Coded) -> None:
        sent.append(packet)
        camera.frozen = 60 < len(sent) < 140
        if len(sent) >= SENT:
            enough.set()

    camera = ReplayedCamera("cam", reel, receive, clock=lambda: next(ticks))
    with camera:
        assert enough.wait(20)
    pictures = sent[:SENT]
    assert len({packet.data for packet in pictures}) < SENT - 40  # it did freeze
    stamps = sorted(packet.pts_ns for packet in pictures)[:-5]  # the last are not all there yet
    assert {later - earlier for earlier, later in pairwise(stamps)} == {FRAME_NS}
