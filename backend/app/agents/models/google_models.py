"""Builds models of Google's Gemini API."""

from contextlib import AsyncExitStack

from pydantic_ai.models import Model
from pydantic_ai.models.google import GoogleModel
from pydantic_ai.providers.google import GoogleProvider

from app.agents.models.choice import ModelChoice
from app.agents.models.envelopes import MendingClient
from app.agents.models.http_client import open_http_client


async def build(choice: ModelChoice, resources: AsyncExitStack) -> Model:
    """A model behind `generateContent`; given no retry options, the library sends each request once."""
    http_client = open_http_client(
        choice.address, choice.timeout, resources, MendingClient, max_bytes=choice.max_answer_bytes
    )
    provider = GoogleProvider(api_key=choice.api_key, base_url=choice.address, http_client=http_client)
    # The library opens a second, synchronous client that is not used.
    resources.callback(provider.client.close)
    return GoogleModel(choice.name.model, provider=provider)
