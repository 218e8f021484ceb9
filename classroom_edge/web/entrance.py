"""The pages at which one comes in: pairing a panel, logging in. They need no script.

On loopback there is nothing to come in to: they lead to the panel.
"""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import FileResponse, RedirectResponse, Response

from classroom_edge.web.access import (
    PANEL_COOKIE,
    SESSION_COOKIE,
    Action,
    May,
    Role,
    Visitor,
)
from classroom_edge.web.accounts import IDLE, LoginError
from classroom_edge.web.commands import ANSWERS
from classroom_edge.web.errors import ApiError
from classroom_edge.web.forms import form_of, our_path, page, with_language
from classroom_edge.web.pairing import PairingError
from classroom_edge.web.schemas import Accepted, PairedPanelOut
from classroom_edge.web.site import Site, site_of

PAIRED_FOR_S = 10 * 365 * 24 * 3600  # until it is revoked

pages = APIRouter(include_in_schema=False)
router = APIRouter(prefix="/api/v1", responses=ANSWERS, tags=["panels"])

Here = Annotated[Site, Depends(site_of)]
Anybody = Annotated[Visitor, Depends(May(Action.ENTER))]
Administrator = Annotated[Visitor, Depends(May(Action.ADMINISTER))]


@pages.get("/login")
async def login_page(request: Request, site: Here, visitor: Anybody) -> Response:
    """Ask for name and password."""
    then = our_path(request.query_params.get("next", ""))
    return _login_page(request, site, visitor, then=then)


@pages.post("/login")
async def login(request: Request, site: Here, visitor: Anybody) -> Response:
    """Let a person in."""
    form = await form_of(request)
    then = our_path(form.get("next", ""))
    try:
        token = await site.accounts.login(
            form.get("name", ""), form.get("password", ""), address=visitor.address
        )
    except LoginError as error:
        return _login_page(request, site, visitor, then=then, problem=error.code)
    response = _see_other(then)
    _give(response, SESSION_COOKIE, token, for_s=int(IDLE.total_seconds()))
    return response


@pages.post("/logout")
async def logout(request: Request, site: Here, visitor: Anybody) -> Response:
    """End a person's session."""
    await form_of(request)
    if token := request.cookies.get(SESSION_COOKIE):
        await site.accounts.logout(token, address=visitor.address)
    response = _see_other(with_language("/login", request))
    _give(response, SESSION_COOKIE, "", for_s=0)
    return response


@pages.get("/pair")
async def pair_page(request: Request, site: Here, visitor: Anybody) -> Response:
    """Ask for the code on the room's screen."""
    return _pair_page(request, site, visitor)


@pages.post("/pair/code")
async def show_code(request: Request, site: Here, visitor: Anybody) -> Response:
    """Put a code on the room's screen."""
    await form_of(request)
    try:
        site.pairing.ask()
    except PairingError as error:
        return _pair_page(request, site, visitor, problem=error.code)
    return _pair_page(request, site, visitor, shown=True)


@pages.post("/pair")
async def pair(request: Request, site: Here, visitor: Anybody) -> Response:
    """Take a panel in."""
    form = await form_of(request)
    try:
        site.pairing.redeem(form.get("code", "").replace(" ", ""))
    except PairingError as error:
        await site.panels.refused(address=visitor.address)
        shown = error.code == "wrong-code"
        return _pair_page(request, site, visitor, problem=error.code, shown=shown)
    token = await site.panels.add(f"panel {visitor.address}", address=visitor.address)
    response = _see_other("/")
    _give(response, PANEL_COOKIE, token, for_s=PAIRED_FOR_S)
    return response


@pages.get("/ca.crt")
async def authority(site: Here, _visitor: Anybody) -> Response:
    """The certificate that devices install to trust this school's rooms."""
    if not site.certificates.authority.is_file():
        raise ApiError(HTTPStatus.NOT_FOUND, "not-found")
    return FileResponse(
        site.certificates.authority,
        media_type="application/x-x509-ca-cert",
        filename="classroom-edge-ca.crt",
    )


@router.get("/panels")
async def panels(site: Here, _visitor: Administrator) -> list[PairedPanelOut]:
    """Every panel that was paired with the room."""
    return [
        PairedPanelOut(
            id=panel.id, name=panel.name, paired_at=panel.paired_at, revoked_at=panel.revoked_at
        )
        for panel in await site.panels.all()
    ]


@router.post("/panels/{panel}/revoke")
async def revoke(panel: int, site: Here, visitor: Administrator) -> Accepted:
    """Shut a panel out, at once."""
    if not await site.panels.revoke(panel, by=visitor.name, address=visitor.address):
        raise ApiError(HTTPStatus.NOT_FOUND, "not-found")
    return Accepted()


def _login_page(
    request: Request, site: Site, visitor: Visitor, *, then: str, problem: str = ""
) -> Response:
    if visitor.role is Role.LOCAL:
        return _see_other("/")
    return page(
        request,
        site,
        "login.html",
        path="/login",
        status=HTTPStatus.UNAUTHORIZED if problem else HTTPStatus.OK,
        problem=problem,
        next=then,
        person=visitor.name.partition(":")[2] if visitor.role is Role.PERSON else "",
    )


def _pair_page(
    request: Request, site: Site, visitor: Visitor, *, problem: str = "", shown: bool = False
) -> Response:
    if visitor.role is Role.LOCAL:
        return _see_other("/")
    return page(
        request,
        site,
        "pair.html",
        path="/pair",
        status=HTTPStatus.UNAUTHORIZED if problem else HTTPStatus.OK,
        problem=problem,
        shown=shown,
    )


def _see_other(path: str) -> Response:
    return RedirectResponse(path, status_code=HTTPStatus.SEE_OTHER)


def _give(response: Response, cookie: str, token: str, *, for_s: int) -> None:
    response.set_cookie(
        cookie, token, max_age=for_s, httponly=True, secure=True, samesite="strict", path="/"
    )
