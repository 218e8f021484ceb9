"""The API's description: complete, offline, and true for whatever is sent to it."""

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from hypothesis import given, settings
from hypothesis import strategies as st

from classroom_edge.web.server import create_app
from tests.edge.pretend_room import RECORDING
from tests.edge.website import a_config, a_room, website

STREAMS = {"/api/v1/events", "/api/v1/preview.mjpeg", "/api/v1/multiview.mjpeg"}
KNOWN = ["projector", "camera", "power", "set-power", "single", "class-start", RECORDING, "1"]
PROMISED = {
    "/api/v1/room",
    "/api/v1/events",
    "/api/v1/preview.mjpeg",
    "/api/v1/multiview.mjpeg",
    "/api/v1/recording/start",
    "/api/v1/recording/stop",
    "/api/v1/recording/go-on",
    "/api/v1/recording/limit",
    "/api/v1/recording/pause",
    "/api/v1/recording/resume",
    "/api/v1/recording/mark",
    "/api/v1/library",
    "/api/v1/recordings/{recording}",
    "/api/v1/recordings/{recording}/card",
    "/api/v1/recordings/{recording}/consent",
    "/api/v1/recordings/{recording}/files/{file}",
    "/api/v1/routines/{name}",
    "/api/v1/routines/{name}/steps",
    "/api/v1/layout/{name}",
    "/api/v1/programme/directing",
    "/api/v1/sources/{source}/tracking",
    "/api/v1/sounds/{source}",
    "/api/v1/titles",
    "/api/v1/sessions",
    "/api/v1/sessions/groups",
    "/api/v1/sessions/held",
    "/api/v1/sessions/{session}/counts",
    "/api/v1/sessions/{session}/{verb}",
    "/api/v1/devices/{device}/{capability}/{action}",
    "/api/v1/devices/assets.csv",
    "/api/v1/devices/assets.json",
    "/healthz",
    "/metrics",
}

texts = st.one_of(st.sampled_from(KNOWN), st.text(max_size=20))
plain = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts)
bodies = st.recursive(
    plain,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.one_of(st.sampled_from(["title", "grace_s", "text", "sources", "on"]), texts),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=6,
)
contents = st.one_of(
    st.just(b""), st.binary(max_size=30), bodies.map(lambda body: json.dumps(body).encode())
)
ELSEWHERE = {303, 404, 405}  # a name that makes it another path


def described(folder: Path) -> dict[str, Any]:
    return create_app(a_room(folder), a_config(), folder / "data").openapi()


async def test_everything_that_others_rely_on_is_described(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        api = (await here.client.get("/openapi.json")).json()
    assert set(api["paths"]) >= PROMISED
    state = api["paths"]["/api/v1/room"]["get"]["responses"]["200"]
    assert state["content"]["application/json"]["schema"]["$ref"].endswith("/RoomState")
    refusal = api["paths"]["/api/v1/recording/stop"]["post"]["responses"]["409"]
    assert refusal["content"]["application/json"]["schema"]["$ref"].endswith("/ErrorBody")


def test_every_operation_says_what_it_does_in_a_sentence(tmp_path: Path) -> None:
    for path, name, operation in operations(described(tmp_path)):
        assert operation["description"].strip().splitlines()[0].endswith((".", "`.")), (path, name)


async def test_the_documentation_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        page = await here.client.get("/docs")
        assert "http" not in page.text
        for file in ("docs/swagger-ui-bundle.js", "docs/swagger-ui.css", "docs/start.js"):
            assert f"/static/{file}" in page.text
            assert (await here.client.get(f"/static/{file}")).is_success


def operations(api: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in api["paths"].items():
        for name, operation in methods.items():
            yield path, name, operation


def test_whatever_is_sent_is_answered_as_described_and_breaks_nothing(tmp_path: Path) -> None:
    asked = [one for one in operations(described(tmp_path / "api")) if one[0] not in STREAMS]
    with asyncio.Runner() as loop:
        opened = website(tmp_path)
        client = loop.run(opened.__aenter__()).client

        @settings(max_examples=400, deadline=None)
        @given(st.sampled_from(asked), st.lists(texts, min_size=3, max_size=3), contents)
        def ask(one: tuple[str, str, dict[str, Any]], steps: list[str], content: bytes) -> None:
            path, method, operation = one
            filled = re.sub(r"\{\w+\}", lambda _: quote(steps.pop(), safe=""), path)
            headers = {"Content-Type": "application/json"}
            response = loop.run(client.request(method, filled, content=content, headers=headers))
            described_ones = {int(status) for status in operation["responses"]}
            assert response.status_code in described_ones | ELSEWHERE, response.text

        try:
            ask()
        finally:
            loop.run(opened.__aexit__(None, None, None))
