"""Model providers on loopback: each speaks its own protocol, refuses what the real one refuses, and takes notes."""

import asyncio
import socket
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import orjson
import uvicorn
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

Body = dict[str, Any]

KEY = "key-for-tests"
ANSWER = {"title": "Rivers"}
INPUT_TOKENS, OUTPUT_TOKENS = 11, 7


@dataclass(frozen=True, slots=True)
class Noted:
    """A request as it arrived; header names are in lower case."""

    path: str
    headers: Mapping[str, str]
    body: Body


class FakeProvider(ABC):
    """Answers ANSWER, as text or through the tool that it was given, for INPUT_TOKENS and OUTPUT_TOKENS.

    A request to another path, with another key than KEY or with a parameter that the provider does not know is
    refused in the provider's own words. `failure` is a status for every request, `silent` leaves them unanswered.
    """

    needs_key = True

    def __init__(self) -> None:
        self.key = KEY if self.needs_key else None
        self.requests: list[Noted] = []
        self.failure: int | None = None
        self.retry_after: str | None = None
        self.silent = False
        self._end = asyncio.Event()

    @abstractmethod
    def sent_key(self, request: Noted) -> str | None:
        """The key that the request carries, where this provider looks for it."""

    @abstractmethod
    def serves(self, path: str) -> bool: ...

    @abstractmethod
    def answer(self, request: Noted) -> Body: ...

    @abstractmethod
    def error(self, status: int, message: str) -> Body: ...

    def objection(self, body: Body) -> str | None:
        """What this provider would not accept in `body`."""
        return None if "model" in body else "model is missing"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        noted = Noted(request.url.path, dict(request.headers), orjson.loads(await request.body()))
        self.requests.append(noted)
        if self.silent:
            await self._end.wait()
        await self._respond(noted)(scope, receive, send)

    def release(self) -> None:
        """Let silent requests end."""
        self._end.set()

    def _respond(self, request: Noted) -> Response:
        if self.failure is not None:
            return self._refuse(self.failure, "as the test wants it")
        if not self.serves(request.path):
            return self._refuse(404, f"nothing at {request.path}")
        if self.key is not None and self.sent_key(request) != self.key:
            return self._refuse(401, "wrong key")
        if (objection := self.objection(request.body)) is not None:
            return self._refuse(400, objection)
        return self.response(request)

    def response(self, request: Noted) -> Response:
        return JSONResponse(self.answer(request))

    def _refuse(self, status: int, message: str) -> Response:
        headers = {"retry-after": self.retry_after} if self.retry_after else None
        return JSONResponse(self.error(status, message), status, headers)


class FakeOpenAI(FakeProvider):
    """What OpenAI's two protocols share."""

    known: frozenset[str]

    def sent_key(self, request: Noted) -> str | None:
        return request.headers.get("authorization", "").removeprefix("Bearer ")

    def objection(self, body: Body) -> str | None:
        if unknown := sorted(body.keys() - self.known):
            return f"unknown parameter {unknown[0]}"
        return super().objection(body)

    def error(self, status: int, message: str) -> Body:
        return {"error": {"message": message, "type": "error", "param": None, "code": None}}


class FakeChat(FakeOpenAI):
    """Chat Completions as OpenAI has them."""

    known = frozenset(
        {"model", "messages", "tools", "tool_choice", "response_format", "stream", "max_completion_tokens"}
    )

    def serves(self, path: str) -> bool:
        return path == "/v1/chat/completions"

    def answer(self, request: Noted) -> Body:
        message: Body = {"role": "assistant", "content": text_of(ANSWER)}
        if tools := request.body.get("tools"):
            call = {"name": tools[0]["function"]["name"], "arguments": text_of(ANSWER)}
            calls = [{"id": "call_1", "type": "function", "function": call}]
            message = {"role": "assistant", "content": None, "tool_calls": calls}
        return {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1_700_000_000,
            "model": request.body["model"],
            "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls" if tools else "stop"}],
            "usage": {
                "prompt_tokens": INPUT_TOKENS,
                "completion_tokens": OUTPUT_TOKENS,
                "total_tokens": INPUT_TOKENS + OUTPUT_TOKENS,
            },
        }


