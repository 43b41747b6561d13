"""Whatever is wrong in the envelope of an answer, of any provider, it is used at once, or refused with a sentence."""

import copy
import json
import random
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from fake_providers import FakeProvider, Noted, serving
from integration.test_model_providers import CASES
from pydantic_ai.models import override_allow_model_requests
from starlette.responses import Response

from app.agents.asking import faults
from app.agents.asking.prompts import load_prompt
from app.agents.asking.rates import Rates
from app.agents.asking.structured_request import Reply, StructuredRequest
from app.agents.models.open_model import open_model
from app.agents.opening import make_asker
from app.core.settings import Settings
from app.domain.failures import Failure, FailureCode
from app.generation.work import Delivery

EVERY = pytest.mark.parametrize("case", CASES)
REDIS = "redis://127.0.0.1:1"
Body = dict[str, Any]
Place = tuple[str | int, ...]


class Rivers(Reply):
    title: str


QUESTION = StructuredRequest(
    prompt=load_prompt("quiz"),
    facts={},
    reply=Rivers,
    accept=lambda reply: reply.title,
    prose=lambda _: [],
    language="en",
    room=100,
)
Ask = Callable[[Callable[[Noted], bytes]], Any]


@pytest.fixture(autouse=True)
def _loopback_without_pauses(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(faults, "LONGEST_PAUSE", 0.001)
    with override_allow_model_requests(True):
        yield


@asynccontextmanager
async def asking(name: str) -> AsyncIterator[tuple[FakeProvider, Ask]]:
    """The provider, and how to ask it a question to which it sends other bytes."""
    case = CASES[name]

    class Odd(case.fake):  # type: ignore[name-defined, misc]
        make: Callable[[Noted], bytes]

        def response(self, request: Noted) -> Response:
            return Response(self.make(request), media_type="application/json")

    fake = Odd()
    async with serving(fake) as origin:
        given = {key: value.replace("ORIGIN", origin) for key, value in case.settings.items()}
        settings = Settings.model_validate({"GREENWAY_MODEL": case.model, "REDIS_URL": REDIS, **given})
        opened = await open_model(settings)

        async def ask(make: Callable[[Noted], bytes]) -> tuple[Delivery[str], int]:
            fake.make, before = make, len(fake.requests)
            rates = Rates(REDIS, settings.model, requests_per_minute=0, tokens_per_minute=0)
            delivery = await make_asker(settings, opened, rates).ask(QUESTION)
            return delivery, len(fake.requests) - before

        try:
            yield fake, ask
        finally:
            await opened.close()


def places(value: object, above: Place = ()) -> Iterator[Place]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in items:
        yield (*above, key)
        yield from places(each, (*above, key))


OTHERS: list[Any] = [None, 7, "zz", [1, None], {"a": 1}, -3, float("nan"), 10**400, "", True]


def changed(body: Body, place: Place, value: object) -> Body:
    """With another value at a place; `...` for none."""
    body = copy.deepcopy(body)
    inside: Any = body
    for key in place[:-1]:
        inside = inside[key]
    if value is ...:
        del inside[place[-1]]
    else:
        inside[place[-1]] = value
    return body


WORDS = {
    "content",
    "text",
    "message",
    "choices",
    "candidates",
    "parts",
    "output",
    "input",
    "arguments",
    "args",
    "title",
}
WORDS |= {"tool_calls", "function", "functionCall", "name"}
"""Where the answer itself is, and what leads to it."""


@EVERY
async def test_what_nobody_needs_does_not_cost_the_answer(case: str) -> None:
    dice = random.Random(case)
    async with asking(case) as (fake, ask):
        bad = []
        for place in _places_of(fake):
            if place[-1] in WORDS or isinstance(place[-1], int) or place[-1] == "type":
                continue
            for value in (..., *dice.sample(OTHERS, 2)):

                def make(request: Noted, place: Place = place, value: object = value) -> bytes:
                    body = fake.answer(request)
                    return json.dumps(changed(body, place, value) if place in set(places(body)) else body).encode()

                delivery, asked = await ask(make)
                if (delivery.result, asked) != ("Rivers", 1):
                    bad.append((place, value, delivery.result))
        assert not bad


@EVERY
async def test_an_answer_that_is_spoilt_is_refused_with_a_sentence(case: str) -> None:
    dice = random.Random(case)
    async with asking(case) as (fake, ask):
        for _ in range(20):
            place, value = dice.choice(_places_of(fake)), dice.choice((..., *OTHERS))

            def make(request: Noted, place: Place = place, value: object = value) -> bytes:
                body = fake.answer(request)
                return json.dumps(changed(body, place, value) if place in set(places(body)) else body).encode()

            delivery, asked = await ask(make)
            if isinstance(delivery.result, Failure):
                assert delivery.result.code != FailureCode.INTERNAL
                assert delivery.result.message.endswith(".")
                assert delivery.usage.calls == asked


ROUND: dict[str, Callable[[bytes], bytes]] = {
    "a byte order mark": lambda body: b"\xef\xbb\xbf" + body,
    "UTF-16": lambda body: body.decode().encode("utf-16"),
    "a list": lambda body: b"[" + body + b"]",
    "a text": lambda body: json.dumps(body.decode()).encode(),
    "an event": lambda body: b"data: " + body + b"\n\ndata: [DONE]\n\n",
    "comments before it": lambda body: b": PROCESSING\n\n" + body,
    "another object behind it": lambda body: body + b'\n{"done": true}',
    "a number without end": lambda body: body.replace(b"{", b'{"zz": ' + b"9" * 6000 + b", ", 1),
    "no numbers": lambda body: body.replace(b"{", b'{"zz": NaN, "yy": -Infinity, "xx": 1e999, ', 1),
}


@EVERY
@pytest.mark.parametrize("name", ROUND)
async def test_what_is_round_a_body_does_not_cost_the_answer(case: str, name: str) -> None:
    async with asking(case) as (fake, ask):
        delivery, asked = await ask(lambda request: ROUND[name](json.dumps(fake.answer(request)).encode()))
    assert (delivery.result, asked) == ("Rivers", 1)


def _places_of(fake: FakeProvider) -> list[Place]:
    """All places of the answer as text."""
    return list(places(fake.answer(Noted("", {}, {"model": "m"}))))
