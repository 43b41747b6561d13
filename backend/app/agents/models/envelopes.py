"""Reads Chat Completions as servers really send them: what is around an answer must not cost the answer.

OpenAI's library does not check responses and Pydantic AI refuses those that are not exactly OpenAI's, though compatible
servers leave out, misspell or mistype what nobody needs. Here the envelope is made what the API's reference says; the
model's words are not touched.
"""

import json
from typing import Any

from httpx2 import Request, Response

from app.agents.models.http_client import OF_THE_BODY, BoundedClient

_FINISH_REASONS = {
    **{name: name for name in ("stop", "length", "tool_calls", "content_filter", "function_call")},
    "max_tokens": "length",
    "model_length": "length",
    "safety": "content_filter",
}
_STATUSES = {
    "rate_limit_exceeded": 429,
    "rate_limit_error": 429,
    "too_many_requests": 429,
    "insufficient_quota": 402,
    "billing_error": 402,
    "invalid_api_key": 401,
    "authentication_error": 401,
    "model_not_found": 404,
    "not_found_error": 404,
    "context_length_exceeded": 400,
    "invalid_request_error": 400,
}
"""What an error inside a 200 would have been as a status, by its code or type."""
_OTHER_ERROR = 502
MOST_TOKENS = 10**9
"""More than any model reads or writes in one call: a count beyond is a mistake, and is cut down to this."""


class MendingClient(BoundedClient):
    """An HTTP client that mends what chat completions come in."""

    async def send(self, request: Request, **options: Any) -> Response:
        response = await super().send(request, **options)
        if options.get("stream") or not request.url.path.endswith("/chat/completions") or response.status_code != 200:
            return response
        mended = mend(response.content)
        if mended is None:
            return response
        status, body = mended
        of_the_body = OF_THE_BODY | {"content-type"}
        kept = [each for each in response.headers.multi_items() if each[0].lower() not in of_the_body]
        headers = [*kept, ("content-type", "application/json")]
        return Response(status, headers=headers, content=json.dumps(body).encode(), request=request)


def mend(content: bytes) -> tuple[int, dict[str, Any]] | None:
    """The status that was meant, and the body; None when it is no JSON object, which nobody can mend."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(body, dict):
        return None
    choices = body.get("choices")
    first = next((one for one in choices if isinstance(one, dict)), {}) if isinstance(choices, list) else {}
    choice = _choice(first)
    error = body.get("error") or first.get("error")
    if error and not (choice["message"]["content"] or choice["message"].get("tool_calls")):
        return _status(error), {"error": error if isinstance(error, dict) else {"message": str(error)}}
    known = {
        "id": _text(body, "id", "none"),
        "object": "chat.completion",
        "created": 0,
        "model": _text(body, "model", "unknown"),
        "choices": [choice],
    }
    others = {name: value for name, value in body.items() if name not in {"error", "moderation", *_OPTIONAL_TEXTS}}
    texts = {name: body[name] for name in _OPTIONAL_TEXTS if isinstance(body.get(name), str)}
    return 200, {**others, **texts, **known, "usage": _usage(body.get("usage"))}


_OPTIONAL_TEXTS = ("system_fingerprint", "service_tier")


def _choice(choice: dict[str, Any]) -> dict[str, Any]:
    message = choice.get("message")
    said = message if isinstance(message, dict) else {"content": choice.get("text")}
    calls = [call for each in _list(said.get("tool_calls")) if (call := _tool_call(each)) is not None]
    content = _words(said.get("content"))
    if not content.strip() and not calls:
        content = next((text for name in _THOUGHTS if "{" in (text := _words(said.get(name)))), content)
    written = {"role": "assistant", "content": content, "refusal": _text(said, "refusal", None)}
    reason = choice.get("finish_reason")
    return {
        **{name: value for name, value in choice.items() if name not in {"message", "logprobs", "error", "text"}},
        "index": 0,
        "finish_reason": _FINISH_REASONS.get(reason.lower(), "stop") if isinstance(reason, str) else "stop",
        "message": {**written, **({"tool_calls": calls} if calls else {})},
    }


_THOUGHTS = ("reasoning_content", "reasoning")
"""Where some servers put all that a thinking model says, the answer included."""


def _words(content: object) -> str:
    """A text, the texts of its parts, or the object that a server has parsed already."""
    match content:
        case str():
            return content
        case list():
            parts = (each.get("text") if isinstance(each, dict) else each for each in content)
            return "".join(part for part in parts if isinstance(part, str))
        case dict():
            return json.dumps(content)
        case _:
            return ""


def _tool_call(call: object) -> dict[str, Any] | None:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(call, dict) or not isinstance(function, dict) or not isinstance(function.get("name"), str):
        return None
    function = {"name": function["name"], "arguments": _words(function.get("arguments"))}
    return {"id": _text(call, "id", "call"), "type": "function", "function": function}


def _usage(usage: object) -> dict[str, Any] | None:
    """Counts that can be added up."""
    if not isinstance(usage, dict):
        return None
    counts = {name: _count(usage.get(name)) for name in ("prompt_tokens", "completion_tokens", "total_tokens")}
    details = {
        name: {key: _count(each) for key, each in part.items() if _is_number(each)}
        for name in ("prompt_tokens_details", "completion_tokens_details")
        if isinstance(part := usage.get(name), dict)
    }
    return {**{name: each for name, each in usage.items() if _is_number(each)}, **details, **counts}


def _count(number: object) -> int:
    if not _is_number(number):
        return 0
    assert isinstance(number, int | float)
    return int(min(max(number, 0), MOST_TOKENS))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


def _status(error: object) -> int:
    for mark in (error.get(name) for name in ("code", "status", "type")) if isinstance(error, dict) else (error,):
        number = int(mark) if isinstance(mark, str) and mark.isascii() and mark.isdigit() and len(mark) == 3 else mark
        if isinstance(number, int) and 400 <= number < 600:
            return number
        if isinstance(mark, str) and mark.lower() in _STATUSES:
            return _STATUSES[mark.lower()]
    return _OTHER_ERROR


def _text(body: dict[str, Any], name: str, default: str | None) -> str | None:
    value = body.get(name)
    return value if isinstance(value, str) and value else default


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
