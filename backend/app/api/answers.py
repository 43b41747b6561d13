"""How routes answer: ready JSON, entity tags, and the refusals that a route declares."""

from typing import Any

from fastapi import Response
from fastapi.responses import StreamingResponse

from app.core.pauses import with_pauses

Responses = dict[int | str, dict[str, Any]]

PREFIX = "/api/v1"
_PIECE = 1_000_000
"""Bytes of a long answer that are sent at once."""


def json_response(content: bytes) -> Response:
    """An answer that is JSON already."""
    return Response(content, media_type="application/json")


def long_json_response(content: bytes) -> Response:
    """The same of what may be long: it is sent in pieces."""
    pieces = (content[start : start + _PIECE] for start in range(0, len(content), _PIECE))
    headers = {"Content-Length": str(len(content))}
    return StreamingResponse(with_pauses(pieces, every=1), media_type="application/json", headers=headers)


def matches(if_none_match: str, etag: str) -> bool:
    """Whether `If-None-Match` names this entity tag, by the weak comparison that RFC 9110 asks for."""
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return etag in tags or "*" in tags


def _header(name: str, description: str) -> dict[str, Any]:
    return {"headers": {name: {"description": description, "schema": {"type": "string"}}}}


# What routes add to the OpenAPI document: `app.api.document` says what a refusal looks like, and adds those that follow
# from an operation's path, parameters and body.
CONFLICT: Responses = {409: {}}
STALE: Responses = {412: {}}
INVALID: Responses = {422: {}}
UNAVAILABLE: Responses = {503: {}}
UNCHANGED: Responses = {304: {"description": "Unchanged since `If-None-Match`"}}
WITH_ETAG: Responses = {200: _header("ETag", "The roadmap's state, for `If-None-Match` and `If-Match`")}
WITH_LOCATION: Responses = {202: _header("Location", "The path of the roadmap")}
RETRY_AFTER = _header("Retry-After", "Seconds to wait before trying again")
