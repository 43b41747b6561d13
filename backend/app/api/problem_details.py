"""The answer for an error, as RFC 9457 describes it."""

from collections.abc import Mapping

from starlette.responses import JSONResponse
from starlette.types import Scope

from app.core.errors import GreenwayError

PROBLEM_JSON = "application/problem+json"


def problem(scope: Scope, error: GreenwayError, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The answer for an error."""
    all_headers = dict(headers or {})
    if error.retry_after is not None:
        all_headers["Retry-After"] = str(error.retry_after)
    body = error.as_problem(scope["path"], scope.get("state", {}).get("request_id", ""))
    return JSONResponse(body, status_code=error.status, headers=all_headers, media_type=PROBLEM_JSON)
