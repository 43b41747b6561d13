"""Every provider's model, asked over a real connection by a fake that speaks the provider's protocol."""

import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import orjson
import pytest
from fake_providers import (
    ANSWER,
    INPUT_TOKENS,
    KEY,
    OUTPUT_TOKENS,
    FakeAnthropic,
    FakeChat,
    FakeCompatible,
    FakeGemini,
    FakeOllama,
    FakeOpenRouter,
    FakeProvider,
    FakeResponses,
    serving,
)
from pydantic_ai.direct import model_request
from pydantic_ai.exceptions import (
    ModelAPIError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelNotFoundError,
    ModelOverloadedError,
    ModelQuotaExceededError,
    ModelRateLimitError,
    ModelRequestRejectedError,
    ModelServerError,
    ModelTimeoutError,
    ModelUnavailableError,
)
from pydantic_ai.messages import ModelRequest, ModelResponse, TextPart, ToolCallPart
from pydantic_ai.models import Model, ModelRequestParameters, override_allow_model_requests
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.google import GoogleModel
from pydantic_ai.models.ollama import OllamaModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.models.openrouter import OpenRouterModel
from pydantic_ai.output import OutputObjectDefinition
from pydantic_ai.settings import ModelSettings
from pydantic_ai.tools import ToolDefinition

from app.agents.models import gguf_models
from app.agents.models.choice import choose
from app.agents.models.http_client import open_http_client
from app.agents.models.open_model import open_model
from app.core.errors import ConfigurationError
from app.core.settings import Settings

Mode = Literal["native", "tool", "prompted"]
Opened = tuple[Model, FakeProvider]
Opening = Callable[..., Awaitable[Opened]]

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"title": {"type": "string"}},
    "required": ["title"],
    "additionalProperties": False,
}
TOOL = ToolDefinition(name="course", parameters_json_schema=SCHEMA, description="The course.", kind="output")
PROMPT = "Name what the course is about."
REFUSALS: dict[int, type[ModelAPIError]] = {
    400: ModelRequestRejectedError,
    402: ModelQuotaExceededError,
    403: ModelAuthenticationError,
    404: ModelNotFoundError,
    422: ModelRequestRejectedError,
    500: ModelServerError,
    502: ModelServerError,
    503: ModelUnavailableError,
    529: ModelOverloadedError,
}
FOREIGN = {
    "OPENAI_ORG_ID": "a-foreign-organisation",
    "OPENAI_PROJECT_ID": "a-foreign-project",
    "OPENAI_ADMIN_KEY": "a-foreign-key",
    "OPENAI_CUSTOM_HEADERS": "Authorization: Bearer a-foreign-key\nX-Extra: a-foreign-header",
    "OPENROUTER_APP_TITLE": "a-foreign-title",
    "OLLAMA_API_KEY": "a-foreign-key",
    "ANTHROPIC_AUTH_TOKEN": "a-foreign-key",
    "ANTHROPIC_CUSTOM_HEADERS": "X-Extra: a-foreign-header",
    "GOOGLE_CLOUD_PROJECT": "a-foreign-project",
    "GOOGLE_GENAI_USE_VERTEXAI": "true",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "ALL_PROXY": "http://127.0.0.1:9",
}


@dataclass(frozen=True)
class Case:
    """A provider as an operator would set it up; ORIGIN stands for the fake's address."""

    model: str
    fake: type[FakeProvider]
    path: str
    settings: dict[str, str]


