"""The scripted model keeps to its script, and real clients take it for a model."""

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any, Literal
from uuid import UUID

import httpx2
import pytest
from httpx2 import AsyncClient, RemoteProtocolError
from openai import AsyncOpenAI
from pydantic import AnyUrl, BaseModel, ConfigDict, Field
from pydantic_ai import Agent, NativeOutput, PromptedOutput, ToolOutput
from pydantic_ai.exceptions import ContentFilterError, ModelRateLimitError
from pydantic_ai.models import override_allow_model_requests
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.output import OutputSpec
from pydantic_ai.providers.openai import OpenAIProvider
from scripted_model import Call, Reply, Script, ScriptedModel, answer, fault, fits, running_in_thread

from app.domain.roadmap import Outline


@pytest.fixture(autouse=True)
def _models_may_be_asked() -> Iterator[None]:
    with override_allow_model_requests(True):
        yield


class Fruit(BaseModel):
    name: str
    seeds: int


class Kind(Enum):
    ROUND = "round"
    LONG = "long"


class Branch(BaseModel):
    kind: Literal["branch"]
    left: "Branch | Leaf"
    parent: "Branch | None"


class Leaf(BaseModel):
    kind: Literal["leaf"]


class Everything(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: str
    short: Annotated[str, Field(min_length=1, max_length=1)]
    long: Annotated[str, Field(min_length=200, max_length=200)]
    slug: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}$")]
    capitals: Annotated[str, Field(pattern=r"^[A-Z]{4}$")]
    whole: Annotated[int, Field(ge=3, le=4)]
    negative: Annotated[int, Field(lt=0)]
    even: Annotated[int, Field(gt=2, multiple_of=2)]
    part: Annotated[float, Field(gt=0, lt=0.1)]
    kind: Kind
    kinds: Annotated[set[Literal["a", "b", "c"]], Field(min_length=3)]
    numbers: Annotated[set[int], Field(min_length=3)]
    pair: tuple[int, str]
    named: Annotated[dict[str, Fruit], Field(min_length=2)]
    fruits: Annotated[list[Fruit], Field(min_length=2)]
    perhaps: str | None
    tree: Annotated[Branch | Leaf, Field(discriminator="kind")]
    link: AnyUrl
    id: UUID
    day: date
    at: datetime
    flag: bool
    left_out: int = 5


def says(text: str) -> Script:
    return lambda call: Reply(content=text)


def a_question(text: str = "Hello") -> dict[str, Any]:
    return {"model": "any", "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": text}]}


@asynccontextmanager
async def asking(script: Script) -> AsyncIterator[tuple[ScriptedModel, AsyncClient]]:
    async with ScriptedModel(script) as model, AsyncClient(base_url=model.base_url) as client:
        yield model, client


