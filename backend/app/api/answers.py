"""How routes answer: ready JSON, entity tags, and what the OpenAPI document says of problems."""

from typing import Any

from fastapi import Response

from app.api.problem_details import PROBLEM_JSON
from app.core.json import dumps
from app.services.views import Problem


def json_response(body: Any) -> Response:
    return Response(dumps(body), media_type="application/json")


def matches(if_none_match: str, etag: str) -> bool:
    """Whether `If-None-Match` names this entity tag, by the weak comparison that RFC 9110 asks for."""
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return etag in tags or "*" in tags


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Document the problems that a route may answer with."""
    content = {PROBLEM_JSON: {"schema": Problem.model_json_schema(ref_template="#/components/schemas/{model}")}}
    return {status: {"description": _MEANING[status], "content": content} for status in statuses}


_MEANING = {
    403: "The request came from a page of another origin, or under a foreign Host",
    404: "There is no such thing",
    409: "Not possible in this state",
    412: "Changed in the meantime",
    413: "The body is too large",
    415: "The body is not JSON",
    422: "The request is not valid",
    503: "A dependency is away",
}

PREFIX = "/api/v1"
FORBIDDEN = problem_responses(403)
UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "Unchanged since `If-None-Match`"}}
EVERYWHERE = problem_responses(403, 422, 503)
NOT_FOUND = problem_responses(404)
NOT_NOW = problem_responses(409, 413, 415)
PRECONDITION_FAILED = problem_responses(412)
