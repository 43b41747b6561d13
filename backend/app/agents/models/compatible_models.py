"""Models on servers that speak OpenAI's Chat Completions without being OpenAI: llama.cpp, vLLM, LM Studio, Ollama, and
services such as DeepSeek."""

from contextlib import AsyncExitStack

from openai import AsyncOpenAI
from pydantic_ai.models import Model
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.profiles.openai import OpenAIModelProfile, openai_model_profile
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

from app.agents.models.choice import ModelChoice
from app.agents.models.openai_client import open_openai_client


async def build(choice: ModelChoice, resources: AsyncExitStack) -> Model:
    """A model of a service or a server of which nothing more is known than that it is compatible."""
    client = open_openai_client(choice, resources)
    provider = choice.name.provider
    return compatible_chat_model(provider, choice.name.model, client, json_object=provider != "compatible")


def compatible_profile(model: str, *, json_object: bool) -> OpenAIModelProfile:
    """What to send to a server that we know nothing about, laid over what is known of the model.

    Args:
        json_object: whether the server takes `response_format: json_object`; LM Studio refuses it.
    """
    return OpenAIModelProfile(
        supports_tools=True,
        supports_json_schema_output=True,
        supports_json_object_output=json_object,
        # These servers only mask tokens by the schema; unless it is in the prompt too, the model never reads it.
        native_output_requires_schema_in_instructions=True,
        openai_supports_strict_tool_definition=False,
        openai_chat_supports_max_completion_tokens=_refuses_max_tokens(model),
        openai_chat_supports_allowed_tools=False,
        # Several chat templates fail on a second system message.
        openai_chat_supports_multiple_system_messages=False,
        openai_chat_supports_document_input=False,
        openai_unsupported_model_settings=("parallel_tool_calls",),
    )


def compatible_chat_model(system: str, model: str, client: AsyncOpenAI, *, json_object: bool) -> Model:
    """A chat model on a compatible server; `system` names the kind of server in responses and traces."""
    return OpenAIChatModel(
        model,
        provider=OpenAICompatibleProvider(system, openai_client=client),
        profile=compatible_profile(model, json_object=json_object),
    )


def _refuses_max_tokens(model: str) -> bool:
    """OpenAI's reasoning models, behind a proxy, refuse the `max_tokens` that Ollama and others know alone."""
    return bool(openai_model_profile(model.rpartition("/")[2]).get("openai_supports_reasoning", False))
