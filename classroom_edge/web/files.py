"""The panel's own files, and the API's documentation: all from this machine, nothing from afar."""

from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from classroom_edge.web.access import Action, May
from classroom_edge.web.errors import ApiError

STATIC: Final = Path(__file__).parent / "static"
PANEL: Final = STATIC / "panel" / "index.html"
DOCS: Final = Path(__file__).parent / "templates" / "docs.html"
ASK_AGAIN: Final = {"Cache-Control": "no-cache"}  # kept, but only shown once we say it is still so

router = APIRouter(include_in_schema=False)
open_to_all: Final = [Depends(May(Action.ENTER))]
inspectors: Final = [Depends(May(Action.INSPECT))]


def static_files() -> StaticFiles:
    """Give what serves the folder; it confines names and answers conditional requests."""
    return StaticFiles(directory=STATIC)


@router.api_route("/", methods=["GET", "HEAD"], dependencies=open_to_all)
async def panel() -> Response:
    """The panel; the page without script where no panel was built."""
    if not PANEL.is_file():
        return RedirectResponse("/lite", status_code=HTTPStatus.SEE_OTHER)
    return FileResponse(PANEL, headers=ASK_AGAIN)


@router.api_route("/guest/{ticket}", methods=["GET", "HEAD"], dependencies=open_to_all)
async def guest(ticket: str) -> Response:
    """The page on which somebody without a room takes part; the ticket lets them in."""
    return FileResponse(PANEL.with_name("guest.html"), headers=ASK_AGAIN)


@router.api_route("/screen/{screen}", methods=["GET", "HEAD"], dependencies=open_to_all)
@router.api_route("/screen", methods=["GET", "HEAD"], dependencies=open_to_all)
async def screen() -> Response:
    """The lesson from afar, over the whole of a screen."""
    return FileResponse(PANEL.with_name("screen.html"), headers=ASK_AGAIN)


@router.api_route("/library", methods=["GET", "HEAD"], dependencies=open_to_all)
async def library() -> Response:
    """All recordings: found, watched, edited, sent elsewhere."""
    return FileResponse(PANEL.with_name("library.html"), headers=ASK_AGAIN)


@router.api_route("/static/{path:path}", methods=["GET", "HEAD"], dependencies=open_to_all)
async def static(
    path: str, request: Request, files: Annotated[StaticFiles, Depends(static_files)]
) -> Response:
    """A file of the panel or of the pages without script."""
    if "\0" in path:
        raise ApiError(HTTPStatus.NOT_FOUND, "not-found")
    response = await files.get_response(path, request.scope)
    response.headers.update(ASK_AGAIN)
    return response


@router.get("/docs", dependencies=inspectors)
async def docs() -> Response:
    """The API's documentation, to read and to try."""
    return HTMLResponse(DOCS.read_text(encoding="utf-8"))


@router.get("/openapi.json", dependencies=inspectors)
async def openapi(request: Request) -> Response:
    """The API's description, for machines."""
    return JSONResponse(request.app.openapi())
