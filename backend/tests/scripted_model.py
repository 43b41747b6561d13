"""A real HTTP server that speaks OpenAI's Chat Completions and answers what a test's script tells it to."""

import asyncio
import json
import re
import string
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from inspect import isawaitable
from itertools import count
from math import ceil, floor
from types import TracebackType
from typing import Any, Literal, Self

from app.tasks.loop_thread import LoopThread

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request for a completion."""

    body: dict[str, Any]
    headers: dict[str, str]
    """Names in lower case."""

    @property
    def mode(self) -> Literal["native", "tool", "prompted"]:
        """How it asks for structured output."""
        if self.body.get("response_format", {}).get("type") == "json_schema":
            return "native"
        return "tool" if self.body.get("tools") else "prompted"

    @property
    def schema(self) -> Schema | None:
        """The JSON schema that it asks for; of several tools, the first one's."""
        if self.mode == "native":
            native: Schema = self.body["response_format"]["json_schema"]["schema"]
            return native
        if self.mode == "tool":
            parameters: Schema = self.body["tools"][0]["function"]["parameters"]
            return parameters
        instructions = [_text(m) for m in self.body["messages"] if m["role"] in ("system", "developer")]
        return _schema_in("\n".join(instructions))

    @property
    def text(self) -> str:
        """Everything that its messages say."""
        return "\n".join(_text(message) for message in self.body["messages"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the model does about one call."""

    content: str | None = None
    tool_arguments: str | None = None
    """Sent in place of the content when the call is for a tool."""
    finish_reason: str = "stop"
    input_tokens: int = 100
    output_tokens: int = 50
    refusal: str | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    error: dict[str, Any] | None = None
    """The body of an error status, as OpenAI words it."""
    delay: float = 0
    """Seconds."""
    hang: bool = False
    """No answer until the caller has gone."""
    drop: bool = False
    """The connection is closed without an answer."""
    raw: bytes | None = None
    """Sent as it is for a body."""
    wire: bytes | None = None
    """Sent as it is in place of a whole response, after which the connection is closed."""


Script = Callable[[Call], Reply | Awaitable[Reply]]


def answer(value: object, **changes: Any) -> Reply:
    """`value` as JSON, wherever the call's mode wants it."""
    written = json.dumps(value, ensure_ascii=False)
    return Reply(content=written, tool_arguments=written, **changes)


def fault(
    status: int,
    *,
    code: str | None = None,
    type: str | None = None,
    message: str = "The script says no.",
    retry_after: float | None = None,
) -> Reply:
    """An error as OpenAI sends it; `retry_after` is in seconds."""
    headers = {} if retry_after is None else {"retry-after": str(retry_after)}
    return Reply(status=status, headers=headers, error={"message": message, "type": type, "param": None, "code": code})


class ScriptedModel:
    """Answers while its `async with` block runs; what a script raises, other than to the caller, the block raises."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._server: asyncio.Server | None = None
        self.port = 0
        self._connections: set[asyncio.Task[Any]] = set()
        self._mistakes: list[BaseException] = []
        self.calls: list[Call] = []
        self.in_flight = 0
        self.most_at_once = 0
        self.input_tokens = 0
        self.output_tokens = 0

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await self._server.wait_closed()
        if self._mistakes and error is None:
            raise self._mistakes[0]

    def _accept(self, reader: StreamReader, writer: StreamWriter) -> None:
        # A task of our own: asyncio of Python 3.11 complains about its own when it is cancelled.
        connection = asyncio.ensure_future(self._serve(reader, writer))
        self._connections.add(connection)
        connection.add_done_callback(self._connections.discard)

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        """One connection, for as many requests as the client sends on it."""
        try:
            # An incomplete request is a client that has gone.
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                while (response := await self._response(reader)) is not None:
                    writer.write(response)
                    await writer.drain()
                    if not response.startswith(_WHOLE):
                        break
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _response(self, reader: StreamReader) -> bytes | None:
        """The bytes for the next request, None to close the connection."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        request_line, *lines = head.rstrip().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        match request_line.split()[:2]:
            case ["GET", "/v1/models"]:
                model = {"id": "scripted", "object": "model", "created": 0, "owned_by": "tests"}
                return _http(200, {}, _encoded({"object": "list", "data": [model]}))
            case ["POST", "/v1/chat/completions"]:
                call = Call(body=json.loads(body), headers=headers)
                reply = await self._reply_while_wanted(call, reader)
                return None if reply is None or reply.drop else self._written(call, reply)
            case [_, path]:
                return _http(404, {}, _encoded({"error": {"message": f"There is no {path} here."}}))
            case _:
                return None

    async def _reply_while_wanted(self, call: Call, reader: StreamReader) -> Reply | None:
        """None if the caller goes before the reply is ready."""
        replying = asyncio.ensure_future(self._reply(call))
        # Nobody sends anything while waiting, so whatever ends this is the end of the connection.
        gone = asyncio.ensure_future(reader.read(1))
        try:
            await asyncio.wait({replying, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
            replying.cancel()
            reply, _ = await asyncio.gather(replying, gone, return_exceptions=True)
        if isinstance(reply, Reply):
            return reply
        if isinstance(reply, asyncio.CancelledError):
            return None
        self._mistakes.append(reply)
        return fault(500, message=f"The script is mistaken: {reply!r}")

    async def _reply(self, call: Call) -> Reply:
        self.calls.append(call)
        self.in_flight += 1
        self.most_at_once = max(self.most_at_once, self.in_flight)
        try:
            scripted = self._script(call)
            reply = await scripted if isawaitable(scripted) else scripted
            assert isinstance(reply, Reply)
            await asyncio.sleep(reply.delay)
            if reply.hang:
                await asyncio.Event().wait()
            return reply
        finally:
            self.in_flight -= 1

    def _written(self, call: Call, reply: Reply) -> bytes:
        if reply.wire is not None:
            return reply.wire
        if reply.raw is not None:
            return _http(reply.status, reply.headers, reply.raw)
        if reply.status != 200:
            error = reply.error or {"message": HTTPStatus(reply.status).phrase, "type": None, "code": None}
            return _http(reply.status, reply.headers, _encoded({"error": error}))
        self.input_tokens += reply.input_tokens
        self.output_tokens += reply.output_tokens
        return _http(200, reply.headers, _encoded(_completion(call, reply, len(self.calls))))


@contextmanager
def running_in_thread(script: Script) -> Iterator[ScriptedModel]:
    """A scripted model for tests that have no event loop of their own; the script runs in the other thread."""
    thread = LoopThread("scripted-model")
    thread.start()
    try:
        model = thread.submit(ScriptedModel(script).__aenter__()).result()
        try:
            yield model
        finally:
            thread.submit(model.__aexit__(None, None, None)).result()
    finally:
        thread.stop()


def _completion(call: Call, reply: Reply, number: int) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": reply.content, "refusal": reply.refusal}
    finish_reason = reply.finish_reason
    if reply.refusal is not None:
        message["content"] = None
    elif call.mode == "tool" and reply.tool_arguments is not None:
        function = {"name": call.body["tools"][0]["function"]["name"], "arguments": reply.tool_arguments}
        message |= {"content": None, "tool_calls": [{"id": f"call-{number}", "type": "function", "function": function}]}
        finish_reason = "tool_calls" if finish_reason == "stop" else finish_reason
    return {
        "id": f"scripted-{number}",
        "object": "chat.completion",
        "created": 0,
        "model": call.body["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": finish_reason, "logprobs": None}],
        "usage": {
            "prompt_tokens": reply.input_tokens,
            "completion_tokens": reply.output_tokens,
            "total_tokens": reply.input_tokens + reply.output_tokens,
        },
    }


_WHOLE = b"HTTP/1.1 "
"""How the responses begin after which a connection stays open."""


def _http(status: int, headers: Mapping[str, str], body: bytes) -> bytes:
    fields = {"content-type": "application/json", **headers, "content-length": str(len(body))}
    lines = [
        f"{_WHOLE.decode()}{status} {HTTPStatus(status).phrase}",
        *(f"{name}: {value}" for name, value in fields.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def _encoded(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _text(message: dict[str, Any]) -> str:
    content = message.get("content") or ""
    return content if isinstance(content, str) else "\n".join(part.get("text", "") for part in content)


def _schema_in(text: str) -> Schema | None:
    """The first JSON object in a prompt that is an object's schema; others may be examples."""
    decoder = json.JSONDecoder()
    for brace in re.finditer(r"\{", text):
        with suppress(json.JSONDecodeError):
            found, _ = decoder.raw_decode(text, brace.start())
            if "properties" in found or "$defs" in found or "anyOf" in found:
                schema: Schema = found
                return schema
    return None


def fits(schema: Schema) -> object:
    """The smallest value that a JSON schema of pydantic's allows; always the same, and no two of its texts are equal.

    It has only required properties and as few items as allowed. `ValueError` for a pattern that is beyond it.
    """
    return _Filling(schema).value(schema)


class _Filling:
    """Walks one schema; numbers the texts as it goes."""

    def __init__(self, root: Schema) -> None:
        self._definitions: dict[str, Schema] = root.get("$defs", {})
        self._numbers = count(1)
        self._inside: list[str] = []
        """The definitions that are being filled in, to notice one that contains itself."""

    def value(self, schema: Schema, nth: int = 0) -> object:
        """`nth` tells apart the items of a list that must all differ."""
        if "$ref" in schema:
            name = schema["$ref"].removeprefix("#/$defs/")
            self._inside.append(name)
            try:
                return self.value(self._definitions[name], nth)
            finally:
                self._inside.pop()
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return schema["enum"][nth % len(schema["enum"])]
        if options := schema.get("anyOf") or schema.get("oneOf"):
            return self.value(next((option for option in options if not self._recurs(option)), options[0]), nth)
        if "allOf" in schema:
            return self.value({name: rule for part in schema["allOf"] for name, rule in part.items()}, nth)
        match schema.get("type"):
            case "object":
                return self._object(schema)
            case "array":
                return self._array(schema)
            case "string":
                return self._string(schema)
            case "integer" | "number":
                return _number(schema, nth)
            case "boolean":
                return bool(nth % 2)
            case [first, *_]:
                return self.value({**schema, "type": first}, nth)
            case _:
                return None

    def _object(self, schema: Schema) -> dict[str, object]:
        properties = schema.get("properties", {})
        filled = {name: self.value(properties[name]) for name in schema.get("required", [])}
        others = schema.get("additionalProperties")
        for number in range(len(filled), schema.get("minProperties", 0)):
            filled[f"key-{number}"] = self.value(others if isinstance(others, dict) else {})
        return filled

    def _recurs(self, option: Schema) -> bool:
        return option.get("$ref", "").removeprefix("#/$defs/") in self._inside

    def _array(self, schema: Schema) -> list[object]:
        first = [self.value(item) for item in schema.get("prefixItems", [])]
        items = schema.get("items") or {}
        return first + [self.value(items, nth) for nth in range(schema.get("minItems", 0) - len(first))]

    def _string(self, schema: Schema) -> str:
        number = next(self._numbers)
        if form := _FORMS.get(schema.get("format", "")):
            return form.format(number)
        pattern, least, most = schema.get("pattern", ""), schema.get("minLength", 0), schema.get("maxLength", 10**6)
        for text in _texts(number, pattern, least):
            if least <= len(text) <= most and re.search(pattern, text):
                return text
        raise ValueError(f"No text is known for the pattern {pattern} with {least} to {most} characters.")


_FORMS = {
    "date": "2026-01-01",
    "date-time": "2026-01-01T00:00:00Z",
    "time": "00:00:00Z",
    "duration": "PT{}S",
    "email": "person{}@example.org",
    "ipv4": "127.0.0.1",
    "uri": "https://example.org/{}",
    "uuid": "00000000-0000-4000-8000-{:012d}",
}


def _texts(number: int, pattern: str, least: int) -> Iterator[str]:
    """Texts to try, the readable ones first, the last ones of nothing but the pattern's first set of characters."""
    yield f"Text {number}".ljust(least, ".")
    yield f"text-{number}".ljust(least, "x")
    yield str(number).rjust(least, "0")
    if allowed := re.search(r"\[[^\]]+\]", pattern):
        characters = [c for c in string.ascii_letters + string.digits + string.punctuation if re.match(allowed[0], c)]
        word = ""
        while number:
            number, digit = divmod(number, len(characters))
            word = characters[digit] + word
        for length in range(max(least, 1), 65):
            yield word.rjust(length, characters[0])


def _number(schema: Schema, nth: int) -> float:
    """The smallest allowed number, or the nth after it; where there is no smallest one, one of at most 1."""
    whole = schema["type"] == "integer"
    low, above = schema.get("minimum", schema.get("exclusiveMinimum")), "exclusiveMinimum" in schema
    high, below = schema.get("maximum", schema.get("exclusiveMaximum")), "exclusiveMaximum" in schema
    # A quarter of the way, so that a few steps stay between ends that are close together.
    between = 0.25 if low is None or high is None else (high - low) / 4
    step = schema.get("multipleOf", 1 if whole else between)
    if low is None:
        largest = 1 if high is None else min(1, high - step * below)
        start = floor(largest / step) * step
    elif "multipleOf" in schema:
        start = (floor(low / step) + 1 if above else ceil(low / step)) * step
    else:
        start = low + step * above
    value = start + nth * step
    return int(value) if whole else float(value)
