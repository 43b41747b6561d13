"""Whatever comes back for one artefact, or for one step of a draft, costs nothing else: the others are completed, and
the one is completed, or failed with a sentence."""

import asyncio
import gzip
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from factories import a_request, an_outline
from fakes import InMemoryStore, RecordingEvents
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from integration.test_model_author import author_of
from model_answers import GOOD, facts_in, form_of, good
from pydantic_ai.models import override_allow_model_requests
from scripted_model import Call, Reply

from app.agents.asking import faults
from app.domain.content.kind import ArtefactKind
from app.domain.content.status import ArtefactStatus
from app.domain.failures import Failure, FailureCode
from app.domain.outline_rules import check_outline
from app.domain.roadmap import Outline
from app.domain.usage import Usage
from app.generation.containment import contained
from app.generation.orchestrator import Limits, Orchestrator, RunEnd

CONCEPTS = 4
VICTIM = "Concept 2"
FORMS = {"summary": ArtefactKind.TUTORIAL, "searches": ArtefactKind.RESOURCES, "questions": ArtefactKind.QUIZ}
Nasty = Callable[[Call], Reply]


@pytest.fixture(autouse=True)
def _loopback_without_pauses(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(faults, "LONGEST_PAUSE", 0.001)
    with override_allow_model_requests(True):
        yield


async def written_beside(nasty: Nasty, form: str) -> tuple[Failure | None, Usage, int]:
    """Writes 12 artefacts of which one gets nasty answers. Its failure, if it has failed, what all have cost, and how
    often the model was asked for it."""
    asked = 0

    def script(call: Call) -> Reply:
        nonlocal asked
        if form_of(call) != form or facts_in(call)["concept"]["name"] != VICTIM:
            return good(call)
        asked += 1
        return nasty(call)

    store = InMemoryStore(an_outline(CONCEPTS))
    async with author_of(script, GREENWAY_ARTEFACT_TIMEOUT=60) as (author, _):
        orchestrator = Orchestrator(author, store, RecordingEvents(), Limits(flush_max_age=None))
        assert await asyncio.wait_for(orchestrator.run(), 100) == RunEnd.FINISHED
    others = [
        state.statuses[kind]
        for state in store.states.values()
        for kind in ArtefactKind
        if (state.concept_id, kind) != ("c2", FORMS[form])
    ]
    assert others == [ArtefactStatus.COMPLETED] * 11
    usage = sum((item.delivery.usage for batch in store.batches for item in batch.artefacts), Usage())
    for batch in store.batches:
        for item in batch.artefacts:
            # A backslash that was quoted is none.
            assert not re.search(r"(?<!\\)(?:\\\\)*\\u0000", item.delivery.result.model_dump_json())
            assert isinstance(item.delivery.result, Failure) or "\x1b" not in str(item.delivery.result)
    failure = store.states["c2"].failures.get(FORMS[form])
    assert (failure is None) == (store.states["c2"].statuses[FORMS[form]] == ArtefactStatus.COMPLETED)
    if failure is not None:
        assert failure.code != FailureCode.INTERNAL, "a bug of ours"
        assert failure.message.endswith(".")
    return failure, usage, asked


def envelope(call: Call, **changes: Any) -> dict[str, Any]:
    """A good completion, with changes to the object, its choice or its message."""
    text = json.dumps(GOOD[form_of(call)](facts_in(call)))
    message = {"role": "assistant", "content": text, **changes.pop("message", {})}
    choice = {"index": 0, "message": message, "finish_reason": "stop", **changes.pop("choice", {})}
    usage = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
    whole = {"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}
    return {name: value for name, value in {**whole, **changes}.items() if value is not ...}


def sent(make: Callable[[Call], object]) -> Nasty:
    return lambda call: Reply(raw=json.dumps(make(call)).encode())


def text_of(call: Call) -> str:
    return json.dumps(GOOD[form_of(call)](facts_in(call)))


def said(words: Callable[[Call], object], where: str = "content") -> Nasty:
    """A good envelope round other words, at another place of the message."""
    return sent(lambda call: envelope(call, message={"content": None, where: words(call)}))


def as_stream(call: Call) -> bytes:
    """A good answer in pieces, as a server sends it that always streams."""
    text = text_of(call)
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": text[start : start + 7]} for start in range(0, len(text), 7)]
    choices: list[dict[str, Any]] = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
    choices.append({"index": 0, "delta": {}, "finish_reason": "stop"})
    chunks: list[dict[str, Any]] = [
        {"id": "x", "object": "chat.completion.chunk", "choices": [choice]} for choice in choices
    ]
    chunks.append({"id": "x", "choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 3}})
    return b"".join(b"data: " + json.dumps(chunk).encode() + b"\r\n\r\n" for chunk in chunks) + b"data: [DONE]\r\n\r\n"


GOOD_ENOUGH: dict[str, Nasty] = {
    "no finish reason": sent(lambda call: envelope(call, choice={"finish_reason": ""})),
    "a finish reason of its own": sent(lambda call: envelope(call, choice={"finish_reason": "eos_token"})),
    "a finish reason that is a number": sent(lambda call: envelope(call, choice={"finish_reason": 3})),
    "no id": sent(lambda call: envelope(call, id=...)),
    "ids and times of other types": sent(lambda call: envelope(call, id=7, object=None, created="now", model=[])),
    "no index": sent(lambda call: envelope(call, choice={"index": "first"})),
    "usage that is no usage": sent(lambda call: envelope(call, usage="much")),
    "usage without end": sent(lambda call: envelope(call, usage={"prompt_tokens": 2**80, "completion_tokens": -5})),
    "nothing but choices": sent(lambda call: {"choices": [{"message": {"content": text_of(call)}}]}),
    "content in parts": sent(
        lambda call: envelope(call, message={"content": [{"type": "text", "text": text_of(call)}]})
    ),
    "content that is parsed": said(lambda call: json.loads(text_of(call))),
    "only reasoning": said(text_of, "reasoning"),
    "only reasoning content": sent(
        lambda call: envelope(call, message={"content": "", "reasoning_content": text_of(call)})
    ),
    "encoded twice": said(lambda call: json.dumps(text_of(call))),
    "wrapped once": said(lambda call: f'{{"answer": {text_of(call)}}}'),
    "wrapped and encoded": sent(
        lambda call: envelope(call, message={"content": json.dumps({"answer": text_of(call)})})
    ),
    "wrapped beside its name": said(lambda call: f'{{"name": "it", "arguments": {text_of(call)}}}'),
    "encoded in a fence": said(lambda call: f"```json\n{json.dumps(text_of(call))}\n```"),
    "behind its schema": said(lambda call: json.dumps({"type": "object", "description": "x" * 9000}) + text_of(call)),
    "only in thoughts": said(lambda call: f"<think>This is it: {text_of(call)}</think>"),
    "behind thoughts in another tag": said(lambda call: f'<seed:think>{{"a": 1}}</seed:think>{text_of(call)}'),
    "a function's call as of old": sent(
        lambda call: envelope(
            call, message={"content": None, "function_call": {"name": "x", "arguments": text_of(call)}}
        )
    ),
    "Ollama's own envelope": sent(lambda call: {"model": "m", "message": {"content": text_of(call)}, "done": True}),
    "in a list": sent(lambda call: [envelope(call)]),
    "in a text": sent(lambda call: json.dumps(envelope(call))),
    "a byte order mark": lambda call: Reply(raw=b"\xef\xbb\xbf" + json.dumps(envelope(call)).encode()),
    "UTF-16": lambda call: Reply(raw=json.dumps(envelope(call)).encode("utf-16")),
    "a byte that is no UTF-8": lambda call: Reply(
        raw=json.dumps(envelope(call)).encode().replace(VICTIM.encode(), b"Con\xe9pt 2")
    ),
    "behind comments of a stream": lambda call: Reply(
        raw=b": PROCESSING\n\n" * 3 + json.dumps(envelope(call)).encode()
    ),
    "behind a guard against scripts": lambda call: Reply(raw=b")]}',\n" + json.dumps(envelope(call)).encode()),
    "before another object": lambda call: Reply(raw=json.dumps(envelope(call)).encode() + b'\n{"done": true}'),
    "a number of 6000 digits": lambda call: Reply(
        raw=json.dumps(envelope(call)).encode().replace(b'"created": 1', b'"created": ' + b"9" * 6000)
    ),
    "a key twice": lambda call: Reply(raw=json.dumps(envelope(call)).encode().replace(b"{", b'{"id": 1, "id": 2, ', 1)),
    "one event": lambda call: Reply(
        raw=b"data: " + json.dumps(envelope(call)).encode() + b"\n\ndata: [DONE]\n\n",
        headers={"content-type": "text/event-stream"},
    ),
    "a stream": lambda call: Reply(raw=as_stream(call), headers={"content-type": "text/event-stream"}),
    "a 201": lambda call: Reply(status=201, raw=json.dumps(envelope(call)).encode()),
    "text/plain": lambda call: Reply(raw=json.dumps(envelope(call)).encode(), headers={"content-type": "text/plain"}),
    "broken logprobs": sent(
        lambda call: envelope(call, choice={"logprobs": "x"}, system_fingerprint=4, service_tier={})
    ),
    "a null error beside the answer": sent(lambda call: envelope(call, error=None)),
    "NUL, a half character and controls in a text": said(
        lambda call: text_of(call).replace(VICTIM, "Con\u0000\ud800\u001b[2J\u009bcept 2")
    ),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", GOOD_ENOUGH)
async def test_a_good_answer_in_an_unusual_envelope_is_used_at_once(name: str, form: str) -> None:
    failure, usage, asked = await written_beside(GOOD_ENOUGH[name], form)
    assert failure is None
    assert asked == 1
    assert usage.calls == 12


USELESS: dict[str, tuple[Nasty, FailureCode]] = {
    "no choices": (sent(lambda call: envelope(call, choices=[])), FailureCode.EMPTY),
    "choices of nothing": (sent(lambda call: envelope(call, choices=[None])), FailureCode.EMPTY),
    "no message": (sent(lambda call: envelope(call, choice={"message": None})), FailureCode.EMPTY),
    "an empty object": (sent(lambda call: {}), FailureCode.EMPTY),
    "a list": (sent(lambda call: []), FailureCode.UNAVAILABLE),
    "a text": (sent(lambda call: "x"), FailureCode.UNAVAILABLE),
    "nothing": (lambda call: Reply(raw=b""), FailureCode.UNAVAILABLE),
    "a page": (lambda call: Reply(raw=b"<html>", headers={"content-type": "text/html"}), FailureCode.UNAVAILABLE),
    "brackets without end": (lambda call: Reply(raw=b'{"choices": ' + b"[" * 200_000), FailureCode.UNAVAILABLE),
    "a 429 inside": (sent(lambda call: {"error": {"code": 429, "message": "slow"}}), FailureCode.RATE_LIMITED),
    "a 429 inside, as a word": (sent(lambda call: {"error": {"type": "rate_limit_error"}}), FailureCode.RATE_LIMITED),
    "an unknown error inside": (sent(lambda call: {"error": "upstream is gone"}), FailureCode.UNAVAILABLE),
    "an error inside a choice": (
        sent(lambda call: {"choices": [{"error": {"code": 502, "message": "x"}, "finish_reason": "error"}]}),
        FailureCode.UNAVAILABLE,
    ),
    "a 400 as a page": (lambda call: Reply(status=400, raw=b"<html>"), FailureCode.REJECTED),
    "a refusal of another kind": (lambda call: Reply(status=418), FailureCode.REJECTED),
    "a redirection": (
        lambda call: Reply(status=302, headers={"location": "https://login.example/?token=x"}),
        FailureCode.UNREACHABLE,
    ),
    "a proxy that wants a password": (lambda call: Reply(status=407, raw=b"<html>"), FailureCode.UNREACHABLE),
    "a list of nothing": (sent(lambda call: [[], 1]), FailureCode.UNAVAILABLE),
    "a stream of nothing": (lambda call: Reply(raw=b"data: [DONE]\n\n"), FailureCode.UNAVAILABLE),
    "a stream that fails": (lambda call: Reply(raw=b'data: {"error": {"code": 429}}\n\n'), FailureCode.RATE_LIMITED),
    "a 401": (lambda call: Reply(status=401), FailureCode.UNAUTHORISED),
    "a 500": (lambda call: Reply(status=500, raw=b"\x00\xff"), FailureCode.UNAVAILABLE),
    "no gzip": (lambda call: Reply(raw=b"junk", headers={"content-encoding": "gzip"}), FailureCode.UNREACHABLE),
    "a body that is cut off": (
        lambda call: Reply(wire=b"HTTP/1.0 200 OK\r\ncontent-length: 9999\r\n\r\n{"),
        FailureCode.UNREACHABLE,
    ),
    "no HTTP": (lambda call: Reply(wire=b"\x00\x01 nonsense\r\n\r\n"), FailureCode.UNREACHABLE),
    "30 MB": (said(lambda call: "x" * 30_000_000), FailureCode.TOO_LONG),
    "30 MB in a small body": (
        lambda call: Reply(raw=gzip.compress(b" " * 30_000_000), headers={"content-encoding": "gzip"}),
        FailureCode.TOO_LONG,
    ),
    "an error page of 30 MB": (lambda call: Reply(status=400, raw=b"x" * 30_000_000), FailureCode.TOO_LONG),
    "sections without end": (
        said(
            lambda call: json.dumps(
                {**json.loads(text_of(call)), "sections": [{"heading": "x", "markdown": "y"}] * 5000}
            )
        ),
        FailureCode.INVALID_OUTPUT,
    ),
    "deep JSON": (
        said(lambda call: '{"a":' * 900 + "1" + "}" * 900),
        FailureCode.INVALID_OUTPUT,
    ),
}


@pytest.mark.parametrize("name", USELESS)
async def test_what_cannot_be_used_costs_one_artefact_and_says_why(name: str) -> None:
    nasty, code = USELESS[name]
    failure, _, _ = await written_beside(nasty, "summary")
    assert failure is not None
    assert failure.code == code


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (
            Reply(status=302, headers={"location": "https://login.example/?token=x"}),
            "redirects to https://login.example/)",
        ),
        (Reply(status=307), "redirects to an unknown place)"),
        (Reply(status=407), "the proxy refuses: 407 Proxy Authentication Required)"),
    ],
)
async def test_who_answers_in_place_of_the_server_is_told_after_one_call(reply: Reply, said: str) -> None:
    failure, _, asked = await written_beside(lambda _: reply, "summary")
    assert failure is not None
    assert said in failure.message
    assert "OPENAI_BASE_URL" in failure.message
    assert asked == 1


async def test_answers_that_cannot_be_used_count_as_calls_with_their_tokens() -> None:
    _, usage, asked = await written_beside(sent(lambda call: envelope(call, choices=[])), "summary")
    assert usage.calls == 11 + asked
    assert usage.output_tokens == 11 * 50 + 3 * asked


async def test_the_context_that_is_too_small_is_named() -> None:
    message = "request (9000 tokens) exceeds the available context size (4096 tokens), try increasing it"
    error = {"code": 400, "message": message, "type": "exceed_context_size_error"}
    body = json.dumps({"error": error}).encode()
    failure, _, _ = await written_beside(lambda call: Reply(status=400, raw=body), "summary")
    assert failure is not None
    assert failure.code == FailureCode.CONTEXT_TOO_LONG
    assert "(4,096 tokens)" in failure.message


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = ["id", "object", "created", "model", "choices", "usage", "error", "service_tier", "system_fingerprint"]
OF_CHOICE = ["index", "finish_reason", "message", "logprobs", "error"]
OF_MESSAGE = ["content", "refusal", "tool_calls", "reasoning", "reasoning_content", "role", "audio", "annotations"]


def changed(fields: dict[str, Any], choice: dict[str, Any], message: dict[str, Any]) -> Nasty:
    def make(call: Call) -> object:
        return envelope(
            call, **({"message": message} if message else {}), **({"choice": choice} if choice else {}), **fields
        )

    return sent(make)


def some_of(names: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(names), JSON, max_size=3)


def cut(body: bytes, at: float, packed: bool, length: int) -> Reply:
    whole = gzip.compress(body) if packed else body
    encoding = b"content-encoding: gzip\r\n" if packed else b""
    head = b"HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n" + encoding + b"content-length: %d\r\n\r\n"
    return Reply(wire=head % (len(whole) + length) + whole[: int(at * len(whole))])


NASTY: st.SearchStrategy[Nasty] = st.one_of(
    st.builds(changed, some_of(FIELDS), some_of(OF_CHOICE), some_of(OF_MESSAGE)),
    JSON.map(lambda value: sent(lambda call: value)),
    JSON.map(lambda value: said(lambda call: json.dumps(value))),
    st.dictionaries(st.sampled_from(["summary", "sections", "example", "exercises", "mistakes", "x"]), JSON).map(
        lambda value: sent(
            lambda call: envelope(call, message={"content": json.dumps({**json.loads(text_of(call)), **value})})
        )
    ),
    st.binary(max_size=200).map(lambda raw: lambda call: Reply(raw=raw)),
    st.binary(max_size=200).map(lambda wire: lambda call: Reply(wire=b"X" + wire)),
    st.builds(
        lambda status, raw, kind: lambda call: Reply(status=status, raw=raw, headers={"content-type": kind}),
        st.sampled_from(
            [201, 204, 301, 304, 400, 401, 402, 403, 404, 408, 409, 413, 418, 422, 429, 500, 502, 503, 504]
        ),
        st.binary(max_size=60) | JSON.map(lambda value: json.dumps({"error": value}).encode()),
        st.sampled_from(["application/json", "text/html", "text/event-stream", "", "application/json; charset=x"]),
    ),
    st.builds(
        lambda at, packed, length: lambda call: cut(json.dumps(envelope(call)).encode(), at, packed, length),
        st.floats(0, 1),
        st.booleans(),
        st.integers(-3, 3),
    ),
)
MANY = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


@given(nasty=NASTY, form=st.sampled_from(list(FORMS)))
@MANY
async def test_whatever_comes_back_for_one_artefact_the_others_are_completed(nasty: Nasty, form: str) -> None:
    await written_beside(nasty, form)


@given(nasty=NASTY, form=st.sampled_from(["title", "stages", "concepts"]))
@MANY
async def test_whatever_comes_back_for_a_step_of_a_draft_it_ends_with_an_outline_or_a_sentence(
    nasty: Nasty, form: str
) -> None:
    request = a_request(concepts=6)
    async with author_of(lambda call: nasty(call) if form_of(call) == form else good(call)) as (author, _):
        delivery = await contained(author.draft(request), language="en")
    if isinstance(delivery.result, Outline):
        check_outline(delivery.result)
    else:
        assert delivery.result.code != FailureCode.INTERNAL, "a bug of ours"
        assert delivery.result.message.endswith(".")