class FakeCompatible(FakeChat):
    """A strict server of somebody's own: it needs no key and refuses what only OpenAI knows."""

    needs_key = False
    known = frozenset(
        {"model", "messages", "tools", "tool_choice", "response_format", "stream", "max_tokens", "temperature"}
    )
    formats = frozenset({"json_schema", "text"})

    def objection(self, body: Body) -> str | None:
        response_format = body.get("response_format", {})
        if response_format.get("type", "text") not in self.formats:
            return f"response_format.type must be one of {sorted(self.formats)}"
        if "strict" in response_format.get("json_schema", {}):
            return "unknown parameter response_format.json_schema.strict"
        if any("strict" in tool["function"] for tool in body.get("tools", [])):
            return "unknown parameter tools.function.strict"
        if [message["role"] for message in body["messages"]].count("system") > 1:
            return "System message must be at the beginning."
        return super().objection(body)


class FakeOllama(FakeCompatible):
    """Ollama's Chat Completions, which also take `json_object`."""

    formats = frozenset({"json_schema", "json_object", "text"})


class FakeOpenRouter(FakeChat):
    """OpenRouter's Chat Completions: another path, `max_tokens`, the vendor in the answer, the status in an error."""

    known = FakeCompatible.known | {"usage"}

    def serves(self, path: str) -> bool:
        return path == "/api/v1/chat/completions"

    def answer(self, request: Noted) -> Body:
        answer = super().answer(request)
        return {**answer, "provider": "Vendor", "usage": {**answer["usage"], "cost": 0.001}}

    def error(self, status: int, message: str) -> Body:
        return {"error": {"code": status, "message": message}}


class FakeResponses(FakeOpenAI):
    """OpenAI's Responses API."""

    known = frozenset(
        {"model", "input", "instructions", "text", "tools", "tool_choice", "include", "stream", "max_output_tokens"}
    )

    def serves(self, path: str) -> bool:
        return path == "/v1/responses"

    def answer(self, request: Noted) -> Body:
        content = [{"type": "output_text", "text": text_of(ANSWER), "annotations": []}]
        output: Body = {"type": "message", "id": "msg_1", "role": "assistant", "content": content}
        if tools := request.body.get("tools"):
            call = {"call_id": "call_1", "name": tools[0]["name"], "arguments": text_of(ANSWER)}
            output = {"type": "function_call", "id": "fc_1", **call}
        return {
            "id": "resp_1",
            "object": "response",
            "created_at": 1_700_000_000,
            "status": "completed",
            "model": request.body["model"],
            "output": [{**output, "status": "completed"}],
            "parallel_tool_calls": True,
            "tool_choice": "auto",
            "tools": request.body.get("tools", []),
            "usage": {
                "input_tokens": INPUT_TOKENS,
                "input_tokens_details": {"cached_tokens": 0},
                "output_tokens": OUTPUT_TOKENS,
                "output_tokens_details": {"reasoning_tokens": 0},
                "total_tokens": INPUT_TOKENS + OUTPUT_TOKENS,
            },
        }


