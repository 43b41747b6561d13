"""Errors as RFC 9457 problem details: a code, a plain sentence, never a traceback."""

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from app.api.body_limit import body_too_large
from app.api.problem_details import problem
from app.core.errors import BadRequest, GreenwayError, InvalidInput, NotFound, UnsupportedMediaType
from app.domain.text import shortened
from app.domain.values import SHOWN_FAULTS

_LONGEST = 300
"""Characters of a field's path, and of what is said of it: both may repeat what was sent."""

log = structlog.get_logger()


class InternalError(GreenwayError):
    code = "internal"

    def __init__(self) -> None:
        super().__init__("Something went wrong inside Greenway; use the request id to find the error in the logs.")


class MethodNotAllowed(GreenwayError):
    code, title, status = "method_not_allowed", "Method not allowed", 405


def install_problem_handlers(app: FastAPI) -> None:
    app.add_exception_handler(GreenwayError, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _bug)


async def _known(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, GreenwayError)
    return problem(request.scope, error)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    content_type = request.headers.get("content-type", "")
    hidden: int = getattr(request.state, "hidden_faults", 0)
    return problem(request.scope, _from_validation(error.errors(), content_type, hidden))


def _from_validation(errors: Sequence[Mapping[str, Any]], content_type: str, hidden: int) -> GreenwayError:
    if any(error["loc"][:1] == ("path",) for error in errors):
        return NotFound("This address does not exist.")
    if any(error["type"] == "json_invalid" for error in errors):
        return InvalidInput("The body is not valid JSON.")
    if any(error["loc"] == ("body",) for error in errors) and not is_json(content_type):
        return UnsupportedMediaType("The body must be JSON, sent as application/json.")
    faults = [(error["loc"], str(error["msg"]).removeprefix("Value error, ")) for error in errors[:SHOWN_FAULTS]]
    return invalid([(loc[1:] or loc, message) for loc, message in faults], total=len(errors) + hidden)


def invalid(faults: Sequence[tuple[Sequence[str | int], str]], *, total: int) -> InvalidInput:
    """What to say of a body or of parameters: the first faults, each with the path to its field, and how many there are
    in all."""
    fields = [
        {"field": shortened(".".join(map(str, path)) or "body", _LONGEST), "message": shortened(message, _LONGEST)}
        for path, message in faults
    ]
    more = f" ({total} faults in all)" if total > 1 else ""
    return InvalidInput(
        f"{_spoken(faults[0][0], fields[0]['field'])}: {fields[0]['message']}{more}.", fields=fields, faults=total
    )


def _spoken(location: Sequence[str | int], path: str) -> str:
    """The field in a sentence: by its path, but for an operation on an outline, which people know by its number."""
    match location:
        case ("operations", int(index)):
            return f"Operation {index + 1}"
        case ("operations", int(index), *_, str(name)):
            return f"`{name}` of operation {index + 1}"
        case _:
            return f"`{path}`"


def is_json(content_type: str) -> bool:
    """Whether a body of this type is JSON."""
    media_type = content_type.partition(";")[0].strip().lower()
    return media_type == "application/json" or (media_type.startswith("application/") and media_type.endswith("+json"))


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    match error.status_code:
        case 400:  # no UTF-8, too deep, a number of too many digits: anything else that the JSON parser refuses
            known: GreenwayError = InvalidInput("The body is not valid JSON.")
        case 404:
            known = NotFound("This address does not exist.")
        case 405:
            known = MethodNotAllowed(f"{request.method} is not supported at this address.")
        case 413:
            known = body_too_large(*request.state.body_limit)
        case _:
            known = BadRequest("The request cannot be read.")
    return problem(request.scope, known, error.headers)


async def _bug(request: Request, error: Exception) -> JSONResponse:
    log.error("request_failed", path=request.url.path, exc_info=error)
    return problem(request.scope, InternalError())
