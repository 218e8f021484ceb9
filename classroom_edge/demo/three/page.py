"""The page of the three classrooms: their addresses, and buttons for each cable. Loopback only."""

import asyncio
import contextlib
import json
import os
import socket
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from importlib import resources
from typing import Any, Final

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from classroom_edge.demo.three.cables import Cables, State
from classroom_edge.demo.three.ports import CABLES, HUB, SITES, name_of
from classroom_edge.words import words

LOOKS_S: Final = 2.0  # how long the hub may take to answer
WORDS: Final = "three"


class _Server(uvicorn.Server):
    """Leaves signals to the stage."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(cables: Cables, panels: Mapping[str, int]) -> None:
    """Serve the page until cancelled; `panels` are the ports of the rooms, and of this page.

    Raises:
        OSError: the port is taken.
    """
    page = Page(cables, panels)
    options = uvicorn.Config(page.app(), lifespan="off", log_config=None, access_log=False)
    with socket.create_server(("127.0.0.1", panels[CABLES])) as listener:
        await _Server(options).serve(sockets=[listener])


@dataclass(frozen=True, slots=True)
class Page:
    """What the page shows and does."""

    cables: Cables
    panels: Mapping[str, int]

    def app(self) -> Starlette:
        """Give it as an application; other names for this machine are none of ours."""
        routes = [
            Route("/", self.show),
            Route("/state", self.state),
            Route("/cables/{site}/{state}", self.make, methods=["POST"]),
        ]
        ours = Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])
        return Starlette(routes=routes, middleware=[ours])

    async def show(self, _request: Request) -> Response:
        """Give the page itself."""
        language = _language()
        said = json.dumps(dict(words(WORDS).texts[language]), ensure_ascii=False)
        page = (resources.files(__package__) / "page.html").read_text("utf-8")
        return HTMLResponse(page.replace("WORDS", said).replace("LANGUAGE", language))

    async def state(self, _request: Request) -> Response:
        """Tell how the cables are, and what the hub says of each site."""
        live = await asyncio.to_thread(self._live)
        peers = {one["peer"]: one for one in live.get("peers", ())}
        sites = [
            {
                "site": site,
                "name": name_of(site, _language()),
                "panel": self.panels[site],
                "cable": self.cables.states[site],
                "peer": peers.get(site),
            }
            for site in SITES
        ]
        return JSONResponse({"hub": self.panels[HUB], "sites": sites, "on": bool(live)})

    async def make(self, request: Request) -> Response:
        """Let a cable be whole, thin or pulled."""
        site, state = request.path_params["site"], request.path_params["state"]
        if site not in SITES or state not in set(State):
            return Response(status_code=HTTPStatus.NOT_FOUND)
        self.cables.make(site, State(state))
        return JSONResponse({"site": site, "cable": state})

    def _live(self) -> dict[str, Any]:
        """Ask the hub's API how the session goes; nothing while there is none."""
        where = f"http://127.0.0.1:{self.panels[HUB]}/api/v1/room"
        try:
            with urllib.request.urlopen(where, timeout=LOOKS_S) as answer:
                return json.load(answer)["live"] or {}
        except (OSError, ValueError, KeyError):
            return {}


def _language() -> str:
    return os.environ.get("CLASSROOM_EDGE_LANG", "en")
