"""Sends one request until there is an answer that can be used, or a reason why there is none."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import structlog
from genai_prices import Usage as Tokens
from pydantic import ValidationError
from pydantic_ai.direct import model_request
from pydantic_ai.exceptions import AgentRunError
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models import Model
from pydantic_ai.settings import ModelSettings

from app.agents.asking.call_gate import CallGate, CallRefused
from app.agents.asking.effort import Effort
from app.agents.asking.faults import as_unreadable, code_of, details_of, waiting_out
from app.agents.asking.languages import is_in
from app.agents.asking.modes import OutputMode, OutputModes, request_parameters
from app.agents.asking.parsing import MalformedReply, find_object, find_objects
from app.agents.asking.prices import PriceList
from app.agents.asking.structured_request import InvalidReply, R, StructuredRequest, T
from app.domain.failures import Failure, FailureCode, failure
from app.domain.stored_text import storable, storable_json
from app.domain.usage import Usage
from app.generation.ports import AuthorBug
from app.generation.work import Delivery

STARTS = 2
"""How often a request is made from the beginning, each time with one round of repair."""
THOUGHTS, LOCAL_THOUGHTS = 6000, 1000
"""Tokens that a model may think before it answers."""
MORE_ROOM = 2
"""By how much the room grows when an answer has broken off; once."""

WRAPPERS = 4
"""Values that an object may have which is only wrapped round the answer, such as a tool's name and arguments."""
MUCH = 4000
"""Characters of an answer that are read at once; each may take 10 microseconds."""

log = structlog.get_logger()


class _ReplyFault(Exception):
    """There is no usable answer; `code` says why, `reasons` are what the model may be told."""

    def __init__(self, code: FailureCode, *reasons: str) -> None:
        super().__init__(code)
        self.code = code
        self.reasons = reasons


@dataclass(slots=True, kw_only=True)
class _Conversation:
    """One start: what was said, in which mode, with how much room."""

    mode: OutputMode
    room: int
    messages: list[ModelMessage] = field(default_factory=list)


