"""Makes answers of OpenAI's Responses, Anthropic's Messages and Google's Gemini what their references say they are."""

from typing import Any

from app.agents.models.envelope_parts import Mended, Object, arguments_of, counts, objects_in, status_of, text_at, words

_STOP_REASONS = ("end_turn", "max_tokens", "stop_sequence", "tool_use", "refusal", "pause_turn")
_STATES = ("completed", "incomplete", "failed", "in_progress", "cancelled", "queued")
_ANTHROPIC_COUNTS = ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
_GEMINI_COUNTS = (
    *("promptTokenCount", "candidatesTokenCount", "totalTokenCount"),
    *("thoughtsTokenCount", "cachedContentTokenCount", "toolUsePromptTokenCount"),
)
_GEMINI_REASONS = (
    *("STOP", "MAX_TOKENS", "SAFETY", "RECITATION", "LANGUAGE", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII"),
    *("MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL"),
)


def mend_response(body: Object) -> Mended:
    """Of `/responses`."""
    output = [item for each in objects_in(body.get("output")) if (item := _output(each)) is not None]
    if not output and (text := words(body.get("output_text")) or words(_texts_alone(body.get("output")))):
        output = [_message("msg", [_output_text(text)])]
    if (error := body.get("error")) and not output:
        return status_of(error), {"error": error if isinstance(error, dict) else {"message": str(error)}}
    usage = body.get("usage")
    incomplete = body.get("incomplete_details")
    return 200, {
        "id": text_at(body, "id", "none"),
        "object": "response",
        "created_at": 0,
        "model": text_at(body, "model", "unknown"),
        "status": body["status"] if body.get("status") in _STATES else "completed",
        "incomplete_details": {"reason": text_at(incomplete, "reason")} if isinstance(incomplete, dict) else None,
        "error": None,
        "output": output,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            **counts(usage, ("input_tokens", "output_tokens", "total_tokens")),
            "input_tokens_details": {"cached_tokens": 0, **_details(usage, "input_tokens_details", "cached_tokens")},
            "output_tokens_details": {
                "reasoning_tokens": 0,
                **_details(usage, "output_tokens_details", "reasoning_tokens"),
            },
        }
        if isinstance(usage, dict)
        else None,
    }


def _output(item: Object) -> Object | None:
    match item.get("type"):
        case "function_call" if isinstance(item.get("name"), str):
            names = {"id": text_at(item, "id", "fc"), "call_id": text_at(item, "call_id", "call")}
            call = {"name": item["name"], "arguments": words(item.get("arguments"))}
            return {"type": "function_call", "status": "completed", **names, **call}
        case "reasoning" if isinstance(item.get("id"), str) and isinstance(item.get("summary"), list):
            return item  # goes back as it came
        case "reasoning" | "function_call":
            return None
        case _:
            parts = [part for each in _parts(item.get("content")) if (part := _response_part(each)) is not None]
            return _message(text_at(item, "id", "msg"), parts) if parts else None


def _message(name: str | None, parts: list[Object]) -> Object:
    return {"type": "message", "id": name, "role": "assistant", "status": "completed", "content": parts}


def _response_part(part: Object) -> Object | None:
    if refusal := text_at(part, "refusal"):
        return {"type": "refusal", "refusal": refusal}
    text = words(part.get("text"))
    return _output_text(text) if text else None


def _output_text(text: str) -> Object:
    return {"type": "output_text", "text": text, "annotations": []}


def _details(usage: Object, name: str, key: str) -> dict[str, int]:
    return counts(usage.get(name), (key,))


def mend_message(body: Object) -> Mended:
    """Of `/messages`."""
    parts = _parts(body.get("content"))
    content = [block for each in parts if (block := _block(each)) is not None]
    if not content:
        content = [{"type": "text", "text": text} for each in parts if "{" in (text := words(each.get("thinking")))]
    if (error := body.get("error")) and not content:
        told = error if isinstance(error, dict) else {"message": str(error)}
        return status_of(error), {"type": "error", "error": {"type": "api_error", "message": "", **told}}
    return 200, {
        "id": text_at(body, "id", "none"),
        "type": "message",
        "role": "assistant",
        "model": text_at(body, "model", "unknown"),
        "content": content,
        "stop_reason": body["stop_reason"] if body.get("stop_reason") in _STOP_REASONS else "end_turn",
        "stop_sequence": text_at(body, "stop_sequence"),
        "usage": {"input_tokens": 0, "output_tokens": 0, **counts(body.get("usage"), _ANTHROPIC_COUNTS)},
    }


def _block(part: Object) -> Object | None:
    match part.get("type"):
        case "tool_use" if isinstance(part.get("name"), str):
            call = {"name": part["name"], "input": arguments_of(part.get("input"))}
            return {"type": "tool_use", "id": text_at(part, "id", "call"), **call}
        case "thinking" if isinstance(part.get("thinking"), str) and isinstance(part.get("signature"), str):
            return {name: part[name] for name in ("type", "thinking", "signature")} if part["signature"] else None
        case "thinking" | "tool_use":
            return None
        case _:
            text = words(part.get("text"))
            return {"type": "text", "text": text} if text else None


def mend_candidates(body: Object) -> Mended:
    """Of `:generateContent`."""
    candidate = next(iter(objects_in(body.get("candidates"))), {})
    content = candidate.get("content")
    given = content.get("parts") if isinstance(content, dict) else content
    parts = [part for each in _parts(given) if (part := _gemini_part(each)) is not None]
    if (error := body.get("error")) and not parts:
        told = error if isinstance(error, dict) else {"message": str(error)}
        return status_of(error), {"error": told}
    feedback = body.get("promptFeedback")
    return 200, {
        "candidates": [
            {
                "content": {"role": "model", "parts": parts},
                "finishReason": reason if (reason := candidate.get("finishReason")) in _GEMINI_REASONS else "STOP",
                "index": 0,
            }
        ]
        if candidate
        else [],
        **({"promptFeedback": feedback} if isinstance(feedback, dict) else {}),
        "usageMetadata": counts(body.get("usageMetadata"), _GEMINI_COUNTS),
        "modelVersion": text_at(body, "modelVersion", "unknown"),
        "responseId": text_at(body, "responseId", "none"),
    }


def _gemini_part(part: Object) -> Object | None:
    call = part.get("functionCall")
    if isinstance(call, dict) and isinstance(call.get("name"), str):
        mended: dict[str, Any] = {"functionCall": {"name": call["name"], "args": arguments_of(call.get("args"))}}
    elif text := words(part.get("text")):
        mended = {"text": text}
    else:
        return None
    if part.get("thought") is True:
        mended["thought"] = True
    if signature := text_at(part, "thoughtSignature"):
        mended["thoughtSignature"] = signature
    return mended


def _parts(value: object) -> list[Object]:
    """The parts of a content; a text is one, alone or in a list."""
    items = value if isinstance(value, list) else [value]
    return [{"text": item} if isinstance(item, str) else item for item in items if isinstance(item, str | dict)]


def _texts_alone(value: object) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, str)]
