"""Pages that work without script: rendered by Jinja2, answered by ordinary forms.

A form carries what its page put there, derived from a cookie that no other site can read. So
a form of another site is refused even by a browser that hides where it comes from.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qs, urlencode

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from classroom_edge.web.errors import ApiError
from classroom_edge.web.site import Site
from classroom_edge.web.tokens import digest, new_token
from classroom_edge.words import LANGUAGES, words

FORM_COOKIE: Final = "classroom-form"
FIELDS_MAX: Final = 20

_LOCAL_PATH = re.compile(r"/(?![/\\])[\w/.?=&-]*", re.ASCII)
_pages: Final = Environment(
    loader=PackageLoader("classroom_edge.web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def language_of(request: Request, site: Site) -> str:
    """Tell the language of a page: as asked for, else the room's."""
    asked = request.query_params.get("lang", "")
    return asked if asked in LANGUAGES else site.config.room.language


def page(
    request: Request,
    site: Site,
    name: str,
    *,
    path: str,
    part: str = "lite",
    status: HTTPStatus = HTTPStatus.OK,
    **values: Any,  # noqa: ANN401 - what a template takes
) -> Response:
    """Render a page that lives at `path`, with the token for its forms and the words of `part`."""
    language = language_of(request, site)
    secret = request.cookies.get(FORM_COOKIE) or new_token()

    def say(key: str, **placeholders: object) -> str:
        return words(part).say(key, language, **placeholders)

    text = _pages.get_template(name).render(
        say=say,
        language=language,
        other=next(other for other in LANGUAGES if other != language),
        room=site.config.room.name,
        path=path,
        query=f"?lang={language}",
        form_token=_token_for(secret),
        **values,
    )
    response = HTMLResponse(text, status_code=status)
    response.set_cookie(
        FORM_COOKIE, secret, httponly=True, samesite="strict", secure=not site.is_local
    )
    return response


async def form_of(request: Request) -> Mapping[str, str]:
    """Read a form that one of our pages sent.

    Raises:
        ApiError: it is no form, or none of ours.
    """
    body = await request.body()
    try:
        found = parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=FIELDS_MAX)
    except ValueError as error:
        raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, "wrong-body", field="body") from error
    form = {name: values[-1] for name, values in found.items()}
    secret = request.cookies.get(FORM_COOKIE, "")
    sent = form.get("form_token", "").encode()
    if not secret or not hmac.compare_digest(sent, _token_for(secret).encode()):
        raise ApiError(HTTPStatus.FORBIDDEN, "foreign-form")
    return form


def with_language(path: str, request: Request, **query: str) -> str:
    """Give a path of ours that keeps the language in which somebody reads."""
    asked = request.query_params.get("lang", "")
    if asked in LANGUAGES:
        query["lang"] = asked
    return f"{path}?{urlencode(query)}" if query else path


def our_path(asked: str) -> str:
    """Give a path to go on to, if it is one of ours; the panel if not."""
    return asked if _LOCAL_PATH.fullmatch(asked) else "/"


def _token_for(secret: str) -> str:
    return hashlib.sha256(b"form" + digest(secret)).hexdigest()
