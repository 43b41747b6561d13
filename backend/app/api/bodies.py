"""Reads the bodies of requests: JSON whose texts and numbers can be kept, and which is not too large to be checked."""

import json
from collections.abc import Callable, Coroutine
from typing import Any

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

_NOTHING = object()


class ReadRequest(Request):
    """A request whose body has been read: `value` is what it holds."""

    value: Any = _NOTHING

    async def body(self) -> bytes:
        return await super().body() if self.value is _NOTHING else b"read"

    async def json(self) -> Any:
        return await super().json() if self.value is _NOTHING else self.value


class BodyRoute(APIRoute):
    """A route that reads its body itself, by `read`."""

    async def read(self, request: ReadRequest) -> None:
        """Set the `value` of the request. What is not JSON is left to FastAPI, which says so.

        Raises:
            InvalidInput: the body holds what no body may.
        """
        try:
            value = json.loads(await request.body())
        except (ValueError, RecursionError):
            return
        if faults := faults_of(value, LIMITS):
            raise invalid(faults[:SHOWN_FAULTS], total=len(faults))
        request.value = value

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def handle(request: Request) -> Response:
            reading = ReadRequest(request.scope, request.receive)
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