class FakeAnthropic(FakeProvider):
    """Anthropic's Messages API, whole or as a stream: the library asks for one when the answer may become long."""

    _types: Mapping[int, str] = {
        400: "invalid_request_error",
        401: "authentication_error",
        402: "billing_error",
        403: "permission_error",
        404: "not_found_error",
        429: "rate_limit_error",
        500: "api_error",
        529: "overloaded_error",
    }

    def sent_key(self, request: Noted) -> str | None:
        """The API takes either header; Anthropic's library has sent one and then the other."""
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        return request.headers.get("x-api-key") or bearer

    def serves(self, path: str) -> bool:
        return path == "/v1/messages"

    def objection(self, body: Body) -> str | None:
        return "max_tokens: Field required" if "max_tokens" not in body else super().objection(body)

    def answer(self, request: Noted) -> Body:
        content: Body = {"type": "text", "text": text_of(ANSWER)}
        if tools := request.body.get("tools"):
            content = {"type": "tool_use", "id": "toolu_1", "name": tools[0]["name"], "input": ANSWER}
        return {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": request.body["model"],
            "content": [content],
            "stop_reason": "tool_use" if tools else "end_turn",
            "stop_sequence": None,
            "usage": {"input_tokens": INPUT_TOKENS, "output_tokens": OUTPUT_TOKENS},
        }

    def response(self, request: Noted) -> Response:
        if not request.body.get("stream"):
            return super().response(request)
        return Response("".join(map(_event, self._events(self.answer(request)))), media_type="text/event-stream")

    def _events(self, answer: Body) -> list[Body]:
        [content] = answer["content"]
        empty: Body
        if content["type"] == "text":
            empty, delta = {"text": ""}, {"type": "text_delta", "text": content["text"]}
        else:
            empty, delta = {"input": {}}, {"type": "input_json_delta", "partial_json": text_of(content["input"])}
        end = {"stop_reason": answer["stop_reason"], "stop_sequence": None}
        begun: Body = {"content": [], "stop_reason": None, "usage": {"input_tokens": INPUT_TOKENS, "output_tokens": 1}}
        return [
            {"type": "message_start", "message": {**answer, **begun}},
            {"type": "content_block_start", "index": 0, "content_block": {**content, **empty}},
            {"type": "content_block_delta", "index": 0, "delta": delta},
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": end, "usage": {"output_tokens": OUTPUT_TOKENS}},
            {"type": "message_stop"},
        ]

    def error(self, status: int, message: str) -> Body:
        return {"type": "error", "error": {"type": self._types.get(status, "api_error"), "message": message}}


class FakeGemini(FakeProvider):
    """Google's `generateContent`, where the model is in the path."""

    _statuses: Mapping[int, str] = {
        400: "INVALID_ARGUMENT",
        401: "UNAUTHENTICATED",
        403: "PERMISSION_DENIED",
        404: "NOT_FOUND",
        429: "RESOURCE_EXHAUSTED",
        500: "INTERNAL",
        503: "UNAVAILABLE",
    }

    def sent_key(self, request: Noted) -> str | None:
        return request.headers.get("x-goog-api-key")

    def serves(self, path: str) -> bool:
        return path.startswith("/v1beta/models/") and path.endswith(":generateContent")

    def objection(self, body: Body) -> str | None:
        return None if "contents" in body else "contents is not specified"

    def answer(self, request: Noted) -> Body:
        part: Body = {"text": text_of(ANSWER)}
        if tools := request.body.get("tools"):
            part = {"functionCall": {"name": tools[0]["functionDeclarations"][0]["name"], "args": ANSWER}}
        return {
            "candidates": [{"content": {"role": "model", "parts": [part]}, "finishReason": "STOP", "index": 0}],
            "usageMetadata": {
                "promptTokenCount": INPUT_TOKENS,
                "candidatesTokenCount": OUTPUT_TOKENS,
                "totalTokenCount": INPUT_TOKENS + OUTPUT_TOKENS,
            },
            "modelVersion": request.path.removeprefix("/v1beta/models/").removesuffix(":generateContent"),
            "responseId": "answer-1",
        }

    def error(self, status: int, message: str) -> Body:
        return {"error": {"code": status, "message": message, "status": self._statuses.get(status, "UNKNOWN")}}


@asynccontextmanager
async def serving(provider: FakeProvider) -> AsyncIterator[str]:
    """The provider's origin, `http://127.0.0.1:port`, while it is up in this event loop."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(provider, lifespan="off", log_config=None, access_log=False))
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            provider.release()
            server.should_exit = True
            await task


def _event(data: Body) -> str:
    return f"event: {data['type']}\ndata: {text_of(data)}\n\n"


def text_of(value: Body) -> str:
    return orjson.dumps(value).decode()
