"""Directing a room: by hand and by rules, who wins, what is told of it and what is kept."""

import os
import signal
from pathlib import Path

import pytest

from classroom_drivers.api import DeviceError
from classroom_edge.config import load
from classroom_edge.daemon import Daemon
from classroom_edge.room import ProgrammeView, Refused, TrackingView
from classroom_edge.services.directing import KeptMode, role_in, rules_of
from classroom_media.api import Directing
from classroom_media.direct.rules import PRACTICE
from classroom_media.direct.signs import Role
from classroom_media.record.journal import DIRECTOR, JOURNAL_FILE, LayoutShown, replay
from tests.edge.room_at_work import ME, ROOM, at_work, write_room
from tests.waiting import eventually_async

BY_RULES = (
    ROOM.replace("sound = true\n", 'sound = true\ncamera = "camera"\n[source.tracking]\n')
    + """
[[device]]
id = "camera"
name = "Camera"
driver = "visca"
url = "tcp://127.0.0.1:9"

[[source]]
id = "hall"
name = "全景"
url = "pattern://?size=320x180&fps=10"
role = "wide"

[programme]
sources = ["teacher"]

[director]
mode = "auto"
hold_s = 30
min_shot_s = 2
quiet_after_s = 2
without = ["teacher-walks", "teacher-writes", "teacher-speaks", "class-busy"]
layouts = {{ screen-worked = "picture-in-picture" }}
"""
)


async def works_the_camera(daemon: Daemon) -> None:
    """See that tracking yields to a person, and is switched."""

    def tracking() -> TrackingView | None:
        return daemon.state().sources[0].tracking

    with pytest.raises(DeviceError):  # it is not there; it was asked for all the same
        await daemon.perform(ME, "camera", "pan-tilt-zoom", "drive", {"pan": 0.2})
    await eventually_async(lambda: (now := tracking()) and now.state == "yielding" and now.until)
    daemon.programme.track(ME, "teacher", on=False)
    await eventually_async(lambda: tracking() == TrackingView("off"))
    with pytest.raises(Refused, match="pupils"):
        daemon.programme.track(ME, "pupils", on=True)


async def test_rules_cut_and_say_why_a_hand_wins_for_a_while_and_all_is_kept_and_noted(
    tmp_path: Path,
) -> None:
    async with at_work(tmp_path, BY_RULES) as daemon:

        def shown() -> ProgrammeView:
            return daemon.state().programme

        id_ = await daemon.recorder.start(ME)
        await works_the_camera(daemon)
        assert shown().directing == "auto"
        await eventually_async(lambda: shown().reason, within_s=20)
        assert shown().sources == ("hall",)
        assert shown().reason["zh-CN"].endswith("没有动静。")
        await daemon.programme.show(ME, "single", ("pupils",))
        await eventually_async(lambda: shown().held_until)
        assert (shown().sources, shown().reason) == (("pupils",), {})
        ordered = daemon.media.directing
        killed = daemon.media.director.pid
        os.kill(killed, signal.SIGKILL)
        beat = await eventually_async(
            lambda: (one := daemon.media.director.beat) and one.pid != killed and one, within_s=20
        )
        assert beat
        assert (beat.directing, beat.layout) == (ordered, daemon.media.layout)
        await daemon.programme.direct(ME, "hand")
        await eventually_async(lambda: shown().held_until is None and shown().directing == "hand")
        await eventually_async(
            lambda: (one := daemon.media.director.beat) and one.directing == Directing()
        )
        events = replay(daemon.folder(id_) / JOURNAL_FILE)
    noted = [event for event in events if isinstance(event, LayoutShown)]
    assert [(one.layout.sources, one.by) for one in noted][-2:] == [
        (("hall",), DIRECTOR),
        (("pupils",), "test"),
    ]
    assert noted[-2].reason is not None
    assert noted[-2].reason.key == "nobody-moves"
    kept = KeptMode(tmp_path / "data" / "directing.json", "auto")
    assert kept.read() == "hand"


def test_what_was_chosen_is_kept_until_the_file_says_something_else(tmp_path: Path) -> None:
    file = tmp_path / "directing.json"
    assert KeptMode(file, "hand").read() == "hand"
    KeptMode(file, "hand").write("auto")
    assert KeptMode(file, "hand").read() == "auto"
    assert KeptMode(file, "auto").read() == "auto"
    KeptMode(file, "auto").write("hand")
    assert KeptMode(file, "hand").read() == "hand"  # as the file says now
    for broken in ("", "[]", '{"chosen": "both", "configured": "auto"}'):
        file.write_text(broken)
        assert KeptMode(file, "auto").read() == "auto"
    KeptMode(tmp_path / "no" / "such" / "folder", "hand").write("auto")


def test_the_rules_are_those_of_the_file(tmp_path: Path) -> None:
    config = load(write_room(tmp_path, BY_RULES))
    rules = rules_of(config)
    assert (rules.min_shot_s, rules.max_shot_s, rules.quiet_after_s) == (2.0, None, 2.0)
    assert [rule.name for rule in rules.rules] == [
        "page-turned", "screen-worked", "board-written", "pupil-speaks",
    ]  # fmt: skip
    worked = rules.rules[1]
    assert (worked.layout, worked.slots[0], worked.slots[1][0]) == (
        "picture-in-picture",
        (Role.SCREEN,),
        Role.TEACHER,
    )
    assert rules_of(load(write_room(tmp_path))).rules == PRACTICE
    assert [role_in(one) for one in config.sources] == [Role.TEACHER, Role.PUPILS, Role.WIDE]
    computer = config.source("pupils").model_copy(update={"url": "screen://", "id": "pc"})
    assert role_in(computer) is Role.SCREEN
