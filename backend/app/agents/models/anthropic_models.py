"""Builds models of Anthropic."""

from contextlib import AsyncExitStack

from anthropic import AsyncAnthropic
from pydantic_ai.models import Model
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.providers.anthropic import AnthropicProvider

from app.agents.models.choice import ModelChoice
from app.agents.models.envelopes import MendingClient
from app.agents.models.http_client import open_http_client


async def build(choice: ModelChoice, resources: AsyncExitStack) -> Model:
    """A model behind the Messages API; each request is sent once."""
    http_client = open_http_client(
        choice.address, choice.timeout, resources, MendingClient, max_bytes=choice.max_answer_bytes
    )
    client = AsyncAnthropic(
        api_key=choice.api_key,
        base_url=choice.address,
        max_retries=0,
        timeout=http_client.timeout,
        http_client=http_client,
    )
    # The library adds headers from ANTHROPIC_CUSTOM_HEADERS, which may hold another credential.
    client._custom_headers = {}
    return AnthropicModel(choice.name.model, provider=AnthropicProvider(anthropic_client=client))
