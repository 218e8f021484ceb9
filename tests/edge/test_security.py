"""What must do nothing: foreign pages, bent host names, path tricks, markup, large bodies."""

from pathlib import Path

import pytest
from fastapi import APIRouter

from classroom_edge.web.forms import our_path
from classroom_edge.web.server import insist_on_permissions
from tests.edge.pretend_room import MARKUP, RECORDING, a_state
from tests.edge.website import LOCAL, SCHOOL, form_token, school, website

FOREIGN_ORIGINS = ["http://evil.example", "http://localhost:3000", "https://localhost:8088", "null"]


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
@pytest.mark.parametrize("path", ["/api/v1/recording/start", "/lite/recording/start", "/pair"])
async def test_a_page_of_another_site_cannot_command_the_room(
    tmp_path: Path, origin: str, path: str
) -> None:
    async with website(tmp_path) as here:
        response = await here.client.post(path, headers={"Origin": origin})
    assert response.status_code == 403
    assert response.json()["code"] == "foreign-origin"
    assert here.room.asked == []


async def test_our_own_page_and_programs_without_an_origin_can(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        ours = await here.client.post("/api/v1/recording/start", headers={"Origin": LOCAL})
        program = await here.client.post("/api/v1/recording/stop")
    assert (ours.status_code, program.status_code) == (200, 200)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8088",
        "localhost.evil.example",
        "localhost@evil.example",
        "192.0.2.1",
        "localhost:8088, evil.example",
        "[::1",
        "",
    ],
)
async def test_a_name_bent_to_our_address_is_refused(tmp_path: Path, host: str) -> None:
    async with website(tmp_path) as here:
        response = await here.client.get("/api/v1/room", headers={"Host": host})
    assert response.status_code == 403
    assert response.json()["code"] == "foreign-host"


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:8088", "127.0.0.1:8088", "[::1]:8088", "room.school", "localhost."],
)
async def test_our_own_names_are_not(tmp_path: Path, host: str) -> None:
    async with website(tmp_path) as here:
        assert (await here.client.get("/api/v1/room", headers={"Host": host})).is_success


async def test_two_hosts_are_one_too_many(tmp_path: Path) -> None:
    headers = [("Host", "localhost"), ("Host", "evil.example")]
    async with website(tmp_path) as here:
        assert (await here.client.get("/api/v1/room", headers=headers)).status_code == 403


FILES = f"/api/v1/recordings/{RECORDING}/files"


@pytest.mark.parametrize(
    "path",
    [
        f"{FILES}/journal.jsonl",
        f"{FILES}/..%2f..%2fsecret.mp4",
        f"{FILES}/%2e%2e%2f%2e%2e%2fsecret.mp4",
        f"{FILES}/..%5c..%5csecret.mp4",
        f"{FILES}/link.mp4",
        f"{FILES}/programme.mp4%00.jpg",
        f"{FILES}/",
        "/api/v1/recordings/..%2frecordings/files/programme.mp4",
        "/api/v1/recordings/20261122-101500-ffff/files/programme.mp4",
        "/api/v1/recordings/20261122-101500-3f2a%2f..",
        "/static/..%2fserver.py",
        "/static/%2e%2e/server.py",
        "/static/panel/..%2f..%2f..%2froom.py",
        "/static/%00",
        "/static//etc/passwd",
        "/static/%ff%fe",
        "/..%2f..%2fetc%2fpasswd",
    ],
)
async def test_tricks_with_paths_find_nothing(tmp_path: Path, path: str) -> None:
    async with website(tmp_path) as here:
        response = await here.client.get(path)
    assert response.status_code == 404
    assert "secret" not in response.text
    assert response.json()["code"] in {"not-found", "unknown-recording"}


async def test_markup_in_names_and_titles_stays_text(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        await here.client.post("/api/v1/recording/start", json={"title": MARKUP})
        source = a_state().sources[0]
        here.room.change(sources=(type(source)(MARKUP, MARKUP, True, True, "live"),))
        page = await here.client.get("/lite")
        manifest = await here.client.get(f"/api/v1/recordings/{RECORDING}")
    assert "<script" not in page.text
    assert "<img" not in page.text
    assert "&lt;script&gt;" in page.text
    assert manifest.headers["content-type"] == "application/json"
    assert manifest.json()["title"] == MARKUP


async def test_a_language_or_a_next_page_cannot_carry_markup(tmp_path: Path) -> None:
    async with school(tmp_path) as here:
        page = await here.client.get("/login", params={"next": f'/"{MARKUP}', "lang": MARKUP})
    assert MARKUP not in page.text


@pytest.mark.parametrize(
    ("asked", "taken"),
    [
        ("/docs", "/docs"),
        ("/lite?lang=en", "/lite?lang=en"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nSet-Cookie: x=y", "/"),
        ("", "/"),
    ],
)
def test_after_a_login_one_stays_on_this_site(asked: str, taken: str) -> None:
    assert our_path(asked) == taken


async def test_a_form_that_is_not_from_our_page_does_nothing(tmp_path: Path) -> None:
    async with website(tmp_path) as here, here.browser() as victim, here.browser() as attacker:
        await victim.get("/lite")
        stolen = form_token(await attacker.get("/lite"))
        for token in ["", "0", stolen, "é"]:
            response = await victim.post("/lite/recording/start", data={"form_token": token})
            assert response.status_code == 403
        bare = await here.client.post("/lite/recording/start", data={"form_token": stolen})
    assert bare.status_code == 403
    assert here.room.asked == []


async def test_every_answer_tells_the_browser_what_it_may_do(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        answers = [
            await here.client.get("/lite"),
            await here.client.get("/api/v1/room"),
            await here.client.get("/nowhere"),
            await here.client.get("/", headers={"Host": "evil.example"}),
        ]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("path", ["/api/v1/recording/start", "/login", "/lite/recording/start"])
async def test_a_huge_body_is_refused(tmp_path: Path, path: str) -> None:
    async with school(tmp_path) as here:
        assert (await here.log_in(here.client)).status_code == 303
        response = await here.client.post(
            path, content=b"[" * 100_000, headers={"Content-Type": "application/json"}
        )
    assert response.status_code == 413
    assert response.json()["code"] == "too-large"


def test_no_route_is_open_by_forgetting() -> None:
    forgetful = APIRouter()
    forgetful.add_api_route("/door", lambda: "open")
    with pytest.raises(RuntimeError, match="/door"):
        insist_on_permissions(forgetful)


async def test_an_origin_on_https_must_be_https(tmp_path: Path) -> None:
    async with school(tmp_path) as here:
        token = form_token(await here.client.get("/pair"))
        for origin, status in [(SCHOOL, 200), (SCHOOL.replace("https", "http"), 403)]:
            response = await here.client.post(
                "/pair/code", data={"form_token": token}, headers={"Origin": origin}
            )
            assert response.status_code == status


async def test_nothing_of_a_refused_body_is_echoed(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        response = await here.client.post("/api/v1/recording/stop", json={"grace_s": MARKUP})
    assert MARKUP not in response.text