class Asker:
    """For one model in one event loop.

    `seconds` is how long a request may take; waiting for a turn does not count. `is_local` says that the model runs
    on the operator's own machine, where it is small and slow, and held to short texts and thoughts.
    """

    def __init__(self, model: Model, gate: CallGate, prices: PriceList, *, seconds: float, is_local: bool) -> None:
        self._model = model
        self._gate = gate
        self._prices = prices
        self._modes = OutputModes(model)
        self._seconds = seconds
        self._is_local = is_local

    async def ask(self, request: StructuredRequest[R, T]) -> Delivery[T]:
        """The answer, or why there is none; and what that has cost.

        Raises:
            AuthorBug: a bug of ours, or of a library.
        """
        effort = Effort(self._seconds)
        result: T | Failure
        try:
            async with effort:
                result = await self._answer(request, effort)
        except TimeoutError:
            result = failure(FailureCode.TIMEOUT, request.language, seconds=self._seconds)
        except Exception as bug:
            raise AuthorBug(effort.usage) from bug
        raw_answer = effort.raw_answer if isinstance(result, Failure) else None
        return Delivery(result=result, usage=effort.usage, prompt=request.prompt.version, raw_answer=raw_answer)

    async def _answer(self, request: StructuredRequest[R, T], effort: Effort) -> T | Failure:
        room = request.room + (LOCAL_THOUGHTS if self._is_local else THOUGHTS)
        last = _ReplyFault(FailureCode.INVALID_OUTPUT)
        starts = 0
        while starts < STARTS:
            conversation = _Conversation(mode=self._modes.current, room=room)
            try:
                answer = await self._converse(request, conversation, effort)
            except CallRefused as refused:
                return failure(refused.code, request.language)
            except AgentRunError as error:
                code = code_of(error)
                log.info("model_call_failed", code=code, error=type(error).__name__, cause=repr(error.__cause__)[:500])
                if code == FailureCode.REJECTED and self._modes.refused(conversation.mode):
                    continue
                if code.stops_the_run:
                    await self._gate.refused(code)
                return failure(code, request.language, **details_of(code, error))
            except _ReplyFault as unanswered:
                last = unanswered
                room = conversation.room
                if unanswered.code in {FailureCode.REFUSED, FailureCode.TRUNCATED}:
                    break
                self._modes.failed(conversation.mode)
                starts += 1
                continue
            self._modes.worked(conversation.mode)
            return answer
        log.info("model_answer_invalid", code=last.code, prompt=request.prompt.version, reasons=last.reasons)
        return failure(last.code, request.language)

    async def _converse(self, request: StructuredRequest[R, T], conversation: _Conversation, effort: Effort) -> T:
        """Ask, and once more with what was wrong: more room for what broke off, else the reasons."""
        conversation.messages.append(_ask(request))
        response = await self._call(request, conversation, effort)
        try:
            return await _understood(request, response)
        except _ReplyFault as unanswered:
            effort.raw_answer = raw_text(response) or effort.raw_answer
            if unanswered.code == FailureCode.REFUSED:
                raise
            if unanswered.code == FailureCode.TRUNCATED:
                conversation.room *= MORE_ROOM
                conversation.messages.append(_remark("Your answer was too long and broke off. Answer more briefly."))
                # The broken answer is left out: it would only take up room.
            else:
                conversation.messages += _reproach(response, unanswered.reasons)
        response = await self._call(request, conversation, effort)
        try:
            return await _understood(request, response)
        except _ReplyFault:
            effort.raw_answer = raw_text(response) or effort.raw_answer
            raise

    async def _call(
        self, request: StructuredRequest[Any, Any], conversation: _Conversation, effort: Effort
    ) -> ModelResponse:
        schema = request.reply.model_json_schema()
        if not self._is_local:
            schema = _without_lengths(schema)
        parameters = request_parameters(conversation.mode, schema, request.prompt.version.partition("@")[0])
        settings = ModelSettings(max_tokens=conversation.room)
        length = sum(len(str(part)) for message in conversation.messages for part in message.parts)

        async def call() -> ModelResponse:
            # Four characters are about one token of English; an estimate is enough for an allowance.
            async with self._gate.turn(effort, tokens=length // 4 + conversation.room // 2):
                try:
                    response = await model_request(
                        self._model, conversation.messages, model_settings=settings, model_request_parameters=parameters
                    )
                except Exception as error:
                    unreadable = as_unreadable(error)
                    if unreadable is None:
                        raise
                    effort.usage += Usage(calls=1)  # it has been answered, and will be paid for
                    if unreadable is error:
                        raise
                    raise unreadable from error
                effort.usage += self._prices.usage(_tokens(response))
                await self._gate.succeeded()
                return response

        return await waiting_out(call, self._gate.hold)


def _without_lengths(schema: Any) -> Any:
    match schema:
        case dict():
            return {name: _without_lengths(value) for name, value in schema.items() if name != "maxLength"}
        case list():
            return [_without_lengths(value) for value in schema]
        case _:
            return schema


def _tokens(response: ModelResponse) -> Tokens:
    used = response.usage
    return Tokens(
        input_tokens=used.input_tokens,
        cache_read_tokens=used.cache_read_tokens,
        cache_write_tokens=used.cache_write_tokens,
        output_tokens=used.output_tokens,
    )


def _ask(request: StructuredRequest[Any, Any]) -> ModelRequest:
    task = UserPromptPart(request.prompt.task(request.facts))
    return ModelRequest(parts=[task], instructions=request.prompt.rules)


def _remark(text: str) -> ModelRequest:
    return ModelRequest(parts=[UserPromptPart(text)])


def _reproach(response: ModelResponse, reasons: Sequence[str]) -> list[ModelMessage]:
    """The answer, and what was wrong with it; a call of the tool wants its return."""
    said = "\n".join(f"- {reason}" for reason in reasons)
    text = f"Your answer cannot be used:\n{said}\nAnswer again, completely, in the form that was asked for."
    calls = [part for part in response.parts if isinstance(part, ToolCallPart)]
    if calls:
        parts = [
            ToolReturnPart(tool_name=call.tool_name, content=text, tool_call_id=call.tool_call_id) for call in calls
        ]
        return [response, ModelRequest(parts=parts)]
    return [response, _remark(text)] if raw_text(response) else [_remark(text)]


async def _understood(request: StructuredRequest[R, T], response: ModelResponse) -> T:
    """As `_read`, beside the event loop where there is much to read: mending takes long, and nonsense the longest."""
    if len(raw_text(response)) < MUCH:
        return _read(request, response)
    return await asyncio.to_thread(_read, request, response)


def _read(request: StructuredRequest[R, T], response: ModelResponse) -> T:
    """What the response says, if it can be used.

    Raises:
        _ReplyFault: it cannot.
    """
    if response.finish_reason == "content_filter":
        raise _ReplyFault(FailureCode.REFUSED)
    if response.finish_reason == "length":
        raise _ReplyFault(FailureCode.TRUNCATED)
    if not raw_text(response) and "{" not in _thoughts(response):
        raise _ReplyFault(FailureCode.EMPTY, "You answered with nothing.")
    try:
        reply = _reply(request, _objects(response))
        if not is_in(request.language, request.prose(reply)):
            reason = f"Write in the language with the BCP 47 tag {request.language}."
            raise _ReplyFault(FailureCode.WRONG_LANGUAGE, reason)
        return request.accept(reply)
    except MalformedReply as error:
        raise _ReplyFault(FailureCode.INVALID_OUTPUT, str(error)) from None
    except ValidationError as error:
        raise _ReplyFault(FailureCode.INVALID_OUTPUT, *_complaints(error)) from None
    except InvalidReply as error:
        raise _ReplyFault(FailureCode.INVALID_OUTPUT, *error.reasons) from None


def _reply(request: StructuredRequest[R, T], found: Sequence[dict[str, Any]]) -> R:
    """The reply that one of the objects is, or that it is only wrapped round: `{"answer": {...}}`.

    Raises:
        ValidationError: none is; the faults are those of the one that comes closest, or else of the first.
    """
    fields = request.reply.model_fields.keys()
    first: ValidationError | None = None
    for candidates in (found, [inner for one in found for inner in _wrapped(one)]):
        for candidate in sorted(candidates, key=lambda each: len(each.keys() & fields), reverse=True):
            try:
                return request.reply.model_validate(candidate)
            except ValidationError as error:
                first = first or error
    assert first is not None
    raise first


def _wrapped(found: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The objects that are values of an object with few of them, as they are or as text."""
    if len(found) > WRAPPERS:
        return
    for value in found.values():
        if isinstance(value, dict):
            yield value
        elif isinstance(value, str) and "{" in value:
            with suppress(MalformedReply):
                yield find_object(value)


def _objects(response: ModelResponse) -> list[dict[str, Any]]:
    """The arguments of the tool's call, else the objects in the text; their texts can be stored.

    Raises:
        MalformedReply: there is none.
    """
    try:
        return [{**storable_json(each)} for each in _objects_as_written(response)]
    except RecursionError:
        raise MalformedReply("The answer was nested too deeply.") from None


def _objects_as_written(response: ModelResponse) -> Sequence[dict[str, Any]]:
    for part in response.parts:
        if isinstance(part, ToolCallPart) and part.args:
            return [{**part.args}] if isinstance(part.args, dict) else find_objects(part.args)
    return find_objects(raw_text(response) or _thoughts(response))


def _thoughts(response: ModelResponse) -> str:
    """Where some models leave all that they say, the answer included."""
    return storable("\n".join(part.content for part in response.parts if isinstance(part, ThinkingPart)))


def raw_text(response: ModelResponse) -> str:
    """What the model said, without its thoughts."""
    parts = (
        part.content if isinstance(part, TextPart) else _arguments(part)
        for part in response.parts
        if isinstance(part, TextPart | ToolCallPart)
    )
    return storable("\n".join(parts)).strip()


def _arguments(call: ToolCallPart) -> str:
    """As the model wrote them."""
    return call.args if isinstance(call.args, str) else call.args_as_json_str()


def _complaints(error: ValidationError) -> list[str]:
    found = error.errors(include_url=False, include_input=False, include_context=False)[:10]
    return [f"{'.'.join(map(str, each['loc'])) or 'the answer'}: {each['msg']}" for each in found]
