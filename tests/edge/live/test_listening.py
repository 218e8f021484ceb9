"""What is broadcast to a room begins on its screen by itself, and ends with its session."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from classroom_edge.room import LinkView, Refused, Who
from classroom_edge.services.listening import AGAIN_S, Listening
from classroom_edge.services.refusals import refused
from classroom_edge.sessions import commands as c
from classroom_edge.sessions import local
from classroom_edge.sessions.forms import Kind, Style
from classroom_edge.sessions.state import Session, Stage
from tests.edge.live.listeners import hub_and_listener
from tests.edge.live.schools import HILL, HUB
from tests.media.play.test_player import colours, screen
from tests.waiting import eventually_async

ADDRESS = "http://cdn.example/t/maths/index.m3u8"
LESSON = Session(
    id="maths",
    title="Maths",
    kind=Kind.ONLINE,
    style=Style.LIVE,
    stage=Stage.OPEN,
    members=(HUB, HILL),
    watch=ADDRESS,
)
ME = Who(name="test")


@dataclass
class PretendScreen:
    """Plays nothing, and says what it would show."""

    playing: str = ""
    broke_off: bool = False
    is_ready: bool = False
    can_play: bool = True
    played: list[str] = field(default_factory=list)

    def play(self, who: Who, what: str, *, title: str = "") -> str:
        if not self.can_play:
            raise refused("screen-libvlc")
        self.played.append(what)
        self.playing, self.broke_off = f"{len(self.played)}", False
        return self.playing

    def stop(self, who: Who) -> None:
        self.playing = ""

    def make_ready(self, *, on: bool) -> None:
        self.is_ready = on


@dataclass
class Room:
    """A listener's room on a clock of its own."""

    screen: PretendScreen = field(default_factory=PretendScreen)
    now_s: float = 100.0

    def __post_init__(self) -> None:
        self.listening = Listening(screen=self.screen, clock=lambda: self.now_s)

    def sees(self, *sessions: Session, linked: tuple[str, ...] = ("10.0.0.1:7700",)) -> None:
        self.listening.follow(LinkView("site", linked, sessions, here="hill"))


def test_the_player_is_ready_before_the_address_is_known_and_plays_once() -> None:
    room = Room()
    room.sees(replace(LESSON, watch=""))
    assert (room.screen.is_ready, room.screen.played) == (True, [])
    room.sees(LESSON)
    room.sees(replace(LESSON, watch=f"{ADDRESS}?renewed"))
    assert room.screen.played == [ADDRESS]
    room.sees()
    assert (room.screen.is_ready, room.screen.playing) == (False, "")


def test_an_address_without_a_host_is_at_the_hub_as_this_room_dials_it() -> None:
    for linked, host in (("10.0.0.1:7700", "10.0.0.1"), ("[fd00::1]:7700", "[fd00::1]")):
        room = Room()
        watch = "https://:8090/t/maths/index.m3u8#key=MFkw+/8="
        room.sees(replace(LESSON, watch=watch), linked=())
        assert room.screen.played == []  # nobody knows where that is
        room.sees(replace(LESSON, watch=watch), linked=(linked,))
        assert room.screen.played == [f"https://{host}:8090/t/maths/index.m3u8#key=MFkw+/8="]


def test_what_a_person_has_stopped_or_put_there_stays_so() -> None:
    room = Room()
    room.sees(LESSON)
    room.screen.playing = ""
    room.now_s += 60
    room.sees(LESSON)
    assert len(room.screen.played) == 1
    room.screen.playing = "a film"
    room.sees()
    assert room.screen.playing == "a film"


def test_what_broke_off_begins_again_but_not_at_once() -> None:
    room = Room()
    room.sees(LESSON)
    room.screen.broke_off = True
    room.sees(LESSON)
    assert len(room.screen.played) == 1
    room.now_s += AGAIN_S
    room.sees(LESSON)
    assert len(room.screen.played) == 2


@pytest.mark.parametrize(
    "other",
    [
        replace(LESSON, stage=Stage.PLANNED),
        replace(LESSON, kind=Kind.DELIVERY),
        replace(LESSON, members=(HUB, replace(HILL, present=False))),
        replace(LESSON, members=(HUB,)),
    ],
    ids=["planned", "two-way", "not joined", "not invited"],
)
def test_nothing_else_is_played(other: Session) -> None:
    room = Room()
    room.sees(other)
    assert room.screen.played == []


def test_a_room_that_cannot_play_is_asked_once() -> None:
    room = Room(PretendScreen(can_play=False))
    with pytest.raises(Refused):
        room.screen.play(ME, ADDRESS)
    for _ in range(3):
        room.sees(LESSON)
        room.now_s += 60
    assert room.screen.playing == ""


@pytest.mark.needs("libvlc", "vlc-output", "xvfb")
@pytest.mark.timeout(240)
async def test_the_hubs_lesson_is_on_the_sites_screen_without_a_hand(tmp_path: Path) -> None:
    with screen() as display:
        async with hub_and_listener(tmp_path, display) as (hub, site):
            begin = local.Begin(title="Maths", kind=Kind.ONLINE, style=Style.LIVE, sites=("hill",))
            session = (await hub.session.ask(ME, begin)).session
            await eventually_async(lambda: colours(display) > 1, within_s=60)
            shown = site.state().screens[0]
            assert shown.title == "Maths"
            await hub.session.ask(ME, local.Do(session=session, command=c.End()))
            await eventually_async(lambda: not site.outlets.screens.workers, within_s=60)
