"""How routes answer: ready JSON, entity tags, and the refusals that a route declares."""

from typing import Any
from uuid import UUID

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from app.api.compression import encoding_for
from app.core.pauses import with_pauses
from app.domain.etags import Encoding, etag_of
from app.reading.kept_roadmaps import RoadmapSnapshot
from app.reading.roadmaps import RoadmapReader

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


async def roadmap_response(request: Request, reader: RoadmapReader, snapshot: RoadmapSnapshot) -> Response:
    """The whole roadmap, compressed where the client takes that."""
    encoding = encoding_for(request.headers.get("accept-encoding", ""))
    headers = tagged(snapshot.epoch, snapshot.seq, encoding)
    if encoding is None:
        return Response(snapshot.body, media_type="application/json", headers=headers)
    headers["Content-Encoding"] = encoding
    body = await reader.gzipped(snapshot)
    return Response(body, media_type="application/json", headers=headers)


def tagged(epoch: UUID, seq: int, encoding: Encoding | None) -> dict[str, str]:
    """The headers that say which state of a roadmap this is, and what else the answer depends on."""
    return {"ETag": etag_of(epoch, seq, encoding), "Vary": "Accept-Encoding"}


def _header(name: str, description: str) -> dict[str, Any]:
    return {"headers": {name: {"description": description, "schema": {"type": "string"}}}}


# What routes add to the OpenAPI document: `app.api.document` says what a refusal looks like, and adds those that follow
# from an operation's path, parameters and body.
CONFLICT: Responses = {409: {}}
STALE: Responses = {412: {}}
MISSING: Responses = {404: {}}
INVALID: Responses = {422: {}}
UNAVAILABLE: Responses = {503: {}}
UNCHANGED: Responses = {304: {"description": "Unchanged since `If-None-Match`"}}
WITH_ETAG: Responses = {200: _header("ETag", "The roadmap's state, for `If-None-Match` and `If-Match`")}
WITH_LOCATION: Responses = {202: _header("Location", "The path of the roadmap")}
RETRY_AFTER = _header("Retry-After", "Seconds to wait before trying again")
