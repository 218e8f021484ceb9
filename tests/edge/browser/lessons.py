"""Sessions with other schools as a hub and a site see them, for the panel."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from classroom_edge.room import (
    ActionView,
    ChoiceView,
    LinkView,
    LiveView,
    MultiviewView,
    PeerView,
    RoomState,
    SourceView,
)
from classroom_edge.sessions import local
from classroom_edge.sessions.attendance import Attendance, Part
from classroom_edge.sessions.cameras import Camera
from classroom_edge.sessions.forms import Kind, Role, Style
from classroom_edge.sessions.groups import Group, Past
from classroom_edge.sessions.link.findings import Findings
from classroom_edge.sessions.state import NS, Grant, Hold, Member, Session, Stage, Wish
from classroom_edge.sessions.talk import Line, Quiz, Vote
from tests.edge.browser import states
from tests.edge.browser.states import words

SESSION = "20261123-080000-3f2a"
SITES = {"hill": "青山教学点", "lake": "湖边小学", "stone": "石桥教学点", "north": "北坡小学"}
FIRST_NS = 1_763_862_000 * NS
REPLY = local.Reply(
    session=SESSION,
    ticket="a-ticket",
    groups=(
        Group(
            id="english",
            title="英语 · 三年级",
            kind=Kind.DELIVERY,
            style=Style.INTERACTIVE,
            sites=("hill", "lake", "stone"),
        ),
        Group(
            id="music",
            title="音乐",
            kind=Kind.DELIVERY,
            style=Style.INTERACTIVE,
            sites=("hill", "north"),
        ),
    ),
    sites=SITES,
    counts=Attendance(
        2400 * NS,
        (
            Part(member="centre", name="中心校", role="hub", present_ns=2400 * NS),
            Part(
                member="hill",
                name="青山教学点",
                role="site",
                present_ns=2380 * NS,
                floor_ns=95 * NS,
                hands=4,
                floors=2,
                answers=3,
                lines=5,
            ),
            Part(
                member="stone",
                name="石桥教学点",
                role="site",
                present_ns=1000 * NS,
                dark_ns=400 * NS,
                hands=1,
            ),
        ),
    ),
    past=(
        Past(SESSION, "英语 · 三年级", "english", datetime(2026, 11, 20, 2, tzinfo=UTC), 2400.0, 3),
        Past(
            "20261119-080000-aa11", "音乐", "music", datetime(2026, 11, 19, 2, tzinfo=UTC), 2390, 1
        ),
    ),
)
LINE = Findings(
    hub="hub.example:5601",
    udp=True,
    nat="port-kept",
    round_trip_ms=38,
    jitter_ms=2,
    loss_up=0.0,
    loss_down=0.05,
    up_bps=400_000,
    down_bps=4_000_000,
    mtu=1492,
)


def session(**changes: Any) -> Session:
    """A lesson with four sites: one speaks, two have their hands up, one is lost."""
    members = (
        Member(id="centre", name="中心校", role=Role.HUB, present=True),
        Member(id="hill", name="青山教学点", role=Role.SITE, present=True),
        Member(
            id="lake", name="湖边小学", role=Role.SITE, present=True, hand_at_ns=FIRST_NS + 9 * NS
        ),
        Member(id="stone", name="石桥教学点", role=Role.SITE, present=True, hand_at_ns=FIRST_NS),
        Member(id="north", name="北坡小学", role=Role.SITE, present=True, dark=True),
        Member(id="look", name="教研员 王老师", role=Role.OBSERVER, present=True),
    )
    lesson = Session(
        id=SESSION,
        title="英语 · 三年级",
        kind=Kind.DELIVERY,
        style=Style.INTERACTIVE,
        stage=Stage.OPEN,
        version=21,
        members=members,
        floor=(Hold("hill", FIRST_NS, FIRST_NS + 10 * NS),),
        opens_at_ns=FIRST_NS,
        chat=(
            Line(number=1, at_ns=FIRST_NS, by="hill", name="青山教学点", text="老师好，听得很清楚"),
            Line(number=2, at_ns=FIRST_NS + NS, by="centre", name="中心校", text="大家好！"),
        ),
    )
    return replace(lesson, **changes)


def watched(*names: str) -> Session:
    """Those people look on, and nobody else."""
    lesson = session()
    eyes = (Member(id=name, name=name, role=Role.OBSERVER, present=True) for name in names)
    others = (one for one in lesson.members if one.role is not Role.OBSERVER)
    return replace(lesson, members=(*others, *eyes))


def asking(**changes: Any) -> Session:
    """The hub has asked for the cameras of the lake's room."""
    return session(wishes=(Wish("lake", "centre"),), **changes)


def lent(for_s: float = 595, **changes: Any) -> Session:
    """The lake's room has lent its cameras to the hub for so long, from the page's now."""
    until_ns = round((states.now().timestamp() + for_s) * NS)
    cameras = (
        Camera(id="wide", name="全景", presets=("students", "board")),
        Camera(id="desk", name="实物展台"),
    )
    return session(grants=(Grant("lake", "centre", until_ns, cameras),), **changes)


def quiz(*, is_open: bool = True) -> Quiz:
    """A question that two of three sites have answered."""
    return Quiz(
        number=1,
        question="How many trees are there?",
        choices=("Seven", "Eight", "Nine"),
        is_open=is_open,
        votes=(Vote("hill", 1), Vote("lake", 2)),
        counts=(0, 1, 1),
    )


def hub(*sessions: Session, **changes: Any) -> RoomState:
    """A hub's room with those sessions; three of its sites are linked."""
    link = LinkView("hub", ("hill", "lake", "stone"), sessions, here="centre")
    return replace(states.idle(), link=link, **changes)


def seen(*sessions: Session) -> RoomState:
    """A hub's room that sees its sites: one well, one badly, one not at all yet."""
    state = hub(*sessions)
    rooms = tuple(SourceView(id_, name, True, True, "live") for id_, name in SITES.items())
    names = (*(one.id for one in state.sources[:2]), *SITES)
    peers = (
        PeerView("hill", SITES["hill"], "site", "connected", {}, "720p", "hill"),
        PeerView("lake", SITES["lake"], "site", "connected", {}, "180p", "lake"),
        PeerView("stone", SITES["stone"], "site", "connecting", {}, "", "stone"),
        PeerView("north", SITES["north"], "site", "lost", {}, "", "north"),
    )
    undo = ActionView(
        words("恢复原来的画面", "Show what was shown before"), "/api/v1/live/layout/undo"
    )
    because = words("青山教学点在发言", "青山教学点 has the floor")
    chosen = ChoiceView("picture-in-picture", ("hill", "teacher"), because, undo)
    return replace(
        state,
        sources=(*state.sources[:2], *rooms),
        programme=replace(state.programme, multiview=MultiviewView(names, 3, 2)),
        live=LiveView(SESSION, peers, ("hill",), chosen),
    )


def site(*sessions: Session, here: str = "lake", linked: bool = True) -> RoomState:
    """A site's room with those sessions."""
    seen = tuple(replace(one, members=_seen(one, here)) for one in sessions)
    there = ("centre.school",) if linked else ()
    return replace(states.idle(), name="湖边小学", link=LinkView("site", there, seen, here=here))


def _seen(lesson: Session, here: str) -> tuple[Member, ...]:
    """Of the roster a site sees who leads, who has the floor, who observes, and itself."""
    return tuple(
        one
        for one in lesson.members
        if one.role in {Role.HUB, Role.OBSERVER} or one.id == here or lesson.has_floor(one.id)
    )
