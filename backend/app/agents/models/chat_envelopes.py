"""Makes a chat completion what OpenAI's reference says it is."""

from typing import Any

from app.agents.models.envelope_parts import Mended, Object, count, is_number, objects_in, status_of, text_at, words

_FINISH_REASONS = {
    **{name: name for name in ("stop", "length", "tool_calls", "content_filter", "function_call")},
    "max_tokens": "length",
    "model_length": "length",
    "safety": "content_filter",
}
_OPTIONAL_TEXTS = ("system_fingerprint", "service_tier")
_THOUGHTS = ("reasoning_content", "reasoning", "thinking")
"""Where some servers put all that a thinking model says, the answer included."""


def mend_chat(body: Object) -> Mended:
    choices = body.get("choices")
    first = next(iter(objects_in(choices)), {}) if isinstance(choices, list) else _native(body)
    choice = _choice(first)
    error = body.get("error") or first.get("error")
    if error and not (choice["message"]["content"] or choice["message"].get("tool_calls")):
        return status_of(error), {"error": error if isinstance(error, dict) else {"message": str(error)}}
    known = {
        "id": text_at(body, "id", "none"),
        "object": "chat.completion",
        "created": 0,
        "model": text_at(body, "model", "unknown"),
        "provider": text_at(body, "provider", "unknown"),  # OpenRouter's
        "choices": [choice],
    }
    others = {name: value for name, value in body.items() if name not in {"error", "moderation", *_OPTIONAL_TEXTS}}
    texts = {name: body[name] for name in _OPTIONAL_TEXTS if isinstance(body.get(name), str)}
    return 200, {**others, **texts, **known, "usage": _usage(body.get("usage"))}


def _native(body: Object) -> Object:
    """What is the choice where there are no choices: Ollama's own API answers with one message."""
    return {"message": body["message"]} if isinstance(body.get("message"), dict) else {}


def _choice(choice: Object) -> Object:
    message = choice.get("message") or choice.get("delta")
    said = message if isinstance(message, dict) else {"content": choice.get("text")}
    given = [*objects_in(said.get("tool_calls")), {"function": said.get("function_call")}]
    calls = [call for each in given if (call := _tool_call(each)) is not None]
    content = words(said.get("content"))
    if not content.strip() and not calls:
        thoughts = (text for name in _THOUGHTS if "{" in (text := words(said.get(name))))
        content = next(thoughts, words(said.get("parsed")) or content)
    written = {"role": "assistant", "content": content, "refusal": text_at(said, "refusal")}
    reason = choice.get("finish_reason")
    return {
        **{name: value for name, value in choice.items() if name not in _LEFT_OUT},
        "index": 0,
        "finish_reason": _FINISH_REASONS.get(reason.lower(), "stop") if isinstance(reason, str) else "stop",
        "message": {**written, **({"tool_calls": calls} if calls else {})},
    }


_LEFT_OUT = {"message", "delta", "logprobs", "error", "text"}


def _tool_call(call: Object) -> Object | None:
    function = call.get("function")
    if not isinstance(function, dict) or not isinstance(function.get("name"), str):
        return None
    function = {"name": function["name"], "arguments": words(function.get("arguments"))}
    return {"id": text_at(call, "id", "call"), "type": "function", "function": function}


def _usage(usage: object) -> Object | None:
    """Counts that can be added up."""
    if not isinstance(usage, dict):
        return None
    totals = {name: count(usage.get(name)) for name in ("prompt_tokens", "completion_tokens", "total_tokens")}
    details: dict[str, Any] = {
        name: {key: count(each) for key, each in part.items() if is_number(each)}
        for name in ("prompt_tokens_details", "completion_tokens_details")
        if isinstance(part := usage.get(name), dict)
    }
    others = {name: min(each, 1e9) for name, each in usage.items() if is_number(each)}
    return {**others, **details, **totals}
