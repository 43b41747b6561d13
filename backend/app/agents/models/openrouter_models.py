"""Builds models that OpenRouter passes on to."""

from contextlib import AsyncExitStack

from pydantic_ai.models import Model
from pydantic_ai.models.openrouter import OpenRouterModel
from pydantic_ai.profiles.openai import OpenAIModelProfile
from pydantic_ai.providers.openrouter import OpenRouterProvider

from app.agents.models.choice import ModelChoice
from app.agents.models.openai_client import open_openai_client


async def build(choice: ModelChoice, resources: AsyncExitStack) -> Model:
    client = open_openai_client(choice, resources)
    provider = OpenRouterProvider(openai_client=client)
    return OpenRouterModel(choice.name.model, provider=provider, profile=_profile(choice.name.model))


def _profile(model: str) -> OpenAIModelProfile | None:
    """Let a schema be tried with every vendor of which Pydantic AI does not know that it has none.

    OpenRouter drops the schema silently for a model without structured output, so it stands in the prompt as well.
    """
    known = OpenRouterProvider.model_profile(model) or {}
    if "supports_json_schema_output" in known:
        return None
    return OpenAIModelProfile(supports_json_schema_output=True, native_output_requires_schema_in_instructions=True)
