"""Reads the bodies of requests: JSON whose texts and numbers can be kept, and which is not too large to be checked."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from app.api.problems import invalid, is_json
from app.domain.json_limits import JsonLimits, faults_of
from app.domain.values import SHOWN_FAULTS, counting_faults, hidden_faults

LIMITS = JsonLimits(values=100_000, depth=20, fields=200, entries=100_000, text=1_000_000)
"""`entries` and `text` are bounded by each route's own schema."""

LARGE_BODY = 16_384
"""Bytes of a body that is checked beside the event loop: what is smaller takes a few milliseconds."""

_NOTHING = object()


class _Field(Protocol):
    """What a route's body must be."""

    def validate(
        self, value: Any, values: dict[str, Any], *, loc: tuple[str | int, ...]
    ) -> tuple[Any, list[dict[str, Any]]]: ...


class BufferedRequest(Request):
    """A request whose body has been read: `value` is what it holds."""

    value: Any = _NOTHING

    async def body(self) -> bytes:
        return await super().body() if self.value is _NOTHING else b"read"

    async def json(self) -> Any:
        return await super().json() if self.value is _NOTHING else self.value


class BodyRoute(APIRoute):
    """A route that reads its body itself, by `read`."""

    async def read(self, request: BufferedRequest) -> None:
        """Set the `value` of the request. What is not JSON is left to FastAPI, which says so.

        Raises:
            InvalidInput: the body holds what no body may.
            RequestValidationError: it is large, and not what the route takes.
        """
        content = await request.body()
        if len(content) > LARGE_BODY:
            request.value = await asyncio.to_thread(_checked, content, self.body_field)
        else:
            request.value = _parsed(content)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def handle(request: Request) -> Response:
            reading = BufferedRequest(request.scope, request.receive)
            with counting_faults():
                try:
                    if self.body_field is not None and is_json(request.headers.get("content-type", "")):
                        await self.read(reading)
                    return await answer(reading)
                except ClientDisconnect:
                    raise HTTPException(400) from None
                except RequestValidationError:
                    request.state.hidden_faults = hidden_faults()
                    raise

        return handle


def _parsed(content: bytes) -> Any:
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return _NOTHING
    if faults := faults_of(value, LIMITS):
        raise invalid(faults[:SHOWN_FAULTS], total=len(faults))
    return value


def _checked(content: bytes, field: _Field | None) -> Any:
    """What the route takes, which FastAPI passes on as it is."""
    value = _parsed(content)
    if value is _NOTHING or field is None:
        return value
    taken, errors = field.validate(value, {}, loc=("body",))
    if errors:
        raise RequestValidationError(errors, body=value)
    return taken
