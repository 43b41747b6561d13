"""The OpenAPI document: what FastAPI makes of the routes, and what it cannot know of refusals, frames and examples."""

import asyncio
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.routing import APIRoute
from pydantic import TypeAdapter

from app.api.answers import RETRY_AFTER
from app.api.examples import EXAMPLES
from app.api.problem_details import PROBLEM_JSON, problem_of
from app.api.problems import InternalError
from app.core.errors import (
    Conflict,
    Forbidden,
    GreenwayError,
    InvalidInput,
    NotFound,
    Stale,
    TooLarge,
    Unavailable,
    UnsupportedMediaType,
)
from app.core.json import dumps
from app.live.frames import ServerFrame
from app.reading.problem import Problem

_DESCRIPTION = """Turns a learning goal into a roadmap that fills itself in while you watch.

Every error is a problem document (RFC 9457). Every response has an `X-Request-ID`: the request's own, or a new one.
An unknown path gets a 404, and a method that the path does not support gets a 405."""

_TAGS = {
    "about": "The version, the author and the limits of a request.",
    "roadmaps": "Create, list, read, delete and restore roadmaps.",
    "outlines": "Edit an outline as a whole, by operations or in words, and read its history.",
    "steering": "Approve, pause, resume, cancel and retry the writing of content.",
    "concepts": "Read concepts with their content, regenerate it, and answer quizzes.",
    "notes": "Read and write the learner's notes.",
    "search": "Search lessons and notes.",
    "transfer": "Export roadmaps as documents, import them, and duplicate them.",
    "courses": "The curated courses of the built-in author, and how far one covers a goal.",
    "model": "Choose the model that writes, test it, find servers on this machine, and see what was spent.",
    "tasks": "Background work on roadmaps.",
    "events": "The live events of a roadmap. A WebSocket sends the same events: `/api/v1/ws/roadmaps/{roadmap_id}`.",
    "operations": "Health, readiness and metrics, for operators.",
}

_REFUSALS: dict[str, tuple[GreenwayError, str]] = {
    str(error.status): (error, meaning)
    for error, meaning in (
        (
            Forbidden("Requests from pages of other sites are refused."),
            "The request came from a page of another origin, or names an unknown Host",
        ),
        (NotFound("There is no such roadmap."), "Not found"),
        (Conflict("A roadmap that is being drafted cannot be approved."), "Not possible in this state"),
        (
            Stale("The roadmap has changed since you read it; read it again and repeat your edit."),
            "Changed in the meantime",
        ),
        (TooLarge("The body is larger than 1048576 bytes (GREENWAY_MAX_BODY_BYTES)."), "The body is too large"),
        (UnsupportedMediaType("The body must be JSON, sent as application/json."), "The body is not JSON"),
        (
            InvalidInput(
                "`goal`: must have at least 1 visible character.",
                fields=[{"field": "goal", "message": "must have at least 1 visible character"}],
            ),
            "The request is not valid",
        ),
        (InternalError(), "An error inside Greenway"),
        (
            Unavailable("The database cannot be reached at the moment; please try again shortly.", retry_after=2),
            "The database is unavailable, or its schema has another version",
        ),
    )
}
"""For each status an example, and what the status means."""
_NAMES = {status: type(error).__name__ for status, (error, _) in _REFUSALS.items()}

_RESPONSE = "#/components/responses/{name}"
_SCHEMA = "#/components/schemas/{model}"
FRAMES = {"text/event-stream": {"schema": {"$ref": _SCHEMA.format(model="ServerFrame")}}}
"""The content of an answer that is a stream of frames."""


class DocumentedApi(FastAPI):
    """`server` is the path under which it is reached."""

    def __init__(self, *, server: str, **settings: Any) -> None:
        self._writing = asyncio.Lock()
        self._written = b""
        super().__init__(
            description=_DESCRIPTION,
            license_info={"name": "MIT", "identifier": "MIT"},
            servers=[{"url": server, "description": "This Greenway"}],
            openapi_tags=[{"name": name, "description": description} for name, description in _TAGS.items()],
            generate_unique_id_function=name_of,
            telemetry={"tracing": False, "metrics": False, "logs": False},  # it is looked for with each request
            **settings,
        )

    def setup(self) -> None:
        self.add_route("/openapi.json", self._answer, include_in_schema=False)

    async def _answer(self, _: Request) -> Response:
        """The document is made at the first request, beside the event loop: that takes most of a second."""
        async with self._writing:
            if not self._written:
                self._written = await asyncio.to_thread(lambda: dumps(self.openapi()))
        return Response(self._written, media_type="application/json")

    def openapi(self) -> dict[str, Any]:
        before = self.openapi_schema
        document = super().openapi()
        if document is not before:
            _complete(document)
        return document


def name_of(route: APIRoute) -> str:
    return route.name


def _complete(document: dict[str, Any]) -> None:
    document["security"] = []  # there are no accounts
    components = document["components"]
    components["responses"] = {_NAMES[status]: _response(*refusal) for status, refusal in _REFUSALS.items()}
    for path, operations in document["paths"].items():
        for operation in operations.values():
            refusals = _refusals_of(path, operation)
            operation["responses"].pop("422", None)
            operation["responses"] |= {status: {"$ref": _RESPONSE.format(name=_NAMES[status])} for status in refusals}

    schemas = components["schemas"]
    unknown_to_routes = TypeAdapter(ServerFrame | Problem).json_schema(mode="serialization", ref_template=_SCHEMA)
    schemas |= unknown_to_routes["$defs"]
    del schemas["HTTPValidationError"], schemas["ValidationError"]
    for discriminator in _discriminators(schemas):
        for reference in discriminator["mapping"].values():
            schema = schemas[reference.rpartition("/")[2]]
            schema["required"] = list(dict.fromkeys([discriminator["propertyName"], *schema.get("required", ())]))
    for name, example in EXAMPLES.items():
        schemas[name]["examples"] = [example]


def _response(error: GreenwayError, meaning: str) -> dict[str, Any]:
    example = problem_of(error, instance="/api/v1/roadmaps", request_id="4ffd1dd6a2b34e3f8d0c5b1f7f0e9c3a")
    response: dict[str, Any] = {
        "description": meaning,
        "content": {PROBLEM_JSON: {"schema": {"$ref": _SCHEMA.format(model="Problem")}, "example": example}},
    }
    if error.retry_after is not None:
        response |= RETRY_AFTER
    return response


def _refusals_of(path: str, operation: dict[str, Any]) -> set[str]:
    """The statuses that the route declares, and those that follow from what the operation takes. FastAPI expects a 422
    for parameters of the path, too, where what does not fit is a 404."""
    declared = {status for status, response in operation["responses"].items() if "content" not in response}
    takes_body = "requestBody" in operation
    takes_fields = takes_body or any(parameter["in"] != "path" for parameter in operation.get("parameters", ()))
    also = {"403": True, "404": "{" in path, "413": takes_body, "415": takes_body, "422": takes_fields, "500": True}
    return (declared & _REFUSALS.keys()) | {status for status, is_possible in also.items() if is_possible}


def _discriminators(part: Any) -> Iterator[dict[str, Any]]:
    match part:
        case {"discriminator": {"mapping": _} as discriminator}:
            yield discriminator
        case dict():
            for each in part.values():
                yield from _discriminators(each)
        case list():
            for each in part:
                yield from _discriminators(each)