CASES = {
    "openai": Case(
        "openai-chat:gpt-5", FakeChat, "/v1/chat/completions", {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": "ORIGIN/v1"}
    ),
    "responses": Case(
        "openai-responses:gpt-5",
        FakeResponses,
        "/v1/responses",
        {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": "ORIGIN/v1"},
    ),
    "compatible": Case(
        "openai:qwen/qwen3-8b", FakeCompatible, "/v1/chat/completions", {"OPENAI_BASE_URL": "ORIGIN/v1/"}
    ),
    "anthropic": Case(
        "anthropic:claude-sonnet-5",
        FakeAnthropic,
        "/v1/messages",
        {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": "ORIGIN"},
    ),
    "google": Case(
        "google:gemini-3.8-flash",
        FakeGemini,
        "/v1beta/models/gemini-3.8-flash:generateContent",
        {"GOOGLE_API_KEY": KEY, "GOOGLE_GEMINI_BASE_URL": "ORIGIN"},
    ),
    "openrouter": Case(
        "openrouter:deepseek/deepseek-chat",
        FakeOpenRouter,
        "/api/v1/chat/completions",
        {"OPENROUTER_API_KEY": KEY, "OPENROUTER_BASE_URL": "ORIGIN/api/v1"},
    ),
    "ollama": Case("ollama:qwen3:8b", FakeOllama, "/v1/chat/completions", {"OLLAMA_HOST": "ORIGIN"}),
}
KEYED = [name for name, case in CASES.items() if case.fake.needs_key]
EVERY = pytest.mark.parametrize("case", CASES)


@pytest.fixture(autouse=True)
def _requests_to_loopback_only() -> Iterator[None]:
    """Every model in this file is opened at a fake's address."""
    with override_allow_model_requests(True):
        yield


@pytest.fixture(autouse=True)
def _a_foreign_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What providers' libraries look for by themselves is set, to something that must reach nobody."""
    for case in CASES.values():
        for name in case.settings:
            monkeypatch.delenv(name, raising=False)
    for name, value in FOREIGN.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
async def opening() -> AsyncIterator[Opening]:
    """Opens a case's model at a fake of its own."""
    async with AsyncExitStack() as stack:

        async def opened(case: str, **settings: object) -> Opened:
            fake = CASES[case].fake()
            origin = await stack.enter_async_context(serving(fake))
            model = await open_model(settings_at(origin, case, **settings))
            stack.push_async_callback(model.close)
            return model.model, fake

        yield opened


def settings_at(origin: str, case: str, **others: object) -> Settings:
    given = {name: value.replace("ORIGIN", origin) for name, value in CASES[case].settings.items()}
    return Settings.model_validate({"GREENWAY_MODEL": CASES[case].model, **given, **others})


async def ask(model: Model, mode: Mode = "tool", settings: ModelSettings | None = None) -> ModelResponse:
    parameters = ModelRequestParameters(
        output_mode=mode,
        output_object=OutputObjectDefinition(SCHEMA, name="course"),
        output_tools=[TOOL] if mode == "tool" else [],
        allow_text_output=mode != "tool",
    )
    request = ModelRequest.user_text_prompt(PROMPT, instructions="You plan courses.")
    return await model_request(model, [request], model_settings=settings, model_request_parameters=parameters)


def answer_in(response: ModelResponse) -> Any:
    match response.parts:
        case [TextPart(content=text)]:
            return orjson.loads(text)
        case [ToolCallPart(tool_name="course") as call]:
            return call.args_as_dict()
        case parts:
            raise AssertionError(parts)


@EVERY
@pytest.mark.parametrize("mode", ["native", "tool", "prompted"])
async def test_a_structured_answer_comes_back_with_what_it_cost(opening: Opening, case: str, mode: Mode) -> None:
    model, fake = await opening(case)

    response = await ask(model, mode, ModelSettings(max_tokens=900))

    assert answer_in(response) == ANSWER
    assert (response.usage.input_tokens, response.usage.output_tokens) == (INPUT_TOKENS, OUTPUT_TOKENS)
    [request] = fake.requests
    assert request.path == CASES[case].path
    assert CASES[case].model.partition(":")[2] == request.body.get("model", model.model_name)
    assert "'title'" in str(request.body) or '"title"' in str(request.body)
    assert "900" in str(request.body)


@pytest.mark.parametrize("case", KEYED)
async def test_the_key_comes_from_the_settings_and_nothing_from_the_environment(opening: Opening, case: str) -> None:
    model, fake = await opening(case)

    await ask(model)

    [request] = fake.requests
    assert fake.sent_key(request) == KEY
    assert "foreign" not in str(request.headers)


@pytest.mark.parametrize("case", ["compatible", "ollama"])
async def test_a_server_that_needs_no_key_is_sent_a_placeholder(opening: Opening, case: str) -> None:
    model, fake = await opening(case)

    await ask(model)

    [request] = fake.requests
    assert fake.sent_key(request) == "none"
    assert "foreign" not in str(request.headers)


@pytest.mark.parametrize("case", KEYED)
async def test_a_wrong_key_is_tried_once(opening: Opening, case: str) -> None:
    model, fake = await opening(case)
    fake.key = "another"

    with pytest.raises(ModelAuthenticationError):
        await ask(model)

    assert len(fake.requests) == 1


@EVERY
async def test_a_rate_limit_says_how_long_and_is_met_once(opening: Opening, case: str) -> None:
    model, fake = await opening(case)
    fake.failure, fake.retry_after = 429, "7"

    with pytest.raises(ModelRateLimitError) as raised:
        await ask(model)

    assert raised.value.retry_after == 7
    assert len(fake.requests) == 1


@EVERY
async def test_a_refusal_has_the_same_class_for_every_provider_and_is_met_once(opening: Opening, case: str) -> None:
    model, fake = await opening(case)

    for count, (fake.failure, error) in enumerate(REFUSALS.items(), start=1):
        with pytest.raises(ModelAPIError) as raised:
            await ask(model)

        assert isinstance(raised.value, error), fake.failure
        assert len(fake.requests) == count


@EVERY
async def test_an_answer_that_does_not_come_ends_at_the_settings_timeout(opening: Opening, case: str) -> None:
    model, fake = await opening(case, GREENWAY_ARTEFACT_TIMEOUT=0.2)
    fake.silent = True

    with pytest.raises(ModelTimeoutError) as raised:
        await ask(model)

    assert raised.value.phase == "read"
    assert len(fake.requests) == 1


@EVERY
async def test_a_server_that_is_down_is_a_failed_connection(case: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
    opened = await open_model(settings_at(origin, case))

    with pytest.raises(ModelConnectionError) as raised:
        await ask(opened.model)

    assert (type(raised.value), raised.value.phase) == (ModelConnectionError, "connect")
    await opened.close()


@EVERY
async def test_a_closed_model_has_closed_its_connections(case: str) -> None:
    fake = CASES[case].fake()
    async with serving(fake) as origin:
        opened = await open_model(settings_at(origin, case))
        await ask(opened.model)
        await opened.close()
        await opened.close()

        with pytest.raises(RuntimeError):
            await ask(opened.model)

    assert len(fake.requests) == 1


async def test_a_client_waits_ten_seconds_to_connect_and_the_settings_time_to_read() -> None:
    async with AsyncExitStack() as resources:
        client = open_http_client("https://models.example", 33, resources, max_bytes=1)

        assert client.timeout.as_dict() == {"connect": 10, "read": 33, "write": 33, "pool": 33}


async def test_an_open_model_bears_the_name_of_the_settings() -> None:
    opened = await open_model(Settings.model_validate({"GREENWAY_MODEL": "ollama:qwen3:8b"}))

    assert (opened.name, opened.is_local, opened.calls_at_once) == ("ollama:qwen3:8b", True, 2)
    await opened.close()


@pytest.mark.parametrize(
    ("model", "system", "tools_and_schema"),
    [
        ("openai:gpt-5", OpenAIResponsesModel, True),
        ("openai-responses:gpt-5", OpenAIResponsesModel, True),
        ("openai-chat:gpt-5", OpenAIChatModel, True),
        ("openai:nobody-knows", OpenAIResponsesModel, True),
        ("google:nobody-knows", GoogleModel, True),
        ("openrouter:nobody/knows", OpenRouterModel, True),
        ("openrouter:anthropic/claude-3-haiku", OpenRouterModel, False),
        ("ollama:nobody-knows", OllamaModel, True),
        ("ollama:gpt-oss:120b-cloud", OllamaModel, False),
        ("anthropic:claude-sonnet-5", AnthropicModel, True),
        ("anthropic:nobody-knows", AnthropicModel, False),
    ],
)
async def test_a_schema_may_be_tried_wherever_it_is_not_known_to_fail(
    model: str, system: type[Model], tools_and_schema: bool
) -> None:
    keys = dict.fromkeys(["OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GOOGLE_API_KEY", "OPENROUTER_API_KEY"], KEY)
    opened = await open_model(Settings.model_validate({"GREENWAY_MODEL": model, **keys}))

    assert type(opened.model) is system
    assert opened.model.profile["supports_tools"]
    assert opened.model.profile["supports_json_schema_output"] is tools_and_schema
    await opened.close()


@pytest.mark.parametrize("model", ["nobody-knows", "deepseek/deepseek-chat", "meta-llama/llama-3", "qwen/qwen3-8b"])
async def test_a_compatible_server_reads_the_schema_and_finds_nothing_it_does_not_know(
    opening: Opening, model: str
) -> None:
    asked, fake = await opening("compatible", GREENWAY_MODEL=f"openai:{model}")

    settings = ModelSettings(max_tokens=900, temperature=0.2, parallel_tool_calls=False)
    response = await ask(asked, "native", settings)
    await ask(asked, "tool", settings)

    assert answer_in(response) == ANSWER
    native, tool = (request.body for request in fake.requests)
    assert native["response_format"]["json_schema"]["schema"]["required"] == ["title"]
    assert '"title"' in native["messages"][0]["content"]
    assert native["max_tokens"] == tool["max_tokens"] == 900
    assert tool["tool_choice"] == "required"


@pytest.mark.parametrize("mode", ["native", "tool"])
async def test_an_answer_of_anthropic_that_may_become_long_comes_as_a_stream(opening: Opening, mode: Mode) -> None:
    model, fake = await opening("anthropic")

    response = await ask(model, mode)

    assert fake.requests[0].body["stream"]
    assert answer_in(response) == ANSWER
    assert (response.usage.input_tokens, response.usage.output_tokens) == (INPUT_TOKENS, OUTPUT_TOKENS)


async def test_openai_behind_a_proxy_gets_the_parameter_that_its_reasoning_models_take(opening: Opening) -> None:
    model, fake = await opening("openai", GREENWAY_MODEL="openai:gpt-5")

    await ask(model, settings=ModelSettings(max_tokens=900))

    [request] = fake.requests
    assert request.body["max_completion_tokens"] == 900
    assert "max_tokens" not in request.body


@dataclass
class FakeLlamaServer:
    """A `LocalServer` that was already there."""

    base_url: str
    api_key: str = "the server's own"
    fails: bool = False
    log: list[str] = field(default_factory=list)

    async def start(self) -> None:
        self.log.append("started")
        if self.fails:
            raise ConfigurationError("The file cannot be loaded.")

    async def stop(self) -> None:
        self.log.append("stopped")


async def test_a_model_file_is_asked_through_its_own_server_which_ends_with_it(tmp_path: Path) -> None:
    path = tmp_path / "tiny.Q4.gguf"
    path.write_bytes(b"GGUF")
    fake = FakeOllama()
    fake.key = "the server's own"
    choice = choose(Settings.model_validate({"GREENWAY_MODEL": f"gguf:{path}", "GREENWAY_MODEL_CONCURRENCY": 3}))

    async with serving(fake) as origin:
        server = FakeLlamaServer(f"{origin}/v1")
        served: list[tuple[Path, int]] = []

        def server_for(path: Path, *, calls_at_once: int) -> FakeLlamaServer:
            served.append((path, calls_at_once))
            return server

        async with AsyncExitStack() as resources:
            model = await gguf_models.build(choice, resources, server_for)
            assert answer_in(await ask(model, "native")) == ANSWER
            assert server.log == ["started"]

    assert server.log == ["started", "stopped"]
    assert served == [(path, 3)]
    assert fake.requests[0].body["model"] == "tiny.Q4"


async def test_a_server_whose_start_fails_is_stopped_too(tmp_path: Path) -> None:
    path = tmp_path / "broken.gguf"
    path.write_bytes(b"GGUF")
    choice = choose(Settings.model_validate({"GREENWAY_MODEL": f"gguf:{path}"}))
    server = FakeLlamaServer("", fails=True)

    with pytest.raises(ConfigurationError):
        async with AsyncExitStack() as resources:
            await gguf_models.build(choice, resources, lambda path, *, calls_at_once: server)

    assert server.log == ["started", "stopped"]
