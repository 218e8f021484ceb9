"""Sessions with other schools over the API: what is asked of the room, and how it says no."""

from pathlib import Path
from typing import Any

import pytest

from classroom_edge.sessions import commands as c
from classroom_edge.sessions import local
from classroom_edge.sessions.forms import Kind, Style
from classroom_edge.web.sessions import VERBS
from tests.edge.pretend_room import SESSION
from tests.edge.test_api import assert_says
from tests.edge.website import school, website

BEGIN = local.Begin(
    title="英语", kind=Kind.MASTER, style=Style.SEMINAR, sites=("hill",), group="weekly", in_s=5.0
)


async def test_a_session_begins_with_a_group_in_the_usual_style_of_its_kind(tmp_path: Path) -> None:
    body = {"title": " 英语 ", "kind": "master", "group": "weekly", "sites": ["hill"], "in_s": 5}
    async with website(tmp_path) as here:
        answer = await here.client.post("/api/v1/sessions", json=body)
    assert answer.json() == {"id": SESSION}
    assert here.room.asked == [("session", "local", BEGIN)]


@pytest.mark.parametrize(
    ("verb", "body", "command"),
    [
        ("give-floor", {"member": "hill"}, c.GiveFloor(member="hill")),
        ("mute-all", None, c.MuteAll()),
        ("raise-hand", {}, c.RaiseHand()),
        ("say", {"text": "老师好"}, c.Say(text="老师好")),
        ("ask-quiz", {"choices": ["A", "B"]}, c.AskQuiz(choices=("A", "B"))),
        ("ask-quiz", None, c.AskQuiz()),
        ("answer-quiz", {"quiz": 2, "choice": 1}, c.AnswerQuiz(quiz=2, choice=1)),
    ],
)
async def test_a_command_is_said_in_the_name_of_the_room(
    tmp_path: Path, verb: str, body: dict[str, Any] | None, command: c.AnyCommand
) -> None:
    async with website(tmp_path) as here:
        answer = await here.client.post(f"/api/v1/sessions/{SESSION}/{verb}", json=body)
    assert answer.json() == {"accepted": True}
    assert here.room.asked == [("session", "local", local.Do(session=SESSION, command=command))]


@pytest.mark.parametrize(
    ("path", "body", "status", "code", "field"),
    [
        (f"{SESSION}/fly", {}, 404, "not-found", None),
        (f"{SESSION}/renew-floor", {}, 404, "not-found", None),
        (f"{SESSION}/give-floor", {}, 422, "wrong-body", "member"),
        (f"{SESSION}/give-floor", {"member": "x" * 41}, 422, "wrong-body", "member"),
        (f"{SESSION}/raise-hand", {"member": "hill"}, 422, "wrong-body", "member"),
        (f"{SESSION}/end-grant", {"room": "hill"}, 409, "not-yours", None),
        ("", {"title": " "}, 422, "wrong-body", "title"),
    ],
)
async def test_what_cannot_be_asked_is_refused_with_its_place(  # noqa: PLR0917 - a table
    tmp_path: Path, path: str, body: dict[str, Any], status: int, code: str, field: str | None
) -> None:
    async with website(tmp_path) as here:
        answer = await here.client.post(f"/api/v1/sessions/{path}".rstrip("/"), json=body)
    assert_says(answer, status, code)
    assert answer.json().get("field") == field


async def test_groups_and_sessions_that_were_held_are_told_with_their_counts(
    tmp_path: Path,
) -> None:
    async with website(tmp_path) as here:
        groups = (await here.client.get("/api/v1/sessions/groups")).json()
        (past,) = (await here.client.get("/api/v1/sessions/held?days=7")).json()
        counts = (await here.client.get(f"/api/v1/sessions/{SESSION}/counts")).json()
        unknown = await here.client.get("/api/v1/sessions/unknown/counts")
    assert (groups["groups"][0]["sites"], groups["sites"]) == (["hill"], {"hill": "青山小学"})
    assert (past["title"], past["open_s"], past["attended"]) == ("数学", 2400.0, 1)
    assert (counts["open_s"], counts["parts"][0]["attended"]) == (60.0, False)
    assert_says(unknown, 409, "no-session")


async def test_who_has_not_logged_in_neither_leads_nor_looks(tmp_path: Path) -> None:
    async with school(tmp_path) as here:
        assert_says(await here.client.get("/api/v1/sessions/groups"), 401, "login-needed")
        answer = await here.client.post(f"/api/v1/sessions/{SESSION}/mute-all")
        assert_says(answer, 401, "login-needed")
    assert here.room.asked == []


def test_every_command_of_a_session_but_the_links_own_can_be_said() -> None:
    assert len(VERBS) == len(c.AnyCommand.__args__) - 1
    assert VERBS["give-floor"] is c.GiveFloor


async def test_a_line_that_is_not_measured_is_not_graded_and_says_what_to_do(
    tmp_path: Path,
) -> None:
    async with website(tmp_path) as here:
        told = (await here.client.post("/api/v1/link/test")).json()
    assert (told["grades"], told["figures"]) == ([], [])
    assert told["advice"][0]["zh-CN"].startswith("正在上课")
    assert here.room.asked == [("survey", "local")]
