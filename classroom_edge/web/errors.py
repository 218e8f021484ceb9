"""Everything that can be said no to, in one form: ``{"code", "message": {"zh-CN", "en"}}``.

    401 login needed                  413 too large
    403 foreign page                  422 wrong body; `field` names what is wrong in it
    404 no such thing                 502 a device does not answer
    409 refused, in words             503 the accounts cannot be read

Only here errors become words for people, and status codes.
"""

from collections.abc import Callable
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse, Response

from classroom_drivers.api import DeviceError, RefusedError, UnsupportedError
from classroom_edge.library.received.tus import VERSION as TUS_VERSION
from classroom_edge.library.received.tus import TusError
from classroom_edge.room import Refused, Words
from classroom_edge.store import StoreError
from classroom_edge.words import words

CODES = {
    HTTPStatus.NOT_FOUND: "not-found",
    HTTPStatus.METHOD_NOT_ALLOWED: "wrong-method",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too-large",
    HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE: "wrong-range",
}


class ErrorBody(BaseModel):
    """Why not: a stable code, and words for people."""

    code: str
    message: dict[str, str]
    field: str = ""  # of the body, where one is wrong


class ApiError(Exception):
    """An answer other than yes; `code` is a key of our words unless `message` is given."""

    def __init__(
        self, status: HTTPStatus, code: str, *, message: Words | None = None, field: str = ""
    ) -> None:
        super().__init__(code)
        self.status = status
        self.body = ErrorBody(
            code=code,
            message=message or words("web").both(code, field=field),
            field=field,
        )

    def response(self) -> Response:
        """Spell it."""
        return JSONResponse(
            self.body.model_dump(exclude_defaults=True),
            status_code=self.status,
            headers={"Cache-Control": "no-store"},
        )


def of_refusal(refused: Refused) -> ApiError:
    """Translate a refusal of the room: what it does not have is 404, the rest 409."""
    unknown = refused.code.startswith("unknown-")
    status = HTTPStatus.NOT_FOUND if unknown else HTTPStatus.CONFLICT
    return ApiError(status, refused.code, message=refused.words)


def of_device(error: DeviceError) -> ApiError:
    """Translate an error of a device: it refused, it cannot, or it does not answer."""
    if isinstance(error, UnsupportedError):
        return ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, "device-unsupported")
    if isinstance(error, RefusedError):
        return ApiError(HTTPStatus.CONFLICT, "device-refused")
    return ApiError(HTTPStatus.BAD_GATEWAY, "device-silent")


def answer_errors(app: FastAPI) -> None:
    """Make the application answer every error in this form."""

    def answer(error: type[Exception], translate: Callable[..., ApiError]) -> None:
        async def handler(_request: Request, raised: Exception) -> Response:
            return translate(raised).response()

        app.add_exception_handler(error, handler)

    async def answer_tus(_request: Request, error: Exception) -> Response:
        status = error.status if isinstance(error, TusError) else 500
        return PlainTextResponse(str(error), status, {"Tus-Resumable": TUS_VERSION})

    app.add_exception_handler(TusError, answer_tus)  # whose clients read no JSON
    answer(ApiError, lambda error: error)
    answer(Refused, of_refusal)
    answer(DeviceError, of_device)
    answer(RequestValidationError, _of_validation)
    answer(HTTPException, _of_http)
    answer(StoreError, lambda _error: ApiError(HTTPStatus.SERVICE_UNAVAILABLE, "store-broken"))


def _of_validation(error: RequestValidationError) -> ApiError:
    first = error.errors()[0]
    field = ".".join(str(step) for step in first["loc"] if step != "body")
    return ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, "wrong-body", field=field or "body")


def _of_http(error: HTTPException) -> ApiError:
    status = HTTPStatus(error.status_code)
    if status is HTTPStatus.BAD_REQUEST:  # not even text, says the framework
        return ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, "wrong-body", field="body")
    return ApiError(status, CODES.get(status, "bad-request"))
