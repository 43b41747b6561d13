"""What is said of an error, as RFC 9457 describes it."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse
from starlette.types import Scope

from app.core.errors import GreenwayError
from app.reading.problem import FieldFault, Problem

PROBLEM_JSON = "application/problem+json"


def problem_of(error: GreenwayError, *, instance: str, request_id: str) -> dict[str, Any]:
    """What is said of an error."""
    said = Problem(
        type=f"urn:greenway:problem:{error.code}",
        title=error.title,
        status=error.status,
        detail=error.message,
        instance=instance,
        code=error.code,
        retryable=error.retryable,
        request_id=request_id,
        details=error.details,
        errors=[FieldFault.model_validate(field) for field in error.fields],
        errors_total=error.faults or None,
    )
    return said.model_dump(exclude_defaults=True)


def problem(scope: Scope, error: GreenwayError, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The answer for an error."""
    all_headers = dict(headers or {})
    if error.retry_after is not None:
        all_headers["Retry-After"] = str(error.retry_after)
    body = problem_of(error, instance=scope["path"], request_id=scope.get("state", {}).get("request_id", ""))
    return JSONResponse(body, status_code=error.status, headers=all_headers, media_type=PROBLEM_JSON)