async def test_it_answers_what_the_script_says_and_counts() -> None:
    async def script(call: Call) -> Reply:
        await asyncio.sleep(0)
        return Reply(content=call.text.upper(), finish_reason="length", input_tokens=7, output_tokens=3)

    async with asking(script) as (model, client):
        first = (await client.post("/chat/completions", json=a_question("Name a fruit."))).json()
        await client.post("/chat/completions", json=a_question(), headers={"X-Trace": "1"})
        names = [entry["id"] for entry in (await client.get("/models")).json()["data"]]
    assert first["choices"][0]["message"]["content"] == "BE BRIEF.\nNAME A FRUIT."
    assert first["choices"][0]["finish_reason"] == "length"
    assert first["usage"] == {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
    assert (model.input_tokens, model.output_tokens) == (14, 6)
    assert model.calls[1].headers["x-trace"] == "1"
    assert names == ["scripted"]


async def test_it_sends_errors_as_openai_does_and_counts_no_tokens_for_them() -> None:
    too_many = fault(429, code="rate_limit_exceeded", type="requests", retry_after=2)
    async with asking(lambda call: too_many) as (model, client):
        response = await client.post("/chat/completions", json=a_question())
    assert (response.status_code, response.headers["retry-after"]) == (429, "2")
    assert response.json()["error"]["code"] == "rate_limit_exceeded"
    assert model.input_tokens == 0


async def test_it_sends_any_bytes() -> None:
    async with asking(lambda call: Reply(status=502, raw=b"<html>", headers={"content-type": "text/html"})) as (
        _,
        client,
    ):
        response = await client.post("/chat/completions", json=a_question())
    assert (response.status_code, response.text, response.headers["content-type"]) == (502, "<html>", "text/html")


async def test_it_drops_the_connection() -> None:
    async with asking(lambda call: Reply(drop=True)) as (_, client):
        with pytest.raises(RemoteProtocolError):
            await client.post("/chat/completions", json=a_question())


async def test_it_hangs_until_the_caller_goes() -> None:
    async with asking(lambda call: Reply(hang=True)) as (model, client):
        call = asyncio.create_task(client.post("/chat/completions", json=a_question()))
        while not model.in_flight:
            await asyncio.sleep(0)
        call.cancel()
        async with asyncio.timeout(5):
            while model.in_flight:
                await asyncio.sleep(0.001)


async def test_it_ends_without_a_word_while_a_call_hangs_and_a_connection_idles(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with AsyncClient() as client, AsyncClient() as idle:
        async with ScriptedModel(lambda call: Reply(hang=True)) as model:
            await idle.get(f"{model.base_url}/models")
            call = asyncio.create_task(client.post(f"{model.base_url}/chat/completions", json=a_question()))
            while not model.in_flight:
                await asyncio.sleep(0)
        with pytest.raises(RemoteProtocolError):
            await call
    assert caplog.records == []


async def test_it_knows_how_many_calls_were_open_at_once() -> None:
    async with asking(lambda call: Reply(content="", delay=0.05)) as (model, client):
        await asyncio.gather(*(client.post("/chat/completions", json=a_question()) for _ in range(5)))
    assert (model.most_at_once, model.in_flight, len(model.calls)) == (5, 0, 5)


async def test_a_script_that_fails_fails_its_test() -> None:
    def script(call: Call) -> Reply:
        raise LookupError("no such line")

    with pytest.raises(LookupError, match="no such line"):
        async with asking(script) as (_, client):
            assert (await client.post("/chat/completions", json=a_question())).status_code == 500


POST_FROM_ELSEWHERE = """
import sys, urllib.request as web
request = web.Request(sys.argv[1], sys.argv[2].encode(), {"content-type": "application/json"})
print(web.build_opener(web.ProxyHandler({})).open(request).status)
"""


def test_without_an_event_loop_it_runs_in_a_thread_and_serves_other_processes() -> None:
    with running_in_thread(says("hello")) as model:
        url = f"{model.base_url}/chat/completions"
        command = (sys.executable, "-I", "-c", POST_FROM_ELSEWHERE, url, json.dumps(a_question()))
        elsewhere = subprocess.run(command, capture_output=True, check=True, text=True)
    assert elsewhere.stdout == "200\n"
    assert len(model.calls) == 1
    assert "scripted-model" not in {thread.name for thread in threading.enumerate()}


@asynccontextmanager
async def an_agent(
    script: Script, output: OutputSpec[Fruit]
) -> AsyncIterator[tuple[ScriptedModel, Agent[None, Fruit]]]:
    """An agent of pydantic-ai, with OpenAI's own client, that knows nothing of the script."""
    async with ScriptedModel(script) as model, httpx2.AsyncClient() as http:
        client = AsyncOpenAI(base_url=model.base_url, api_key="any", max_retries=0, http_client=http)
        yield model, Agent(OpenAIChatModel("any", provider=OpenAIProvider(openai_client=client)), output_type=output)


@pytest.mark.parametrize(
    ("mode", "output"),
    [("native", NativeOutput(Fruit)), ("tool", ToolOutput(Fruit)), ("prompted", PromptedOutput(Fruit))],
)
async def test_an_agent_reads_the_answer_in_every_mode(mode: str, output: OutputSpec[Fruit]) -> None:
    def script(call: Call) -> Reply:
        assert call.schema is not None
        return answer(fits(call.schema), output_tokens=9)

    async with an_agent(script, output) as (model, agent):
        result = await agent.run("Name a fruit like {this}.")
    assert result.output == Fruit(name="Text 1", seeds=1)
    assert result.usage.output_tokens == 9
    assert [call.mode for call in model.calls] == [mode]
    assert "Name a fruit" in model.calls[0].text


async def test_an_agent_hears_a_refusal() -> None:
    async with an_agent(lambda call: Reply(refusal="I won't."), NativeOutput(Fruit)) as (_, agent):
        with pytest.raises(ContentFilterError, match=r"I won't\."):
            await agent.run("Name a fruit.")


async def test_an_agent_hears_how_long_to_wait() -> None:
    async with an_agent(lambda call: fault(429, retry_after=2), NativeOutput(Fruit)) as (_, agent):
        with pytest.raises(ModelRateLimitError) as caught:
            await agent.run("Name a fruit.")
    assert caught.value.retry_after == 2


async def test_a_prompt_without_a_schema_has_none() -> None:
    async with asking(says("")) as (model, client):
        await client.post("/chat/completions", json=a_question())
    assert model.calls[0].schema is None


@pytest.mark.parametrize("model", [Everything, Outline, Fruit])
def test_a_value_that_fits_is_valid_and_always_the_same(model: type[BaseModel]) -> None:
    value = fits(model.model_json_schema())
    model.model_validate(value)
    assert fits(model.model_json_schema()) == value


def test_no_two_texts_are_equal() -> None:
    texts = fits({"type": "array", "minItems": 500, "items": {"type": "string", "pattern": "^[a-z]{3,5}$"}})
    assert isinstance(texts, list)
    assert len(set(texts)) == 500


def test_a_pattern_beyond_it_is_named() -> None:
    with pytest.raises(ValueError, match="No text is known for the pattern"):
        fits({"type": "string", "pattern": "^exactly this$"})
