"""What is switched on as it is needed: the screens; cameras are in `test_profiles`."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from classroom_edge.room import DeviceView, LiveView, RoomState, ScreenView, ValueView
from classroom_edge.services.waking import AGAIN_S, WakingService, needed
from tests.edge.pretend_room import a_state

SCREEN = ScreenView("front", "Front", "idle", device="board")


def at(screen: ScreenView, power: str = "off", session: str = "") -> RoomState:
    value = ValueView(power, "polled", datetime(2026, 11, 24, tzinfo=UTC))
    board = DeviceView("board", "Board", "driver", "online", (), {"power": value}, {})
    live = LiveView(session) if session else None
    return replace(a_state(), devices=(board,), screens=(screen,), live=live)


@pytest.mark.parametrize(
    ("state", "what"),
    [
        (at(SCREEN), {}),
        (at(replace(SCREEN, state="opening", title="Maths")), {"board": "Maths"}),
        (at(SCREEN, session="s1"), {"board": "session s1"}),
        (at(replace(SCREEN, state="ended", title="Maths")), {}),
        (at(replace(SCREEN, device=None), session="s1"), {}),
    ],
)
def test_a_screens_device_is_needed_while_something_is_seen_on_it(
    state: RoomState, what: dict[str, str]
) -> None:
    assert needed(state, attended=True) == what


def test_a_screen_is_switched_on_once_and_a_hand_that_switches_it_off_counts() -> None:
    now_s = 0.0
    waking = WakingService(devices={}, attended=True, clock=lambda: now_s)
    assert waking.look(at(SCREEN)) == ()
    assert waking.look(at(SCREEN, session="s1")) == ("board",)
    assert waking.look(at(SCREEN, session="s1")) == ()  # it has had no time
    now_s += AGAIN_S
    assert waking.look(at(SCREEN, session="s1")) == ("board",)
    assert waking.look(at(SCREEN, "on", session="s1")) == ()
    now_s += AGAIN_S
    assert waking.look(at(SCREEN, session="s1")) == ()
    assert waking.look(at(SCREEN, session="s2")) == ("board",)
